//! The files and directories that a load depends on: a watcher watches them, and a load checks by them that its files belong
//! together.

use super::read_file::Fingerprint;
use crate::diagnostic::{Error, ErrorCode};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// A file found empty is taken as half written for this long.
pub(crate) const HALF_WRITTEN: Duration = Duration::from_secs(1);

/// Somewhere a load looked, there or not.
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

/// What one load looked at.
#[derive(Clone, Debug)]
pub(crate) struct Dependencies {
    /// Where relative paths start.
    pub(crate) base: PathBuf,
    /// When the load began.
    started: SystemTime,
    /// Every place, with what was there when it was opened.
    entries: BTreeMap<Dependency, Option<Fingerprint>>,
    /// A file was found half written; when it counts as empty.
    pub(crate) half_written_until: Option<Instant>,
}

impl Dependencies {
    fn new(base: PathBuf) -> Self {
        Self { base, started: SystemTime::now(), entries: BTreeMap::new(), half_written_until: None }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Dependency> {
        self.entries.keys()
    }

    /// How long to wait until what was read can be trusted to belong together; `None` when it can be now.
    ///
    /// It can when no file is another one now than when it was read, and none had been written within `quiet` of the
    /// load's start: whoever changes several files within that time has then changed all of them or none.
    pub(crate) fn unsettled(&self, quiet: Duration) -> Option<Duration> {
        let stamps = self.entries.iter().filter_map(|(dependency, stamp)| Some((dependency.path(), (*stamp)?)));
        let waits = stamps.filter_map(|(path, stamp)| match Fingerprint::now(path) {
            Some(now) if now == stamp => {
                stamp.age(self.started).map(|age| quiet.saturating_sub(age)).filter(|left| !left.is_zero())
            }
            _ => Some(quiet.max(Duration::from_millis(1))),
        });
        waits.max()
    }

    /// How long to wait until nothing that was looked at has changed within `quiet`; `None` where nothing has.
    pub(crate) fn recently_changed(&self, quiet: Duration) -> Option<Duration> {
        let now = SystemTime::now();
        let ages = self.entries.keys().filter_map(|dependency| Fingerprint::now(dependency.path())?.age(now));
        ages.map(|age| quiet.saturating_sub(age)).filter(|left| !left.is_zero()).max()
    }

    /// True when a load now could find something else.
    pub(crate) fn is_stale(&self) -> bool {
        self.entries.iter().any(|(dependency, stamp)| {
            let settled = stamp.is_none_or(|stamp| stamp.is_settled(self.started));
            !settled || Fingerprint::now(dependency.path()) != *stamp
        })
    }
}

/// The file or directory that is being read, if any, and since when: what does not come back shows in the status.
#[derive(Default)]
pub(crate) struct InProgress(Mutex<Option<(Option<PathBuf>, Instant)>>);

impl InProgress {
    /// Something is read from here on: of which file is known only while one is opened.
    pub(crate) fn begin(&self, path: Option<&Path>) {
        *self.0.lock() = Some((path.map(Path::to_path_buf), Instant::now()));
    }

    pub(crate) fn end(&self) {
        *self.0.lock() = None;
    }

    /// What has been read for longer than `patience`, and for how long.
    pub(crate) fn held_up(&self, patience: Duration) -> Option<(Option<PathBuf>, Duration)> {
        let current = self.0.lock();
        let (path, since) = current.as_ref()?;
        let elapsed = since.elapsed();
        (elapsed > patience).then(|| (path.clone(), elapsed))
    }
}

/// Notes down what a loader looks at. Does nothing until somebody watches.
#[derive(Default)]
pub(crate) struct DependencyTracker {
    recorded: Option<Dependencies>,
    /// Told of what is read, where somebody watches.
    in_progress: Option<Arc<InProgress>>,
    /// The load follows a change on disk: a writer may be at work.
    background: bool,
    /// Files found empty, and from when on they are taken as that where nobody has touched them meanwhile; nothing for at once.
    empty: HashMap<PathBuf, (Fingerprint, Option<Instant>)>,
}

impl DependencyTracker {
    /// Starts to note down, with the next load.
    pub(crate) fn enable(&mut self) {
        self.in_progress = Some(Arc::default());
    }

    /// What is being read, where somebody watches.
    pub(crate) fn in_progress(&self) -> Option<&Arc<InProgress>> {
        self.in_progress.as_ref()
    }

    /// Begins a load.
    pub(crate) fn begin(&mut self, base: &Path, background: bool) {
        self.background = background;
        if let Some(in_progress) = &self.in_progress {
            in_progress.begin(None);
            self.recorded = Some(Dependencies::new(base.to_path_buf()));
        }
    }

    /// Ends a load: gives what it looked at, where somebody watches.
    pub(crate) fn finish(&mut self) -> Option<Arc<Dependencies>> {
        self.in_progress.as_ref()?.end();
        self.recorded.take().map(Arc::new)
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.in_progress.is_some()
    }

    fn open(&self, path: &Path) {
        if let Some(in_progress) = &self.in_progress {
            in_progress.begin(Some(path));
        }
    }

    pub(crate) fn file(&mut self, path: &Path) {
        self.open(path);
        if let Some(recorded) = &mut self.recorded {
            recorded.entries.entry(Dependency::File(path.to_path_buf())).or_default();
        }
    }

    pub(crate) fn directory(&mut self, path: &Path) {
        self.open(path);
        if let Some(recorded) = &mut self.recorded {
            recorded.entries.entry(Dependency::Directory(path.to_path_buf())).or_insert_with(|| Fingerprint::now(path));
        }
    }

    /// The files of one name, in all formats, are looked for beside this one, which may end in `.*`.
    #[cfg(feature = "discovery")]
    pub(crate) fn formats_of(&mut self, path: &Path) {
        self.open(path);
        let Some(recorded) = &mut self.recorded else { return };
        let (Some(directory), Some(stem)) = (path.parent(), path.file_stem()) else { return };
        let dependency = Dependency::Prefix(directory.to_path_buf(), stem.to_string_lossy().into_owned());
        recorded.entries.entry(dependency).or_insert_with(|| Fingerprint::now(directory));
    }

    /// A file was read, or what was read before was taken again. What was found first counts: where a file changes while
    /// two sources read it, they do not belong together.
    pub(crate) fn read(&mut self, path: &Path, stamp: Fingerprint) {
        if let Some(recorded) = &mut self.recorded {
            recorded.entries.entry(Dependency::File(path.to_path_buf())).or_default().get_or_insert(stamp);
        }
    }

    /// Whether a file of `length` bytes is to be taken as half written: then nothing comes of the load.
    pub(crate) fn is_half_written(&mut self, path: &Path, length: usize, stamp: Fingerprint) -> bool {
        let Some(recorded) = &mut self.recorded else { return false };
        if length > 0 {
            self.empty.remove(path);
            return false;
        }
        if !self.background {
            self.empty.insert(path.to_path_buf(), (stamp, None));
            return false;
        }
        let now = Instant::now();
        let fresh = (stamp, Some(now + HALF_WRITTEN));
        let known = self.empty.entry(path.to_path_buf()).or_insert(fresh);
        if known.0 != stamp {
            *known = fresh;
        }
        let Some(until) = known.1.filter(|until| *until > now) else { return false };
        recorded.half_written_until = Some(recorded.half_written_until.map_or(until, |other| other.min(until)));
        true
    }

    /// A file could not be read. One that is not there may come back empty, as one that is written then.
    pub(crate) fn failed(&mut self, path: &Path, error: &Error) {
        if error.code() == ErrorCode::NotFound {
            self.empty.remove(path);
        }
    }
}
