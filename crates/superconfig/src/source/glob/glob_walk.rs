//! The walk from where a pattern starts to the files that match it.

use super::glob_pattern::{GlobPattern, Part, Route};
use crate::diagnostic::{Error, ErrorCode, SourceKind};
use crate::source::BaseDirs;
use crate::source::files::unreadable;
use crate::value::{ExpandedSize, ExpansionBudget};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Names that are not UTF-8 and get a warning of their own.
const MAX_LISTED: usize = 100;

/// A route, and the number of its parts that are behind.
type State = (usize, usize);

/// The files that match a pattern.
#[derive(Debug)]
pub(crate) struct GlobMatches {
    /// Sorted by path: those of the first profile, which what names no profile is among, then those of each further one.
    pub(crate) files: Vec<BTreeSet<PathBuf>>,
    /// For each profile whether it has a file.
    pub(crate) profiles_found: Vec<bool>,
    /// The paths that would match if their names were UTF-8: the first of them.
    pub(crate) skipped: BTreeSet<PathBuf>,
    /// The number of the others.
    pub(crate) more_skipped: usize,
}

/// Walks the directories that a pattern leads through.
///
/// All alternatives and `**` are followed at once, so a name is read once however many of them there are. A real directory
/// is walked once from each part of the pattern, whatever links lead to it, and ways without links come first: links that
/// lead back end, and no file is found under two paths.
pub(crate) struct GlobWalk<'a> {
    pub(crate) pattern: &'a str,
    pub(crate) base_dirs: &'a BaseDirs,
    /// Each name that is read takes a value of it.
    pub(crate) budget: &'a ExpansionBudget,
    /// Called with each directory before it is read.
    pub(crate) visit: &'a mut dyn FnMut(&Path),
}

impl GlobWalk<'_> {
    /// The files that match.
    ///
    /// Costs a `stat` for each directory, and one pass over the names of those in which a wildcard counts. Directories and files that
    /// vanish meanwhile are left out.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_IO` for a directory that cannot be read, `ERR_SUPERCONFIG_LIMIT` for more names than the budget has values.
    pub(crate) fn find(&mut self, parsed: &GlobPattern, profiles: &[String]) -> Result<GlobMatches, Error> {
        let routes = parsed.routes(profiles, self.base_dirs);
        let mut frontier = Frontier { routes: &routes, own: BTreeMap::new(), linked: BTreeMap::new() };
        for (number, route) in routes.iter().enumerate() {
            frontier.add(route.start.clone(), &[(number, 0)], false);
        }
        let mut found = Found::new(profiles.len());
        let mut walked: HashMap<Identity, HashSet<State>> = HashMap::new();
        while let Some((directory, mut states)) = frontier.next() {
            (self.visit)(&directory);
            let identity = match identity(&directory) {
                Ok(Some(identity)) => identity,
                Ok(None) => continue,
                Err(error) if is_vanished(&error) => continue,
                Err(error) => return Err(self.unreadable(&directory, &error)),
            };
            let before = walked.entry(identity.clone()).or_default();
            states.retain(|state| before.insert(*state));
            self.names(&directory, &identity, &states, &mut frontier, &mut found)?;
            self.listing(&directory, &identity, &states, &mut frontier, &mut found)?;
        }
        Ok(found.matches)
    }

    /// Follows the parts without wildcards, for which nothing need be listed.
    fn names(
        &mut self,
        directory: &Path,
        identity: &Identity,
        states: &[State],
        frontier: &mut Frontier<'_>,
        found: &mut Found,
    ) -> Result<(), Error> {
        for state in states {
            let Part::Name(name) = frontier.part(*state) else { continue };
            self.take()?;
            let path = directory.join(name);
            let metadata = match path.symlink_metadata() {
                Ok(metadata) => metadata,
                Err(error) if is_vanished(&error) => continue,
                Err(error) => return Err(self.unreadable(directory, &error)),
            };
            let leads_on = metadata.is_dir() || metadata.is_symlink() && path.is_dir();
            if !frontier.is_last(*state) && leads_on {
                frontier.add(path, &[(state.0, state.1 + 1)], metadata.is_symlink());
            } else if frontier.is_last(*state) && !leads_on {
                found.add(identity, path, name.into(), frontier.profile(*state));
            }
        }
        Ok(())
    }

    /// Follows the parts with wildcards through the names in a directory.
    fn listing(
        &mut self,
        directory: &Path,
        identity: &Identity,
        states: &[State],
        frontier: &mut Frontier<'_>,
        found: &mut Found,
    ) -> Result<(), Error> {
        let wild: Vec<State> = states.iter().copied().filter(|state| !matches!(frontier.part(*state), Part::Name(_))).collect();
        if wild.is_empty() {
            return Ok(());
        }
        let failed = |error: io::Error| {
            if is_vanished(&error) { Ok(()) } else { Err(self.unreadable(directory, &error)) }
        };
        let entries = match std::fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return failed(error),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return failed(error),
            };
            self.take()?;
            let name = entry.file_name();
            let matching = |state: &&State| frontier.part(**state).matches(&name.to_string_lossy());
            let matched: Vec<State> = wild.iter().filter(matching).copied().collect();
            let Ok(kind) = entry.file_type() else { continue };
            if matched.is_empty() {
                continue;
            }
            let path = entry.path();
            let leads_on = kind.is_dir() || kind.is_symlink() && path.is_dir();
            let is_next = |state: &State| matches!(frontier.part(*state), Part::AnyDepth) || !frontier.is_last(*state);
            let next = matched.iter().copied().filter(is_next);
            let next: Vec<State> = next.map(|state| frontier.after(state)).collect();
            let is_file = !leads_on && matched.iter().any(|state| frontier.is_last(*state));
            if name.to_str().is_none() {
                if is_file || leads_on && !next.is_empty() {
                    found.skip(path);
                }
            } else if is_file {
                for state in matched.iter().filter(|state| frontier.is_last(**state)) {
                    found.add(identity, path.clone(), name.clone(), frontier.profile(*state));
                }
            } else if leads_on && !next.is_empty() {
                frontier.add(path, &next, kind.is_symlink());
            }
        }
        Ok(())
    }

    fn unreadable(&self, directory: &Path, error: &io::Error) -> Error {
        unreadable(&self.base_dirs.display_path(directory), error)
    }

    fn take(&self) -> Result<(), Error> {
        self.budget.take(ExpandedSize { values: 1, bytes: 0 }).map_err(|exceeded| {
            let message = format!("the pattern {:?} leads to more names than one load may look at: {exceeded}", self.pattern);
            let error =
                Error::new(ErrorCode::Limit, message).with_hint("make the pattern narrower, or raise the limit `aliasNodes`");
            error.in_source(SourceKind::File, &self.pattern.into(), None)
        })
    }
}

