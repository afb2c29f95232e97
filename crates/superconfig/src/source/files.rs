//! Resolves a source's path, pattern or directory to the files to read, in order.

use super::directory_listing::Listing;
use super::layer_info::{LayerInfo, LayerStatus};
use super::profile_names::ProfileNames;
use super::unread_file::{reason_in_directory, warn_in_directory};
use crate::diagnostic::{Error, ErrorCode, SourceKind, Warning, sort_by};
use smallvec::SmallVec;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The directories that relative paths and `~` resolve to.
#[derive(Clone, Debug, Default)]
pub(crate) struct BaseDirs {
    pub(crate) cwd: PathBuf,
    pub(crate) home: Option<PathBuf>,
    /// A prefix of the system's directories, for tests.
    pub(crate) root: Option<PathBuf>,
}

impl BaseDirs {
    /// A path for display: relative to the working directory where it is below it.
    pub(crate) fn display_path(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.cwd).ok().filter(|path| !path.as_os_str().is_empty());
        relative.map_or_else(|| path.to_string_lossy().into_owned(), with_slashes)
    }

    pub(crate) fn resolve(&self, path: &str) -> PathBuf {
        if let (Some(rest), Some(home)) = (path.strip_prefix('~'), &self.home)
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return join(home, rest.trim_start_matches('/'));
        }
        join(&self.cwd, path)
    }
}

/// A path as it is written in sources: with slashes on every system, so that origins are the same everywhere.
fn with_slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// Joins as `Path::join` does, and allocates once.
fn join(directory: &Path, path: &str) -> PathBuf {
    let mut joined = PathBuf::with_capacity(directory.as_os_str().len() + 1 + path.len());
    joined.push(directory);
    joined.push(path);
    joined
}

/// A file to read.
#[derive(Clone, Debug)]
pub(crate) struct FileCandidate {
    /// Shared with what the load keeps of the file.
    pub(crate) path: Arc<Path>,
    /// The path as it was given, for display.
    pub(crate) display_path: Arc<str>,
    pub(crate) presence: Presence,
}

/// What it means where a file is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// An error.
    Required,
    /// Nothing.
    Optional,
    /// Its name was read in a directory: it has been removed since, or is a link that leads nowhere.
    Listed,
}

/// Checks a name that becomes part of a file name: it must not lead to another directory.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION`.
pub(crate) fn check_name(what: &str, name: &str) -> Result<(), Error> {
    if name.is_empty() || name == "." || name.contains(['/', '\\', '\0']) || name.contains("..") {
        let message = format!("the {what} {name:?} is empty or could lead to another file");
        return Err(Error::new(ErrorCode::Option, message));
    }
    Ok(())
}

/// Checks a path of a file or directory that a program gives.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION` for one that is empty or holds a NUL character, which no path can.
pub(crate) fn check_path(path: &str) -> Result<(), Error> {
    if path.trim_start().is_empty() || path.as_bytes().contains(&0) {
        return Err(Error::new(ErrorCode::Option, format!("the path {path:?} is empty or holds a NUL character")));
    }
    Ok(())
}

/// Stands for each profile in turn.
pub(crate) const PROFILE_MARK: &str = "{profile}";

/// A path once for each profile in place of `{profile}`; most paths stand for themselves, which takes no list's memory.
pub(crate) fn expand_profiles(path: &Arc<str>, profiles: &[String]) -> SmallVec<[Arc<str>; 1]> {
    // Most paths hold no brace at all, which is found sooner.
    if !path.as_bytes().contains(&b'{') || !path.contains(PROFILE_MARK) {
        return SmallVec::from_buf([path.clone()]);
    }
    profiles.iter().map(|profile| path.replace(PROFILE_MARK, profile).into()).collect()
}

/// The result of looking a file up.
#[derive(Debug)]
pub(crate) enum Lookup {
    File(FileCandidate),
    Absent(LayerInfo),
}

