//! Custom sources: timeouts, reports, watching and closing.

use crate::support::watched::{PATIENCE, until};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use superconfig::{
    ErrorCode, Source, SourceContext, SourceError, SourceReport, SourceSignal, SourceState, SourceWatch, SuperConfig, Table,
    Value,
};

#[derive(Clone)]
struct Remote(Arc<State>);

struct State {
    value: AtomicUsize,
    timeout: Duration,
    /// Calls wait until it is cancelled, or for ever.
    is_held: AtomicBool,
    heeds: bool,
    calls: AtomicUsize,
    closed: AtomicUsize,
    watches: AtomicUsize,
    refuses_watches: AtomicUsize,
    signal: Mutex<Option<SourceSignal>>,
    context: Mutex<Option<SourceContext>>,
}

impl Remote {
    fn new(timeout: Duration, heeds: bool) -> Self {
        Self(Arc::new(State {
            value: AtomicUsize::new(0),
            timeout,
            is_held: AtomicBool::new(false),
            heeds,
            calls: AtomicUsize::new(0),
            closed: AtomicUsize::new(0),
            watches: AtomicUsize::new(0),
            refuses_watches: AtomicUsize::new(0),
            signal: Mutex::default(),
            context: Mutex::default(),
        }))
    }

    fn set(&self, value: usize) {
        self.0.value.store(value, Ordering::SeqCst);
    }

    fn hold(&self, is_held: bool) {
        self.0.is_held.store(is_held, Ordering::SeqCst);
    }

    fn count(counter: &AtomicUsize) -> usize {
        counter.load(Ordering::SeqCst)
    }
}

/// Ends with the watch.
struct Watching(Arc<State>);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.watches.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Source for Remote {
    fn name(&self) -> &str {
        "remote"
    }

    fn timeout(&self) -> Duration {
        self.0.timeout
    }

    fn load(&self, context: &SourceContext) -> Result<Value, SourceError> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        *self.0.context.lock().unwrap() = Some(context.clone());
        while self.0.is_held.load(Ordering::SeqCst) && !(self.0.heeds && context.is_cancelled()) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(Table::from_iter([("value", Value::Integer(Self::count(&self.0.value) as i64))]).into())
    }

    fn watch(&self, changed: SourceSignal) -> Result<Option<SourceWatch>, SourceError> {
        let left = &self.0.refuses_watches;
        if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err("not now".into());
        }
        self.0.watches.fetch_add(1, Ordering::SeqCst);
        *self.0.signal.lock().unwrap() = Some(changed);
        Ok(Some(Box::new(Watching(self.0.clone()))))
    }

    fn close(&self) {
        self.0.closed.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn source_timeout_keeps_the_last_values() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("a.toml"), text).unwrap();
    write("file = 0");
    let source = Remote::new(Duration::from_millis(50), false);
    let config = SuperConfig::builder().cwd(directory.path()).file("a.toml").source(source.clone()).load().unwrap();
    source.hold(true);
    source.set(1);
    write("file = 1");
    assert_eq!(config.reload().unwrap().changed, ["file"]);
    let status = config.status().unwrap();
    assert!(status.stale_since.is_some());
    assert_eq!(status.sources[0].state, SourceState::Stale);
    assert_eq!(status.last_error.unwrap().cause(), Some("it has not answered within 50 ms"));
    // However often it is tried, one call at most is under way.
    let calls = Remote::count(&source.0.calls);
    for value in 2..10 {
        write(&format!("file = {value}"));
        assert_eq!(config.reload().unwrap().changed, ["file"]);
    }
    assert_eq!(Remote::count(&source.0.calls), calls);
    source.hold(false);
    until(|| config.reload().unwrap().changed == ["value"]);
    let status = config.status().unwrap();
    assert!(status.stale_since.is_none() && status.sources[0].last_error.is_none(), "{status:?}");
}

