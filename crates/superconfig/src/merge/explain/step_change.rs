//! The change that one step of a merge made.

use crate::diagnostic::Segment;
use crate::value::Value;

/// The value before and after a step: the root for a document, the value at its path for a variable or flag. (Whole states
/// of thousands of variables would be as many copies of the root.)
pub(super) struct StepChange {
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

impl StepChange {
    /// Whether there is another value now at a path below where the step acts.
    pub(super) fn is_seen_at(&self, path: &[Segment]) -> bool {
        let at = |value: &'_ Option<Value>| value.as_ref().and_then(|value| value.at(path)).cloned();
        at(&self.before) != at(&self.after)
    }
}
