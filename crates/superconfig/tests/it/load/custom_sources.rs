//! Custom sources: timeouts, reports, watching and closing.

use crate::support::watched::{PATIENCE, until};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use superconfig::{
    ErrorCode, Source, SourceContext, SourceData, SourceDocument, SourceError, SourceReport, SourceSignal, SourceState,
    SourceText, SourceTexts, SourceWatch, SuperConfig, Table, Value,
};

#[derive(Clone)]
struct Remote(Arc<State>);

struct State {
    value: AtomicUsize,
    timeout: Mutex<Duration>,
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
            timeout: Mutex::new(timeout),
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

    /// Lets each further call hang, and be given up after 50 ms: a first load on a busy machine takes longer.
    fn hang(&self) {
        self.hold(true);
        *self.0.timeout.lock().unwrap() = Duration::from_millis(50);
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
        *self.0.timeout.lock().unwrap()
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
    let source = Remote::new(PATIENCE, false);
    let config = SuperConfig::builder().cwd(directory.path()).file("a.toml").source(source.clone()).load().unwrap();
    source.hang();
    source.set(1);
    write("file = 1");
    assert_eq!(config.reload().unwrap().changed, ["file"]);
    let status = config.status().unwrap();
    assert!(status.stale_since.is_some());
    assert_eq!(status.sources[0].state, SourceState::Stale);
    assert_eq!(status.last_error.unwrap().cause(), Some("it has not answered within 50 ms"));
    // However often it is tried, one call at most is under way; its thread may start later than it is given up.
    until(|| Remote::count(&source.0.calls) == 2);
    for value in 2..10 {
        write(&format!("file = {value}"));
        assert_eq!(config.reload().unwrap().changed, ["file"]);
    }
    assert_eq!(Remote::count(&source.0.calls), 2);
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
    let source = Remote::new(PATIENCE, true);
    let config = SuperConfig::builder().source(source.clone()).load().unwrap();
    source.hang();
    config.reload().unwrap();
    until(|| source.0.context.lock().unwrap().as_ref().is_some_and(SourceContext::is_cancelled));
    source.hold(false);
    *source.0.timeout.lock().unwrap() = PATIENCE;
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
    let connecting = SourceReport { error: Some("no route".into()), ..SourceReport::new(SourceState::Connecting) };
    context.report(SourceReport { revision: Some("7".into()), ..SourceReport::new(SourceState::Live) });
    context.report(connecting);
    let status = config.status().unwrap().sources.remove(0);
    assert_eq!((status.state, status.revision.as_deref()), (SourceState::Connecting, Some("7")));
    assert_eq!(status.last_error.unwrap().cause(), Some("no route"));
    context.report(SourceReport { revision: Some("8".into()), ..SourceReport::new(SourceState::Live) });
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

/// A source that gives what it is told to.
struct Given(fn() -> SourceData);

impl Source for Given {
    fn name(&self) -> &str {
        "store"
    }

    fn load_data(&self, _: &SourceContext) -> Result<SourceData, SourceError> {
        Ok((self.0)())
    }
}

fn text(path: &str, text: &str) -> SourceText {
    SourceText {
        path: path.split('.').map(str::to_owned).collect(),
        text: text.into(),
        key: format!("/shop/{}", path.replace('.', "/")).into(),
        revision: Some("7".into()),
    }
}

fn over(below: &str, given: fn() -> SourceData) -> Result<SuperConfig, superconfig::Error> {
    SuperConfig::builder().text(below, superconfig::Format::Json).source(Given(given)).load()
}

#[test]
fn texts_take_the_types_below_and_are_explained_by_key() {
    let texts = || {
        let texts = vec![text("server.port", "8080"), text("server.name", "8080"), text("tags_add", "c"), text("tags.0", "x")];
        SourceData::Texts(SourceTexts { texts, ..SourceTexts::default() })
    };
    let config = over(r#"{"server":{"port":1,"name":"a"},"tags":["a","b"]}"#, texts).unwrap();
    assert_eq!(config.get::<u16>("server.port").unwrap(), 8080);
    assert_eq!(config.get::<String>("server.name").unwrap(), "8080");
    assert_eq!(config.get::<Vec<String>>("tags").unwrap(), ["x", "b", "c"]);
    let explanation = config.explain("server.port").unwrap();
    let origin = &explanation.winner().unwrap().origin;
    assert_eq!(origin.to_string(), "/shop/server/port (store)");
    assert_eq!(origin.stored.as_ref().unwrap().revision.as_deref(), Some("7"));
}

#[test]
fn texts_that_do_not_fit_are_located() {
    let error = over(r#"{"port":1}"#, || {
        SourceData::Texts(SourceTexts {
            texts: vec![text("port", "x"), text("a", "1"), text("a.b", "2")],
            ..SourceTexts::default()
        })
    });
    let error = error.err().unwrap();
    assert_eq!(error.code(), ErrorCode::Source);
    let keys: Vec<_> = error.issues().iter().map(|issue| issue.origin.as_ref().unwrap().to_string()).collect();
    assert_eq!(keys, ["/shop/port (store)", "/shop/a/b (store)"]);
}

#[test]
fn documents_are_layers_with_positions_below_where_they_are_mounted() {
    let documents = || {
        let first =
            SourceDocument { text: "port: 80\nhost: a".into(), revision: Some("3".into()), ..SourceDocument::named("a.yaml") };
        let second = SourceDocument { text: "host = 'b'".into(), at: vec!["db".into()], ..SourceDocument::named("b.toml") };
        SourceData::Documents(vec![first, second])
    };
    let config = over("{}", documents).unwrap();
    assert_eq!(config.get::<String>("db.host").unwrap(), "b");
    assert_eq!(config.explain("host").unwrap().winner().unwrap().origin.to_string(), "a.yaml:2:7");
    assert_eq!(config.explain("db.host").unwrap().winner().unwrap().origin.to_string(), "b.toml:1:8");
    let bad =
        over("{}", || SourceData::Documents(vec![SourceDocument { text: "port = ".into(), ..SourceDocument::named("c.toml") }]));
    let error = bad.err().unwrap();
    assert_eq!((error.code(), error.origin().unwrap().stored.as_ref().unwrap().key.as_ref()), (ErrorCode::Parse, "c.toml"));
}

#[cfg(feature = "watch")]
#[test]
fn file_reloads_never_wait_for_a_hanging_source() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("a.toml"), text).unwrap();
    write("file = 0");
    let source = Remote::new(Duration::from_secs(600), true);
    let builder = SuperConfig::builder().cwd(directory.path()).file("a.toml").source(source.clone());
    let config = builder.watch(superconfig::WatchOptions::default()).load().unwrap();
    source.hold(true);
    source.set(1);
    for value in 1..4 {
        write(&format!("file = {value}"));
        until(|| config.get::<i32>("file").unwrap() == value);
    }
    assert_eq!(Remote::count(&source.0.calls), 2, "one call is under way");
    assert_eq!(config.get::<i32>("value").unwrap(), 0);
    // What it says meanwhile may be newer than what that call sees.
    source.0.signal.lock().unwrap().clone().unwrap()();
    source.hold(false);
    until(|| config.get::<i32>("value").unwrap() == 1 && Remote::count(&source.0.calls) >= 3);
}

