//! Layers computed from the merged values below them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use superconfig::{ErrorCode, Format, ReloadInputs, SourceEntry, SourceKind, SourceSpec, SuperConfig, Table, Value, parse};

fn integer(values: &Value, path: &str) -> i64 {
    match values.at(&path.parse::<superconfig::Path>().unwrap()) {
        Some(Value::Integer(number)) => *number,
        other => panic!("{path} is {other:?}"),
    }
}

fn table(key: &str, number: i64) -> Value {
    Table::from_iter([(key, Value::Integer(number))]).into()
}

#[test]
fn each_sees_the_interpolated_values_below_it_and_applies_where_it_was_added() {
    let config = SuperConfig::builder()
        .environment([("APP_C", "30"), ("CPU", "2")])
        .text("a = '${b}'\nb = 1\ncpu = '${env:CPU}'", Format::Toml)
        .derive("first", |values| {
            assert_eq!(integer(values, "a"), 1);
            assert!(values.as_table().unwrap().get("z").is_none());
            parse(&format!("b = 5\nc = {}\nd = 1", integer(values, "cpu") * 10), Format::Toml)
        })
        .derive("second", |values| Ok(table("e", integer(values, "a") + integer(values, "c"))))
        .text("z = 1\nd = 2", Format::Toml)
        .env("APP")
        .interpolate()
        .load()
        .unwrap();
    let value = config.snapshot().unwrap().value().clone();
    let read = |path: &str| integer(&value, path);
    assert_eq!(["a", "b", "c", "d", "e"].map(read), [5, 5, 30, 2, 25]);
    let explanation = config.explain("b").unwrap();
    let winner = explanation.winner().unwrap();
    assert_eq!((winner.origin.kind, &*winner.origin.source), (SourceKind::Custom, "first"));
    assert_eq!(config.explain("c").unwrap().candidates.len(), 2);
}

#[test]
fn its_failure_quotes_none_of_the_secrets_that_it_was_given() {
    let error = SuperConfig::builder()
        .text("password = 'hunter-two'", Format::Toml)
        .derive("limits", |values| Err(superconfig::Error::new(ErrorCode::Source, format!("no use for {values:?}"))))
        .load()
        .unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("no use for") && !text.contains("hunter"), "{text}");
}

#[test]
fn it_runs_again_on_each_reload_and_its_failure_keeps_the_last_version() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("app.toml"), text).unwrap();
    write("cpu = 2");
    let calls = Arc::new(AtomicU64::new(0));
    let counted = calls.clone();
    let config = SuperConfig::builder()
        .cwd(directory.path())
        .file("app.toml")
        .derive("limits", move |values| {
            counted.fetch_add(1, Ordering::Relaxed);
            match integer(values, "cpu") {
                0 => Err(superconfig::Error::new(ErrorCode::Option, "no cpu at http://u:secret@host/")),
                -1 => panic!("a bug"),
                -2 => Ok(Value::Null),
                cpu => Ok(table("max", cpu * 4)),
            }
        })
        .load()
        .unwrap();
    write("cpu = 30");
    assert_eq!(config.reload().unwrap().changed, ["cpu", "max"]);
    for (text, cause) in [("cpu = 0", "no cpu"), ("cpu = -1", "a bug"), ("cpu = -2", "null")] {
        write(&format!("{text} # {cause}"));
        let error = config.reload().unwrap_err();
        assert_eq!((error.code(), &*error.origin().unwrap().source), (ErrorCode::Source, "limits"));
        assert!(error.to_string().contains("limits") && error.cause().unwrap().contains(cause), "{error}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
    assert_eq!(config.get::<i64>("max").unwrap(), 120);
    assert_eq!(calls.load(Ordering::Relaxed), 5);
}

#[test]
fn a_binding_computes_it_between_reading_and_publishing() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("app.toml", "secret = '${file:key}'\ncpu = 2");
    write("key", "k1\n");
    let derived =
        |name: &str| SourceEntry { spec: SourceSpec::Derive { name: name.into(), compute: None }, fill: false, directives: true };
    let builder = SuperConfig::builder().cwd(directory.path()).file("app.toml").interpolate();
    let builder =
        builder.entry(derived("one")).derive("own", |values| Ok(table("own", integer(values, "one")))).entry(derived("two"));
    let mut prepared = builder.prepare().unwrap();
    let first = prepared.derivation().unwrap().unwrap();
    assert_eq!((&*first.name, first.source), ("one", 1));
    assert_eq!(first.values, parse("secret = 'k1'\ncpu = 2", Format::Toml).unwrap());
    // What was read stays, so that all of it belongs together.
    write("key", "k2\n");
    prepared.derive(Ok(table("one", 1))).unwrap();
    let second = prepared.derivation().unwrap().unwrap();
    assert_eq!((&*second.name, integer(&second.values, "own")), ("two", 1));
    prepared.derive(Ok(table("two", 2))).unwrap();
    let config = prepared.commit(None).unwrap();
    assert_eq!((config.get::<String>("secret").unwrap(), config.get::<i64>("two").unwrap()), ("k1".to_owned(), 2));
    let error = config.reload().unwrap_err();
    assert_eq!((error.code(), error.message()), (ErrorCode::Option, "the values of `one` are not derived yet"));
    let mut prepared = config.prepare_reload(ReloadInputs::default()).unwrap();
    prepared.derive(Ok(table("one", 3))).unwrap();
    assert_eq!(prepared.derive(Err("no reason".to_owned())).unwrap_err().code(), ErrorCode::Source);
    let mut prepared = config.prepare_reload(ReloadInputs::default()).unwrap();
    prepared.derive(Ok(table("one", 3))).unwrap();
    prepared.derive(Ok(table("two", 2))).unwrap();
    assert_eq!(prepared.commit(None).unwrap().changed, ["one", "own", "secret"]);
}
