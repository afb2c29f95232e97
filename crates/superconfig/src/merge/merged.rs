//! The result of a merge.

use super::assign::assignment::Assignment;
use crate::diagnostic::{Error, Warning};
use crate::value::Value;

/// The result of a fold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Merged {
    /// All layers in one table.
    pub(crate) value: Value,
    /// The warnings of the merge, by layer; those of parsers are with the documents.
    pub(crate) warnings: Vec<Warning>,
    /// For each layer what its variables or flags turned out to set; nothing for documents.
    pub(crate) assignments: Vec<Vec<Assignment>>,
    /// The errors of variables and flags, where they are kept for a validator.
    pub(crate) problems: Vec<Error>,
}
