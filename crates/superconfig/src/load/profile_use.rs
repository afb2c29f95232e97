//! The profiles that no source had anything for.

use super::options::LoadOptions;
use crate::diagnostic::{Origin, SimilarNames, SourceKind, Warning};
use crate::source::{BaseDirs, Environment, ProfileNames};
use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

/// Names of a directory that are compared with a profile that was not found.
const MOST_NAMES: usize = 1_000;

/// The profiles that sources looked for and found, and the names beside them.
#[derive(Debug, Default)]
pub(super) struct ProfileUse {
    looked_for: bool,
    found: HashSet<String>,
    /// Names that could be profiles and may not be selected.
    others: BTreeSet<String>,
    /// File names with `{profile}` that were not there for one.
    missing: BTreeSet<PathBuf>,
}

impl ProfileUse {
    /// Notes that a source looks for profiles.
    pub(super) fn look(&mut self) {
        self.looked_for = true;
    }

    /// Notes that a source has a file or section for a profile.
    pub(super) fn find(&mut self, profile: &str) {
        if !self.found.contains(profile) {
            self.found.insert(profile.to_owned());
        }
    }

    /// Notes the profile that a file is for: its name, without the extension of a format, is or ends with that of the profile.
    pub(super) fn find_in_name(&mut self, name: &str, profiles: &ProfileNames<'_>) {
        let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
        for name in [name, stem] {
            let local = name.strip_suffix(".local").unwrap_or_default();
            profiles.at_end_of(name).chain(profiles.at_end_of(local)).for_each(|profile| self.find(profile));
        }
    }

    /// Adds names that could be profiles.
    pub(super) fn add_others<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        self.others.extend(names.into_iter().take(MOST_NAMES).map(str::to_owned));
    }

    /// Notes whether the file of a path with `{profile}` was read for one of them.
    pub(super) fn note_file(&mut self, path: &str, profile: &str, is_read: bool, base_dirs: &BaseDirs) {
        self.look();
        if is_read {
            self.find(profile);
        } else {
            self.missing.insert(base_dirs.resolve(path));
        }
    }

    /// A warning for each profile without any file or section. One that `NODE_ENV` names was perhaps not meant for this program,
    /// so it has one only where a similar name is there.
    ///
    /// Costs a pass over the names of the directories in which a file was not there, for a profile that was not found.
    pub(super) fn warnings(mut self, profiles: &[String], options: &LoadOptions, environment: &Environment) -> Vec<Warning> {
        let unused: Vec<&String> = profiles.iter().filter(|profile| !self.found.contains(*profile)).collect();
        if unused.is_empty() || !self.looked_for {
            return Vec::new();
        }
        for path in std::mem::take(&mut self.missing) {
            let names = names_beside(&path);
            self.add_others(names.iter().map(String::as_str));
        }
        let variable = match &options.profiles {
            Some(_) => None,
            None if environment.get("SUPERCONFIG_PROFILE").is_some_and(|value| !value.is_empty()) => Some("SUPERCONFIG_PROFILE"),
            None => Some("NODE_ENV"),
        };
        let names = SimilarNames::new(self.others.into_iter().collect());
        let warning = |profile: &String| {
            let similar = names.closest_other(profile);
            let hint = match similar {
                Some(similar) => format!("; did you mean `{similar}`?"),
                None if variable == Some("NODE_ENV") => return None,
                None => String::new(),
            };
            let message = format!("no source has a file or section for the profile `{profile}`{hint}");
            let warning = Warning::new("profile-unused", message);
            Some(match variable {
                Some(name) => {
                    let mut origin = Origin::new(SourceKind::Env, "env");
                    origin.variable = Some(name.into());
                    warning.with_origin(origin)
                }
                None => warning,
            })
        };
        unused.into_iter().filter_map(warning).collect()
    }
}

/// What stands in place of `{profile}` in the names of the files that are there.
fn names_beside(path: &std::path::Path) -> Vec<String> {
    let parts = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once("{profile}"));
    let (Some(directory), Some((before, after))) = (path.parent(), parts) else { return Vec::new() };
    let entries = std::fs::read_dir(directory).into_iter().flatten().take(MOST_NAMES).flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter_map(|name| Some(name.strip_prefix(before)?.strip_suffix(after)?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_of_a_file_is_told_by_its_name() {
        let profiles = ["eu".to_owned(), "a.b".to_owned()];
        for (name, expected) in [
            ("eu.json", Some("eu")),
            ("eu.local.json", Some("eu")),
            (".myapprc.eu", Some("eu")),
            ("myapp.config.eu.yaml", Some("eu")),
            ("myapp.a.b.local.toml", Some("a.b")),
            ("neu.json", None),
            ("eu.default.json", None),
        ] {
            let mut used = ProfileUse::default();
            used.find_in_name(name, &ProfileNames::new(&profiles));
            assert_eq!(used.found.iter().next().map(String::as_str), expected, "{name}");
        }
    }
}
