//! An index from watched directories to the configurations that depend on them.

use super::watch_plan::WatchSet;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A change costs as much as there are configurations that have to do with it, and so does adding or removing one: however
/// many others there are.
#[derive(Default)]
pub(super) struct WatchIndex {
    sets: HashMap<u64, Arc<WatchSet>>,
    /// The configurations that watch a directory.
    directories: HashMap<PathBuf, HashSet<u64>>,
    /// Those that watch a directory somewhere below it.
    above: HashMap<PathBuf, HashSet<u64>>,
    /// The number of configurations and directories visited.
    #[cfg(test)]
    pub(super) steps: u64,
}

impl WatchIndex {
    /// Sets the directories that a configuration watches, none for `None`. Gives the directories that none watches any more.
    pub(super) fn set(&mut self, id: u64, set: Option<Arc<WatchSet>>) -> Vec<PathBuf> {
        let before = match &set {
            Some(set) => self.sets.insert(id, set.clone()),
            None => self.sets.remove(&id),
        };
        if before.as_deref() == set.as_deref() {
            return Vec::new();
        }
        for set in set.iter() {
            let (directories, above) = (set.directories.keys(), set.above.iter());
            directories.for_each(|path| insert(&mut self.directories, path, id));
            above.for_each(|path| insert(&mut self.above, path, id));
            self.count(set.directories.len() + set.above.len());
        }
        let Some(before) = before else { return Vec::new() };
        self.count(before.directories.len() + before.above.len());
        for path in &before.above {
            if !set.as_ref().is_some_and(|set| set.above.contains(path)) {
                remove(&mut self.above, path, id);
            }
        }
        let left = before.directories.keys().filter(|path| !set.as_ref().is_some_and(|set| set.directories.contains_key(*path)));
        left.filter(|path| remove(&mut self.directories, path, id)).cloned().collect()
    }

    /// The configurations that a change at a path has to do with. For one that `structural`ly changes the tree the flag says
    /// that a watched directory is at the path or below it.
    pub(super) fn interested(&mut self, path: &Path, structural: bool) -> Vec<(u64, bool)> {
        let own = self.directories.get(path);
        let mut found: Vec<(u64, bool)> = own.into_iter().flatten().map(|id| (*id, structural)).collect();
        if structural {
            found.extend(self.above.get(path).into_iter().flatten().map(|id| (*id, true)));
        }
        if let (Some(parent), Some(name)) = (path.parent(), path.file_name())
            && let Some(ids) = self.directories.get(parent)
        {
            let named = |id: &&u64| self.sets.get(*id).is_some_and(|set| set.counts(parent, name));
            found.extend(ids.iter().filter(named).map(|id| (*id, false)));
        }
        #[cfg(test)]
        self.count(1 + found.len());
        found
    }

    #[cfg(test)]
    fn count(&mut self, steps: usize) {
        self.steps += steps as u64;
    }

    #[cfg(not(test))]
    #[inline(always)]
    fn count(&mut self, _: usize) {}
}

fn insert(index: &mut HashMap<PathBuf, HashSet<u64>>, path: &Path, id: u64) {
    match index.get_mut(path) {
        Some(ids) => drop(ids.insert(id)),
        None => drop(index.insert(path.to_path_buf(), HashSet::from([id]))),
    }
}

/// True when it was the last.
fn remove(index: &mut HashMap<PathBuf, HashSet<u64>>, path: &Path, id: u64) -> bool {
    let Some(ids) = index.get_mut(path) else { return false };
    ids.remove(&id);
    let is_last = ids.is_empty();
    if is_last {
        index.remove(path);
    }
    is_last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(directory: &str) -> Arc<WatchSet> {
        Arc::new(WatchSet::from_file(Path::new(directory), "app.json"))
    }

    /// Opens so many configurations, each with a directory of its own, changes one file of each, and closes them.
    fn steps(count: u64) -> u64 {
        let mut index = WatchIndex::default();
        let directory = |id| format!("/srv/{id}");
        for id in 0..count {
            assert!(index.set(id, Some(set(&directory(id)))).is_empty());
        }
        for id in 0..count {
            let path = PathBuf::from(directory(id)).join("app.json");
            assert_eq!(index.interested(&path, true), [(id, false)]);
        }
        for id in 0..count {
            assert!(index.set(id, None).contains(&PathBuf::from(directory(id))), "{id}");
        }
        assert!(index.directories.is_empty() && index.above.is_empty() && index.sets.is_empty());
        index.steps
    }

    #[test]
    fn watching_twice_as_many_configurations_costs_twice_as_much() {
        let (one, two) = (steps(500), steps(1000));
        assert!(two as f64 / one as f64 <= 2.1, "{one} {two}");
    }

    #[test]
    fn directory_stays_watched_until_its_last_configuration_is_removed() {
        let mut index = WatchIndex::default();
        index.set(1, Some(set("/srv/app")));
        index.set(2, Some(set("/srv/app")));
        assert!(index.set(1, Some(set("/srv/other"))).is_empty());
        let moved = index.interested(Path::new("/srv"), true);
        assert_eq!(moved.len(), 2);
        assert!(moved.iter().all(|(_, leads)| *leads));
        assert_eq!(index.set(2, None), [PathBuf::from("/srv/app")]);
    }
}
