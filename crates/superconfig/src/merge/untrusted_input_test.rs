//! Adversarial input: none of it may overflow a small stack or take disproportionate time.

use super::array_rules::ArrayRules;
use super::array_strategy::ArrayStrategy;
use super::diff::changed;
use super::explain::explainer::Explainer;
use super::fold::fold;
use super::layer::{Content, Document, Layer, Variable, Variables};
use super::options::MergeOptions;
use crate::diagnostic::{Error, ErrorCode, Origin, Path, Segment, SourceKind};
use crate::value::{Limits, Table, Value};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn layer(value: Value) -> Layer {
    let document = Document::of(value);
    let content = Content::Document(Arc::new(document));
    Layer { kind: SourceKind::Custom, name: "layer".into(), fill: false, directives: true, content }
}

fn variables(list: &[(&str, &str)]) -> Layer {
    let variable = |(name, value): &(&str, &str)| {
        let origin = Origin::new(SourceKind::Env, "env");
        Variable { name: (*name).into(), value: (*value).into(), origin }
    };
    let list = list.iter().map(variable).collect();
    let variables = Variables { prefix: Some("APP".into()), separator: "__".into(), list, ..Variables::default() };
    let content = Content::Variables(Arc::new(variables));
    Layer { kind: SourceKind::Env, name: "env".into(), fill: false, directives: true, content }
}

fn run(layers: &[Layer]) -> Result<Value, Error> {
    fold(layers, &MergeOptions::default()).map(|merged| merged.value)
}

fn table(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::Table(entries.into_iter().collect())
}

/// Tables in arrays in tables, down to a leaf.
fn nested(depth: usize, leaf: Value) -> Value {
    (0..depth).fold(leaf, |inner, level| match level % 4 {
        3 => Value::array(vec![inner]),
        _ => Value::Table([("a", inner)].into_iter().collect()),
    })
}

fn within(limit: Duration, what: &str, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    assert!(start.elapsed() < limit, "{what} took {:?}", start.elapsed());
}

