//! Overlapping reloads, and loads that are abandoned.

use crate::support::watched::{PATIENCE, until};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use superconfig::{
    EnvOptions, Environment, ErrorCode, Event, Format, Issue, ReloadInputs, ReloadTurn, SourceEntry, SourceKind, SourceSpec,
    SourceState, Subscription, SuperConfig, Table, Value,
};

fn table<const N: usize>(entries: [(&str, i64); N]) -> Value {
    Table::from_iter(entries.map(|(key, value)| (key, Value::Integer(value)))).into()
}

/// A source whose values a host language gives, as the only source or the last one.
fn remote(value: Value) -> SourceEntry {
    SourceEntry {
        spec: SourceSpec::Values { kind: SourceKind::Custom, name: "remote".into(), value },
        fill: false,
        directives: true,
    }
}

fn given(turn: ReloadTurn, source: usize, answer: Result<Value, String>) -> ReloadInputs {
    ReloadInputs { turn: Some(turn), custom_values: vec![(source, answer.map(Into::into))], ..ReloadInputs::default() }
}

#[test]
fn latest_turn_wins_for_custom_sources() {
    let config = SuperConfig::builder().entry(remote(table([("n", 0)]))).load().unwrap();
    let (older, newer) = (config.begin_reload(), config.begin_reload());
    assert_eq!(config.reload_with(given(newer, 0, Ok(table([("n", 2)])))).unwrap().changed, ["n"]);
    assert!(config.reload_with(given(older, 0, Ok(table([("n", 1)])))).unwrap().changed.is_empty());
    assert_eq!(config.get::<i64>("n").unwrap(), 2);
}

#[test]
fn older_source_failure_is_ignored_after_a_newer_reload() {
    let config = SuperConfig::builder().entry(remote(table([("n", 0)]))).load().unwrap();
    let (older, newer) = (config.begin_reload(), config.begin_reload());
    config.reload_with(given(newer, 0, Ok(table([("n", 2)])))).unwrap();
    config.reload_with(given(older, 0, Err("timeout".into()))).unwrap();
    let status = config.status().unwrap();
    assert!(status.last_error.is_none() && status.stale_since.is_none(), "{status:?}");
    assert!(config.snapshot().unwrap().warnings().is_empty());
    assert_eq!(status.sources[0].state, SourceState::Live);
}

#[test]
fn source_stays_stale_until_it_succeeds() {
    let config = SuperConfig::builder().entry(remote(table([("n", 0)]))).load().unwrap();
    config.reload_with(given(config.begin_reload(), 0, Err("connection refused".into()))).unwrap();
    // Somebody who cannot call the source, such as a worker.
    config.reload().unwrap();
    let status = config.status().unwrap();
    assert!(status.stale_since.is_some(), "{status:?}");
    assert_eq!(status.last_error.unwrap().code(), ErrorCode::Source);
    assert_eq!((&*status.sources[0].name, status.sources[0].state), ("remote", SourceState::Stale));
    assert!(config.snapshot().unwrap().warnings().iter().any(|warning| warning.code == "source-stale"));
    config.reload_with(given(config.begin_reload(), 0, Ok(table([("n", 0)])))).unwrap();
    let status = config.status().unwrap();
    assert!(status.stale_since.is_none() && status.last_error.is_none(), "{status:?}");
    assert_eq!(status.sources[0].state, SourceState::Live);
}

#[test]
fn outcome_of_an_older_load_changes_no_newer_status() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("a.toml"), text).unwrap();
    write("a = 1");
    let config = SuperConfig::builder().cwd(directory.path()).file("a.toml").load().unwrap();
    write("a = 2");
    let older = config.prepare_reload(ReloadInputs::default()).unwrap();
    write("a = ");
    assert_eq!(config.reload().unwrap_err().code(), ErrorCode::Parse);
    assert_eq!(older.commit(None).unwrap().version, 2, "it is newer than what was published");
    assert_eq!(config.status().unwrap().last_error.unwrap().code(), ErrorCode::Parse, "the files are still broken");

    write("a = 3");
    let older = config.prepare_reload(ReloadInputs::default()).unwrap();
    assert_eq!(config.reload().unwrap().version, 3);
    older.refuse(vec![Issue::new("a".parse().unwrap(), "too large")]);
    assert!(config.status().unwrap().last_error.is_none(), "a newer load was well");
}

#[test]
fn builder_environment_holds_in_every_reload() {
    let config = SuperConfig::builder().environment([("APP_PORT", "80")]).env("APP").load().unwrap();
    let environment = Some(Environment::from_pairs([("APP_PORT", "81")]));
    assert!(config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() }).unwrap().changed.is_empty());
    assert_eq!(config.get::<u16>("port").unwrap(), 80);
}

