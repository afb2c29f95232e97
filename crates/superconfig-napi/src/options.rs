//! The options that cross once, as one JSON text, into a builder.

use crate::check;
use crate::marshal::{field, restore_specials, segment};
use std::sync::Arc;
use std::time::Duration;
use superconfig::{
    ArrayStrategy, Builder, DirectoryOptions, DiscoverOptions, EnvOptions, Environment, Error, ErrorCode, FileOptions, Format,
    GlobOptions, Issue, Limits, ReloadInputs, Segment, SourceEntry, SourceKind, SourceSpec, SuperConfig, Table, TextOptions,
    Trust, Value, WatchOptions, closest_name,
};

/// Makes a builder from the facade's options and, where given, its environment: a JSON object of strings.
pub(crate) fn builder(options: &str, environment: Option<&str>) -> Result<Builder, Error> {
    let options = object(options)?;
    check::options(&options)?;
    let mut builder = SuperConfig::builder().node_profile();
    if let Some(environment) = environment {
        builder = builder.environment(pairs(environment)?);
    }
    if let Some(directory) = text(&options, "cwd") {
        builder = builder.cwd(&*directory);
    }
    if let Some(directory) = text(&options, "home") {
        builder = builder.home(&*directory);
    }
    if let Some(directory) = text(&options, "root") {
        builder = builder.root(&*directory);
    }
    if let Some(name) = text(&options, "name") {
        builder = builder.name(name);
    }
    if let Some(profiles) = field(&options, "profiles") {
        builder = builder.profiles(strings(profiles));
    }
    if let Some(patterns) = field(&options, "secrets") {
        builder = builder.secrets(strings(patterns));
    }
    if flag(&options, "validated") {
        builder = builder.validated_by_host();
    }
    if let Some(schema) = field(&options, "jsonSchema") {
        builder = builder.json_schema(schema.clone());
    }
    if flag(&options, "interpolate") {
        builder = builder.interpolate();
    }
    if let Some(watch) = field(&options, "watch").and_then(Value::as_table) {
        builder = builder.watch(watch_options(watch));
    }
    if let Some(limits) = field(&options, "limits").and_then(Value::as_table) {
        builder = builder.limits(self::limits(limits)?);
    }
    for (pattern, strategy) in field(&options, "arrays").and_then(Value::as_table).into_iter().flatten() {
        builder = builder.arrays(pattern, array_strategy(pattern, strategy)?);
    }
    for source in field(&options, "sources").and_then(Value::as_array).unwrap_or_default() {
        let Some(source) = source.as_table() else { continue };
        let directives = field(source, "directives") != Some(&Value::Bool(false));
        builder = builder.entry(SourceEntry { spec: spec(source)?, fill: flag(source, "join"), directives });
    }
    Ok(builder)
}

fn watch_options(given: &Table) -> WatchOptions {
    let duration = |name| {
        let milliseconds = field(given, name).and_then(check::milliseconds)?;
        // Longer than a duration can be is as good as for ever; the engine bounds it.
        Some(Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::MAX))
    };
    let default = WatchOptions::default();
    WatchOptions {
        debounce: duration("debounceMs").unwrap_or(default.debounce),
        max_wait: duration("maxWaitMs").unwrap_or(default.max_wait),
        poll: duration("poll"),
    }
}

/// Names and values.
type Pairs = Vec<(Arc<str>, Arc<str>)>;

fn pairs(json: &str) -> Result<Pairs, Error> {
    let variables = object(json)?;
    let pair = |(name, value): (&str, &Value)| match value {
        Value::String(value) => Ok((Arc::from(name), value.clone())),
        other => Err(bad(format!("the variable {name} of `env` must be a string, and is of the kind {}", other.kind()))),
    };
    variables.iter().map(pair).collect()
}

