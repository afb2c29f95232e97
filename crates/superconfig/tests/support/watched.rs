//! A temporary directory with a configuration that watches its files, and a record of the events.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use superconfig::{Builder, Change, Error, Event, Subscription, SuperConfig, WatchOptions};
use tempfile::TempDir;

/// Far longer than anything takes; only a lost event waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Changes have to pause for so long.
pub(crate) const DEBOUNCE: Duration = Duration::from_millis(20);

/// A file with the value 0.
pub(crate) const ZERO: &str = "{\"value\": 0}";

/// The number of rounds of each kind of change.
pub(crate) fn rounds() -> u64 {
    std::env::var("SUPERCONFIG_TEST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(200)
}

/// Shares the rounds among threads, each with files of its own: nearly all of the time is waiting.
pub(crate) fn in_parallel(work: impl Fn(u64) + Sync) {
    const THREADS: u64 = 8;
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| work(rounds().div_ceil(THREADS)));
        }
    });
}

/// Goes through the rounds of a scenario, several threads at once: `open` makes files and watches them, `round` changes them and
/// expects what listeners hear. At the end nothing may have been heard twice.
pub(crate) fn scenario(open: impl Fn() -> Watched + Sync, round: impl Fn(&Watched, u64) + Sync) {
    in_parallel(|rounds| {
        let watched = open();
        for number in 1..=rounds {
            round(&watched, number);
        }
        watched.nothing_more();
    });
}

/// Creates files, and the directories above them.
pub(crate) fn create(directory: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let file = directory.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
}

/// Waits for a condition.
pub(crate) fn until(condition: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "waited in vain");
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub(crate) struct Watched {
    directory: Arc<TempDir>,
    pub(crate) config: SuperConfig,
    events: Receiver<Event>,
    _subscription: Subscription,
}

impl Watched {
    /// Watches `app.json`, of value 0.
    pub(crate) fn file() -> Self {
        Self::new(&[], |builder| builder.file("app.json"))
    }

    /// Makes files, and `app.json` with the value 0 unless it is one of them; watches what `sources` adds.
    pub(crate) fn new(files: &[(&str, &str)], sources: impl FnOnce(Builder) -> Builder) -> Self {
        Self::prepared(|at| create(at, files), sources)
    }

    /// As [`Watched::new`], for sources that name the directory, which is made before.
    pub(crate) fn inside(directory: TempDir, files: &[(&str, &str)], sources: impl FnOnce(Builder) -> Builder) -> Self {
        create(directory.path(), files);
        Self::open(Arc::new(directory), WatchOptions { debounce: DEBOUNCE, ..WatchOptions::default() }, sources)
    }

    /// As [`Watched::new`], for what is more than files.
    pub(crate) fn prepared(prepare: impl FnOnce(&Path), sources: impl FnOnce(Builder) -> Builder) -> Self {
        Self::with(WatchOptions { debounce: DEBOUNCE, ..WatchOptions::default() }, prepare, sources)
    }

    pub(crate) fn with(options: WatchOptions, prepare: impl FnOnce(&Path), sources: impl FnOnce(Builder) -> Builder) -> Self {
        let directory = tempfile::tempdir().unwrap();
        prepare(directory.path());
        if !directory.path().join("app.json").exists() {
            std::fs::write(directory.path().join("app.json"), ZERO).unwrap();
        }
        Self::open(Arc::new(directory), options, sources)
    }

    fn open(directory: Arc<TempDir>, options: WatchOptions, sources: impl FnOnce(Builder) -> Builder) -> Self {
        let config = sources(SuperConfig::builder().cwd(directory.path())).watch(options).load().unwrap();
        let (sender, events) = channel();
        let subscription = config.subscribe(move |event| drop(sender.send(event.clone())));
        Self { directory, config, events, _subscription: subscription }
    }

    /// Another configuration over the same files.
    pub(crate) fn another(&self, sources: impl FnOnce(Builder) -> Builder) -> Self {
        let options = WatchOptions { debounce: DEBOUNCE, ..WatchOptions::default() };
        Self::open(self.directory.clone(), options, sources)
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(crate) fn write(&self, name: &str, value: u64) {
        self.write_text(name, &format!("{{\"value\": {value}}}"));
    }

    pub(crate) fn write_text(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), text).unwrap();
    }

    pub(crate) fn make_directory(&self, name: &str) {
        std::fs::create_dir_all(self.at(name)).unwrap();
    }

    /// Removes a file, or a directory with all that is in it.
    pub(crate) fn remove(&self, name: &str) {
        let path = self.at(name);
        if path.symlink_metadata().unwrap().is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        } else {
            std::fs::remove_file(path).unwrap();
        }
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.at(from), self.at(to)).unwrap();
    }

    /// The value that is read now.
    pub(crate) fn value(&self) -> u64 {
        self.config.get("value").unwrap()
    }

    /// The next event, which must be a change.
    #[track_caller]
    pub(crate) fn change(&self) -> Change {
        match self.events.recv_timeout(PATIENCE) {
            Ok(Event::Changed(change)) => change,
            other => panic!("expected a change, got {other:?}; {:?}", self.config.status()),
        }
    }

    /// The next change, whatever errors come before.
    #[track_caller]
    pub(crate) fn change_after_errors(&self) -> Change {
        loop {
            match self.events.recv_timeout(PATIENCE) {
                Ok(Event::Failed(_)) => {}
                Ok(Event::Changed(change)) => return change,
                other => panic!("expected a change, got {other:?}; {:?}", self.config.status()),
            }
        }
    }

    /// The next event, which must be a change of `value` alone, to this.
    #[track_caller]
    pub(crate) fn expect(&self, value: u64) {
        check(&self.change(), value);
    }

    /// The next event, which must be a change of these paths.
    #[track_caller]
    pub(crate) fn expect_changed(&self, paths: &[&str]) {
        assert_eq!(self.change().changed, paths);
    }

    #[track_caller]
    pub(crate) fn expect_after_errors(&self, value: u64) {
        check(&self.change_after_errors(), value);
    }

    /// The next event, which must be a failure.
    #[track_caller]
    pub(crate) fn error(&self) -> Error {
        match self.events.recv_timeout(PATIENCE) {
            Ok(Event::Failed(failure)) => failure.error,
            other => panic!("expected an error, got {other:?}; {:?}", self.config.status()),
        }
    }

    /// Longer than changes are gathered for.
    pub(crate) fn settle(&self) {
        std::thread::sleep(Duration::from_millis(60));
    }

    /// Nothing was doubled: after a time in which a late event would have come there is none.
    #[track_caller]
    pub(crate) fn nothing_more(&self) {
        match self.events.recv_timeout(Duration::from_millis(300)) {
            Err(RecvTimeoutError::Timeout) => {}
            other => panic!("expected nothing, got {other:?}"),
        }
    }
}

#[track_caller]
fn check(change: &Change, value: u64) {
    assert_eq!(change.current.get::<u64>(&"value".parse().unwrap()).unwrap(), value);
    assert_eq!(change.changed, ["value"]);
}
