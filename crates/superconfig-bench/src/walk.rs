//! Walks over all values of a tree.

use superconfig::{Error, ErrorCode, Limits, Value};

/// Whether a key asks for an edit of what is below it: no layer of the benchmark does, and a floor engine cannot.
pub(crate) fn has_edits(value: &Value) -> bool {
    let is_edit = |key: &str| ["_add", "_remove"].iter().any(|ending| key.len() > ending.len() && key.ends_with(ending));
    match value {
        Value::Table(table) => table.iter().any(|(key, value)| is_edit(key) || has_edits(value)),
        Value::Array(items) => items.iter().any(has_edits),
        _ => false,
    }
}

/// What a tree has when it is written out.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub(crate) struct Size {
    /// Scalars, arrays and tables.
    pub(crate) values: usize,
    /// Bytes of keys and texts.
    pub(crate) bytes: usize,
}

impl Size {
    /// Counts a tree. Fails where it nests deeper than it may.
    pub(crate) fn of(value: &Value, limits: &Limits) -> Result<Self, Error> {
        let mut size = Self::default();
        let is_within = size.add(value, limits.depth);
        let too_deep = || Error::new(ErrorCode::Limit, format!("the values nest deeper than the limit of {}", limits.depth));
        is_within.then_some(size).ok_or_else(too_deep)
    }

    fn add(&mut self, value: &Value, depth: usize) -> bool {
        self.values += 1;
        match value {
            Value::Table(table) => {
                depth > 0
                    && table.iter().all(|(key, value)| {
                        self.bytes += key.len();
                        self.add(value, depth - 1)
                    })
            }
            Value::Array(items) => depth > 0 && items.iter().all(|item| self.add(item, depth - 1)),
            Value::String(text) | Value::Datetime(text) => {
                self.bytes += text.len();
                true
            }
            _ => true,
        }
    }
}
