//! The types that the text of a variable or flag can be asked to have.

use super::value::Value;

/// A type that a text can be asked to have. All numbers are one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Bool,
    Number,
    Datetime,
    Array,
    Table,
}

impl Kind {
    /// The type of a value; `null` has none.
    pub(crate) fn of(value: &Value) -> Option<Kind> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Kind::Bool),
            Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => Some(Kind::Number),
            Value::String(_) => Some(Kind::String),
            Value::Datetime(_) => Some(Kind::Datetime),
            Value::Array(_) => Some(Kind::Array),
            Value::Table(_) => Some(Kind::Table),
        }
    }

    /// The one type that all elements share; `None` when they differ or there are none.
    pub(crate) fn of_elements(items: &[Value]) -> Option<Kind> {
        let mut kinds = items.iter().filter_map(Kind::of);
        let first = kinds.next()?;
        kinds.all(|kind| kind == first).then_some(first)
    }

    /// The type with its article, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::String => "a string",
            Kind::Bool => "a boolean",
            Kind::Number => "a number",
            Kind::Datetime => "a date or time",
            Kind::Array => "an array",
            Kind::Table => "a table",
        }
    }

    pub(crate) fn hint(self) -> &'static str {
        match self {
            Kind::Bool => "write true, false, 1, 0, yes, no, on or off",
            Kind::Number => "write one number as JSON has it: 8080, -1 or 0.5",
            Kind::Array => "write elements between commas, or a JSON array: [\"a\", \"b\"]",
            Kind::Table => "write a JSON object: {\"key\": \"value\"}",
            Kind::Datetime => "write it as RFC 3339 has it: 2024-01-31T12:00:00Z",
            Kind::String => "write text",
        }
    }
}
