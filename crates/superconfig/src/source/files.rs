//! Resolves a source's path, pattern or directory to the files to read, in order.

use super::directory_listing::Listing;
use super::layer_info::{LayerInfo, LayerStatus};
use crate::diagnostic::{Error, ErrorCode, SourceKind, Warning};
use std::path::{Path, PathBuf};

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
    #[cfg(feature = "discovery")]
    pub(crate) fn display_path(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.cwd).ok().filter(|path| !path.as_os_str().is_empty());
        relative.unwrap_or(path).to_string_lossy().into_owned()
    }

    pub(crate) fn resolve(&self, path: &str) -> PathBuf {
        if let (Some(rest), Some(home)) = (path.strip_prefix('~'), &self.home)
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return home.join(rest.trim_start_matches('/'));
        }
        self.cwd.join(path)
    }

    /// The absolute form of a pattern. Its base directory is literal, whatever characters it holds.
    fn pattern(&self, pattern: &str) -> PathBuf {
        let literal = |path: &Path| PathBuf::from(glob::Pattern::escape(&path.to_string_lossy()));
        match (pattern.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => literal(home).join(rest),
            _ => literal(&self.cwd).join(pattern),
        }
    }
}

/// A file to read.
#[derive(Clone, Debug)]
pub(crate) struct FileCandidate {
    pub(crate) path: PathBuf,
    /// The path as it was given, for display.
    pub(crate) display_path: String,
    pub(crate) required: bool,
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

/// A path once for each profile in place of `{profile}`.
pub(crate) fn expand_profiles(path: &str, profiles: &[String]) -> Vec<String> {
    const MARK: &str = "{profile}";
    if !path.contains(MARK) {
        return vec![path.to_owned()];
    }
    profiles.iter().map(|profile| path.replace(MARK, profile)).collect()
}

/// The result of looking a file up.
#[derive(Debug)]
pub(crate) enum Lookup {
    File(FileCandidate),
    Absent(LayerInfo),
}

/// The files of a directory that take part, in order: `default`, each profile, `local`, each profile's local.
pub(crate) fn directory(
    base_dirs: &BaseDirs,
    display_path: &str,
    profiles: &[String],
    optional: bool,
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
    let display = |path: &Path| Path::new(display_path).join(path.file_name().unwrap_or_default()).to_string_lossy().into_owned();
    let mut lookups = Vec::new();
    for stem in stems.chain(["local".to_owned()]).chain(local) {
        with_stem(&listing, &path, &stem, &display, &mut lookups, warnings);
    }
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
        lookups.push(Lookup::File(FileCandidate { display_path: display(&path), path, required: true }));
    }
}

/// The files that match a pattern, sorted by path.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION` for a bad pattern, `ERR_SUPERCONFIG_IO` for a directory that cannot be read.
pub(crate) fn pattern(base_dirs: &BaseDirs, display_path: &str) -> Result<Vec<FileCandidate>, Error> {
    let bad = |error: &dyn std::fmt::Display| {
        Error::new(ErrorCode::Option, format!("the pattern {display_path:?} is malformed: {error}"))
    };
    let full = base_dirs.pattern(display_path);
    let options = glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };
    let mut candidates = Vec::new();
    for found in glob::glob_with(&full.to_string_lossy(), options).map_err(|error| bad(&error))? {
        let path = found.map_err(|error| {
            Error::new(ErrorCode::Io, format!("{} cannot be read: {}", error.path().display(), error.error()))
        })?;
        if path.is_dir() {
            continue;
        }
        let relative = path.strip_prefix(&base_dirs.cwd).unwrap_or(&path).to_string_lossy().into_owned();
        candidates.push(FileCandidate { path, display_path: relative, required: true });
    }
    candidates.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(candidates)
}

/// The directories that contain a pattern's files: the one before the first wildcard, whether it exists or not, and all
/// those that match a part of the pattern.
pub(crate) fn pattern_directories(base_dirs: &BaseDirs, display_path: &str) -> Vec<PathBuf> {
    let components: Vec<_> = Path::new(display_path).components().collect();
    let is_wild = |component: &std::path::Component<'_>| component.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let first = components.iter().position(is_wild).unwrap_or(components.len().saturating_sub(1));
    let start = |end: usize| components[..end].iter().collect::<PathBuf>().to_string_lossy().into_owned();
    let mut directories = vec![base_dirs.resolve(&start(first))];
    for end in first + 1..=components.len() {
        let recursive = components[..end].iter().any(|component| component.as_os_str() == "**");
        // The last part names files, except that below `**` every directory counts.
        if end == components.len() && !recursive {
            continue;
        }
        let prefix = base_dirs.pattern(&start(end));
        // A malformed pattern is reported elsewhere, and what cannot be read cannot be watched.
        let found = glob::glob(&prefix.to_string_lossy()).into_iter().flatten().flatten();
        directories.extend(found.filter(|path| path.is_dir()));
    }
    directories
}