#[test]
fn captured_environment_stays_with_keep_environment() {
    let of = |port| Environment::from_pairs([("APP_PORT", port)]);
    let config = SuperConfig::builder().env("APP").load_with(of("80")).unwrap();
    let keep = || ReloadInputs { keep_environment: true, ..ReloadInputs::default() };
    assert!(config.reload_with(keep()).unwrap().changed.is_empty());
    let (older, newer) = (config.begin_reload(), config.begin_reload());
    let with = |turn, port| ReloadInputs { turn: Some(turn), environment: Some(of(port)), ..ReloadInputs::default() };
    config.reload_with(with(newer, "82")).unwrap();
    config.reload_with(with(older, "81")).unwrap();
    config.reload_with(keep()).unwrap();
    assert_eq!(config.get::<u16>("port").unwrap(), 82);
}

#[test]
fn prepared_reload_keeps_no_configuration_open() {
    let config = SuperConfig::builder().text("a = 1", Format::Toml).name("prepared").load().unwrap();
    let prepared = config.prepare_reload(ReloadInputs::default()).unwrap();
    drop(config);
    assert_eq!(SuperConfig::attach("prepared").err().unwrap().code(), ErrorCode::Closed);
    assert_eq!(prepared.commit(None).unwrap_err().code(), ErrorCode::Closed);
}

#[cfg(feature = "watch")]
mod watched_by_a_host {
    use super::*;
    use superconfig::{PreparedReload, WatchOptions};

    /// A configuration that only its host can reload.
    struct Hosted {
        directory: tempfile::TempDir,
        config: SuperConfig,
        requests: Receiver<()>,
        _subscription: Subscription,
    }

    fn load(directory: &std::path::Path, options: WatchOptions) -> SuperConfig {
        std::fs::write(directory.join("a.toml"), "file = 0").unwrap();
        let builder = SuperConfig::builder().cwd(directory).file("a.toml").entry(remote(table([("n", 0)])));
        builder.watch(options).load().unwrap()
    }

    impl Hosted {
        fn new(options: WatchOptions) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let config = load(directory.path(), options);
            Self::listening(directory, config)
        }

        fn listening(directory: tempfile::TempDir, config: SuperConfig) -> Self {
            let (sender, requests) = channel();
            let subscription = config.subscribe(move |event| {
                if matches!(event, Event::ReloadRequested) {
                    sender.send(()).unwrap_or_default();
                }
            });
            Self { directory, config, requests, _subscription: subscription }
        }

        fn write(&self, value: i64) {
            std::fs::write(self.directory.path().join("a.toml"), format!("file = {value}")).unwrap();
        }

        fn prepare(&self, n: i64) -> PreparedReload {
            let turn = self.config.begin_reload();
            let inputs = ReloadInputs { background: true, ..given(turn, 1, Ok(table([("n", n)]))) };
            self.config.prepare_reload(inputs).unwrap()
        }

        /// Does what the host does on a request, until both values are published.
        fn expect(&self, file: i64, n: i64) {
            let read = || (self.config.get::<i64>("file").unwrap(), self.config.get::<i64>("n").unwrap());
            while read() != (file, n) {
                self.requests.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no further request: {:?}", read()));
                self.prepare(n).commit(None).unwrap();
            }
        }
    }

    /// The source has something new a while after a file has: in the middle of the time in which the file counts as being
    /// written.
    #[test]
    fn load_discarded_for_recent_changes_is_repeated() {
        for (poll, debounce) in [(None, 50), (Some(100), 50), (None, 200)] {
            std::thread::scope(|scope| {
                for gap in [0, 5, 20, 25, 30, 35, 40, 45, 60, 100, 150] {
                    scope.spawn(move || {
                        let hosted = Hosted::new(WatchOptions {
                            debounce: Duration::from_millis(debounce),
                            poll: poll.map(Duration::from_millis),
                            ..WatchOptions::default()
                        });
                        std::thread::sleep(Duration::from_millis(100));
                        hosted.write(1);
                        std::thread::sleep(Duration::from_millis(gap));
                        hosted.prepare(1).commit(None).unwrap();
                        hosted.expect(1, 1);
                    });
                }
            });
        }
    }

    /// Between the publication of the first version and the moment at which a busy host listens.
    #[test]
    fn request_that_nobody_heard_is_repeated() {
        let directory = tempfile::tempdir().unwrap();
        let config = load(directory.path(), WatchOptions { debounce: Duration::from_millis(5), ..WatchOptions::default() });
        std::thread::sleep(Duration::from_millis(100));
        std::fs::write(directory.path().join("a.toml"), "file = 1").unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let hosted = Hosted::listening(directory, config);
        hosted.expect(1, 0);
        // Once a load has followed, whoever comes later has nothing to do.
        std::thread::sleep(Duration::from_millis(300));
        while hosted.requests.try_recv().is_ok() {
            hosted.prepare(0).commit(None).unwrap();
        }
        let Hosted { directory, config, _subscription, .. } = hosted;
        drop(_subscription);
        let hosted = Hosted::listening(directory, config);
        assert!(hosted.requests.recv_timeout(Duration::from_millis(100)).is_err());
    }

    #[test]
    fn load_of_published_files_is_repeated() {
        let hosted = Hosted::new(WatchOptions { debounce: Duration::from_millis(300), ..WatchOptions::default() });
        hosted.write(1);
        std::thread::sleep(Duration::from_millis(60));
        // Whoever calls for a reload gets what is there, and nothing on disk differs from it any more.
        assert_eq!(hosted.config.reload().unwrap().changed, ["file"]);
        assert!(hosted.prepare(1).commit(None).unwrap().changed.is_empty(), "the file is too young");
        hosted.expect(1, 1);
    }

    #[test]
    fn load_dropped_by_the_host_is_repeated() {
        let hosted = Hosted::new(WatchOptions::default());
        std::thread::sleep(Duration::from_millis(100));
        hosted.write(1);
        hosted.requests.recv_timeout(PATIENCE).unwrap();
        drop(hosted.prepare(1));
        hosted.expect(1, 1);
    }

    #[test]
    fn published_changes_cause_no_further_request() {
        let hosted = Hosted::new(WatchOptions::default());
        std::thread::sleep(Duration::from_millis(100));
        hosted.write(1);
        hosted.requests.recv_timeout(PATIENCE).unwrap();
        hosted.prepare(1).commit(None).unwrap();
        hosted.expect(1, 1);
        // What the last write still brings may come once.
        let _ = hosted.requests.recv_timeout(Duration::from_millis(300));
        assert!(hosted.requests.recv_timeout(Duration::from_millis(500)).is_err());
    }

    #[test]
    fn prepared_reloads_run_in_order_on_another_thread() {
        let hosted = Hosted::new(WatchOptions::default());
        let (sender, done) = channel();
        let sender = Arc::new(sender);
        for n in 1..=20 {
            let sender = sender.clone();
            let inputs = given(hosted.config.begin_reload(), 1, Ok(table([("n", n)])));
            hosted.config.prepare_reload_then(inputs, move |prepared| {
                sender.send((n, prepared.and_then(|prepared| prepared.commit(None)))).unwrap();
            });
        }
        for n in 1..=20 {
            let (number, reload) = done.recv_timeout(PATIENCE).unwrap();
            assert_eq!((number, reload.unwrap().version), (n, 1 + n as u64));
        }
        until(|| hosted.config.get::<i64>("n").unwrap() == 20);
    }
}

