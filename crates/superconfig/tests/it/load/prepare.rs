//! Custom sources, and loads that are validated before they are published.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use superconfig::{
    ErrorCode, Event, Format, Issue, ReloadInputs, Source, SourceContext, SourceData, SourceEntry, SourceError, SourceKind,
    SourceSpec, SuperConfig, Table, Value,
};

/// Counts up, and fails on demand.
#[derive(Clone, Default)]
struct Counter {
    count: Arc<AtomicI64>,
    broken: Arc<AtomicBool>,
}

impl Source for Counter {
    fn name(&self) -> &str {
        "counter"
    }

    fn load(&self, context: &SourceContext) -> Result<Value, SourceError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err("connection refused".into());
        }
        let count = self.count.fetch_add(1, Ordering::SeqCst);
        let profile = context.profiles().first().cloned().unwrap_or_default();
        let city = context.variable("CITY").unwrap_or_default();
        Ok(table([("count", Value::Integer(count)), ("profile", profile.into()), ("city", city.into())]))
    }
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Table::from_iter(entries).into()
}

fn port(value: &Value) -> Result<Value, Vec<Issue>> {
    match value.at(&["port".into()]) {
        Some(Value::Integer(1..=65535)) => Ok(value.clone()),
        _ => Err(vec![Issue::new("port".parse().unwrap(), "expected an integer from 1 to 65535")]),
    }
}

#[test]
fn a_custom_source_is_a_layer_like_the_others() {
    let config = SuperConfig::builder()
        .defaults(table([("count", Value::Integer(-1)), ("a", Value::Integer(1))]))
        .source(Counter::default())
        .profile("eu")
        .environment([("CITY", "Graz")])
        .load()
        .unwrap();
    assert_eq!(config.get::<i64>("count").unwrap(), 0);
    assert_eq!(config.get::<String>("profile").unwrap(), "eu");
    assert_eq!(config.get::<String>("city").unwrap(), "Graz");
    let explanation = config.explain("count").unwrap();
    assert_eq!(explanation.candidates.len(), 2);
    assert_eq!(explanation.winner().unwrap().origin.kind, SourceKind::Custom);
    assert_eq!(config.reload().unwrap().changed, ["count"]);
}

#[test]
fn failing_source_fails_the_load_and_is_stale_on_reload() {
    let source = Counter::default();
    source.broken.store(true, Ordering::SeqCst);
    let builder = SuperConfig::builder().source(source.clone()).text("a = 1", Format::Toml);
    let error = builder.clone().load().err().unwrap();
    assert_eq!(error.code(), ErrorCode::Source);
    assert!(error.to_string().contains("`counter`"), "{error}");
    assert_eq!(error.cause(), Some("connection refused"));
    assert_eq!(error.origin().unwrap().kind, SourceKind::Custom);

    source.broken.store(false, Ordering::SeqCst);
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.toml"), "a = 1").unwrap();
    let config = SuperConfig::builder().cwd(directory.path()).source(source.clone()).file("a.toml").load().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let listener = seen.clone();
    let _subscription = config.subscribe(move |event| match event {
        Event::Changed(change) => listener.lock().unwrap().push(change.changed.join(" ")),
        Event::Failed(failure) => listener.lock().unwrap().push(failure.error.code().as_str().to_owned()),
        _ => {}
    });
    source.broken.store(true, Ordering::SeqCst);
    std::fs::write(directory.path().join("a.toml"), "a = 2").unwrap();
    assert_eq!(config.reload().unwrap().changed, ["a"], "the rest reloads");
    assert_eq!(*seen.lock().unwrap(), ["a", "ERR_SUPERCONFIG_SOURCE"]);
    let status = config.status().unwrap();
    assert_eq!(status.last_error.unwrap().cause(), Some("connection refused"));
    assert!(status.stale_since.is_some());
    assert_eq!(config.get::<i64>("count").unwrap(), 0, "the last good layer stays");
    let stale = |config: &SuperConfig| {
        let snapshot = config.snapshot().unwrap();
        snapshot.warnings().iter().find(|warning| warning.code == "source-stale").map(|warning| warning.message.clone())
    };
    assert!(stale(&config).unwrap().contains("connection refused"));
    source.broken.store(false, Ordering::SeqCst);
    assert_eq!(config.reload().unwrap().changed, ["count"]);
    assert_eq!(stale(&config), None);
    let status = config.status().unwrap();
    assert!(status.last_error.is_none() && status.stale_since.is_none());
}

#[test]
fn non_table_is_a_source_error_and_deep_nesting_a_limit_error() {
    struct Fixed(Value);
    impl Source for Fixed {
        fn name(&self) -> &str {
            "fixed"
        }
        fn load(&self, _: &SourceContext) -> Result<Value, SourceError> {
            Ok(self.0.clone())
        }
    }
    let deep = (0..200).fold(Value::Null, |inner, _| table([("a", inner)]));
    let load = |value| SuperConfig::builder().source(Fixed(value)).load().err().unwrap();
    for (value, said) in [(Value::Integer(1), "integer"), (Value::array(Vec::new()), "array")] {
        let error = load(value);
        assert_eq!(error.code(), ErrorCode::Source);
        assert!(error.cause().unwrap().contains(said), "{error}");
    }
    let error = load(deep);
    assert_eq!(error.code(), ErrorCode::Limit);
    assert!(error.to_string().contains("fixed") && error.to_string().contains("limit of 128"), "{error}");
}

