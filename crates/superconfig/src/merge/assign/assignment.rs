//! One path that a variable or flag sets.

use crate::diagnostic::{Origin, Path, Segment};
use crate::merge::{
    Action, Directive, MergeCursor, MergeFault, MergeFaultKind, MergeNoteKind, MergeResult, Merger, SegmentRef, merger,
};
use crate::value::{Table, Value};
use std::sync::Arc;

/// The effect of a variable or flag on a path: name and text resolved against the layers below.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assignment {
    /// The path in the merged value.
    pub(crate) path: Path,
    /// `Set`, `Add` or `Remove`.
    pub(crate) action: Action,
    /// The value; for `Add` and `Remove` an array.
    pub(crate) value: Value,
    /// The variable or flag.
    pub(crate) origin: Origin,
}

impl Merger<'_> {
    /// Applies one assignment; in a layer that is joined it changes no existing value.
    pub(crate) fn assign(&mut self, root: &mut Value, assignment: &Assignment, fill: bool) -> MergeResult<()> {
        let directive = match assignment.action {
            Action::Add => Directive::Add,
            Action::Remove => Directive::Remove,
            _ => return self.set_at(root, &assignment.path, &assignment.value, fill, &MergeCursor::ROOT),
        };
        match root.at(&assignment.path) {
            Some(there) if !there.is_null() && !fill => {
                self.change_at(root, &assignment.path, directive, &assignment.value, &MergeCursor::ROOT)
            }
            Some(_) if fill => Ok(()),
            there if directive == Directive::Add => {
                if there.is_none() {
                    self.notes.add_at(&assignment.path, MergeNoteKind::NewKey);
                }
                self.set_at(root, &assignment.path, &assignment.value, fill, &MergeCursor::ROOT)
            }
            _ => {
                if !fill {
                    self.notes.add_at(&assignment.path, MergeNoteKind::NoTarget(directive));
                }
                Ok(())
            }
        }
    }

    fn set_at(
        &mut self,
        slot: &mut Value,
        path: &[Segment],
        value: &Value,
        fill: bool,
        cursor: &MergeCursor<'_>,
    ) -> MergeResult<()> {
        let Some((segment, rest)) = path.split_first() else {
            if !fill {
                return self.merge(slot, value, cursor);
            }
            if let (Value::Table(below), Value::Table(above)) = (slot, value) {
                merger::fill(below, above);
            }
            return Ok(());
        };
        if let (Value::Array(items), Some(index)) = (&mut *slot, segment.as_index()) {
            let here = cursor.step(Some(SegmentRef::Index(index)), None);
            let length = items.len();
            if fill {
                return Ok(());
            }
            return match index.cmp(&length) {
                std::cmp::Ordering::Less => self.set_at(&mut Arc::make_mut(items)[index], rest, value, fill, &here),
                std::cmp::Ordering::Equal => {
                    let new = self.nested(rest, value, &here)?;
                    Arc::make_mut(items).push(new);
                    Ok(())
                }
                std::cmp::Ordering::Greater => Err(past_end(length, &here)),
            };
        }
        match (&mut *slot, segment) {
            (Value::Table(table), Segment::Key(key)) => {
                let here = cursor.step(Some(SegmentRef::Key(key)), None);
                if let Some(slot) = table.get_mut(key) {
                    return self.set_at(slot, rest, value, fill, &here);
                }
                let new = self.nested(rest, value, &here)?;
                table.insert(Arc::clone(key), new);
                Ok(())
            }
            _ if fill => Ok(()),
            (below, _) => {
                let new = self.nested(path, value, cursor)?;
                self.note_conflict(below, &new, cursor);
                *slot = new;
                Ok(())
            }
        }
    }

    /// The value wrapped into the tables and arrays of a path that does not exist yet.
    fn nested(&mut self, path: &[Segment], value: &Value, cursor: &MergeCursor<'_>) -> MergeResult<Value> {
        match path.split_first() {
            None => self.normalized_or_clone(value, cursor),
            Some((Segment::Key(key), rest)) => {
                let inner = self.nested(rest, value, &cursor.step(Some(SegmentRef::Key(key)), None))?;
                Ok(Value::Table(Table::from_iter([(Arc::clone(key), inner)])))
            }
            Some((Segment::Index(0), rest)) => {
                let inner = self.nested(rest, value, &cursor.step(Some(SegmentRef::Index(0)), None))?;
                Ok(Value::array(vec![inner]))
            }
            Some((Segment::Index(index), _)) => Err(past_end(0, &cursor.step(Some(SegmentRef::Index(*index)), None))),
        }
    }

    fn change_at(
        &mut self,
        slot: &mut Value,
        path: &[Segment],
        directive: Directive,
        value: &Value,
        cursor: &MergeCursor<'_>,
    ) -> MergeResult<()> {
        let Some((segment, rest)) = path.split_first() else {
            return self.apply_list(slot, directive, value.as_array().unwrap_or_default(), cursor);
        };
        let index = segment.as_index();
        match (slot, segment, index) {
            (Value::Table(table), Segment::Key(key), _) => match table.get_mut(key) {
                Some(slot) => self.change_at(slot, rest, directive, value, &cursor.step(Some(SegmentRef::Key(key)), None)),
                None => Ok(()),
            },
            (Value::Array(items), _, Some(index)) => match Arc::make_mut(items).get_mut(index) {
                Some(slot) => self.change_at(slot, rest, directive, value, &cursor.step(Some(SegmentRef::Index(index)), None)),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

fn past_end(length: usize, cursor: &MergeCursor<'_>) -> Box<MergeFault> {
    Box::new(MergeFault { result_path: cursor.result_path(), layer_path: Path::new(), kind: MergeFaultKind::Index { length } })
}
