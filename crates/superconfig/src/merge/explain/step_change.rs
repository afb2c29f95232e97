//! The change that one step of a merge made.

use crate::diagnostic::Segment;
use crate::value::Value;

/// The value before and after a step: the root for a document, the value at its path for a variable or flag. (Whole states
/// of thousands of variables would be as many copies of the root.)
pub(super) struct StepChange {
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    /// Whether there is another value at the path that was replayed, where the values are not kept to tell.
    pub(super) is_seen: Option<bool>,
}

impl StepChange {
    /// Whether there is another value now at a path below where the step acts.
    pub(super) fn is_seen_at(&self, path: &[Segment]) -> bool {
        let at = |value: &'_ Option<Value>| value.as_ref().and_then(|value| value.at(path)).cloned();
        self.is_seen.unwrap_or_else(|| at(&self.before) != at(&self.after))
    }

    /// The number of elements that it keeps of an array at a path.
    pub(super) fn elements(&self, path: &[Segment]) -> usize {
        let before = self.before.as_ref();
        before.and_then(|before| before.at(path)?.as_array().or(before.as_array())).map_or(0, <[Value]>::len)
    }
}
