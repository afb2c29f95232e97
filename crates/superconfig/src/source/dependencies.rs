//! The files and directories that a load depends on: a watcher watches them, and a load checks by them that its files belong
//! together.

use super::read_file::Fingerprint;
use crate::diagnostic::{Error, ErrorCode};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// An empty file counts as half written for this long.
pub(crate) const HALF_WRITTEN: Duration = Duration::from_secs(1);

/// A path that a load depends on, whether it exists or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Dependency {
    /// A file by its name.
    File(PathBuf),
    /// A directory by the names in it.
    Directory(PathBuf),
    /// The files of a directory whose names begin with a text.
    Prefix(PathBuf, String),
}

impl Dependency {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Dependency::File(path) | Dependency::Directory(path) | Dependency::Prefix(path, _) => path,
        }
    }
}

/// The dependencies of one load.
#[derive(Clone, Debug)]
pub(crate) struct Dependencies {
    /// The directory that relative paths resolve to.
    pub(crate) base: PathBuf,
    /// When the load began.
    started: SystemTime,
    /// Every dependency, with its fingerprint when it was opened.
    entries: BTreeMap<Dependency, Option<Fingerprint>>,
    /// A file was found half written; the time from which it counts as empty.
    pub(crate) half_written_until: Option<Instant>,
}

impl Dependencies {
    fn new(base: PathBuf) -> Self {
        Self { base, started: SystemTime::now(), entries: BTreeMap::new(), half_written_until: None }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Dependency> {
        self.entries.keys()
    }

    /// The time to wait until the files read can be trusted to belong together; `None` when they can be now.
    ///
    /// They can when no file differs from the one that was read, and none had been written within `quiet` of the load's
    /// start: a program that changes several files within that time has then changed all of them or none.
    pub(crate) fn unsettled(&self, quiet: Duration) -> Option<Duration> {
        let fingerprints = self.entries.iter().filter_map(|(dependency, fingerprint)| Some((dependency.path(), (*fingerprint)?)));
        let waits = fingerprints.filter_map(|(path, fingerprint)| match Fingerprint::now(path) {
            Some(now) if now == fingerprint => {
                fingerprint.age(self.started).map(|age| quiet.saturating_sub(age)).filter(|left| !left.is_zero())
            }
            _ => Some(quiet.max(Duration::from_millis(1))),
        });
        waits.max()
    }

    /// The time to wait until no dependency has changed within `quiet`; `None` where none has.
    pub(crate) fn recently_changed(&self, quiet: Duration) -> Option<Duration> {
        let now = SystemTime::now();
        let ages = self.entries.keys().filter_map(|dependency| Fingerprint::now(dependency.path())?.age(now));
        ages.map(|age| quiet.saturating_sub(age)).filter(|left| !left.is_zero()).max()
    }

    /// True when a load now could give another result.
    pub(crate) fn is_stale(&self) -> bool {
        self.entries.iter().any(|(dependency, fingerprint)| {
            let settled = fingerprint.is_none_or(|fingerprint| fingerprint.is_settled(self.started));
            !settled || Fingerprint::now(dependency.path()) != *fingerprint
        })
    }
}

/// The file or directory being read, if any, and since when: a read that hangs appears in the status.
#[derive(Default)]
pub(crate) struct InProgress(Mutex<Option<(Option<PathBuf>, Instant)>>);

impl InProgress {
    /// Marks the start of a read; the path is known only while a file is opened.
    pub(crate) fn begin(&self, path: Option<&Path>) {
        *self.0.lock() = Some((path.map(Path::to_path_buf), Instant::now()));
    }

    pub(crate) fn end(&self) {
        *self.0.lock() = None;
    }

    /// The read that has taken longer than `patience`, and its duration.
    pub(crate) fn held_up(&self, patience: Duration) -> Option<(Option<PathBuf>, Duration)> {
        let current = self.0.lock();
        let (path, since) = current.as_ref()?;
        let elapsed = since.elapsed();
        (elapsed > patience).then(|| (path.clone(), elapsed))
    }
}

/// Records the dependencies of a loader. Does nothing until the configuration is watched.
#[derive(Default)]
pub(crate) struct DependencyTracker(Option<Box<Recording>>);

/// What is recorded of a watched configuration.
#[derive(Default)]
struct Recording {
    /// Those of the running load.
    dependencies: Option<Dependencies>,
    /// Receives the current read.
    in_progress: Arc<InProgress>,
    /// The load follows a change on disk: a writer may be at work.
    background: bool,
    /// Files found empty, and the time from which each counts as empty if it is unchanged; `None` for at once.
    empty: HashMap<PathBuf, (Fingerprint, Option<Instant>)>,
}

impl DependencyTracker {
    /// Starts to record, with the next load.
    pub(crate) fn enable(&mut self) {
        self.0 = Some(Box::default());
    }

