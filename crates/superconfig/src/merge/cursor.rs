//! The current position of a merge, kept as a list on the stack so that a path is built only when it is needed.

use crate::diagnostic::{Path, Segment};

/// One step, borrowed.
#[derive(Clone, Copy)]
pub(crate) enum SegmentRef<'a> {
    Key(&'a str),
    Index(usize),
}

impl SegmentRef<'_> {
    fn to_segment(self) -> Segment {
        match self {
            SegmentRef::Key(key) => Segment::from(key),
            SegmentRef::Index(index) => Segment::Index(index),
        }
    }
}

/// The current position: in the result and in the layer, which differ below directives and in arrays.
#[derive(Clone, Copy)]
pub(crate) struct MergeCursor<'a> {
    parent: Option<&'a MergeCursor<'a>>,
    result: Option<SegmentRef<'a>>,
    layer: Option<SegmentRef<'a>>,
}

impl<'a> MergeCursor<'a> {
    /// The root of both.
    pub(crate) const ROOT: MergeCursor<'static> = MergeCursor { parent: None, result: None, layer: None };

    /// One key further in both.
    pub(crate) fn key(&'a self, key: &'a str) -> MergeCursor<'a> {
        self.step(Some(SegmentRef::Key(key)), Some(SegmentRef::Key(key)))
    }

    /// One index further in both.
    pub(crate) fn index(&'a self, index: usize) -> MergeCursor<'a> {
        self.step(Some(SegmentRef::Index(index)), Some(SegmentRef::Index(index)))
    }

    /// One step further, each where it goes.
    pub(crate) fn step(&'a self, result: Option<SegmentRef<'a>>, layer: Option<SegmentRef<'a>>) -> MergeCursor<'a> {
        MergeCursor { parent: Some(self), result, layer }
    }

    /// The path in the result.
    pub(crate) fn result_path(&self) -> Path {
        self.collect(|cursor| cursor.result)
    }

    /// The path in the layer.
    pub(crate) fn layer_path(&self) -> Path {
        self.collect(|cursor| cursor.layer)
    }

    fn collect(&self, pick: impl Fn(&MergeCursor<'a>) -> Option<SegmentRef<'a>>) -> Path {
        let mut segments = Vec::new();
        let mut at = Some(self);
        while let Some(cursor) = at {
            segments.extend(pick(cursor).map(SegmentRef::to_segment));
            at = cursor.parent;
        }
        segments.reverse();
        Path::from(segments)
    }
}
