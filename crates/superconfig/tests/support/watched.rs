//! A directory with files, a configuration that watches them, and what its listeners heard.

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

/// How often each kind of change is made.
pub(crate) fn rounds() -> u64 {
    std::env::var("SUPERCONFIG_TEST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(200)
}

/// Shares the rounds among threads, each with files of its own: nearly all of the time is waiting.
pub(crate) fn in_parallel(scenario: impl Fn(u64) + Sync) {
    const THREADS: u64 = 8;
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| scenario(rounds().div_ceil(THREADS)));
        }
    });
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
    /// Makes `app.json` with the value 0, and whatever else `prepare` makes; watches what `sources` adds.
    pub(crate) fn new(prepare: impl FnOnce(&Path), sources: impl FnOnce(Builder) -> Builder) -> Self {
        Self::with(WatchOptions { debounce: DEBOUNCE, ..WatchOptions::default() }, prepare, sources)
    }

    pub(crate) fn with(options: WatchOptions, prepare: impl FnOnce(&Path), sources: impl FnOnce(Builder) -> Builder) -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        prepare(directory.path());
        if !directory.path().join("app.json").exists() {
            std::fs::write(directory.path().join("app.json"), "{\"value\": 0}").unwrap();
        }
        Self::open(directory, options, sources)
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

    #[track_caller]
    pub(crate) fn expect(&self, value: u64) {
        check(&self.change(), value);
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