#[test]
fn the_deepest_documents_fit_a_small_stack() {
    let work = || {
        let depth = Limits::MAX_DEPTH;
        let one = nested(depth, Value::Integer(1));
        let two = nested(depth, Value::Table([("x_add", Value::array(vec![Value::Null]))].into_iter().collect()));
        let rules = vec![("**".parse().unwrap(), ArrayStrategy::By("a".into()))];
        for arrays in [Vec::new(), rules].map(ArrayRules::from) {
            let options = MergeOptions { arrays: &arrays, ..MergeOptions::default() };
            let layers = [layer(one.clone()), layer(two.clone()), Layer { fill: true, ..layer(one.clone()) }];
            let merged = fold(&layers, &options).unwrap();
            let mut path = Vec::new();
            let mut value = &merged.value;
            while let Some(child) = value.child(&Segment::from("a")).or_else(|| value.child(&Segment::Index(0))) {
                path.push(if value.as_array().is_some() { Segment::Index(0) } else { Segment::from("a") });
                value = child;
            }
            assert!(path.len() >= depth - 1, "{}", path.len());
            assert!(Explainer::new(&layers, &merged, &options).explain(&path).winner.is_some());
            assert!(!changed(&one, &merged.value, &[]).is_empty());
        }
        #[cfg(feature = "interpolation")]
        {
            use super::interpolation::{References, interpolate};
            let (limits, secrets) = (Limits { depth, ..Limits::default() }, crate::redaction::SecretRules::default());
            let budget = crate::value::ExpansionBudget::new(&limits);
            let references = References {
                env: &|_| None,
                read_file: &|_| Ok("".into()),
                limits,
                budget: &budget,
                secrets: &secrets,
                schema: None,
            };
            let root = Value::Table(
                [("a", nested(depth - 4, "${b}".into())), ("b", Value::Integer(1)), ("c", "${a}".into())].into_iter().collect(),
            );
            let result = interpolate(root, &references).unwrap().value;
            assert_eq!(result.child(&"c".into()), result.child(&"a".into()));
        }
    };
    // A quarter of what the smallest common threads have.
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn unresolvable_names_cost_little() {
    let deep = format!("APP_{}", "A__".repeat(100_000));
    assert_eq!(run(&[variables(&[(&deep, "1")])]).unwrap_err().code(), ErrorCode::Limit);
    let wide = format!("APP_{}X", "A_".repeat(50_000));
    // A tree in which every cut of the name leads somewhere, but nowhere in full.
    let mut tree = Value::Integer(1);
    for _ in 0..12 {
        tree = Value::Table([("a", tree.clone()), ("aa", tree)].into_iter().collect());
    }
    within(Duration::from_secs(20), "cutting", || {
        let merged = run(&[layer(tree), variables(&[(&wide, "1")])]).unwrap();
        assert_eq!(merged.as_table().unwrap().len(), 3);
    });
    within(Duration::from_secs(20), "an index", || {
        let list = Value::Table([("l", Value::array(vec![]))].into_iter().collect());
        assert_eq!(run(&[layer(list), variables(&[("APP_L__4000000000", "1")])]).unwrap_err().code(), ErrorCode::Env);
    });
}

#[test]
fn thousands_of_variables_are_quick() {
    const MANY: usize = 4_000;
    let many = |name: &dyn Fn(usize) -> String, value: &str| {
        let names: Vec<String> = (0..MANY).map(name).collect();
        variables(&names.iter().map(|name| (name.as_str(), value)).collect::<Vec<_>>())
    };
    let keys = |name: &dyn Fn(usize) -> String| table((0..MANY).map(|n| (name(n), Value::Integer(1))));
    within(Duration::from_secs(20), "finding keys", || {
        let merged = run(&[layer(keys(&|n| format!("aB{n}c"))), many(&|n| format!("APP_A_B{n}_C"), "2")]).unwrap();
        assert!(merged.as_table().unwrap().iter().all(|(_, value)| *value == Value::Integer(2)));
        assert_eq!(merged.as_table().unwrap().len(), MANY);
    });
    within(Duration::from_secs(20), "cutting", || {
        let tree = table([("t".to_owned(), keys(&|n| format!("k_{n}")))]);
        let merged = run(&[layer(tree), many(&|n| format!("APP_T_K_{n}"), "2")]).unwrap();
        assert_eq!(merged.as_table().unwrap().len(), 1);
    });
    within(Duration::from_secs(20), "elements that do not fit", || {
        let list = || layer(table([("l".to_owned(), Value::array(vec![Value::Integer(1)]))]));
        for first in [0, 5] {
            let error = run(&[list(), many(&|n| format!("APP_L__{}", n + first), "x")]).unwrap_err();
            assert_eq!(error.code(), ErrorCode::Env);
            assert_eq!(error.issues().len(), MANY);
        }
    });
    within(Duration::from_secs(20), "warning", || {
        let layers = [layer(keys(&|n| format!("k{n}"))), many(&|n| format!("APP_K{n}__X"), "2")];
        let options = MergeOptions::default();
        let merged = fold(&layers, &options).unwrap();
        assert_eq!(merged.warnings.len(), 101);
        let explainer = Explainer::new(&layers, &merged, &options);
        for n in [0, MANY - 1] {
            let explanation = explainer.explain(&format!("k{n}").parse::<Path>().unwrap());
            assert_eq!((explanation.candidates.len(), explanation.winner), (2, Some(1)));
        }
    });
    within(Duration::from_secs(20), "mapping", || {
        let names: Vec<String> = (0..MANY).map(|n| format!("M{n}")).collect();
        let mut mapped = variables(&names.iter().map(|name| (name.as_str(), "2")).collect::<Vec<_>>());
        if let Content::Variables(variables) = &mut mapped.content {
            let mapping = names.iter().map(|name| (Path::from(vec![Segment::from(&**name)]), name.as_str().into()));
            Arc::make_mut(variables).mapping = mapping.collect();
        }
        assert_eq!(run(&[mapped]).unwrap().as_table().unwrap().len(), MANY);
    });
}

#[test]
fn large_arrays_merge_in_linear_time() {
    let list = |from: i64| Value::array((from..from + 100_000).map(Value::Integer).collect());
    let with = |key: &str, value: Value| table([(key.to_owned(), value)]);
    within(Duration::from_secs(20), "removing", || {
        let merged = run(&[layer(with("l", list(0))), layer(with("l_remove", list(50_000)))]).unwrap();
        assert_eq!(merged.child(&"l".into()).unwrap().as_array().unwrap().len(), 50_000);
    });
    within(Duration::from_secs(20), "removing keys", || {
        let keys = (0..100_000).map(|n| (format!("k{n}"), Value::Null)).collect::<Table>();
        let names = Value::array((0..100_000).map(|n| Value::from(format!("k{n}"))).collect());
        let merged = run(&[layer(with("t", keys.into())), layer(with("t_remove", names))]).unwrap();
        assert_eq!(merged.child(&"t".into()), Some(&Value::Table(Table::new())));
    });
    within(Duration::from_secs(20), "merging by a key", || {
        let items = || Value::array((0..50_000).map(|n| table([("id".to_owned(), Value::Integer(n))])).collect());
        let arrays = vec![("l".parse().unwrap(), ArrayStrategy::By("id".into()))].into();
        let options = MergeOptions { arrays: &arrays, ..MergeOptions::default() };
        let layers = [layer(with("l", items())), layer(with("l", items()))];
        let merged = fold(&layers, &options).unwrap();
        assert_eq!(merged.value.child(&"l".into()).unwrap().as_array().unwrap().len(), 50_000);
    });
}

#[test]
fn conflicting_layers_warn_in_linear_time() {
    let many = |value: Value| layer(table((0..20_000).map(|n| (format!("k{n}"), value.clone()))));
    let layers = [many(Value::Integer(1)), many(Value::array(vec![])), many(Value::Table(Table::new()))];
    within(Duration::from_secs(20), "warning", || {
        let merged = fold(&layers, &MergeOptions::default()).unwrap();
        // A hundred of each layer that has any, and one that counts the others.
        assert_eq!(merged.warnings.len(), 202);
        let last = merged.warnings.last().unwrap();
        assert_eq!((last.code, &*last.message), ("more-warnings", "19900 more warnings about this layer are not listed"));
    });
}

#[test]
fn untouched_parts_stay_shared() {
    let below = table([("a".to_owned(), table([("x".to_owned(), Value::Integer(1))])), ("b".to_owned(), Value::Integer(1))]);
    let above = table([("b".to_owned(), Value::Integer(2)), ("c".to_owned(), table([("y".to_owned(), Value::Null)]))]);
    let merged = run(&[layer(below.clone()), layer(above.clone())]).unwrap();
    let part = |value: &Value, key: &str| value.child(&key.into()).and_then(Value::as_table).cloned().unwrap();
    assert!(part(&merged, "a").is_same(&part(&below, "a")));
    assert!(part(&merged, "c").is_same(&part(&above, "c")));
    let single = run(&[layer(below.clone())]).unwrap();
    assert!(single.as_table().unwrap().is_same(below.as_table().unwrap()));
}
