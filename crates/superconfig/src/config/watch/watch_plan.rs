//! The directories to watch for a load's dependencies, and the names in them that count.

use crate::source::Dependency;
use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// As many links as the operating system follows in one path.
const MAX_LINKS: usize = 40;

/// The names of a directory that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    all: bool,
    exact: HashSet<OsString>,
    prefixes: HashSet<String>,
}

impl Names {
    fn contain(&self, name: &OsStr) -> bool {
        let begins = || self.prefixes.iter().any(|prefix| begins_with(name, prefix));
        self.all || self.exact.contains(name) || begins() || IGNORES_CASE && self.contain_in_any_case(name)
    }

    fn contain_in_any_case(&self, name: &OsStr) -> bool {
        self.exact.iter().any(|exact| exact.eq_ignore_ascii_case(name))
    }
}

/// Whether the system's own file systems find a file by its name in any case. One told too often costs a look, no more.
const IGNORES_CASE: bool = cfg!(any(windows, target_os = "macos"));

fn begins_with(name: &OsStr, prefix: &str) -> bool {
    let start = name.as_encoded_bytes().get(..prefix.len());
    start.is_some_and(|start| start == prefix.as_bytes() || IGNORES_CASE && start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// The directories that a configuration needs to hear of, free of links.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct WatchSet {
    pub(super) directories: HashMap<PathBuf, Names>,
    /// Everything above them: when one of these moves, the directories are others.
    pub(super) above: HashSet<PathBuf>,
}

impl WatchSet {
    /// Whether something of this name in a directory could change what a load gives.
    pub(super) fn counts(&self, directory: &Path, name: &OsStr) -> bool {
        self.directories.get(directory).is_some_and(|names| names.contain(name))
    }

    fn names(&mut self, directory: &Path) -> &mut Names {
        self.directories.entry(directory.to_path_buf()).or_default()
    }

    fn add_ancestors(&mut self) {
        let above = self.directories.keys().flat_map(|directory| directory.ancestors().skip(1));
        self.above = above.map(Path::to_path_buf).collect();
    }

    #[cfg(test)]
    pub(super) fn from_file(directory: &Path, name: &str) -> Self {
        let mut set = Self::default();
        set.names(directory).exact.insert(name.into());
        set.add_ancestors();
        set
    }
}

/// The directories that each dependency needs, and their union.
#[derive(Default)]
pub(super) struct WatchPlan {
    pub(super) set: WatchSet,
    pub(super) needs: Vec<(PathBuf, Vec<PathBuf>)>,
}

impl WatchPlan {
    /// Resolves the path of every dependency.
    ///
    /// On it, every link counts, and the first missing component; below `base` every directory too, so that the replacement
    /// of any of them is noticed. Costs one `lstat` per different directory and dependency.
    pub(super) fn new<'a>(dependencies: impl Iterator<Item = &'a Dependency>, base: &Path) -> Self {
        // Nothing replaces an entry of the file system's root, and half the system's traffic is there.
        let mut known = HashMap::new();
        let base = follow(&mut known, base, |_, _, _| {}).filter(|base| base.parent().is_some());
        let mut walker = Walker { base, known, set: WatchSet::default() };
        let needs = dependencies.map(|one| (one.path().to_path_buf(), walker.walk(one))).collect();
        let mut set = walker.set;
        set.add_ancestors();
        Self { set, needs }
    }
}

#[derive(Clone)]
enum Kind {
    Directory,
    Link(PathBuf),
    Other,
}

struct Walker {
    base: Option<PathBuf>,
    known: HashMap<PathBuf, Kind>,
    set: WatchSet,
}

impl Walker {
    /// Follows the path of a dependency; gives the directories that it needs.
    fn walk(&mut self, dependency: &Dependency) -> Vec<PathBuf> {
        let Self { base, known, set } = self;
        let mut needed = Vec::new();
        let end = follow(known, dependency.path(), |real, name, kind| {
            let counts = !matches!(kind, Kind::Directory) || base.as_ref().is_some_and(|base| real.starts_with(base));
            if counts {
                set.names(real).exact.insert(name);
                if !needed.iter().any(|directory| directory == real) {
                    needed.push(real.to_path_buf());
                }
            }
        });
        let Some(real) = end else { return needed };
        match dependency {
            Dependency::File(_) => return needed,
            Dependency::Directory(_) => set.names(&real).all = true,
            Dependency::Prefix(_, prefix) => drop(set.names(&real).prefixes.insert(prefix.clone())),
        }
        if !needed.contains(&real) {
            needed.push(real);
        }
        needed
    }
}

/// Follows a path by hand, so that no part is written otherwise than programs and links write it, as Windows would do.
///
/// Calls `step` with each directory on it, free of links, the name that is looked up there, and what has that name. Gives the directory
/// at the end, `None` where the path ends early or at something else.
fn follow(known: &mut HashMap<PathBuf, Kind>, path: &Path, mut step: impl FnMut(&Path, OsString, &Kind)) -> Option<PathBuf> {
    let mut real = PathBuf::new();
    let mut links = 0;
    let mut rest: VecDeque<OsString> = VecDeque::new();
    push_front(&mut rest, path, &mut real);
    while let Some(name) = rest.pop_front() {
        if name == ".." {
            real.pop();
            continue;
        }
        let here = real.join(&name);
        let kind = kind_of(known, &here);
        step(&real, name, &kind);
        match kind {
            Kind::Directory => real = here,
            Kind::Link(target) => {
                links += 1;
                if links > MAX_LINKS {
                    return None;
                }
                push_front(&mut rest, &target, &mut real);
            }
            Kind::Other => return None,
        }
    }
    Some(real)
}

fn kind_of(known: &mut HashMap<PathBuf, Kind>, path: &Path) -> Kind {
    if let Some(kind) = known.get(path) {
        return kind.clone();
    }
    let kind = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => Kind::Directory,
        Ok(metadata) if metadata.is_symlink() => path.read_link().map_or(Kind::Other, Kind::Link),
        _ => Kind::Other,
    };
    known.insert(path.to_path_buf(), kind.clone());
    kind
}

/// Puts the parts of a path before what is left to walk; an absolute one starts from its root again.
fn push_front(rest: &mut VecDeque<OsString>, path: &Path, real: &mut PathBuf) {
    let mut root = PathBuf::new();
    for component in path.components().rev() {
        match component {
            Component::Normal(_) | Component::ParentDir => rest.push_front(component.as_os_str().to_owned()),
            Component::CurDir => {}
            Component::RootDir => root = Path::new(component.as_os_str()).to_path_buf(),
            Component::Prefix(_) => root = Path::new(component.as_os_str()).join(root),
        }
    }
    if !root.as_os_str().is_empty() {
        *real = root;
    }
}
