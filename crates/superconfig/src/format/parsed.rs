//! The result of a parser.

use crate::diagnostic::Warning;
use crate::value::{ExpandedSize, Value};

/// The result of parsing a text.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub value: Value,
    pub warnings: Vec<Warning>,
    /// The size of its expansions beyond the text.
    pub expanded: ExpandedSize,
}

impl Parsed {
    /// The result of a format that has no expansions.
    pub(super) fn new(value: Value, warnings: Vec<Warning>) -> Self {
        Self { value, warnings, expanded: ExpandedSize::default() }
    }
}