#[test]
fn source_timeout_fails_a_first_load_and_closes_all_sources() {
    let (slow, quick) = (Remote::new(Duration::from_millis(50), true), Remote::new(Duration::MAX, true));
    slow.hold(true);
    let started = Instant::now();
    let error = SuperConfig::builder().source(quick.clone()).source(slow.clone()).load().err().unwrap();
    assert_eq!(error.code(), ErrorCode::Source);
    assert!(error.to_string().contains("within 50 ms"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!([&slow, &quick].map(|source| Remote::count(&source.0.closed)), [1, 1]);
}

#[test]
fn calls_are_cancelled_by_timeout_and_close() {
    let source = Remote::new(Duration::from_millis(50), true);
    let config = SuperConfig::builder().source(source.clone()).load().unwrap();
    source.hold(true);
    config.reload().unwrap();
    let context = source.0.context.lock().unwrap().clone().unwrap();
    assert!(context.is_cancelled());
    source.hold(false);
    until(|| config.reload().is_ok() && config.status().unwrap().sources[0].state == SourceState::Live);
    let context = source.0.context.lock().unwrap().clone().unwrap();
    assert!(!context.is_cancelled());
    config.close();
    assert!(context.is_cancelled());
}

#[test]
fn source_is_closed_exactly_once() {
    let source = Remote::new(Duration::from_secs(10), true);
    let config = SuperConfig::builder().source(source.clone()).load().unwrap();
    config.reload().unwrap();
    config.close();
    config.close();
    drop(config);
    assert_eq!(Remote::count(&source.0.closed), 1);
    drop(SuperConfig::builder().source(source.clone()).prepare().unwrap());
    assert_eq!(Remote::count(&source.0.closed), 2);
    assert!(SuperConfig::builder().source(source.clone()).name("../x").load().is_err());
    assert_eq!(Remote::count(&source.0.closed), 2, "it was never called");
}

#[test]
fn source_reports_appear_in_the_status() {
    let source = Remote::new(Duration::from_secs(10), true);
    let config = SuperConfig::builder().source(source.clone()).load().unwrap();
    let context = source.0.context.lock().unwrap().clone().unwrap();
    let connecting = SourceReport { state: SourceState::Connecting, revision: None, error: Some("no route".into()) };
    context.report(SourceReport { state: SourceState::Live, revision: Some("7".into()), error: None });
    context.report(connecting);
    let status = config.status().unwrap().sources.remove(0);
    assert_eq!((status.state, status.revision.as_deref()), (SourceState::Connecting, Some("7")));
    assert_eq!(status.last_error.unwrap().cause(), Some("no route"));
    context.report(SourceReport { state: SourceState::Live, revision: Some("8".into()), error: None });
    let status = config.status().unwrap().sources.remove(0);
    assert_eq!((status.state, status.revision.as_deref(), status.last_error.is_none()), (SourceState::Live, Some("8"), true));
}

#[cfg(feature = "watch")]
#[test]
fn changed_source_reloads_until_the_configuration_is_closed() {
    use superconfig::{Event, WatchOptions};
    let source = Remote::new(Duration::from_secs(10), true);
    // The first watch is refused, and tried again.
    source.0.refuses_watches.store(1, Ordering::SeqCst);
    let config = SuperConfig::builder().source(source.clone()).watch(WatchOptions::default()).load().unwrap();
    let status = config.status().unwrap();
    assert_eq!(status.sources[0].state, SourceState::Stale);
    assert!(status.sources[0].last_error.as_ref().unwrap().to_string().contains("cannot be watched"), "{status:?}");
    until(|| Remote::count(&source.0.watches) == 1);
    let (sender, versions): (Sender<u64>, Receiver<u64>) = channel();
    let _subscription = config.subscribe(move |event| {
        if let Event::Changed(change) = event {
            sender.send(change.version).unwrap_or_default();
        }
    });
    let signal = source.0.signal.lock().unwrap().take().unwrap();
    for round in 1..=10 {
        source.set(round);
        (0..100).for_each(|_| signal());
        assert_eq!(versions.recv_timeout(PATIENCE), Ok(1 + round as u64));
        assert_eq!(config.get::<usize>("value").unwrap(), round);
    }
    config.close();
    assert_eq!((Remote::count(&source.0.watches), Remote::count(&source.0.closed)), (0, 1));
    signal();
}
