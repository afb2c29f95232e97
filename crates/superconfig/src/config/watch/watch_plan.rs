//! Which directories to watch for a place to be noticed, and which names in them count.

use crate::source::Dependency;
use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// As many links as the operating system follows in one path.
const MAX_LINKS: usize = 40;

/// The names of a directory that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NameSet {
    all: bool,
    exact: HashSet<OsString>,
    prefixes: HashSet<String>,
}

impl NameSet {
    fn contain(&self, name: &OsStr) -> bool {
        let begins = || {
            let bytes = name.as_encoded_bytes();
            self.prefixes.iter().any(|prefix| bytes.starts_with(prefix.as_bytes()))
        };
        self.all || self.exact.contains(name) || begins()
    }
}

/// The directories that a configuration needs to hear of, free of links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct WatchSet {
    pub(super) directories: HashMap<PathBuf, NameSet>,
    /// Everything above them: when one of these moves, the directories are others.
    above: HashSet<PathBuf>,
}

impl WatchSet {
    /// Whether something at this path could change what a load gives.
    pub(super) fn covers(&self, path: &Path) -> bool {
        let named = || Some(self.directories.get(path.parent()?)?.contain(path.file_name()?));
        named() == Some(true) || self.directories.contains_key(path)
    }

    /// Whether a directory that counts is at this path or below it.
    pub(super) fn contains_ancestor(&self, path: &Path) -> bool {
        self.directories.contains_key(path) || self.above.contains(path)
    }

    fn names(&mut self, directory: &Path) -> &mut NameSet {
        self.directories.entry(directory.to_path_buf()).or_default()
    }
}

/// What each place needs, and all of it together.
#[derive(Default)]
pub(super) struct WatchPlan {
    pub(super) watch_set: WatchSet,
    pub(super) dependencies: Vec<(PathBuf, Vec<PathBuf>)>,
}

/// Finds the way to every place.
///
/// On it, every link counts, and the first thing that is missing; below `base` every directory too, so that one that is
/// replaced from there on down is noticed. Costs one `lstat` per different directory and place.
pub(super) fn plan_watches<'a>(dependencies: impl Iterator<Item = &'a Dependency>, base: &Path) -> WatchPlan {
    // What stands in the root of the file system is replaced by nobody, and half the system's traffic is there.
    let base = base.canonicalize().ok().filter(|base| base.parent().is_some());
    let mut walker = Walker { base, known: HashMap::new(), watch_set: WatchSet::default() };
    let mut plan = WatchPlan::default();
    for dependency in dependencies {
        let directories = walker.walk(dependency);
        plan.dependencies.push((dependency.path().to_path_buf(), directories));
    }
    plan.watch_set = walker.watch_set;
    let above = plan.watch_set.directories.keys().flat_map(|directory| directory.ancestors().skip(1));
    plan.watch_set.above = above.map(Path::to_path_buf).collect();
    plan
}

#[derive(Clone)]
enum EntryKind {
    Directory,
    Link(PathBuf),
    Other,
}

struct Walker {
    base: Option<PathBuf>,
    known: HashMap<PathBuf, EntryKind>,
    watch_set: WatchSet,
}

impl Walker {
    /// Follows one path by hand; gives the directories that it needs.
    fn walk(&mut self, dependency: &Dependency) -> Vec<PathBuf> {
        let mut needed = Vec::new();
        let mut real = PathBuf::new();
        let mut links = 0;
        let mut rest: VecDeque<OsString> = VecDeque::new();
        push_front(&mut rest, dependency.path(), &mut real);
        while let Some(name) = rest.pop_front() {
            if name == ".." {
                real.pop();
                continue;
            }
            let here = real.join(&name);
            let kind = self.kind(&here);
            let counts = !matches!(kind, EntryKind::Directory) || self.base.as_ref().is_some_and(|base| real.starts_with(base));
            if counts {
                self.watch_set.names(&real).exact.insert(name);
                if !needed.contains(&real) {
                    needed.push(real.clone());
                }
            }
            match kind {
                EntryKind::Directory => real = here,
                EntryKind::Link(target) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return needed;
                    }
                    push_front(&mut rest, &target, &mut real);
                }
                // The end of the way, be it early.
                EntryKind::Other => return needed,
            }
        }
        match dependency {
            Dependency::File(_) => return needed,
            Dependency::Directory(_) => self.watch_set.names(&real).all = true,
            Dependency::Prefix(_, prefix) => drop(self.watch_set.names(&real).prefixes.insert(prefix.clone())),
        }
        if !needed.contains(&real) {
            needed.push(real);
        }
        needed
    }

    fn kind(&mut self, path: &Path) -> EntryKind {
        if let Some(kind) = self.known.get(path) {
            return kind.clone();
        }
        let kind = match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => EntryKind::Directory,
            Ok(metadata) if metadata.is_symlink() => path.read_link().map_or(EntryKind::Other, EntryKind::Link),
            _ => EntryKind::Other,
        };
        self.known.insert(path.to_path_buf(), kind.clone());
        kind
    }
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
