//! Findings of a merge that become warnings.

use super::cursor::MergeCursor;
use super::directive::Directive;
use crate::diagnostic::Path;

/// More findings in one layer help nobody, and each costs a search for its origins.
pub(super) const MAX_NOTES: usize = 100;

/// A finding that becomes a warning; its origins are looked up when the fold is over.
#[derive(Debug)]
pub(crate) struct MergeNote {
    pub(crate) result_path: Path,
    pub(crate) layer_path: Path,
    pub(crate) kind: MergeNoteKind,
}

#[derive(Debug)]
pub(crate) enum MergeNoteKind {
    /// A table, array or scalar was replaced by another of these.
    TypeConflict { below: &'static str, above: &'static str },
    /// A directive without anything to act on.
    NoTarget(Directive),
    /// `_add` created an array at a path that has no value yet.
    NewKey,
    /// A `__proto__` key was dropped.
    Forbidden,
}

/// The findings of one layer: the first of them, and the number of the others.
#[derive(Debug, Default)]
pub(crate) struct MergeNotes {
    pub(crate) list: Vec<MergeNote>,
    pub(crate) more: usize,
}

impl MergeNotes {
    /// Adds a finding where a cursor stands.
    pub(crate) fn add(&mut self, cursor: &MergeCursor<'_>, kind: MergeNoteKind) {
        if self.has_room() {
            self.list.push(MergeNote { result_path: cursor.result_path(), layer_path: cursor.layer_path(), kind });
        }
    }

    /// Adds a finding about a variable or flag, which has no path in its layer.
    pub(crate) fn add_at(&mut self, target: &Path, kind: MergeNoteKind) {
        if self.has_room() {
            self.list.push(MergeNote { result_path: target.clone(), layer_path: Path::new(), kind });
        }
    }

    fn has_room(&mut self) -> bool {
        let has_room = self.list.len() < MAX_NOTES;
        self.more += usize::from(!has_room);
        has_room
    }
}
