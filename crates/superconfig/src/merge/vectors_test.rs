//! Runs the shared cases of `vectors/` on the fold, without the builder.

use super::{ArrayStrategy, MergeOptions, Merged, Outside, fold};
use crate::error::{Error, ErrorCode};
use crate::explain::{Candidate, Explainer};
use crate::format::Format;
use crate::interpolation::{References, interpolate};
use crate::layer::{Content, Document, Layer, Variable, Variables};
use crate::limits::Limits;
use crate::origin::{Origin, Position, SourceKind};
use crate::source::flags::parse_args;
use crate::value::{Path, Segment, Table, Value, parse_json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parses a text, as far as this test can without the format's own module.
fn parse(text: &str, format: Format) -> Result<Value, Error> {
    match format {
        Format::Json => parse_json(text).ok_or_else(|| Error::new(ErrorCode::Parse, "not JSON")),
        other => Err(Error::new(ErrorCode::Format, format!("{other} is not part of this test"))),
    }
}

/// A value as it is meant: JSON cannot write every number.
fn plain(value: &Value) -> Value {
    match value {
        Value::Table(table) => match (text(table, "$integer"), text(table, "$float")) {
            (Some(integer), _) => match integer.parse::<i64>() {
                Ok(integer) => Value::Integer(integer),
                Err(_) => Value::Unsigned(integer.parse().unwrap()),
            },
            (_, Some(float)) => Value::Float(float.parse().unwrap()),
            _ => Value::Table(table.iter().map(|(key, value)| (key.to_owned(), plain(value))).collect()),
        },
        Value::Array(items) => Value::array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

/// Equality as people see it: numbers by what they are, `NaN` included.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Table(a), Value::Table(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)),
        _ => one == other || one.loosely_equals(other),
    }
}

/// Finds a path in a JSON text, with a parser that keeps offsets.
fn locate(text: &str, format: Format, path: &[Segment]) -> Option<Position> {
    use jsonc_parser::ast;
    use jsonc_parser::common::Ranged;
    assert_eq!(format, Format::Json);
    let ast = jsonc_parser::parse_to_ast(text, &Default::default(), &Default::default()).ok()?.value?;
    let found = path.iter().try_fold(ast, |value, segment| match (value, segment) {
        (ast::Value::Object(object), Segment::Key(key)) => {
            object.properties.into_iter().find(|own| own.name.as_str() == &**key).map(|own| own.value)
        }
        (ast::Value::Array(array), segment) => array.elements.into_iter().nth(segment.as_index()?),
        _ => None,
    });
    Some(Position::of_offset(text, found?.range().start))
}

struct Case<'a> {
    table: &'a Table,
    files: BTreeMap<String, String>,
}

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Value::as_str)
}

fn strings(value: Option<&Value>) -> Vec<(String, String)> {
    let entries = value.and_then(Value::as_table).map(Table::iter).into_iter().flatten();
    entries.map(|(key, value)| (key.to_owned(), value.as_str().unwrap().to_owned())).collect()
}