fn spec(source: &Table) -> Result<SourceSpec, Error> {
    let kind = text(source, "kind").unwrap_or_default();
    let required = |key| text(source, key).ok_or_else(|| bad(format!("the source `{kind}` needs `{key}`, a string")));
    let format = || text(source, "format").map(|name| name.parse::<Format>()).transpose();
    let optional = flag(source, "optional");
    let trust = text(source, "trust").map(|trust| if &*trust == "strict" { Trust::Strict } else { Trust::Warn });
    Ok(match &*kind {
        "defaults" => values(source, SourceKind::Defaults, "defaults"),
        "overrides" => values(source, SourceKind::Override, "overrides"),
        "custom" => values(source, SourceKind::Custom, "custom"),
        "file" => {
            let nested_profiles = text(source, "profiles").as_deref() == Some("nested");
            let options = FileOptions { optional, format: format()?, nested_profiles, trust };
            SourceSpec::File { path: required("path")?.to_string(), options }
        }
        "glob" => {
            let options = GlobOptions { format: format()?, trust };
            SourceSpec::Glob { pattern: required("pattern")?.to_string(), options }
        }
        "dir" => {
            let options = DirectoryOptions { optional, trust };
            SourceSpec::Directory { path: required("path")?.to_string(), options }
        }
        "discover" => SourceSpec::Discover { name: required("name")?.to_string(), options: DiscoverOptions { trust } },
        "text" => {
            let options = TextOptions { format: format()?, name: text(source, "name") };
            SourceSpec::Text { text: required("text")?, options }
        }
        "dotenv" => SourceSpec::Dotenv,
        "env" => SourceSpec::Env(EnvOptions {
            prefix: text(source, "prefix").unwrap_or_default(),
            separator: text(source, "separator").unwrap_or_else(|| "__".into()),
            mapping: field(source, "mapping")
                .and_then(Value::as_table)
                .into_iter()
                .flatten()
                .filter_map(|(path, name)| Some((path.to_owned(), Arc::from(name.as_str()?))))
                .collect(),
            file_suffix: flag(source, "fileSuffix"),
        }),
        "args" => {
            SourceSpec::Args(field(source, "argv").map(strings).into_iter().flatten().map(|text| text.to_string()).collect())
        }
        other => return Err(bad(format!("there is no source of kind {other:?}"))),
    })
}

fn values(source: &Table, kind: SourceKind, name: &str) -> SourceSpec {
    SourceSpec::Values { kind, name: text(source, "name").unwrap_or_else(|| name.into()), value: decoded(source) }
}

/// The value of `{ value, specials? }`.
fn decoded(encoded: &Table) -> Value {
    let value = field(encoded, "value").cloned().unwrap_or_default();
    match field(encoded, "specials") {
        Some(specials) => restore_specials(value, specials),
        None => value,
    }
}

/// The value of `{ value, specials? }` as JSON text.
pub(crate) fn encoded(json: &str) -> Result<Value, Error> {
    let value = decoded(&object(json)?);
    Limits::default().check_depth(&value, "the value")?;
    Ok(value)
}

/// What a reload gets from JavaScript: its environment, and by the place of custom sources `{ value, specials? }` or
/// `{ error }`, as JSON text.
pub(crate) fn reload_inputs(
    environment: Option<&str>,
    supplied: Option<&str>,
    background: bool,
    validated: bool,
) -> Result<ReloadInputs, Error> {
    let environment = environment.map(pairs).transpose()?.map(Environment::from_pairs);
    let mut inputs = ReloadInputs { environment, background, validated, ..ReloadInputs::default() };
    let table = supplied.map(object).transpose()?.unwrap_or_default();
    for (at, given) in &table {
        let (Ok(at), Some(given)) = (at.parse(), given.as_table()) else {
            return Err(bad(format!("{at:?} does not name a custom source")));
        };
        let given = match text(given, "error") {
            Some(cause) => Err(cause.to_string()),
            None => Ok(decoded(given)),
        };
        inputs.custom_values.push((at, given));
    }
    Ok(inputs)
}

