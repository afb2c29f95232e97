//! Properties of the merge that hold for every list of layers.

use super::array_strategy::ArrayStrategy;
use super::diff::changed;
use super::directive::Directive;
use super::explain::explainer::Explainer;
use super::fold::fold;
use super::layer::{Content, Document, Layer, Variable, Variables};
use super::merged::Merged;
use super::options::MergeOptions;
use crate::diagnostic::{Error, Origin, Path, Segment, SourceKind};
use crate::value::{FORBIDDEN, Table, Value};
use proptest::prelude::*;
use std::sync::Arc;

fn layer(value: Value) -> Layer {
    let document = Document::of(value);
    let (kind, name) = (SourceKind::Custom, "layer".into());
    Layer { kind, name, fill: false, directives: true, content: Content::Document(Arc::new(document)) }
}

fn environment(list: &[(String, String)]) -> Layer {
    let list = list.iter().map(|(name, value)| Variable {
        name: name.as_str().into(),
        value: value.as_str().into(),
        origin: Origin::new(SourceKind::Env, "env"),
    });
    let variables = Variables { prefix: Some("P".into()), separator: "__".into(), list: list.collect(), ..Variables::default() };
    let content = Content::Variables(Arc::new(variables));
    Layer { kind: SourceKind::Env, name: "env".into(), fill: false, directives: true, content }
}

/// Layers of documents, some of them joined, with the environment among them.
fn layers_around(documents: Vec<(Value, bool)>, list: &[(String, String)], at: usize) -> Vec<Layer> {
    let mut layers: Vec<Layer> = documents.into_iter().map(|(document, fill)| Layer { fill, ..layer(document) }).collect();
    layers.insert(at.min(layers.len()), environment(list));
    layers
}

fn merge(layers: &[Layer]) -> Result<Merged, Error> {
    fold(layers, &MergeOptions::default())
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-2i64..3).prop_map(Value::Integer),
        (-2i64..3).prop_map(|number| Value::Float(number as f64)),
        "[ab]{0,2}".prop_map(Value::from),
    ]
}

fn key() -> impl Strategy<Value = String> {
    const KEYS: &[&str] = &["a", "b", "c", "a_add", "a_remove", "b_add", "b_remove", "a_add_add", "_add", FORBIDDEN, "id"];
    proptest::sample::select(KEYS).prop_map(str::to_owned)
}

fn table_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    proptest::collection::vec((key(), inner), 0..5).prop_map(|entries| Value::Table(entries.into_iter().collect()))
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::array), table_of(inner)]
    })
}

fn document() -> impl Strategy<Value = Value> {
    table_of(value())
}

/// Documents in which a key's name decides whether it holds a table, so that no layer replaces a table or is replaced by
/// one.
fn agreeing() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![scalar(), proptest::collection::vec(scalar(), 0..3).prop_map(Value::array)];
    let leaves = proptest::collection::vec(("[xyz]", leaf.clone()), 0..4).prop_map(|list| list.into_iter().collect::<Table>());
    let tables = proptest::collection::vec(("[tu]", leaves.prop_map(Value::Table)), 0..3);
    (tables, proptest::collection::vec(("[xyz]", leaf), 0..3))
        .prop_map(|(tables, leaves)| Value::Table(tables.into_iter().chain(leaves).collect()))
}

fn array_strategy() -> impl Strategy<Value = ArrayStrategy> {
    prop_oneof![
        Just(ArrayStrategy::Replace),
        Just(ArrayStrategy::Append),
        Just(ArrayStrategy::Prepend),
        Just(ArrayStrategy::Unique),
        Just(ArrayStrategy::By("id".into())),
    ]
}

/// The rules as they are written down, without sharing and without regard to cost. `None` is a `MERGE` error.
mod model {
    use super::*;

    pub(super) fn merge(below: Option<&Value>, above: &Value, strategy: &ArrayStrategy) -> Option<Value> {
        match (below, above) {
            (_, Value::Table(above)) => {
                let below = below.and_then(Value::as_table).cloned().unwrap_or_default();
                table(below, above, strategy).map(Value::Table)
            }
            (Some(Value::Array(below)), Value::Array(above)) => array(below, above, strategy).map(Value::array),
            (_, Value::Array(above)) => {
                above.iter().map(|item| merge(None, item, strategy)).collect::<Option<_>>().map(Value::array)
            }
            (_, scalar) => Some(scalar.clone()),
        }
    }

