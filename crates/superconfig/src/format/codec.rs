//! The functions of one format.

use super::fault::ParseFault;
use super::parsed::Parsed;
use crate::diagnostic::{Error, Segment};
use crate::value::{Limits, Value};

/// Writes a value as text.
pub(super) type Render = fn(&Value) -> Result<String, Error>;

/// The functions that a format's folder implements. A text comes without its byte order mark.
pub(super) struct Codec {
    /// Parses a text.
    pub(super) parse: fn(&str, &Limits) -> Result<Parsed, ParseFault>,
    /// Writes the value of a text as compact JSON without making the value, and gives `None` where it cannot; `None` for a format that never
    /// can.
    pub(super) json: Option<fn(&str, &Limits) -> Option<String>>,
    /// Finds the byte offset of the value at a path in a text that parses.
    pub(super) locate: fn(&str, &[Segment]) -> Option<usize>,
    /// Writes a value as text; `None` for a format that is only read.
    pub(super) render: Option<Render>,
    /// Whether a text that its declared format rejects resembles this one. Called for texts that begin with a brace where
    /// `in_braces` is set, else for all others.
    pub(super) looks_like: fn(text: &str, declared: &str) -> bool,
    /// Whether a document begins with a brace.
    pub(super) in_braces: bool,
    /// The start of a comment line; `None` for a format without comments, or that is only read.
    pub(super) comment: Option<&'static str>,
    /// Whether a byte order mark inside a text is white space.
    pub(super) mark_is_space: bool,
}

/// The lines of a text that say something, for formats of lines: neither empty nor a comment nor a header.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';', '[']))
}
