//! Errors cross as one JSON text, which the facade turns into its error class.

use superconfig::{Error, Issue, Origin, Path, Value, Warning, to_json};

/// Makes the exception that carries an error across.
pub(crate) fn to_napi(error: &Error) -> napi::Error {
    napi::Error::new(napi::Status::GenericFailure, to_json(&describe(error)))
}

/// An error as plain values.
pub(crate) fn describe(error: &Error) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    table([
        ("code", Value::from(error.code().as_str())),
        ("message", Value::from(error.message())),
        ("rendered", Value::from(error.to_string())),
        ("path", path(error.path())),
        ("origin", origin(error.origin())),
        ("issues", Value::array(error.issues().iter().map(issue).collect())),
        ("snippet", text(error.snippet())),
        ("hint", text(error.hint())),
        ("cause", text(error.cause())),
    ])
}

/// A warning as plain values.
pub(crate) fn warning(warning: &Warning) -> Value {
    table([
        ("code", Value::from(warning.code)),
        ("message", Value::from(warning.message.as_str())),
        ("path", path(warning.path.as_ref())),
        ("origin", origin(warning.origin.as_ref())),
    ])
}

/// An origin as plain values; what it does not have is left out.
pub(crate) fn origin(origin: Option<&Origin>) -> Value {
    let Some(origin) = origin else { return Value::Null };
    table([
        ("kind", Value::from(origin.kind.as_str())),
        ("source", Value::String(origin.source.clone())),
        ("file", origin.file.clone().map_or(Value::Null, Value::String)),
        ("line", origin.line.map_or(Value::Null, |line| Value::Integer(line.into()))),
        ("column", origin.column.map_or(Value::Null, |column| Value::Integer(column.into()))),
        ("variable", origin.variable.clone().map_or(Value::Null, Value::String)),
    ])
}

fn issue(issue: &Issue) -> Value {
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    table([
        ("path", path(Some(&issue.path))),
        ("message", Value::from(issue.message.as_str())),
        ("expected", text(&issue.expected)),
        ("found", text(&issue.found)),
        ("origin", origin(issue.origin.as_ref())),
        ("hint", text(&issue.hint)),
    ])
}

fn path(path: Option<&Path>) -> Value {
    path.map_or(Value::Null, |path| Value::from(path.to_string()))
}

/// A table without the keys that have nothing to say.
pub(crate) fn table<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Table(entries.into_iter().filter(|(_, value)| !value.is_null()).collect())
}