    fn array(below: &[Value], above: &[Value], strategy: &ArrayStrategy) -> Option<Vec<Value>> {
        let mut items: Vec<Value> = above.iter().map(|item| merge(None, item, strategy)).collect::<Option<_>>()?;
        let mut result = below.to_vec();
        match strategy {
            ArrayStrategy::Replace => return Some(items),
            ArrayStrategy::Append => result.append(&mut items),
            ArrayStrategy::Prepend => {
                items.extend(result);
                return Some(items);
            }
            // The layer's own elements are compared as they are written.
            ArrayStrategy::Unique => {
                let mut seen = below.to_vec();
                for (raw, item) in above.iter().zip(items) {
                    if !seen.iter().any(|own| own.numeric_eq(raw)) {
                        seen.push(raw.clone());
                        result.push(item);
                    }
                }
            }
            ArrayStrategy::By(key) => {
                let id = |value: &Value| value.as_table().and_then(|table| table.get(key)).filter(|id| !id.is_null()).cloned();
                for raw in above {
                    let same = |own: &&mut Value| matches!((id(own), id(raw)), (Some(a), Some(b)) if a.numeric_eq(&b));
                    match result.iter_mut().find(same) {
                        Some(own) => *own = merge(Some(own), raw, strategy)?,
                        None => result.push(merge(None, raw, strategy)?),
                    }
                }
            }
        }
        Some(result)
    }

    fn table(mut below: Table, above: &Table, strategy: &ArrayStrategy) -> Option<Table> {
        let directives = |wanted: Directive| {
            above.iter().filter_map(move |(key, value)| match (Directive::from_key(key), value.as_array()) {
                (Some((stem, directive)), Some(list)) if directive == wanted => Some((stem, list)),
                _ => None,
            })
        };
        for (key, value) in above {
            if key != FORBIDDEN && (value.as_array().is_none() || Directive::from_key(key).is_none()) {
                let merged = merge(below.get(key), value, strategy)?;
                below.insert(key, merged);
            }
        }
        for (stem, list) in directives(Directive::Add).filter(|(stem, _)| *stem != FORBIDDEN) {
            let mut items = match below.get(stem) {
                None | Some(Value::Null) if Directive::from_key(stem).is_some() => continue,
                None | Some(Value::Null) => Vec::new(),
                Some(Value::Array(items)) => items.to_vec(),
                Some(_) => return None,
            };
            for item in list {
                items.push(merge(None, item, strategy)?);
            }
            below.insert(stem, Value::array(items));
        }
        for (stem, list) in directives(Directive::Remove).filter(|(stem, _)| *stem != FORBIDDEN) {
            let value = match below.get(stem) {
                None | Some(Value::Null) => continue,
                Some(Value::Array(items)) => {
                    let list: Vec<Value> = list.iter().map(|item| merge(None, item, strategy)).collect::<Option<_>>()?;
                    let stays = |item: &&Value| !list.iter().any(|removed| removed.numeric_eq(item));
                    Value::array(items.iter().filter(stays).cloned().collect())
                }
                Some(Value::Table(table)) => {
                    let stays = |key: &str| !list.iter().any(|removed| removed.as_str() == Some(key));
                    let kept = table.iter().filter(|(key, _)| stays(key)).map(|(key, value)| (key.to_owned(), value.clone()));
                    Value::Table(kept.collect())
                }
                Some(_) => return None,
            };
            below.insert(stem, value);
        }
        Some(below)
    }
}