#[test]
fn reload_with_known_layers_notices_all_that_they_are_made_of() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("app.toml", "port = 1\nname = 'a'");
    write("secret", "one");
    let environment = |port: &str| Environment::from_pairs([("APP_PORT", port), ("APP_NAME", "b"), ("APP_TOKEN_FILE", "secret")]);
    let builder = SuperConfig::builder().cwd(directory.path()).defaults(table([("port", 0)])).file("app.toml");
    let options = EnvOptions { prefix: "APP".into(), file_suffix: true, ..EnvOptions::default() };
    let config = builder.env_with(options.clone()).load_with(environment("2")).unwrap();
    let reload = |port: &str| {
        config.reload_with(ReloadInputs { environment: Some(environment(port)), ..ReloadInputs::default() }).unwrap().changed
    };
    for round in 0..3 {
        assert!(reload("2").is_empty());
        // The file that a variable names is no layer.
        write("secret", &format!("text{round}"));
        assert_eq!(reload("2"), ["token"]);
        assert_eq!(reload("3"), ["port"]);
        assert_eq!(reload("2"), ["port"]);
        write("app.toml", &format!("port = 1\nname = 'a'\nround = {round}"));
        assert_eq!(reload("2"), ["round"]);
        let explained = config.explain("round").unwrap();
        assert_eq!(explained.winner().unwrap().origin.line, Some(3));
    }
    let fresh = SuperConfig::builder().cwd(directory.path()).defaults(table([("port", 0)])).file("app.toml");
    let fresh = fresh.env_with(options).load_with(environment("2")).unwrap();
    assert_eq!(config.snapshot().unwrap().value(), fresh.snapshot().unwrap().value());
}

#[test]
fn reload_with_known_layers_keeps_warnings_and_what_a_validator_made() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("app.json"), r#"{ "a": 1, "a": 2, "list_add": ["x"] }"#).unwrap();
    let builder = SuperConfig::builder().cwd(directory.path()).file("app.json").validated_by_host();
    let config = builder.prepare().unwrap().commit(Some(table([("a", 7)]))).unwrap();
    let warnings = |config: &SuperConfig| format!("{:?}", config.snapshot().unwrap().warnings());
    let before = warnings(&config);
    assert!(before.contains("duplicate-key"), "{before}");
    for number in [7, 8, 8] {
        let known = config.get::<i64>("a").unwrap() == number;
        let prepared = config.prepare_reload(ReloadInputs { validated: true, ..ReloadInputs::default() }).unwrap();
        // A validator is given what the layers say, not what it has made of it.
        assert_eq!(prepared.value().at(&"a".parse::<superconfig::Path>().unwrap()).unwrap(), &Value::Integer(2));
        assert_eq!(prepared.commit(Some(table([("a", number)]))).unwrap().changed.is_empty(), known);
        assert_eq!(warnings(&config), before);
    }
}
