//! Which options there are: what nobody knows is an error, not a setting that silently does nothing.

use superconfig::{Error, ErrorCode, Table, Value, closest_name};

/// What an option holds.
enum Kind {
    Text,
    Flag,
    Texts,
    Count,
    Duration,
    OneOf(&'static [&'static str]),
    /// Checked where it is read.
    Any,
}
use Kind::{Any, Count, Duration, Flag, OneOf, Text, Texts};

type Known = &'static [(&'static str, Kind)];

const OPTIONS: Known = &[
    ("cwd", Text),
    ("home", Text),
    ("root", Text),
    ("name", Text),
    ("profiles", Texts),
    ("secrets", Texts),
    ("interpolate", Flag),
    ("validated", Flag),
    ("jsonSchema", Any),
    ("limits", Any),
    ("watch", Any),
    ("arrays", Any),
    ("sources", Any),
];

const LIMITS: Known = &[("depth", Count), ("documentBytes", Count), ("aliasNodes", Count), ("expandedBytes", Count)];

const WATCH: Known = &[("debounceMs", Duration), ("maxWaitMs", Duration), ("poll", Duration)];

const TRUST: Kind = OneOf(&["strict", "warn"]);

/// What every source takes.
const COMMON: Known = &[("kind", Text), ("join", Flag), ("directives", Flag)];

const SOURCES: &[(&str, Known)] = &[
    ("defaults", VALUES),
    ("overrides", VALUES),
    ("custom", VALUES),
    ("file", &[("path", Text), ("optional", Flag), ("format", Text), ("profiles", OneOf(&["nested"])), ("trust", TRUST)]),
    ("glob", &[("pattern", Text), ("format", Text), ("trust", TRUST)]),
    ("dir", &[("path", Text), ("optional", Flag), ("trust", TRUST)]),
    ("discover", &[("name", Text), ("trust", TRUST)]),
    ("text", &[("text", Text), ("format", Text), ("name", Text)]),
    ("dotenv", &[]),
    ("env", &[("prefix", Text), ("separator", Text), ("mapping", Any), ("fileSuffix", Flag)]),
    ("args", &[("argv", Texts)]),
];

const VALUES: Known = &[("value", Any), ("specials", Any), ("name", Text)];

/// Checks the names and kinds of all options.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION`, naming the option, and the nearest one that there is.
pub(crate) fn options(options: &Table) -> Result<(), Error> {
    check(options, "load", OPTIONS, &[])?;
    for (name, known) in [("limits", LIMITS), ("watch", WATCH)] {
        match options.get(name) {
            Some(Value::Table(given)) => check(given, name, known, &[])?,
            Some(other) => return Err(wrong(name, "load", "an object", other)),
            None => {}
        }
    }
    for source in options.get("sources").and_then(Value::as_array).unwrap_or_default() {
        let Some(source) = source.as_table() else { return Err(wrong("sources", "load", "an array of sources", source)) };
        let kind = source.get("kind").and_then(Value::as_str).unwrap_or_default();
        let Some((_, known)) = SOURCES.iter().find(|(name, _)| *name == kind) else {
            let error = Error::new(ErrorCode::Option, format!("there is no source of kind {kind:?}"));
            return Err(error.with_hint("make sources with the helpers `file`, `env` and so on"));
        };
        check(source, kind, known, COMMON)?;
    }
    Ok(())
}

/// A number of milliseconds that is none or more.
pub(crate) fn milliseconds(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        _ => return None,
    };
    (number.is_finite() && number >= 0.0).then_some(number)
}

fn check(given: &Table, of: &str, known: Known, common: Known) -> Result<(), Error> {
    for (name, value) in given {
        let Some((_, kind)) = known.iter().chain(common).find(|(known, _)| *known == name) else {
            let error = Error::new(ErrorCode::Option, format!("`{name}` is not an option of `{of}`"));
            let names = known.iter().chain(common).map(|(name, _)| *name).filter(|name| *name != "kind");
            let meant = closest_name(name, names.clone());
            return Err(error.with_hint(match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("its options are {}", names.collect::<Vec<_>>().join(", ")),
            }));
        };
        let (fits, expected) = match kind {
            Text => (value.as_str().is_some(), "a string"),
            Flag => (matches!(value, Value::Bool(_)), "true or false"),
            Texts => (value.as_array().is_some_and(|list| list.iter().all(|one| one.as_str().is_some())), "an array of strings"),
            Count => (matches!(value, Value::Integer(1..)), "a positive whole number"),
            Duration => (milliseconds(value).is_some(), "a number of milliseconds"),
            OneOf(texts) => {
                if value.as_str().is_none_or(|text| !texts.contains(&text)) {
                    let expected = texts.iter().map(|text| format!("'{text}'")).collect::<Vec<_>>().join(" or ");
                    return Err(wrong(name, of, &expected, value));
                }
                continue;
            }
            Any => continue,
        };
        if !fits {
            return Err(wrong(name, of, expected, value));
        }
    }
    Ok(())
}

fn wrong(name: &str, of: &str, expected: &str, found: &Value) -> Error {
    if let Value::Integer(_) | Value::Float(_) = found {
        return Error::new(
            ErrorCode::Option,
            format!("`{name}` of `{of}` must be {expected}, and is {}", superconfig::to_json(found)),
        );
    }
    Error::new(ErrorCode::Option, format!("`{name}` of `{of}` must be {expected}, and is of the kind {}", found.kind()))
}