/// The directories that are still to be walked.
struct Frontier<'r> {
    routes: &'r [Route],
    own: BTreeMap<PathBuf, Vec<State>>,
    /// Those behind a link, which come when no other is left.
    linked: BTreeMap<PathBuf, Vec<State>>,
}

impl Frontier<'_> {
    fn part(&self, (route, part): State) -> &Part {
        &self.routes[route].parts[part]
    }

    fn profile(&self, (route, _): State) -> Option<usize> {
        self.routes[route].profile
    }

    fn is_last(&self, (route, part): State) -> bool {
        part + 1 == self.routes[route].parts.len()
    }

    /// The state after a part that matched a directory: `**` keeps its own.
    fn after(&self, state: State) -> State {
        if matches!(self.part(state), Part::AnyDepth) { state } else { (state.0, state.1 + 1) }
    }

    /// `**` may also match no directory, so what follows it counts too.
    fn add(&mut self, directory: PathBuf, states: &[State], is_link: bool) {
        let followed = states.iter().filter(|state| matches!(self.part(**state), Part::AnyDepth));
        let all: Vec<State> = states.iter().copied().chain(followed.map(|(route, part)| (*route, part + 1))).collect();
        let frontier = if is_link { &mut self.linked } else { &mut self.own };
        frontier.entry(directory).or_default().extend(all);
    }

    fn next(&mut self) -> Option<(PathBuf, Vec<State>)> {
        self.own.pop_first().or_else(|| self.linked.pop_first())
    }
}

struct Found {
    matches: GlobMatches,
    /// The files that were found, and for which profile: a directory that is walked again gives none of them again.
    seen: HashMap<(Identity, OsString), (usize, PathBuf)>,
}

impl Found {
    fn new(profiles: usize) -> Self {
        let files = vec![BTreeSet::new(); profiles.max(1)];
        let matches = GlobMatches { files, profiles_found: vec![false; profiles], skipped: BTreeSet::new(), more_skipped: 0 };
        Self { matches, seen: HashMap::new() }
    }

    /// Adds a file under the path that it was found at first, for the first of the profiles that it matches for.
    fn add(&mut self, directory: &Identity, path: PathBuf, name: OsString, profile: Option<usize>) {
        if let Some(profile) = profile {
            self.matches.profiles_found[profile] = true;
        }
        let wanted = profile.unwrap_or_default();
        let (round, path) = self.seen.entry((directory.clone(), name)).or_insert((usize::MAX, path));
        if wanted < *round {
            if let Some(files) = self.matches.files.get_mut(*round) {
                files.remove(path);
            }
            *round = wanted;
            self.matches.files[wanted].insert(path.clone());
        }
    }

    fn skip(&mut self, path: PathBuf) {
        if self.matches.skipped.contains(&path) {
            return;
        }
        if self.matches.skipped.len() < MAX_LISTED {
            self.matches.skipped.insert(path);
        } else {
            self.matches.more_skipped += 1;
        }
    }
}

/// The identity of a directory, whatever path leads to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Identity(#[cfg(unix)] (u64, u64), #[cfg(not(unix))] PathBuf);

/// `None` for what is no directory.
#[cfg(unix)]
fn identity(directory: &Path) -> io::Result<Option<Identity>> {
    use std::os::unix::fs::MetadataExt;
    let metadata = directory.metadata()?;
    Ok(metadata.is_dir().then(|| Identity((metadata.dev(), metadata.ino()))))
}

#[cfg(not(unix))]
fn identity(directory: &Path) -> io::Result<Option<Identity>> {
    let real = directory.canonicalize()?;
    Ok(real.is_dir().then_some(Identity(real)))
}

/// Whether something is not there, or no longer what it was when its name was read.
fn is_vanished(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
