//! The profiles that the sources of a configuration have files or sections for.

use super::context::{base_dirs, profiles};
use super::options::LoadOptions;
use crate::diagnostic::{Error, SourceKind, sort_by};
use crate::format::{Format, decode, parse};
#[cfg(feature = "discovery")]
use crate::source::discover;
use crate::source::{
    BaseDirs, Environment, FileOptions, LayerInfo, LayerStatus, Listing, PROFILE_MARK, ProfileNames, SourceSpec, check_name,
    is_unread, read_file,
};
use crate::value::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The most names of a directory that are looked at.
const MOST_NAMES: usize = 10_000;

/// What stands behind `.env.` in files that no program reads, and in that of the machine.
const NO_PROFILES: [&str; 7] = ["local", "example", "sample", "template", "dist", "schema", "vault"];

/// The largest file that is searched for sections.
const MOST_BYTES: usize = 16 << 20;

/// The profiles that files, sections and the options name, sorted.
///
/// Costs a pass over the names of the directories in which files of profiles can be, and a parse of each file of nested profiles.
/// What cannot be read names none: loading says why.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION` for a bad profile of the options; `ERR_SUPERCONFIG_IO` where the working directory does not exist.
pub(crate) fn find_profiles(options: &LoadOptions, environment: &Environment) -> Result<Vec<String>, Error> {
    let base_dirs = base_dirs(options, environment)?;
    let selected = match &options.profiles {
        Some(_) => profiles(options, environment)?,
        None => Vec::new(),
    };
    let mut found: BTreeSet<String> = selected.into_iter().collect();
    for entry in &options.sources {
        match &entry.spec {
            SourceSpec::File { path, options } if options.nested_profiles => find_sections(&base_dirs, path, options, &mut found),
            SourceSpec::File { path, .. } => found.extend(names_in_place(&base_dirs.resolve(path))),
            SourceSpec::Directory { path, .. } => find_in_directory(&base_dirs.resolve(path), &mut found),
            #[cfg(feature = "discovery")]
            SourceSpec::Discover { name, .. } => {
                // Only with a profile does it look for the names of others.
                let any = ["default".to_owned()];
                let mut names = BTreeSet::new();
                let _ = discover(name, &any, &base_dirs, environment, &mut names, &mut Vec::new());
                // `NAME.config.json` is another spelling of `NAME.json`.
                names.retain(|name| name != "config" && !name.starts_with("config."));
                found.extend(names);
            }
            _ => {}
        }
    }
    found.retain(|name| !matches!(&**name, "default" | "local") && check_name("profile", name).is_ok());
    Ok(found.into_iter().collect())
}

/// What stands in place of `{profile}` in the paths that are there.
fn names_in_place(path: &Path) -> Vec<String> {
    let mut directory = PathBuf::new();
    let marked = path.components().find_map(|part| {
        let name = part.as_os_str().to_str().filter(|name| name.contains(PROFILE_MARK));
        if name.is_none() {
            directory.push(part);
        }
        name
    });
    let Some((before, after)) = marked.and_then(|name| name.split_once(PROFILE_MARK)) else { return Vec::new() };
    let entries = std::fs::read_dir(&directory).into_iter().flatten().take(MOST_NAMES).flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let profile = |name: String| {
        let inner = name.strip_prefix(before).filter(|_| !name.ends_with(".schema.json"))?;
        let profile = match after.split_once(PROFILE_MARK) {
            Some((between, _)) => inner.split_once(between)?.0,
            None => inner.strip_suffix(after)?,
        };
        // A path with several marks has the same profile at each.
        let is_there = !profile.is_empty() && Path::new(&path.to_str()?.replace(PROFILE_MARK, profile)).exists();
        is_there.then(|| profile.to_owned())
    };
    names.filter_map(profile).collect()
}

/// Notes the files that profiles which are not selected have at a path with `{profile}`.
pub(super) fn note_unselected(path: &str, base_dirs: &BaseDirs, profiles: &[String], unselected: &mut Vec<LayerInfo>) {
    let mut names = names_in_place(&base_dirs.resolve(path));
    let selected = ProfileNames::new(profiles);
    names.retain(|name| !selected.contains(name) && check_name("profile", name).is_ok());
    sort_by(&mut names, Ord::cmp);
    unselected.extend(names.into_iter().map(|name| {
        let file = path.replace(PROFILE_MARK, &name);
        let resolved = base_dirs.resolve(&file);
        let reason = format!("the profile `{name}` is not selected");
        LayerInfo::absent(SourceKind::File, file, resolved, LayerStatus::Skipped, reason)
    }));
}

