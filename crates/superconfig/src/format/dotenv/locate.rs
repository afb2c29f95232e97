//! The offset of a variable in a dotenv text.

use super::syntax::parse_entries;
use crate::diagnostic::Segment;

/// Finds the value of the last assignment to a name.
pub(super) fn locate(text: &str, path: &[Segment]) -> Option<usize> {
    let [Segment::Key(name)] = path else { return path.is_empty().then_some(0) };
    parse_entries(text).ok()?.iter().rev().find(|entry| entry.name == *name).map(|entry| entry.offset)
}