/// Numbers its calls; the second one waits until it is let go.
#[cfg(feature = "watch")]
struct Numbered {
    calls: Arc<AtomicUsize>,
    gate: Mutex<Receiver<()>>,
    signal: Arc<Mutex<Option<SourceSignal>>>,
}

#[cfg(feature = "watch")]
impl Source for Numbered {
    fn name(&self) -> &str {
        "numbered"
    }

    fn load(&self, _: &SourceContext) -> Result<Value, SourceError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        if call == 1 {
            self.gate.lock().unwrap().recv().unwrap_or_default();
        }
        Ok(Table::from_iter([("call", Value::Integer(call as i64))]).into())
    }

    fn watch(&self, changed: SourceSignal) -> Result<Option<SourceWatch>, SourceError> {
        *self.signal.lock().unwrap() = Some(changed);
        Ok(None)
    }
}

#[cfg(feature = "watch")]
#[test]
fn late_answer_replaces_none_of_a_later_call() {
    use superconfig::{Event, WatchOptions};
    let (release, gate): (Sender<()>, Receiver<()>) = channel();
    let signal = Arc::new(Mutex::new(None));
    let calls = Arc::new(AtomicUsize::new(0));
    let source = Numbered { calls: calls.clone(), gate: Mutex::new(gate), signal: signal.clone() };
    let config = SuperConfig::builder().source(source).watch(WatchOptions::default()).load().unwrap();
    let (sender, seen) = channel();
    let _subscription = config.subscribe(move |event| {
        if let Event::Changed(change) = event {
            sender.send(change.current.get::<i64>(&"call".parse().unwrap()).unwrap()).unwrap_or_default();
        }
    });
    let changed: SourceSignal = signal.lock().unwrap().clone().unwrap();
    changed();
    // The reload that it starts waits for a moment, and goes on without the call; the next one waits for that.
    until(|| Remote::count(&calls) == 2);
    assert_eq!(config.reload().unwrap().changed, ["call"]);
    release.send(()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    changed();
    until(|| config.get::<i64>("call").unwrap() == 3);
    // The version is there before listeners hear of it.
    let told = [0; 2].map(|_| seen.recv_timeout(Duration::from_secs(10)).unwrap());
    assert_eq!(told, [2, 3]);
}

#[test]
fn states_and_the_first_error_of_an_outage_are_events() {
    use superconfig::Event;
    let source = Remote::new(Duration::from_secs(10), true);
    let config = SuperConfig::builder().source(source.clone()).load().unwrap();
    let (sender, events) = channel();
    let _subscription = config.subscribe(move |event| {
        sender
            .send(match event {
                Event::SourceChanged(status) => status.state.as_str().to_owned(),
                Event::Failed(failure) => failure.error.to_string(),
                _ => "other".to_owned(),
            })
            .unwrap();
    });
    let context = source.0.context.lock().unwrap().clone().unwrap();
    let down = |state, reason: &str| SourceReport { error: Some(reason.into()), ..SourceReport::new(state) };
    context.report(down(SourceState::Connecting, "no route"));
    context.report(down(SourceState::Connecting, "refused"));
    context.report(SourceReport::new(SourceState::Stale));
    context.report(SourceReport::new(SourceState::Live));
    context.report(SourceReport::new(SourceState::Live));
    // One that tries for a while before it says so.
    context.report(down(SourceState::Stale, "gone"));
    context.report(down(SourceState::Connecting, "gone still"));
    drop(config);
    let events: Vec<String> = events.iter().collect();
    assert_eq!(events[1..4], ["connecting", "stale", "live"]);
    assert!(events[0].contains("no route") && events[4].contains("gone"), "{events:?}");
    assert_eq!(events[5..], ["stale", "connecting", "other"]);
}
