//! Files that look like configuration and are not read.

use super::directory_listing::Listing;
use super::profile_names::ProfileNames;
use crate::diagnostic::{Origin, SourceKind, Warning, sort_by};
use crate::format::{Format, is_program};
use std::path::Path;

/// More of them in one directory are only counted.
const MAX_LISTED: usize = 100;

/// Warns about the files of a directory that look as if `dir` read them, and are not read.
pub(super) fn warn_in_directory(
    listing: &Listing,
    directory: &Path,
    profiles: &ProfileNames<'_>,
    display: &dyn Fn(&Path) -> String,
    warnings: &mut Vec<Warning>,
) {
    let found = listing.names().filter_map(|name| Some((name, reason_in_directory(name, profiles)?)));
    warn(found.collect(), directory, display, warnings);
}

/// Warns about the files of a program's name that `discover` does not read: `NAME.config.js`, `.NAMErc.json`.
#[cfg(feature = "discovery")]
pub(super) fn warn_in_project(
    listing: &Listing,
    directory: &Path,
    name: &str,
    display: &dyn Fn(&Path) -> String,
    warnings: &mut Vec<Warning>,
) {
    let (config, rc) = (format!("{name}.config"), format!(".{name}rc"));
    let reason = |file: &str| {
        let (stem, _) = file.rsplit_once('.')?;
        match Format::from_file_name(file) {
            None if stem == config || stem == rc => Some(format_reason(file)),
            Some(_) if stem == rc => Some(format!("`{rc}` is read without an extension, and `.{name}.*` with one")),
            _ => None,
        }
    };
    let found = listing.names().filter_map(|file| Some((file, reason(file)?)));
    warn(found.collect(), directory, display, warnings);
}

fn warn(mut found: Vec<(&str, String)>, directory: &Path, display: &dyn Fn(&Path) -> String, warnings: &mut Vec<Warning>) {
    found.retain(|(name, _)| directory.join(name).is_file());
    sort_by(&mut found, Ord::cmp);
    let more = found.len().saturating_sub(MAX_LISTED);
    for (name, reason) in found.into_iter().take(MAX_LISTED) {
        let file = display(&directory.join(name));
        let mut origin = Origin::new(SourceKind::File, file.as_str());
        origin.file = Some(file.into());
        let warning = Warning::new("unread-file", format!("the file looks like configuration and is not read: {reason}"));
        let warning = warning.with_origin(origin);
        // Two sources may look into one directory.
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    if more > 0 {
        let message = format!("{more} more files that are not read are not listed");
        let origin = Origin::new(SourceKind::File, display(directory).as_str());
        warnings.push(Warning::new("more-warnings", message).with_origin(origin));
    }
}

/// Whether `dir` reads a file of this name for no profile.
pub(crate) fn is_unread(name: &str) -> bool {
    reason_in_directory(name, &ProfileNames::new(&[])).is_some()
}

/// Why `dir` does not read a file; `None` for one that it reads, or that has nothing to do with it.
pub(super) fn reason_in_directory(name: &str, profiles: &ProfileNames<'_>) -> Option<String> {
    let (stem, _) = name.rsplit_once('.')?;
    let is_known = Format::from_file_name(name).is_some();
    if stem == "custom-environment-variables" {
        return Some("`env` maps variables with its option `mapping`".to_owned());
    }
    let has_stem = |stem: &str| {
        let own = stem.strip_suffix(".local").unwrap_or(stem);
        matches!(stem, "default" | "local") || profiles.contains(own)
    };
    if has_stem(stem) {
        return (!is_known).then(|| format_reason(name));
    }
    if has_stem(&stem.to_ascii_lowercase()) {
        return Some("names are compared with their case".to_owned());
    }
    let is_variant = |base: &str| stem.strip_prefix(base).is_some_and(|rest| rest.starts_with('-') && rest.len() > 1);
    let is_of_profile = |base: &str| {
        let of = stem.strip_prefix(base).and_then(|rest| rest.strip_prefix('.'));
        of.is_some_and(|of| profiles.contains(of))
    };
    let bases = ["default", "local"];
    let is_unread = bases.into_iter().any(is_variant) || profiles.begin_variant(stem) || bases.into_iter().any(is_of_profile);
    is_unread.then(|| "only `default`, each profile, `local` and each profile's `local` are".to_owned())
}

fn format_reason(name: &str) -> String {
    match is_program(name) {
        Some(extension) => format!("`.{extension}` is a program, which `module()` takes values from"),
        None => "its format is none that is known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_configuration_and_is_not_read() {
        let profiles = ["production".to_owned()];
        let is_unread = |name: &str| reason_in_directory(name, &ProfileNames::new(&profiles)).is_some();
        for name in [
            "default.js",
            "default.ts",
            "production.cjs",
            "production.local.js",
            "local.hjson",
            "custom-environment-variables.json",
            "custom-environment-variables.yaml",
            "local-production.json",
            "default-2.json",
            "production-2.yaml",
            "local.production.json",
            "default.production.toml",
            "Default.json",
        ] {
            assert!(is_unread(name), "{name}");
        }
        for name in [
            "default.json",
            "production.local.toml",
            "staging.json",
            "staging-2.json",
            "default.test.ts",
            "default.d.ts",
            "index.js",
            "defaults.json",
            "default-.json",
            "localhost.json",
        ] {
            assert!(!is_unread(name), "{name}");
        }
    }
}