/// The variants of `.env` beside it that profiles which are not selected have; looked for when somebody asks.
pub(super) fn unselected_dotenv(searched: &[LayerInfo]) -> Vec<LayerInfo> {
    let own = searched.iter().filter(|info| info.kind == SourceKind::Dotenv);
    let Some(directory) = own.clone().find(|info| &*info.name == ".env").and_then(|info| info.path.as_deref()?.parent()) else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(directory).into_iter().flatten().take(MOST_NAMES).flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    sort_by(&mut names, Ord::cmp);
    let profile = |name: &str| {
        let rest = name.strip_prefix(".env.")?;
        let profile = rest.strip_suffix(".local").unwrap_or(rest);
        let is_profile = check_name("profile", profile).is_ok() && !NO_PROFILES.contains(&profile);
        (is_profile && !own.clone().any(|info| &*info.name == name)).then(|| profile.to_owned())
    };
    let found = names.iter().filter_map(|name| {
        let reason = format!("the profile `{}` is not selected", profile(name)?);
        Some(LayerInfo::absent(SourceKind::Dotenv, name.as_str(), directory.join(name), LayerStatus::Skipped, reason))
    });
    found.collect()
}

/// The tables of a file whose tables are profiles.
fn find_sections(base_dirs: &BaseDirs, path: &str, options: &FileOptions, found: &mut BTreeSet<String>) {
    let path = base_dirs.resolve(path);
    let Some(format) = options.format.or_else(|| path.file_name()?.to_str().and_then(Format::from_file_name)) else { return };
    let mut buffer = Vec::new();
    if read_file::read(&path, "", MOST_BYTES, &mut buffer).is_err() {
        return;
    }
    let document = decode(&buffer).ok().and_then(|text| parse(text, format).ok());
    if let Some(Value::Table(table)) = document {
        let sections = table.iter().filter(|(key, value)| !matches!(*key, "default" | "global") && value.as_table().is_some());
        found.extend(sections.map(|(key, _)| key.to_owned()));
    }
}

/// The names of the files that `dir` reads for a profile; a JSON Schema that editors check them with is none.
fn find_in_directory(directory: &Path, found: &mut BTreeSet<String>) {
    let Ok(listing) = Listing::read(directory) else { return };
    let is_schema = |stem: &str| {
        (stem == "schema" || stem.ends_with(".schema")) && listing.with_stem(stem).all(|name| name.ends_with(".json"))
    };
    let stems = listing
        .stems()
        .filter(|stem| !is_unread(&format!("{stem}.json")) && !is_schema(stem))
        .map(|stem| stem.strip_suffix(".local").unwrap_or(stem).to_owned());
    found.extend(stems);
}

#[cfg(all(test, feature = "json", feature = "toml", feature = "discovery"))]
mod tests {
    use crate::config::SuperConfig;
    use crate::source::{FileOptions, SourceEntry, SourceSpec};

    #[test]
    fn profiles_of_files_sections_and_options() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let names =
            ["default.toml", "eu.toml", "eu.json", "us.local.toml", "local.toml", "default-2.toml", "local-x.json", "readme.md"];
        for name in names {
            write(&format!("config/{name}"), "");
        }
        write("config/custom-environment-variables.json", "{}");
        write("config/superconfig.schema.json", "{}");
        write("config/schema.json", "{}");
        write("conf/app.schema.json", "{}");
        write("conf/app.dev.json", "{}");
        write("conf/app.test.toml", "");
        write("conf/app.toml", "");
        write("envs/a/app.toml", "");
        write("envs/b/other.toml", "");
        write("nested.json", r#"{"default":{},"global":{},"stage":{},"title":"x"}"#);
        write("broken.json", "{");
        write(".git/HEAD", "");
        write("myapp.config.night.json", "{}");
        let nested = |path: &str| SourceEntry {
            spec: SourceSpec::File {
                path: path.into(),
                options: FileOptions { nested_profiles: true, ..FileOptions::default() },
            },
            fill: false,
            directives: true,
        };
        let builder =
            || SuperConfig::builder().cwd(directory.path()).home("/nowhere").environment([("NODE_ENV", "no")]).node_profile();
        let found = |builder: crate::config::Builder| builder.find_profiles(&builder.capture_environment()).unwrap();
        assert_eq!(found(builder().dir("config")), ["eu", "us"]);
        assert_eq!(found(builder().file("conf/app.{profile}.toml")), ["test"]);
        assert_eq!(found(builder().file("conf/app.{profile}.json")), ["dev"]);
        assert_eq!(found(builder().file("envs/{profile}/app.toml")), ["a"]);
        assert_eq!(found(builder().entry(nested("nested.json")).entry(nested("broken.json"))), ["stage"]);
        assert_eq!(found(builder().discover("myapp")), ["night"]);
        assert_eq!(found(builder().profile("own").dir("nowhere").file("x.toml")), ["own"]);
    }
}