impl Case<'_> {
    fn read(&self, name: &str) -> Result<Arc<str>, Error> {
        let missing = || Error::new(ErrorCode::NotFound, format!("the file {name:?} is not there"));
        self.files.get(name).map(|text| Arc::from(&**text)).ok_or_else(missing)
    }

    fn layers(&self) -> Result<Vec<Layer>, Error> {
        let sources = self.table.get("layers").and_then(Value::as_array).unwrap();
        sources.iter().map(|source| self.layer(source.as_table().unwrap())).collect()
    }

    fn layer(&self, source: &Table) -> Result<Layer, Error> {
        let flag = |key: &str, default| source.get(key).map_or(default, |value| *value == Value::Bool(true));
        let kind = text(source, "kind").unwrap();
        let kind = match kind {
            "defaults" => SourceKind::Defaults,
            "file" => SourceKind::File,
            "text" => SourceKind::Text,
            "env" => SourceKind::Env,
            "args" => SourceKind::Args,
            "override" => SourceKind::Override,
            "custom" => SourceKind::Custom,
            other => panic!("{other} is not part of this test"),
        };
        let name: Arc<str> = text(source, "name").unwrap_or(kind.as_str()).into();
        let content = match kind {
            SourceKind::Env => {
                let list = strings(self.table.get("env")).into_iter().map(|(variable, value)| Variable {
                    name: variable.into(),
                    value: value.into(),
                    origin: Origin::new(SourceKind::Env, name.clone()),
                });
                let mapping = strings(source.get("mapping"));
                Content::Variables(Arc::new(Variables {
                    prefix: text(source, "prefix").unwrap_or_default().into(),
                    separator: text(source, "separator").unwrap_or("__").into(),
                    mapping: mapping.iter().map(|(path, name)| (path.parse().unwrap(), Arc::from(&**name))).collect(),
                    file_suffix: flag("fileSuffix", false),
                    list: list.collect(),
                }))
            }
            SourceKind::Args => {
                let arguments = self.table.get("args").and_then(Value::as_array).unwrap_or_default();
                Content::Flags(parse_args(arguments.iter().map(|argument| argument.as_str().unwrap()), &name)?.into())
            }
            _ => {
                let (value, document_text, file) = match (source.get("value"), kind) {
                    (Some(value), _) => (value.clone(), None, None),
                    (None, SourceKind::File) => {
                        let format = Format::of_file_name(&name).unwrap();
                        let text = self.read(&name)?;
                        (parse(&text, format)?, Some((text, format)), Some(name.clone()))
                    }
                    _ => {
                        let format: Format = text(source, "format").unwrap().parse()?;
                        let text: Arc<str> = text(source, "text").unwrap().into();
                        (parse(&text, format)?, Some((text, format)), None)
                    }
                };
                let document = Document { value, file, text: document_text, root: Path::new(), warnings: Vec::new() };
                Content::Document(Arc::new(document))
            }
        };
        Ok(Layer { kind, name, fill: flag("join", false), directives: flag("directives", true), content })
    }

    fn arrays(&self) -> Vec<(String, ArrayStrategy)> {
        let rules = self.option("arrays").and_then(Value::as_table).map(Table::iter).into_iter().flatten();
        let rules = rules.map(|(pattern, strategy)| {
            let strategy = match strategy.as_str() {
                Some("replace") => ArrayStrategy::Replace,
                Some("append") => ArrayStrategy::Append,
                Some("prepend") => ArrayStrategy::Prepend,
                Some("unique") => ArrayStrategy::Unique,
                _ => ArrayStrategy::By(text(strategy.as_table().unwrap(), "by").unwrap().into()),
            };
            (pattern.to_owned(), strategy)
        });
        rules.collect()
    }

    fn option(&self, name: &str) -> Option<&Value> {
        self.table.get("options")?.as_table()?.get(name)
    }

    /// Loads, explains what is to be explained, and gives everything as one result.
    fn run(&self) -> Result<(Merged, Vec<String>), Error> {
        let layers = self.layers()?;
        let read = |name: &str| self.read(name);
        let limits = Limits::default();
        let mut options = MergeOptions::new(&self.arrays(), limits)?;
        options.schema = self.option("schema").cloned();
        let outside = Outside { locate: Some(&locate), read_file: Some(&read) };
        let mut merged = fold(&layers, &options, outside)?;
        let mut problems = Vec::new();
        if let Some(paths) = self.table.get("explain").and_then(Value::as_table) {
            let explainer = Explainer::new(&layers, &merged, &options, outside.locate);
            for (path, expected) in paths {
                let explanation = explainer.explain(&path.parse::<Path>()?);
                let expected = expected.as_table().unwrap();
                let winner = explanation.winner();
                match expected.get("winner") {
                    Some(Value::Null) if winner.is_some() => problems.push(format!("{path}: unexpected winner {winner:?}")),
                    Some(Value::Table(wanted)) if !winner.is_some_and(|winner| fits(wanted, winner)) => {
                        problems.push(format!("{path}: winner {winner:?}, expected {wanted:?}"));
                    }
                    _ => {}
                }
                let fits_all = match expected.get("candidates") {
                    None => true,
                    Some(Value::Array(wanted)) => {
                        wanted.len() == explanation.candidates.len()
                            && wanted
                                .iter()
                                .zip(&explanation.candidates)
                                .all(|(wanted, found)| fits(wanted.as_table().unwrap(), found))
                    }
                    Some(count) => *count == Value::Integer(explanation.candidates.len() as i64),
                };
                if !fits_all {
                    problems.push(format!("{path}: candidates {:#?}", explanation.candidates));
                }
                if let Some(value) = expected.get("value")
                    && !explanation.value.as_ref().is_some_and(|found| found.loosely_equals(value))
                {
                    problems.push(format!("{path}: value {:?}", explanation.value));
                }
            }
        }
        if self.option("interpolate") == Some(&Value::Bool(true)) {
            let env = strings(self.table.get("env"));
            let env = |name: &str| env.iter().find(|(own, _)| own == name).map(|(_, value)| Arc::from(&**value));
            merged.value = interpolate(merged.value, &References { env: &env, read_file: &read, limits })?;
        }
        Ok((merged, problems))
    }

    /// What is wrong with the result.
    fn problems(&self) -> Vec<String> {
        let expected = self.table.get("expect").and_then(Value::as_table).unwrap();
        let (merged, mut problems) = match (self.run(), text(expected, "error")) {
            (Ok((merged, problems)), None) => (merged, problems),
            (Ok((merged, _)), Some(code)) => return vec![format!("expected {code}, found {:?}", merged.value)],
            (Err(error), None) => return vec![format!("failed: {error:?}")],
            (Err(error), Some(code)) => return error_problems(&error, code, expected),
        };
        let wanted = &plain(expected.get("value").unwrap());
        if !same(&merged.value, wanted) {
            problems.push(format!("value {:?}, expected {wanted:?}", merged.value));
        }
        if let Some(order) = expected.get("order").and_then(Value::as_array) {
            let keys: Vec<Value> = merged.value.as_table().unwrap().iter().map(|(key, _)| key.into()).collect();
            if keys != order {
                problems.push(format!("keys {keys:?}"));
            }
        }
        let warnings = expected.get("warnings").and_then(Value::as_array).unwrap_or_default();
        let found = &merged.warnings;
        let fits = warnings.len() == found.len()
            && warnings.iter().zip(found).all(|(wanted, found)| match wanted {
                Value::String(code) => found.code == &**code,
                wanted => {
                    let wanted = wanted.as_table().unwrap();
                    let contains = wanted.get("contains").and_then(Value::as_array).unwrap_or_default();
                    text(wanted, "code") == Some(found.code)
                        && text(wanted, "path").is_none_or(|path| found.path.as_ref().is_some_and(|own| own.to_string() == path))
                        && contains.iter().all(|part| found.message.contains(part.as_str().unwrap()))
                }
            });
        if !fits {
            problems.push(format!("warnings {found:?}, expected {warnings:?}"));
        }
        problems
    }
}

