//! The fuzz targets `merge` and `env`: invariants of the fold for any layers.

use crate::diagnostic::{Origin, Path, Segment, SourceKind};
use crate::merge::{
    ArrayStrategy, Content, Directive, Document, Expansions, Explainer, Layer, MergeOptions, Variable, Variables, changed, fold,
};
use crate::source::parse_args;
use crate::value::{ExpansionBudget, FORBIDDEN, Limits, Value, parse_json};
use std::sync::Arc;

fn document(value: Value, fill: bool) -> Layer {
    let document = Document::of(value);
    let content = Content::Document(Arc::new(document));
    Layer { kind: SourceKind::Custom, name: "layer".into(), fill, directives: true, content }
}

/// Folds JSON documents, one a line, and checks the result, its explanations and its differences. The first byte chooses the
/// array strategy; a line that starts with `~` is joined.
pub fn merge(text: &str) {
    let strategy = match text.as_bytes().first() {
        Some(b'a') => ArrayStrategy::Append,
        Some(b'p') => ArrayStrategy::Prepend,
        Some(b'u') => ArrayStrategy::Unique,
        Some(b'b') => ArrayStrategy::By("a".into()),
        _ => ArrayStrategy::Replace,
    };
    let Ok(pattern) = "**".parse() else { return };
    let rules = vec![(pattern, strategy)].into();
    let layers: Vec<Layer> = text
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fill = line.starts_with('~');
            let value = parse_json(line.trim_start_matches('~'))?;
            value.as_table().is_some().then(|| document(value, fill))
        })
        .collect();
    let options = MergeOptions { arrays: &rules, ..MergeOptions::default() };
    let Ok(merged) = fold(&layers, &options) else { return };
    let again = fold(&layers, &options).map(|merged| format!("{merged:?}"));
    assert_eq!(again.ok(), Some(format!("{merged:?}")));
    let explainer = Explainer::new(&layers, &merged, &options);
    let mut budget = 200;
    merged.value.walk(&mut Vec::new(), &mut |path, value| {
        if let Some(Segment::Key(key)) = path.last() {
            assert_ne!(&**key, FORBIDDEN);
            assert!(value.as_array().is_none() || Directive::from_key(key).is_none(), "{key} survived");
        }
        if budget > 0 {
            budget -= 1;
            let explanation = explainer.explain(path);
            assert_eq!(explanation.value.as_ref(), Some(value));
            let leaf = value.as_table().is_none() && value.as_array().is_none();
            assert!(!leaf || explanation.winner().map(|winner| &winner.value) == Some(value), "{explanation:?}");
        }
        true
    });
    for layer in &layers {
        if let Content::Document(document) = &layer.content {
            let paths = changed(document.value(), &merged.value, &[]);
            assert_eq!(paths.is_empty(), *document.value() == merged.value);
        }
    }
}

/// Resolves variables, one `NAME=value` a line, and flags, over a table that has keys of every kind; checks that the
/// order of the variables makes no difference.
pub fn env(text: &str) {
    const BELOW: &str = r#"{"port": 1, "maxConn": 2, "max_idle": null, "tls": false, "ratio": 0.5, "name": "x",
        "log": {"level": "info", "sinks": ["a", "b"]}, "servers": [{"host": "a", "ports": [1, 2]}], "empty": [], "t": {}}"#;
    let Some(below) = parse_json(BELOW) else { return };
    let mut variables: Vec<Variable> = Vec::new();
    let mut arguments = Vec::new();
    for line in text.lines() {
        match line.split_once('=') {
            Some((name, value)) if !line.starts_with('-') => {
                if variables.iter().all(|other| *other.name != *name) {
                    let origin = Origin::new(SourceKind::Env, "env");
                    variables.push(Variable { name: name.into(), value: value.into(), origin });
                }
            }
            _ => arguments.push(line),
        }
    }
    let run = |list: Vec<Variable>| {
        let name: Arc<str> = "args".into();
        let flags = parse_args(arguments.iter().copied(), &name)?;
        let variables = Variables {
            prefix: Some(if list.len() % 5 == 4 { "".into() } else { "P".into() }),
            separator: if list.len() % 7 == 6 { "_".into() } else { "__".into() },
            mapping: vec![(Path::from(vec![Segment::from("log"), Segment::from("level")]), ["LEVEL", "L"].into())],
            file_suffix: true,
            verbatim: list.len() % 3 == 2,
            list,
        };
        let layer = |kind, content| Layer { kind, name: "layer".into(), fill: false, directives: true, content };
        let layers = [
            document(below.clone(), false),
            layer(SourceKind::Env, Content::Variables(Arc::new(variables))),
            layer(SourceKind::Args, Content::Flags(flags.into())),
        ];
        let read = |name: &str| Ok(Arc::from(name));
        let budget = ExpansionBudget::new(&Limits::default());
        let expansions = Expansions { read: &read, budget: &budget };
        fold(&layers, &MergeOptions { expansions: Some(&expansions), ..MergeOptions::default() })
    };
    let show = |outcome: Result<crate::merge::Merged, crate::Error>| match outcome {
        Ok(merged) => format!("{:?} {:?}", merged.value, merged.warnings),
        Err(error) => error.to_string(),
    };
    let forwards = show(run(variables.clone()));
    variables.reverse();
    assert_eq!(forwards, show(run(variables)));
}