/// The files of a directory that take part, in order: `default`, each profile, `local`, each profile's local. What looks as if it
/// took part gives a warning, and other names that could be profiles are collected.
pub(crate) fn directory(
    base_dirs: &BaseDirs,
    display_path: &str,
    profiles: &[String],
    optional: bool,
    other_profiles: &mut BTreeSet<String>,
    unselected: &mut Vec<LayerInfo>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Lookup>, Error> {
    let path = base_dirs.resolve(display_path);
    let listing = match Listing::read(&path) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && optional => {
            let info =
                LayerInfo::absent(SourceKind::File, display_path, path, LayerStatus::Missing, "the directory is not there");
            return Ok(vec![Lookup::Absent(info)]);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let error = Error::new(ErrorCode::NotFound, format!("the directory {display_path} is not there"));
            let error = error.with_hint("create it, correct the path, or make the source optional");
            return Err(error.in_source(SourceKind::File, &display_path.into(), Some(display_path.into())));
        }
        Err(error) => return Err(unreadable(display_path, &error)),
    };
    let stems = ["default".to_owned()].into_iter().chain(profiles.iter().cloned());
    let local = profiles.iter().map(|profile| format!("{profile}.local"));
    let display = |path: &Path| with_slashes(&Path::new(display_path).join(path.file_name().unwrap_or_default()));
    let mut lookups = Vec::new();
    for stem in stems.chain(["local".to_owned()]).chain(local) {
        with_stem(&listing, &path, &stem, &display, &mut lookups, warnings);
    }
    let selected = ProfileNames::new(profiles);
    warn_in_directory(&listing, &path, &selected, &display, warnings);
    if !profiles.is_empty() {
        other_profiles.extend(listing.stems().map(|stem| stem.strip_suffix(".local").unwrap_or(stem).to_owned()));
    }
    for (stem, name) in listing.files() {
        let profile = stem.strip_suffix(".local").unwrap_or(stem);
        let is_selected = ["default", "local"].contains(&profile) || selected.contains(profile);
        if !is_selected && reason_in_directory(name, &selected).is_none() {
            let file = path.join(name);
            let reason = format!("the profile `{profile}` is not selected");
            unselected.push(LayerInfo::absent(SourceKind::File, display(&file), file, LayerStatus::Skipped, reason));
        }
    }
    sort_by(unselected, |one, other| one.name.cmp(&other.name));
    Ok(lookups)
}

/// The error of a directory whose names cannot be read.
pub(crate) fn unreadable(display_path: &str, error: &std::io::Error) -> Error {
    let error = Error::new(ErrorCode::Io, format!("the directory {display_path} cannot be read: {error}"));
    error.in_source(SourceKind::File, &display_path.into(), Some(display_path.into()))
}

/// The files of one name in a directory, in every format; two of them give a warning.
pub(crate) fn with_stem(
    listing: &Listing,
    directory: &Path,
    stem: &str,
    display: &dyn Fn(&Path) -> String,
    lookups: &mut Vec<Lookup>,
    warnings: &mut Vec<Warning>,
) {
    let names = listing.with_stem(stem);
    if names.len() == 0 {
        let path = directory.join(format!("{stem}.*"));
        let info = LayerInfo::absent(SourceKind::File, display(&path), path, LayerStatus::Missing, "there is no such file");
        lookups.push(Lookup::Absent(info));
        return;
    }
    if names.len() > 1 {
        let names: Vec<String> = listing.with_stem(stem).map(|name| display(&directory.join(name))).collect();
        let message = format!("{} are one name in several formats; all are read, in this order", names.join(", "));
        warnings.push(Warning::new("ambiguous-format", message));
    }
    for name in names {
        let path = directory.join(name);
        let display_path = display(&path).into();
        lookups.push(Lookup::File(FileCandidate { path: path.into(), display_path, presence: Presence::Listed }));
    }
}