    /// The current read, where the configuration is watched.
    pub(crate) fn in_progress(&self) -> Option<&Arc<InProgress>> {
        self.0.as_ref().map(|recording| &recording.in_progress)
    }

    /// Begins a load.
    pub(crate) fn begin(&mut self, base: &Path, background: bool) {
        if let Some(recording) = &mut self.0 {
            recording.background = background;
            recording.in_progress.begin(None);
            recording.dependencies = Some(Dependencies::new(base.to_path_buf()));
        }
    }

    /// Ends a load and gives its dependencies, where the configuration is watched.
    pub(crate) fn finish(&mut self) -> Option<Arc<Dependencies>> {
        let recording = self.0.as_mut()?;
        recording.in_progress.end();
        recording.dependencies.take().map(Arc::new)
    }

    /// The dependencies of the running load, to which a path is about to be added.
    fn open(&mut self, path: &Path) -> Option<&mut Dependencies> {
        let recording = self.0.as_mut()?;
        recording.in_progress.begin(Some(path));
        recording.dependencies.as_mut()
    }

    pub(crate) fn file(&mut self, path: &Path) {
        if let Some(recorded) = self.open(path) {
            recorded.entries.entry(Dependency::File(path.to_path_buf())).or_default();
        }
    }

    pub(crate) fn directory(&mut self, path: &Path) {
        if let Some(recorded) = self.open(path) {
            recorded.entries.entry(Dependency::Directory(path.to_path_buf())).or_insert_with(|| Fingerprint::now(path));
        }
    }

    /// Records the files of one name, in all formats, beside this one, which may end in `.*`.
    #[cfg(feature = "discovery")]
    pub(crate) fn formats_of(&mut self, path: &Path) {
        let Some(recorded) = self.open(path) else { return };
        let (Some(directory), Some(stem)) = (path.parent(), path.file_stem()) else { return };
        let dependency = Dependency::Prefix(directory.to_path_buf(), stem.to_string_lossy().into_owned());
        recorded.entries.entry(dependency).or_insert_with(|| Fingerprint::now(directory));
    }

    /// Records a file that was read, or taken from the cache. Its first fingerprint counts: where a file changes while two
    /// sources read it, they do not belong together.
    pub(crate) fn read(&mut self, path: &Path, fingerprint: Fingerprint) {
        if let Some(recorded) = self.0.as_mut().and_then(|recording| recording.dependencies.as_mut()) {
            recorded.entries.entry(Dependency::File(path.to_path_buf())).or_default().get_or_insert(fingerprint);
        }
    }

    /// Whether a file of `length` bytes counts as half written: the load is then abandoned.
    pub(crate) fn is_half_written(&mut self, path: &Path, length: usize, fingerprint: Fingerprint) -> bool {
        let Some(recording) = &mut self.0 else { return false };
        let Recording { dependencies: Some(recorded), background, empty, .. } = &mut **recording else { return false };
        if length > 0 {
            empty.remove(path);
            return false;
        }
        if !*background {
            empty.insert(path.to_path_buf(), (fingerprint, None));
            return false;
        }
        let now = Instant::now();
        let fresh = (fingerprint, Some(now + HALF_WRITTEN));
        let known = empty.entry(path.to_path_buf()).or_insert(fresh);
        if known.0 != fingerprint {
            *known = fresh;
        }
        let Some(until) = known.1.filter(|until| *until > now) else { return false };
        recorded.half_written_until = Some(recorded.half_written_until.map_or(until, |other| other.min(until)));
        true
    }

    /// Records a file that could not be read. A missing one may come back empty, and then counts as half written.
    pub(crate) fn failed(&mut self, path: &Path, error: &Error) {
        if let Some(recording) = &mut self.0
            && error.code() == ErrorCode::NotFound
        {
            recording.empty.remove(path);
        }
    }
}
