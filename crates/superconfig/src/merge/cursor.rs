//! The way from the root to where merging stands, kept on the stack so that it costs nothing until it is asked for.

use crate::diagnostic::{Path, Segment};

/// One step, borrowed.
#[derive(Clone, Copy)]
pub(crate) enum Hop<'a> {
    Key(&'a str),
    Index(usize),
}

impl Hop<'_> {
    fn to_segment(self) -> Segment {
        match self {
            Hop::Key(key) => Segment::from(key),
            Hop::Index(index) => Segment::Index(index),
        }
    }
}

/// Where merging stands: in the result and in the layer, which differ below directives and in arrays.
#[derive(Clone, Copy)]
pub(crate) struct Trail<'a> {
    parent: Option<&'a Trail<'a>>,
    target: Option<Hop<'a>>,
    source: Option<Hop<'a>>,
}

impl<'a> Trail<'a> {
    /// The root of both.
    pub(crate) const ROOT: Trail<'static> = Trail { parent: None, target: None, source: None };

    /// One key further in both.
    pub(crate) fn key(&'a self, key: &'a str) -> Trail<'a> {
        self.hop(Some(Hop::Key(key)), Some(Hop::Key(key)))
    }

    /// One index further in both.
    pub(crate) fn index(&'a self, index: usize) -> Trail<'a> {
        self.hop(Some(Hop::Index(index)), Some(Hop::Index(index)))
    }

    /// One step further, each where it goes.
    pub(crate) fn hop(&'a self, target: Option<Hop<'a>>, source: Option<Hop<'a>>) -> Trail<'a> {
        Trail { parent: Some(self), target, source }
    }

    /// The path in the result.
    pub(crate) fn target(&self) -> Path {
        self.collect(|trail| trail.target)
    }

    /// The path in the layer.
    pub(crate) fn source(&self) -> Path {
        self.collect(|trail| trail.source)
    }

    fn collect(&self, pick: impl Fn(&Trail<'a>) -> Option<Hop<'a>>) -> Path {
        let mut segments = Vec::new();
        let mut at = Some(self);
        while let Some(trail) = at {
            segments.extend(pick(trail).map(Hop::to_segment));
            at = trail.parent;
        }
        segments.reverse();
        Path::from(segments)
    }
}
