//! Discovery of an application's configuration in the directories of the system, the user and the project.

mod project;
mod standard_dirs;

use crate::diagnostic::{Error, Segment, SourceKind, Warning};
use crate::format::Format;
use crate::source::unread_file::warn_in_project;
use crate::source::{
    BaseDirs, Environment, FileCandidate, LayerInfo, LayerStatus, Listing, Lookup, Presence, unreadable, variants, with_stem,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The variables that name the standard directories.
pub(crate) const VARIABLES: [&str; 5] = ["XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "ProgramData", "PROGRAMDATA", "APPDATA"];

/// A location that discovery searches.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SearchLocation {
    /// `stem.*` of a directory, in any format, and its variants.
    Stem { directory: PathBuf, stem: String },
    /// A file without extension, its format detected from its content, and its variants.
    Plain { directory: PathBuf, name: String },
    /// A part of a file that other programs use too.
    Manifest { path: PathBuf, format: Format, part: Vec<Segment> },
    /// A location that cannot be searched.
    Nowhere { display_path: String, reason: &'static str },
}

/// The result of searching a location.
#[derive(Debug)]
pub(crate) enum Discovered {
    File(FileCandidate),
    /// The part of a manifest.
    Part(FileCandidate, Format, Vec<Segment>),
    Absent(LayerInfo),
}

/// Finds the files of an application, lowest first.
///
/// Costs one pass over the names of each directory.
///
/// # Errors
/// `ERR_SUPERCONFIG_IO` for a directory that cannot be read for another reason than permissions, such as a symbolic link
/// that leads back to itself.
pub(crate) fn discover(
    name: &str,
    profiles: &[String],
    base_dirs: &BaseDirs,
    environment: &Environment,
    other_profiles: &mut BTreeSet<String>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Discovered>, Error> {
    let mut all = standard_dirs::system_and_user(name, base_dirs, &|name| environment.get(name).map(|value| &**value));
    for directory in project::directories(&base_dirs.cwd, base_dirs.home.as_deref()) {
        all.extend(project::base_dirs(name, &directory));
    }
    let (listings, claimed, found) = (HashMap::new(), HashSet::new(), Vec::new());
    let mut search = Search { base_dirs, profiles, other_profiles, warnings, listings, claimed, found };
    for location in all {
        search.search(location)?;
    }
    Ok(search.found)
}

struct Search<'a> {
    base_dirs: &'a BaseDirs,
    profiles: &'a [String],
    /// Names that could be profiles.
    other_profiles: &'a mut BTreeSet<String>,
    warnings: &'a mut Vec<Warning>,
    listings: HashMap<PathBuf, Result<Listing, (LayerStatus, &'static str)>>,
    /// Files that a location contributed; a higher location does not read them again.
    claimed: HashSet<Arc<Path>>,
    found: Vec<Discovered>,
}

impl Search<'_> {
    fn search(&mut self, location: SearchLocation) -> Result<(), Error> {
        match location {
            SearchLocation::Stem { directory, stem } => self.look_for_stem(&directory, &stem),
            SearchLocation::Plain { directory, name } => {
                for name in variants(&name, self.profiles) {
                    let path = directory.join(name);
                    self.search_file(path.into(), Discovered::File);
                }
                Ok(())
            }
            SearchLocation::Manifest { path, format, part } => {
                self.search_file(path.into(), |candidate| Discovered::Part(candidate, format, part));
                Ok(())
            }
            SearchLocation::Nowhere { display_path, reason } => {
                let path = PathBuf::from(&display_path);
                self.found.push(nothing(&display_path, path, LayerStatus::Skipped, reason));
                Ok(())
            }
        }
    }

    /// A file that may be missing; anything else at its path is an error when it is opened.
    fn search_file(&mut self, path: Arc<Path>, found: impl FnOnce(FileCandidate) -> Discovered) {
        let display_path = self.base_dirs.display_path(&path);
        if self.claimed.contains(&path) {
            self.found.push(nothing(&display_path, path, LayerStatus::Skipped, "a lower location has it already"));
            return;
        }
        self.claimed.insert(path.clone());
        self.found.push(found(FileCandidate { path, display_path: display_path.into(), presence: Presence::Optional }));
    }

    fn look_for_stem(&mut self, directory: &Path, stem: &str) -> Result<(), Error> {
        let display_path = self.base_dirs.display_path(directory);
        if !self.listings.contains_key(directory) {
            let listing = list(directory, &display_path, self.warnings)?;
            self.listings.insert(directory.to_owned(), listing);
        }
        if let Ok(listing) = &self.listings[directory] {
            if let Some(name) = stem.strip_suffix(".config") {
                let display = |path: &Path| self.base_dirs.display_path(path);
                warn_in_project(listing, directory, name, &display, self.warnings);
            }
            if !self.profiles.is_empty() {
                let variants = listing.stems().filter_map(|other| other.strip_prefix(stem)?.strip_prefix('.'));
                self.other_profiles.extend(variants.map(|variant| variant.strip_suffix(".local").unwrap_or(variant).to_owned()));
            }
        }
        for stem in variants(stem, self.profiles) {
            match &self.listings[directory] {
                Err((status, reason)) => {
                    let path = directory.join(format!("{stem}.*"));
                    let info = nothing(&self.base_dirs.display_path(&path), path, *status, reason);
                    self.found.push(info);
                }
                Ok(listing) => {
                    let mut lookups = Vec::new();
                    let display = |path: &Path| self.base_dirs.display_path(path);
                    with_stem(listing, directory, &stem, &display, &mut lookups, self.warnings);
                    for lookup in lookups {
                        match lookup {
                            Lookup::Absent(info) => self.found.push(Discovered::Absent(info)),
                            Lookup::File(candidate) => self.search_file(candidate.path, Discovered::File),
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// Reads a directory, or gives the reason why nothing in it takes part.
fn list(
    directory: &Path,
    display_path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Result<Listing, (LayerStatus, &'static str)>, Error> {
    match Listing::read(directory) {
        Ok(listing) => Ok(Ok(listing)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Err((LayerStatus::Missing, "the directory is not there")))
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let message = format!("{display_path} may not be read, so nothing in it takes part");
            warnings.push(Warning::new("unreadable-directory", message));
            Ok(Err((LayerStatus::Skipped, "the directory may not be read")))
        }
        Err(error) => Err(unreadable(display_path, &error)),
    }
}

fn nothing(display_path: &str, path: impl Into<Arc<Path>>, status: LayerStatus, reason: &'static str) -> Discovered {
    Discovered::Absent(LayerInfo::absent(SourceKind::File, display_path, path, status, reason))
}