/// A source may use its own configuration: no lock is held during its call.
#[test]
fn no_lock_is_held_during_a_source_call() {
    #[derive(Clone, Default)]
    struct Curious(Arc<OnceLock<SuperConfig>>);
    impl Source for Curious {
        fn name(&self) -> &str {
            "curious"
        }
        fn load(&self, _: &SourceContext) -> Result<Value, SourceError> {
            // Reloading here would never end, but preparing a reload takes the same locks.
            static ASKED: AtomicBool = AtomicBool::new(false);
            let Some(config) = self.0.get().filter(|_| !ASKED.swap(true, Ordering::SeqCst)) else {
                return Ok(table([("own", Value::Integer(0))]));
            };
            let prepared = config.prepare_reload(ReloadInputs::default())?;
            Ok(table([("own", Value::Integer(1)), ("seen", prepared.value().clone())]))
        }
    }
    let source = Curious::default();
    let config = SuperConfig::builder().source(source.clone()).load().unwrap();
    source.0.set(config.clone()).ok().unwrap();
    // It was called once more in between, and what it gave then is newer.
    assert!(config.reload().unwrap().changed.is_empty());
    assert_eq!(config.get::<i64>("own").unwrap(), 0);
    config.close();
}

#[test]
fn a_binding_supplies_the_values_of_its_sources() {
    let custom = |value| SourceSpec::Values { kind: SourceKind::Custom, name: "remote".into(), value };
    let entry = |spec| SourceEntry { spec, fill: false, directives: true };
    let builder = SuperConfig::builder().text("a = 1", Format::Toml).entry(entry(custom(table([("b", Value::Integer(1))]))));
    let config = builder.load().unwrap();
    let supply = |at, given| {
        config.reload_with(ReloadInputs {
            custom_values: vec![(at, Result::map(given, SourceData::from))],
            ..ReloadInputs::default()
        })
    };
    assert_eq!(supply(1, Ok(table([("b", Value::Integer(2))]))).unwrap().changed, ["b"]);
    assert!(config.reload().unwrap().changed.is_empty(), "who says nothing keeps its values");
    assert!(supply(1, Err("timeout".into())).unwrap().changed.is_empty());
    let warnings = config.snapshot().unwrap().warnings().to_vec();
    assert!(warnings.iter().any(|warning| warning.code == "source-stale" && warning.message.contains("timeout")));
    assert_eq!(supply(0, Ok(table([]))).unwrap_err().code(), ErrorCode::Option);
    assert_eq!(supply(7, Err("x".into())).unwrap_err().code(), ErrorCode::Option);
}

#[test]
fn validator_gets_merged_values_and_readers_its_output() {
    let builder = SuperConfig::builder().text("port = 80", Format::Toml).validate_with(|value| {
        let mut checked = port(value)?.as_table().unwrap().clone();
        checked.insert("host", "localhost".into());
        Ok(checked.into())
    });
    let config = builder.load().unwrap();
    assert_eq!(config.get::<String>("host").unwrap(), "localhost");
    assert_eq!(config.explain("port").unwrap().winner().unwrap().origin.line, Some(1));
    let added = config.explain("host").unwrap();
    assert_eq!((added.value, added.winner), (Some("localhost".into()), None));
    assert_eq!(config.explain("other").unwrap_err().code(), ErrorCode::Path);
}

#[test]
fn rejected_reload_keeps_the_last_good_version() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("a.toml"), text).unwrap();
    write("port = 80");
    let builder = SuperConfig::builder().cwd(directory.path()).defaults(table([("port", Value::Integer(1))])).file("a.toml");
    let config = builder.validate_with(port).load().unwrap();
    write("# more\nport = 70000");
    let error = config.reload().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Validation);
    let text = error.to_string();
    assert!(
        text.starts_with("a.toml:2:8: port: expected an integer from 1 to 65535, found the integer 70000\n   2 | port = 70000\n"),
        "{text}"
    );
    assert!(text.ends_with("set by a.toml:2:8, overriding defaults"), "{text}");
    assert_eq!(error.issues()[0].found.as_deref(), Some("the integer 70000"));
    assert_eq!(config.get::<u16>("port").unwrap(), 80);
    write("port = 90");
    assert_eq!(config.reload().unwrap().version, 2);
}

