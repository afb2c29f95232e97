//! Values from code whose parts are shared: small in memory, and without end where they are written out.

use super::small_stack::on_a_small_stack;
use superconfig::{Builder, Error, ErrorCode, Issue, Source, SourceContext, SourceError, SuperConfig, Table, Value};

type Make = fn() -> Value;
type Load = fn(Make) -> Builder;

/// A table of 2^100 values in a hundred allocations.
fn doubled() -> Value {
    (0..100).fold(Value::Null, |inner, _| Table::from_iter([("a", inner.clone()), ("b", inner)]).into())
}

fn doubled_arrays() -> Value {
    let inner = (0..100).fold(Value::from("x"), |inner, _| Value::array(vec![inner.clone(), inner]));
    Table::from_iter([("a", inner)]).into()
}

/// A long text that an array has a thousand times, and a long key.
fn texts() -> Value {
    let text = Value::from("x".repeat(100_000));
    Table::from_iter([("a", Value::array(vec![text; 10_000]))]).into()
}

fn keys() -> Value {
    let inner: Value = Table::from_iter([("k".repeat(100_000), Value::Null)]).into();
    Table::from_iter([("a", Value::array(vec![inner; 10_000]))]).into()
}

/// Doubled, and deeper than any limit.
fn deep() -> Value {
    (0..2_000).fold(Value::Null, |inner, _| Table::from_iter([("a", inner.clone()), ("b", inner)]).into())
}

struct Shared(Make);

impl Source for Shared {
    fn name(&self) -> &str {
        "shared"
    }
    fn load(&self, _: &SourceContext) -> Result<Value, SourceError> {
        Ok(self.0())
    }
}

/// All ways into a version, each refused before the value is walked, printed, compared or dropped.
#[test]
fn shared_parts_count_each_time() {
    let loads: [(Load, bool); 6] = [
        (|value| SuperConfig::builder().defaults(value()), true),
        (|value| SuperConfig::builder().overrides(value()), true),
        (|value| SuperConfig::builder().join(value()), true),
        (|value| SuperConfig::builder().source(Shared(value)), true),
        (|value| SuperConfig::builder().derive("derived", move |_| Ok(value())), true),
        (|value| SuperConfig::builder().validate_with(move |_| Ok(value())), false),
    ];
    for value in [doubled, doubled_arrays, texts, keys, deep] as [Make; 5] {
        for (at, (load, has_origin)) in loads.into_iter().enumerate() {
            let (error, peak): (Error, usize) = on_a_small_stack(move || load(value).load().err().unwrap());
            assert_eq!(error.code(), ErrorCode::Limit, "{at}: {error}");
            assert!(!has_origin || error.origin().is_some(), "{at}: {error}");
            assert!(peak < 64 << 20, "{at}: {peak}");
        }
        // Where there is an error already.
        let (outcome, _) = on_a_small_stack(move || {
            let builder = SuperConfig::builder().environment([("APP_PORT", "x")]).env("APP");
            let builder = builder.defaults(Table::from_iter([("port", Value::Integer(1))])).json_schema(value());
            builder.validate_with(|_| Err(vec![Issue::new("port".parse().unwrap(), "no")])).load().is_err()
        });
        assert!(outcome);
    }
}

/// Each derived layer holds twice what is below it.
#[test]
fn derived_layers_that_repeat_what_is_below_are_bounded() {
    let load = |count: usize| {
        on_a_small_stack(move || {
            let builder = SuperConfig::builder().defaults(Table::from_iter([("a", Value::array(vec![Value::Null; 100]))]));
            let twice = |builder: Builder, at: usize| {
                builder.derive(format!("d{at}"), |below: &Value| {
                    Ok(Table::from_iter([("a", below.clone()), ("b", below.clone())]).into())
                })
            };
            (0..count).fold(builder, twice).load().map(drop).map_err(|error| error.code())
        })
    };
    assert_eq!(load(5).0, Ok(()));
    let (outcome, peak) = load(60);
    assert_eq!(outcome, Err(ErrorCode::Limit));
    assert!(peak < 64 << 20, "{peak}");
}

/// What is large and not shared stays as it was: the size of what was given.
#[test]
fn large_values_from_code_are_no_expansion() {
    let wide = || -> Value {
        let row = || Value::array(vec![Value::Integer(1); 1_000]);
        Table::from_iter([("a", Value::array((0..1_500).map(|_| row()).collect()))]).into()
    };
    let config = SuperConfig::builder().defaults(wide()).load().unwrap();
    assert!(config.reload().is_ok());
    assert_eq!(config.get::<Vec<Vec<u8>>>("a").unwrap().len(), 1_500);
}