/// The issues of a schema: `[{ path: segments, message, expected?, found?, unknown?, known? }]` as JSON text. `unknown` says
/// that the path's last key must not be there, `known` which keys may be; else `known_keys` tells those of a path.
pub(crate) fn issues(json: &str, values: &Value, known_keys: &dyn Fn(&[Segment]) -> Vec<Arc<str>>) -> Result<Vec<Issue>, Error> {
    let list = superconfig::parse(json, Format::Json)?;
    let tables = list.as_array().unwrap_or_default().iter().filter_map(Value::as_table);
    Ok(tables
        .map(|issue| {
            let segments = field(issue, "path").and_then(Value::as_array).unwrap_or_default();
            let path: Vec<Segment> = segments.iter().filter_map(segment).collect();
            let (message, hint) = match (flag(issue, "unknown"), path.split_last()) {
                (true, Some((Segment::Key(key), above))) => {
                    let told = field(issue, "known").map(|known| strings(known).map(Arc::from).collect());
                    let known = told.unwrap_or_else(|| known_keys(above));
                    let meant = meant(key, &known, values.at(above));
                    (format!("the key `{key}` is unknown"), meant.map(|meant| format!("did you mean `{meant}`?")))
                }
                _ => (text(issue, "message").unwrap_or_default().to_string(), None),
            };
            let mut made = Issue::new(path.into(), message);
            made.hint = hint;
            made.expected = text(issue, "expected").map(|text| text.to_string());
            made.found = text(issue, "found").map(|text| text.to_string());
            made
        })
        .collect())
}

/// The key that may be meant: of those that a schema knows, else of those beside it.
fn meant<'a>(key: &str, known: &'a [Arc<str>], beside: Option<&'a Value>) -> Option<&'a str> {
    match beside {
        Some(Value::Table(table)) if known.is_empty() => {
            closest_name(key, table.iter().map(|(name, _)| name).filter(|name| *name != key))
        }
        _ => closest_name(key, known.iter().map(|known| &**known)),
    }
}

fn array_strategy(pattern: &str, strategy: &Value) -> Result<ArrayStrategy, Error> {
    Ok(match (strategy.as_str(), strategy.as_table().and_then(|table| text(table, "by"))) {
        (Some("replace"), _) => ArrayStrategy::Replace,
        (Some("append"), _) => ArrayStrategy::Append,
        (Some("prepend"), _) => ArrayStrategy::Prepend,
        (Some("unique"), _) => ArrayStrategy::Unique,
        (_, Some(key)) => ArrayStrategy::By(key),
        _ => {
            let message =
                format!("the array strategy for `{pattern}` must be 'replace', 'append', 'prepend', 'unique' or {{ by: key }}");
            return Err(bad(message));
        }
    })
}

fn limits(table: &Table) -> Result<Limits, Error> {
    let default = Limits::default();
    let number = |key, default| match field(table, key) {
        None => Ok(default),
        Some(Value::Integer(number)) => usize::try_from(*number).map_err(|_| bad(format!("the limit `{key}` is out of range"))),
        Some(_) => Err(bad(format!("the limit `{key}` must be a positive whole number"))),
    };
    Ok(Limits {
        depth: number("depth", default.depth)?,
        document_bytes: number("documentBytes", default.document_bytes)?,
        alias_nodes: number("aliasNodes", default.alias_nodes)?,
        expanded_bytes: number("expandedBytes", default.expanded_bytes)?,
    })
}

fn object(json: &str) -> Result<Table, Error> {
    // What is inside has limits of its own: the values those of their depth, the texts those of their size.
    let limits = Limits { depth: Limits::MAX_DEPTH + 16, document_bytes: usize::MAX, ..Limits::default() };
    match superconfig::parse_within(json, Format::Json, &limits)? {
        Value::Table(table) => Ok(table),
        other => Err(bad(format!("the options must be an object, not {}", other.kind()))),
    }
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::Option, message)
}

fn text(table: &Table, key: &str) -> Option<Arc<str>> {
    match table.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

fn flag(table: &Table, key: &str) -> bool {
    table.get(key) == Some(&Value::Bool(true))
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().unwrap_or_default().iter().filter_map(Value::as_str)
}
