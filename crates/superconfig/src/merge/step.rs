//! One step of a merge: a document, or one variable or flag.

use super::assign::assignment::Assignment;
use super::cursor::MergeCursor;
use super::layer::{Document, Layer};
use super::merge_note::MergeNoteKind;
use super::merger::{Merger, fill};
use crate::diagnostic::Segment;
use crate::value::Value;

/// One thing that was merged: a document, or one variable or flag.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) content: StepContent<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum StepContent<'a> {
    Document(&'a Document),
    Assignment(&'a Assignment),
}

impl<'a> Step<'a> {
    /// The steps of a layer, in the order in which they apply.
    pub(crate) fn of_layer(layer: &'a Layer, assignments: &'a [Assignment]) -> impl Iterator<Item = Step<'a>> {
        let document = layer.content.document().map(StepContent::Document);
        document.into_iter().chain(assignments.iter().map(StepContent::Assignment)).map(move |content| Step { layer, content })
    }

    /// False for a variable or flag that has nothing to do with a path: it is neither above nor below its own.
    pub(super) fn is_about(&self, path: &[Segment]) -> bool {
        let same = |(a, b): (&Segment, &Segment)| a == b || a.as_index().is_some() && a.as_index() == b.as_index();
        match self.content {
            StepContent::Document(_) => true,
            StepContent::Assignment(assignment) => assignment.path.iter().zip(path).all(same),
        }
    }

    /// Merges the step over what lies below it.
    pub(crate) fn apply(&self, root: &mut Value, merger: &mut Merger<'_>) -> crate::merge::MergeResult<()> {
        match self.content {
            StepContent::Assignment(assignment) => merger.assign(root, assignment, self.layer.fill),
            StepContent::Document(document) => self.apply_document(root, &document.value_to_merge(), merger),
        }
    }

    /// Merges the values of the step's layer, or a part of them, over what lies below it.
    pub(super) fn apply_document(
        &self,
        root: &mut Value,
        values: &Value,
        merger: &mut Merger<'_>,
    ) -> crate::merge::MergeResult<()> {
        if !self.layer.fill {
            return merger.merge(root, values, &MergeCursor::ROOT);
        }
        let own = merger.normalize(values, &MergeCursor::ROOT)?;
        // The layer was folded by itself, and a key that it has created may be there below.
        merger.notes.list.retain(|note| !matches!(note.kind, MergeNoteKind::NewKey) || root.at(&note.result_path).is_none());
        if let (Value::Table(below), Value::Table(above)) = (root, own.as_ref().unwrap_or(values)) {
            fill(below, above);
        }
        Ok(())
    }
}
