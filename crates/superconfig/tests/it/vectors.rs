//! Runs the shared cases of `vectors/` through the public builder; `vectors/README.md` describes the format of a case.

use std::io::Write;
use superconfig::{
    ArrayStrategy, Candidate, DirectoryOptions, DotenvOptions, EmptyVariable, EnvOptions, Error, FileOptions, Format,
    MappedVariable, Origin, Path, SourceEntry, SourceKind, SourceSpec, SuperConfig, Table, TextOptions, Value, VariableFormat,
    Warning, parse, to_value,
};

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Value::as_str)
}

fn list<'a>(table: &'a Table, key: &str) -> &'a [Value] {
    table.get(key).and_then(Value::as_array).unwrap_or_default()
}

fn entries<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    table.get(key).and_then(Value::as_table).into_iter().flatten()
}

fn strings(table: &Table, key: &str) -> Vec<(String, String)> {
    entries(table, key).map(|(key, value)| (key.to_owned(), value.as_str().unwrap().to_owned())).collect()
}

/// A value in its plain form: JSON cannot write every number.
fn plain(value: &Value) -> Value {
    match value {
        Value::Table(table) => match (text(table, "$integer"), text(table, "$float")) {
            (Some(integer), _) => integer.parse().map_or_else(|_| Value::Unsigned(integer.parse().unwrap()), Value::Integer),
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
        (Value::Float(a), Value::Float(b)) if a.is_nan() && b.is_nan() => true,
        _ => one.numeric_eq(other),
    }
}

fn source(case: &Table, layer: &Table) -> Result<SourceSpec, Error> {
    let flag = |key: &str| layer.get(key) == Some(&Value::Bool(true));
    let format = || text(layer, "format").map(str::parse::<Format>).transpose();
    let values = |kind: SourceKind, name: &str| SourceSpec::Values {
        kind,
        name: name.into(),
        value: layer.get("value").cloned().unwrap(),
    };
    let name = text(layer, "name").unwrap_or_default();
    Ok(match text(layer, "kind").unwrap() {
        "defaults" => values(SourceKind::Defaults, "defaults"),
        "override" => values(SourceKind::Override, "overrides"),
        "custom" => values(SourceKind::Custom, name),
        "file" => {
            let nested_profiles = text(layer, "profiles") == Some("nested");
            #[allow(clippy::needless_update, reason = "a case says only what it is about")]
            let options =
                FileOptions { optional: flag("optional"), format: format()?, nested_profiles, ..FileOptions::default() };
            SourceSpec::File { path: name.into(), options }
        }
        "dir" => {
            let options = DirectoryOptions { optional: flag("optional"), format: format()?, ..DirectoryOptions::default() };
            SourceSpec::Directory { path: name.to_owned(), options }
        }
        "glob" => SourceSpec::Glob { pattern: name.to_owned(), options: Default::default() },
        "text" => {
            let options = TextOptions { format: format()?, name: Some(name.into()) };
            SourceSpec::Text { text: text(layer, "text").unwrap().into(), options }
        }
        "dotenv" => {
            let paths = match layer.get("path") {
                Some(Value::Array(paths)) => Some(paths.iter().map(|path| path.as_str().unwrap().to_owned()).collect()),
                Some(path) => Some(vec![path.as_str().unwrap().to_owned()]),
                None => None,
            };
            SourceSpec::Dotenv(DotenvOptions { paths, optional: flag("optional") })
        }
        "env" => {
            let mut options = EnvOptions { file_suffix: flag("fileSuffix"), ..EnvOptions::default() };
            options.prefix = text(layer, "prefix").unwrap_or_default().into();
            options.mapped_only = layer.get("prefix") == Some(&Value::Bool(false));
            options.infer = layer.get("infer") != Some(&Value::Bool(false));
            if text(layer, "empty") == Some("unset") {
                options.empty = EmptyVariable::Unset;
            }
            entries(layer, "mapping").for_each(|(path, node)| map(&mut options.mapping, path.to_owned(), node));
            if let Some(separator) = text(layer, "separator") {
                options.separator = separator.into();
            }
            SourceSpec::Env(options)
        }
        "args" => SourceSpec::Args(list(case, "args").iter().map(|argument| argument.as_str().unwrap().to_owned()).collect()),
        other => panic!("the kind {other} is not one of README.md"),
    })
}

/// Adds what a node of a mapping's tree says to a list.
fn map(mapping: &mut Vec<(String, MappedVariable)>, path: String, node: &Value) {
    let variable = match node {
        Value::Table(table) => match text(table, "format") {
            None => return table.iter().for_each(|(key, node)| map(mapping, format!("{path}.{key}"), node)),
            Some(format) => {
                let format = match format {
                    "json" => VariableFormat::Json,
                    "string" => VariableFormat::String,
                    "number" => VariableFormat::Number,
                    "boolean" => VariableFormat::Boolean,
                    other => panic!("the format {other} is not one of README.md"),
                };
                MappedVariable { format: Some(format), ..text(table, "name").unwrap().into() }
            }
        },
        Value::Array(names) => {
            MappedVariable { names: names.iter().map(|name| name.as_str().unwrap().into()).collect(), format: None }
        }
        name => name.as_str().unwrap().into(),
    };
    mapping.push((path, variable));
}

fn strategy(value: &Value) -> ArrayStrategy {
    match value.as_str() {
        Some("replace") => ArrayStrategy::Replace,
        Some("append") => ArrayStrategy::Append,
        Some("prepend") => ArrayStrategy::Prepend,
        Some("unique") => ArrayStrategy::Unique,
        Some(other) => panic!("the strategy {other} is not one of README.md"),
        None => ArrayStrategy::By(text(value.as_table().unwrap(), "by").unwrap().into()),
    }
}

fn load(case: &Table, cwd: &std::path::Path, home: &std::path::Path) -> Result<SuperConfig, Error> {
    for (path, content) in strings(case, "files") {
        let path = cwd.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let mut builder = SuperConfig::builder().cwd(cwd).home(home).environment(strings(case, "env"));
    for layer in list(case, "layers") {
        let layer = layer.as_table().unwrap();
        let flag = |key: &str, default: bool| layer.get(key).map_or(default, |value| *value == Value::Bool(true));
        let (fill, directives) = (flag("join", false), flag("directives", true));
        builder = builder.entry(SourceEntry { spec: source(case, layer)?, fill, directives });
    }
    for (name, value) in entries(case, "options") {
        builder = match name {
            "arrays" => {
                value.as_table().unwrap().iter().fold(builder, |builder, (pattern, rule)| builder.arrays(pattern, strategy(rule)))
            }
            "profile" => builder.profiles(value.as_array().unwrap().iter().map(|name| name.as_str().unwrap())),
            "interpolate" => builder.interpolate(),
            "schema" => builder.json_schema(value.clone()),
            "secrets" => builder.secrets(value.as_array().unwrap().iter().map(|pattern| pattern.as_str().unwrap())),
            other => panic!("the option {other} is not one of README.md"),
        };
    }
    builder.load()
}

/// The problems of a case's outcome.
fn problems(case: &Table) -> Vec<String> {
    let (cwd, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let expected = case.get("expect").and_then(Value::as_table).unwrap();
    match (load(case, cwd.path(), home.path()), text(expected, "error")) {
        (Ok(config), None) => {
            let mut problems = value_problems(&config, expected);
            for (path, wanted) in entries(case, "explain") {
                problems.extend(explain_problems(&config, path, wanted.as_table().unwrap()));
            }
            problems
        }
        (Ok(config), Some(code)) => vec![format!("expected {code}, found {:?}", config.snapshot().unwrap().value())],
        (Err(error), None) => vec![format!("failed: {error:?}")],
        (Err(error), Some(code)) => error_problems(&error, code, expected),
    }
}

fn value_problems(config: &SuperConfig, expected: &Table) -> Vec<String> {
    let mut problems = Vec::new();
    let snapshot = config.snapshot().unwrap();
    let (found, warnings) = (snapshot.value(), snapshot.warnings());
    if let Some(wanted) = expected.get("value").map(plain)
        && !same(found, &wanted)
    {
        problems.push(format!("value {found:?}, expected {wanted:?}"));
    }
    if let Some(wanted) = expected.get("redacted") {
        let redacted = snapshot.redacted();
        problems.extend((!same(&redacted, wanted)).then(|| format!("redacted as {redacted:?}, expected {wanted:?}")));
    }
    if expected.contains_key("order") {
        let keys: Vec<Value> = found.as_table().unwrap().iter().map(|(key, _)| key.into()).collect();
        if keys != list(expected, "order") {
            problems.push(format!("keys {keys:?}"));
        }
    }
    let wanted = list(expected, "warnings");
    if wanted.len() != warnings.len() || !wanted.iter().zip(warnings).all(|(wanted, found)| warning_fits(wanted, found)) {
        problems.push(format!("warnings {warnings:?}, expected {wanted:?}"));
    }
    problems
}

fn warning_fits(wanted: &Value, found: &Warning) -> bool {
    let Some(wanted) = wanted.as_table() else { return wanted.as_str() == Some(found.code) };
    text(wanted, "code") == Some(found.code)
        && text(wanted, "path").is_none_or(|path| found.path.as_ref().is_some_and(|own| own.to_string() == path))
        && list(wanted, "contains").iter().all(|part| found.message.contains(part.as_str().unwrap()))
}

fn explain_problems(config: &SuperConfig, path: &str, expected: &Table) -> Vec<String> {
    let mut problems = Vec::new();
    let explanation = match config.explain(path) {
        Ok(explanation) => explanation,
        // No layer contributed to a path without candidates.
        Err(error) if expected.get("candidates") == Some(&Value::Integer(0)) => {
            let code = error.code().as_str();
            return if code == "ERR_SUPERCONFIG_PATH" { problems } else { vec![format!("{path}: {error:?}")] };
        }
        Err(error) => return vec![format!("{path}: {error:?}")],
    };
    match (expected.get("winner"), explanation.winner()) {
        (None, _) | (Some(Value::Null), None) => {}
        (Some(Value::Table(wanted)), Some(found)) if candidate_fits(wanted, found) => {}
        (wanted, found) => problems.push(format!("{path}: winner {found:?}, expected {wanted:?}")),
    }
    let candidates = &explanation.candidates;
    let fits = match expected.get("candidates") {
        None => true,
        Some(Value::Array(wanted)) => {
            let fits = |(wanted, found): (&Value, &Candidate)| candidate_fits(wanted.as_table().unwrap(), found);
            wanted.len() == candidates.len() && wanted.iter().zip(candidates).all(fits)
        }
        Some(count) => *count == Value::Integer(candidates.len() as i64),
    };
    if !fits {
        problems.push(format!("{path}: candidates {candidates:#?}"));
    }
    if let Some(wanted) = expected.get("value")
        && !explanation.value.as_ref().is_some_and(|found| same(found, &plain(wanted)))
    {
        problems.push(format!("{path}: value {:?}", explanation.value));
    }
    for key in ["names", "unreached"] {
        let Some(wanted) = expected.get(key).and_then(Value::as_array) else { continue };
        let described = to_value(&explanation).unwrap();
        let found = described.as_table().unwrap().get(key).and_then(Value::as_array).unwrap();
        let fits = |(wanted, found): (&Value, &Value)| {
            let found = found.as_table().unwrap();
            wanted.as_table().unwrap().iter().all(|(key, wanted)| match (key, found.get(key)) {
                ("reason", Some(Value::String(found))) => found.contains(wanted.as_str().unwrap()),
                (_, found) => found.is_some_and(|found| same(found, wanted)),
            })
        };
        if wanted.len() != found.len() || !wanted.iter().zip(found).all(fits) {
            problems.push(format!("{path}: {key} {found:#?}"));
        }
    }
    problems
}

fn error_problems(error: &Error, code: &str, expected: &Table) -> Vec<String> {
    let mut problems = Vec::new();
    if error.code().as_str() != code {
        problems.push(format!("expected {code}, found {error:?}"));
    }
    let parts = |key: &str| list(expected, key).iter().filter_map(Value::as_str);
    let (message, hint, printed) = (error.to_string(), error.hint().unwrap_or_default(), format!("{error:?}"));
    for part in parts("message").filter(|part| !message.contains(*part)) {
        problems.push(format!("{part:?} is not in the message {message:?}"));
    }
    for part in parts("hint").filter(|part| !hint.contains(part)) {
        problems.push(format!("{part:?} is not in the hint {hint:?}"));
    }
    for part in parts("notMessage").filter(|part| printed.contains(part)) {
        problems.push(format!("{part:?} is in {printed}"));
    }
    if let Some(path) = text(expected, "path")
        && error.path().map(Path::to_string).as_deref() != Some(path)
    {
        problems.push(format!("the error's path is {:?}", error.path()));
    }
    if let Some(wanted) = expected.get("origin").and_then(Value::as_table)
        && !error.origin().is_some_and(|own| origin_fits(wanted, own))
    {
        problems.push(format!("the error's origin is {:?}", error.origin()));
    }
    problems
}

fn candidate_fits(wanted: &Table, found: &Candidate) -> bool {
    origin_fits(wanted, &found.origin)
        && text(wanted, "action").is_none_or(|action| action == found.action.as_str())
        && wanted.get("value").is_none_or(|value| same(&found.value, &plain(value)))
}

fn origin_fits(wanted: &Table, found: &Origin) -> bool {
    let number = |key: &str, own: Option<u32>| match wanted.get(key) {
        None => true,
        Some(Value::Integer(number)) => own.is_some_and(|own| i64::from(own) == *number),
        Some(_) => own.is_none(),
    };
    text(wanted, "kind").is_none_or(|kind| kind == found.kind.as_str())
        && text(wanted, "name").is_none_or(|name| name == &*found.source)
        && text(wanted, "file").is_none_or(|file| Some(file) == found.file.as_deref())
        && text(wanted, "variable").is_none_or(|variable| Some(variable) == found.variable.as_deref())
        && number("line", found.line)
        && number("column", found.column)
}

#[test]
fn shared_vectors_pass() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors");
    let mut count = 0;
    let mut failures = Vec::new();
    let topics = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    for file in topics.flat_map(|topic| std::fs::read_dir(topic).unwrap()).map(|entry| entry.unwrap().path()) {
        let cases = parse(&std::fs::read_to_string(&file).unwrap(), Format::Json).unwrap();
        for case in cases.as_array().unwrap() {
            let case = case.as_table().unwrap();
            count += 1;
            let location = file.strip_prefix(&root).unwrap().display();
            let name = text(case, "name").unwrap();
            failures.extend(problems(case).into_iter().map(|problem| format!("{location}: {name}\n    {problem}")));
        }
    }
    assert!(failures.is_empty(), "{} problems in {count} cases:\n{}", failures.len(), failures.join("\n"));
    // Not by a macro, whose output shows only where a test fails.
    writeln!(std::io::stdout(), "vectors: {count} cases").unwrap();
    assert!(count > 500, "only {count} cases were found");
}
