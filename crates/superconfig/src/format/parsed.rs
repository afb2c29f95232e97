//! The result of a parser.

use crate::diagnostic::Warning;
use crate::value::Value;

/// What a parser makes of a text.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub value: Value,
    pub warnings: Vec<Warning>,
}
