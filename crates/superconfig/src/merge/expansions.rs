//! The inputs of a merge from outside of its layers.

use crate::diagnostic::Error;
use crate::value::{ExpandedSize, ExpansionBudget};
use std::sync::Arc;

/// Reads the file that a variable or a reference names.
pub(crate) type ReadFile<'a> = dyn Fn(&str) -> Result<Arc<str>, Error> + 'a;

/// The files that variables name, and the budget for what they and the merge produce.
pub(crate) struct Expansions<'a> {
    pub(crate) read: &'a ReadFile<'a>,
    pub(crate) budget: &'a ExpansionBudget,
}

impl Expansions<'_> {
    /// The text of a file, counted.
    pub(crate) fn read_file(&self, name: &str) -> Result<Arc<str>, Error> {
        let text = (self.read)(name)?;
        self.budget.take(ExpandedSize::text(text.len()))?;
        Ok(text)
    }
}