/// Names that meet known keys, each other, arrays and nothing.
fn variables() -> impl Strategy<Value = Vec<(String, String)>> {
    let part = proptest::sample::select(&["A", "B", "C", "MAX", "CONN", "0", "1", "2", "ADD", "REMOVE", "", "X"][..]);
    let glue = proptest::sample::select(&["_", "__", ""][..]);
    let name = proptest::collection::vec((part, glue), 1..5)
        .prop_map(|parts| parts.into_iter().fold("P_".to_owned(), |name, (part, glue)| name + part + glue));
    let text = proptest::sample::select(&["", "1", "x", "true", "[1, 2]", "{\"a\": [1]}", "a,b", "null"][..]);
    proptest::collection::btree_map(name, text.prop_map(str::to_owned), 0..6).prop_map(|map| map.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fold_follows_the_reference_model(documents in proptest::collection::vec(document(), 0..4), strategy in array_strategy()) {
        let layers: Vec<Layer> = documents.iter().cloned().map(layer).collect();
        let rules = vec![("**".parse().unwrap(), strategy.clone())].into();
        let options = MergeOptions { arrays: &rules, ..MergeOptions::default() };
        let folded = fold(&layers, &options).ok().map(|merged| merged.value);
        let empty = Some(Value::Table(Table::new()));
        let expected = documents.iter().fold(empty, |below, above| model::merge(Some(&below?), above, &strategy));
        prop_assert_eq!(folded, expected);
    }

    #[test]
    fn the_empty_layer_is_neutral(documents in proptest::collection::vec(document(), 0..4), at in 0usize..5) {
        let mut layers: Vec<Layer> = documents.into_iter().map(layer).collect();
        let without = merge(&layers).ok().map(|merged| merged.value);
        layers.insert(at.min(layers.len()), layer(Value::Table(Table::new())));
        prop_assert_eq!(merge(&layers).ok().map(|merged| merged.value), without);
    }

    #[test]
    fn merging_is_associative_where_kinds_agree(a in agreeing(), b in agreeing(), c in agreeing()) {
        let pair = |one: &Value, two: &Value| merge(&[layer(one.clone()), layer(two.clone())]).unwrap().value;
        prop_assert_eq!(pair(&pair(&a, &b), &c), pair(&a, &pair(&b, &c)));
    }

    #[test]
    fn the_last_scalar_wins(documents in proptest::collection::vec(document(), 0..3), last in scalar()) {
        let mut layers: Vec<Layer> = documents.into_iter().map(layer).collect();
        layers.push(layer(Value::Table([("c", last.clone())].into_iter().collect())));
        if let Ok(merged) = merge(&layers) {
            prop_assert_eq!(merged.value.at(&["c".into()]), Some(&last));
        }
    }

    #[test]
    fn no_directive_and_no_forbidden_key_survives(documents in proptest::collection::vec(document(), 0..4)) {
        let layers: Vec<Layer> = documents.into_iter().map(layer).collect();
        if let Ok(merged) = merge(&layers) {
            let mut survivors = Vec::new();
            merged.value.walk(&mut Vec::new(), &mut |path, value| {
                if let Some(Segment::Key(key)) = path.last()
                    && (**key == *FORBIDDEN || value.as_array().is_some() && Directive::from_key(key).is_some())
                {
                    survivors.push(Path::from(path.to_vec()));
                }
                true
            });
            prop_assert_eq!(survivors, Vec::<Path>::new());
        }
    }

    #[test]
    fn the_winner_of_a_leaf_is_its_value(
        documents in proptest::collection::vec((document(), any::<bool>()), 0..4),
        strategy in array_strategy(),
        list in variables(),
        at in 0usize..5,
    ) {
        let layers = layers_around(documents, &list, at);
        let rules = vec![("**".parse().unwrap(), strategy)].into();
        let options = MergeOptions { arrays: &rules, ..MergeOptions::default() };
        if let Ok(merged) = fold(&layers, &options) {
            let explainer = Explainer::new(&layers, &merged, &options);
            let mut wrong = Vec::new();
            merged.value.walk(&mut Vec::new(), &mut |path, value| {
                let explanation = explainer.explain(path);
                let winner = explanation.winner().map(|winner| &winner.value);
                let leaf = value.as_table().is_none() && value.as_array().is_none();
                if explanation.value.as_ref() != Some(value) || winner.is_none() && !path.is_empty() || leaf && winner != Some(value) {
                    wrong.push(explanation);
                }
                true
            });
            prop_assert!(wrong.is_empty(), "{:#?}", wrong);
        }
    }

    /// From the ninth path on an index finds the layers that are about it.
    #[test]
    fn explanations_are_the_same_by_the_index(
        documents in proptest::collection::vec((document(), any::<bool>()), 8..14),
        strategy in array_strategy(),
        list in variables(),
        at in 0usize..14,
    ) {
        let layers = layers_around(documents, &list, at);
        let rules = vec![("**".parse().unwrap(), strategy)].into();
        let options = MergeOptions { arrays: &rules, ..MergeOptions::default() };
        if let Ok(merged) = fold(&layers, &options) {
            let indexed = Explainer::new(&layers, &merged, &options);
            for at in 0..20 {
                indexed.explain(&[Segment::from(&*format!("unused{at}"))]);
            }
            let mut paths = std::collections::BTreeSet::new();
            let documents = layers.iter().filter_map(|layer| layer.content.document()).map(|document| document.value());
            for value in documents.chain([&merged.value]) {
                value.walk(&mut Vec::new(), &mut |path, _| {
                    paths.insert(path.to_vec());
                    true
                });
            }
            for path in paths {
                let all = Explainer::new(&layers, &merged, &options).explain(&path);
                prop_assert_eq!(indexed.explain(&path), all);
            }
        }
    }

    #[test]
    fn the_order_of_the_environment_never_matters(below in document(), list in variables(), seed in any::<u64>()) {
        let mut shuffled = list.clone();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        let outcome = |list: &[(String, String)]| match merge(&[layer(below.clone()), environment(list)]) {
            Ok(merged) => format!("{:?} {:?}", merged.value, merged.warnings),
            Err(error) => error.to_string(),
        };
        prop_assert_eq!(outcome(&list), outcome(&shuffled));
    }

    #[test]
    fn the_same_layers_give_the_same_bytes(documents in proptest::collection::vec(document(), 0..4), list in variables()) {
        let layers: Vec<Layer> = documents.into_iter().map(layer).chain([environment(&list)]).collect();
        let outcome = || merge(&layers).map(|merged| format!("{merged:?}")).map_err(|error| error.to_string());
        prop_assert_eq!(outcome(), outcome());
    }

    #[test]
    fn diff_lists_exactly_the_differing_paths(one in document(), two in document()) {
        prop_assert_eq!(changed(&one, &two, &[]).is_empty(), one == two);
        for path in changed(&one, &two, &[]) {
            let path: Path = path.parse().unwrap();
            prop_assert_ne!(one.at(&path), two.at(&path));
        }
        prop_assert_eq!(changed(&one, &two, &[]), changed(&two, &one, &[]));
    }

    #[test]
    fn names_resolve_the_same_in_small_and_large_tables(
        keys in proptest::collection::vec("[aB_-]{1,4}|é|É_a|a_-_b", 1..5),
        name in "[AbB_-]{1,5}|[AB]_-_[AB]|É(_A)?",
        separator in proptest::sample::select(vec!["__", "."]),
    ) {
        let list = [(format!("P_{name}"), "2".to_owned())];
        let outcome = |fillers: usize| {
            let inner = Value::Table(keys.iter().map(|key| (key.clone(), Value::Integer(1))).collect());
            let table = |key: &String| (key.clone(), inner.clone());
            let fill = (0..fillers).map(|n| (format!("z{n}"), Value::Null));
            let below = Value::Table(keys.iter().take(1).map(table).chain(keys.iter().skip(1).map(|key| (key.clone(), Value::Integer(1)))).chain(fill).collect());
            let mut names = environment(&list);
            if let Content::Variables(variables) = &mut names.content {
                Arc::make_mut(variables).separator = separator.into();
            }
            merge(&[layer(below), names]).map_err(|error| error.code()).map(|merged| {
                let mut value = merged.value;
                if let Value::Table(table) = &mut value {
                    table.retain(|key, _| !key.starts_with('z'));
                }
                value
            })
        };
        prop_assert_eq!(outcome(0), outcome(100));
    }
}