#[test]
fn issues_have_origins_and_no_secrets() {
    let prepared = SuperConfig::builder()
        .text("[db]\npassword = \"hunter22\"\n[list]\nitems = [1, 2]", Format::Toml)
        .environment([("APP_PORT", "x")])
        .env("APP")
        .prepare()
        .unwrap();
    let issue = |path: &str, message: &str| Issue::new(path.parse().unwrap(), message);
    let error = prepared.refuse(vec![
        issue("db.password", "\"hunter22\" is too short"),
        issue("db", "no variant fits {\"password\":\"hunter22\"}"),
        issue("port", "expected a number"),
        issue("db.host", "required"),
        issue("list.items[1]", "odd only"),
    ]);
    assert_eq!(error.issues().len(), 5);
    let text = format!("{error} {error:?}");
    assert!(!text.contains("hunter22"), "{text}");
    let origin = |at: usize| error.issues()[at].origin.as_ref().unwrap().to_string();
    assert_eq!([0, 2, 3, 4].map(origin), ["text:2:12", "APP_PORT", "text:1:1", "text:4:13"]);
    assert_eq!(error.issues()[0].found.as_deref(), Some("[redacted]"));
}

#[test]
fn later_of_two_reloads_wins() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("a.toml"), text).unwrap();
    write("a = 1");
    let config = SuperConfig::builder().cwd(directory.path()).file("a.toml").load().unwrap();
    write("a = 2");
    let early = config.prepare_reload(ReloadInputs::default()).unwrap();
    write("a = 1");
    let late = config.prepare_reload(ReloadInputs::default()).unwrap();
    assert!(late.commit(None).unwrap().changed.is_empty());
    assert!(early.commit(None).unwrap().changed.is_empty(), "its changes are reverted");
    assert_eq!(config.get::<i64>("a").unwrap(), 1);

    write("a = 3");
    let discarded = config.prepare_reload(ReloadInputs::default()).unwrap();
    drop(discarded);
    assert_eq!(config.version().unwrap(), 1);
    let prepared = config.prepare_reload(ReloadInputs::default()).unwrap();
    config.close();
    assert_eq!(prepared.commit(None).unwrap_err().code(), ErrorCode::Closed);
}

#[test]
fn host_validated_config_rejects_plain_reload() {
    let builder = SuperConfig::builder().text("a = 1", Format::Toml).validated_by_host();
    let config = builder.prepare().unwrap().commit(Some(table([("a", Value::Integer(2))]))).unwrap();
    assert_eq!(config.get::<i64>("a").unwrap(), 2);
    assert_eq!(config.reload().unwrap_err().code(), ErrorCode::Option);
    assert_eq!(config.prepare_reload(ReloadInputs::default()).err().unwrap().code(), ErrorCode::Option);
    let validated = || ReloadInputs { validated: true, ..ReloadInputs::default() };
    let prepared = config.prepare_reload(validated()).unwrap();
    assert_eq!(prepared.value(), &table([("a", Value::Integer(1))]));
    assert_eq!(prepared.commit(Some(Value::Null)).unwrap_err().code(), ErrorCode::Option);
    let prepared = config.prepare_reload(validated()).unwrap();
    assert_eq!(prepared.commit(Some(table([("a", Value::Integer(3))]))).unwrap().changed, ["a"]);
}

#[test]
fn moved_value_is_explained_at_its_new_position() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("a.toml"), text).unwrap();
    write("a = 1");
    let config = SuperConfig::builder().cwd(directory.path()).file("a.toml").load().unwrap();
    write("\n\na = 1");
    assert_eq!(config.reload().unwrap().version, 1);
    assert_eq!(config.explain("a").unwrap().winner().unwrap().origin.line, Some(3));
}

#[test]
fn output_of_a_validator_loses_forbidden_keys_and_keeps_to_the_limit_on_nesting() {
    let evil = || Value::Table(Table::from_iter([("__proto__", Value::Null), ("k", Value::Integer(1))]));
    let output = move || {
        Value::Table(Table::from_iter([("list", Value::array(vec![evil()])), ("password", evil()), ("__proto__", evil())]))
    };
    let config = SuperConfig::builder().validate_with(move |_| Ok(output())).load().unwrap();
    for _ in 0..2 {
        let snapshot = config.snapshot().unwrap();
        assert_eq!(superconfig::to_json(snapshot.value()), r#"{"list":[{"k":1}],"password":{"k":1}}"#);
        let warnings = snapshot.warnings();
        let paths: Vec<_> = warnings.iter().map(|warning| (warning.code, warning.path.as_ref().unwrap().to_string())).collect();
        let expected = ["list[0].__proto__", "password", "__proto__"].map(|path| ("forbidden-key", path.to_owned()));
        assert_eq!(paths, expected, "no key below a secret is named");
        config.reload().unwrap();
    }

    let deep = |levels| (0..levels).fold(Value::Null, |value, _| Value::array(vec![value]));
    let nested = |levels| {
        let output = move |_: &Value| Ok(Value::Table(Table::from_iter([("a", deep(levels))])));
        SuperConfig::builder().validate_with(output).load().map(drop).map_err(|error| error.code())
    };
    assert_eq!((nested(100), nested(200)), (Ok(()), Err(ErrorCode::Limit)));
}