fn error_problems(error: &Error, code: &str, expected: &Table) -> Vec<String> {
    let mut problems = Vec::new();
    if error.code().as_str() != code {
        problems.push(format!("expected {code}, found {error:?}"));
    }
    let parts = |key: &str| expected.get(key).and_then(Value::as_array).unwrap_or_default();
    for part in parts("message").iter().filter_map(Value::as_str) {
        if !error.message().contains(part) {
            problems.push(format!("{part:?} is not in {:?}", error.message()));
        }
    }
    for part in parts("notMessage").iter().filter_map(Value::as_str) {
        if error.to_string().contains(part) {
            problems.push(format!("{part:?} is in {error}"));
        }
    }
    if let Some(path) = text(expected, "path")
        && error.path().map(Path::to_string).as_deref() != Some(path)
    {
        problems.push(format!("the error's path is {:?}", error.path()));
    }
    if let Some(origin) = expected.get("origin").and_then(Value::as_table)
        && !error.origin().is_some_and(|own| origin_fits(origin, own))
    {
        problems.push(format!("the error's origin is {:?}", error.origin()));
    }
    problems
}

fn fits(wanted: &Table, candidate: &Candidate) -> bool {
    origin_fits(wanted, &candidate.origin)
        && text(wanted, "action").is_none_or(|action| action == candidate.action.as_str())
        && wanted.get("value").is_none_or(|value| value.loosely_equals(&candidate.value))
}

fn origin_fits(wanted: &Table, origin: &Origin) -> bool {
    let number = |key: &str, own: Option<u32>| match wanted.get(key) {
        None => true,
        Some(Value::Integer(number)) => own.is_some_and(|own| i64::from(own) == *number),
        Some(_) => own.is_none(),
    };
    text(wanted, "kind").is_none_or(|kind| kind == origin.kind.as_str())
        && text(wanted, "name").is_none_or(|name| name == &*origin.source)
        && text(wanted, "file").is_none_or(|file| Some(file) == origin.file.as_deref())
        && text(wanted, "variable").is_none_or(|variable| Some(variable) == origin.variable.as_deref())
        && number("line", origin.line)
        && number("column", origin.column)
}

#[test]
fn every_case_gives_what_it_says() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors");
    let topics = ["args", "directives", "env", "interpolation", "merge", "provenance", "strategies"];
    let mut count = 0;
    let mut failures = Vec::new();
    for topic in topics {
        for entry in std::fs::read_dir(root.join(topic)).into_iter().flatten() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let cases = parse_json(&text).unwrap_or_else(|| panic!("{} is not JSON", path.display()));
            for case in cases.as_array().unwrap() {
                let table = case.as_table().unwrap();
                let files = strings(table.get("files")).into_iter().collect();
                let problems = Case { table, files }.problems();
                count += 1;
                for problem in problems {
                    let name = table.get("name").unwrap();
                    failures.push(format!("{}/{}: {name:?}\n    {problem}", topic, path.file_name().unwrap().display()));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} cases:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 250, "only {count} cases were found");
}
