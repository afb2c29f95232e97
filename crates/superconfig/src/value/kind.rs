//! The types that the text of a variable or flag can be coerced to.

use super::value::Value;

/// A type that a text can be coerced to. All numbers are one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    String,
    Bool,
    Number,
    Datetime,
    Array,
    Table,
}

impl ValueKind {
    /// The type of a value; `null` has none.
    pub(crate) fn of(value: &Value) -> Option<ValueKind> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(ValueKind::Bool),
            Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => Some(ValueKind::Number),
            Value::String(_) => Some(ValueKind::String),
            Value::Datetime(_) => Some(ValueKind::Datetime),
            Value::Array(_) => Some(ValueKind::Array),
            Value::Table(_) => Some(ValueKind::Table),
        }
    }

    /// The one type that all elements share; `None` when they differ or there are none.
    pub(crate) fn of_elements(items: &[Value]) -> Option<ValueKind> {
        let mut kinds = items.iter().filter_map(ValueKind::of);
        let first = kinds.next()?;
        kinds.all(|kind| kind == first).then_some(first)
    }

    /// The type with its article, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ValueKind::String => "a string",
            ValueKind::Bool => "a boolean",
            ValueKind::Number => "a number",
            ValueKind::Datetime => "a date or time",
            ValueKind::Array => "an array",
            ValueKind::Table => "a table",
        }
    }

    pub(crate) fn hint(self) -> &'static str {
        match self {
            ValueKind::Bool => "write true, false, 1, 0, yes, no, on or off",
            ValueKind::Number => "write one number as JSON has it: 8080, -1 or 0.5",
            ValueKind::Array => "write elements between commas, or a JSON array: [\"a\", \"b\"]",
            ValueKind::Table => "write a JSON object: {\"key\": \"value\"}",
            ValueKind::Datetime => "write it as RFC 3339 has it: 2024-01-31T12:00:00Z",
            ValueKind::String => "write text",
        }
    }
}
