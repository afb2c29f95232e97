//! Helpers shared by the writers of several formats.

use crate::diagnostic::{Error, ErrorCode, Path, Segment};
use std::fmt::Write;

/// The error of a value that a format cannot say.
pub(super) fn unwritable(path: &[Segment], message: String) -> Error {
    Error::new(ErrorCode::Format, message).with_path(path.iter().cloned().collect::<Path>())
}

/// The error of a document in which the names of nested keys, written out for each table or value, would be out of proportion.
#[cfg(any(feature = "toml", feature = "dotenv"))]
pub(super) fn too_long_names() -> Error {
    let message = "the names of nested keys, which this format writes out each time, are too long to be written";
    Error::new(ErrorCode::Limit, message).with_hint("write JSON or YAML, which nest")
}

/// A float as TOML and YAML spell it where it is finite.
pub(super) fn finite(number: f64) -> String {
    zmij::Buffer::new().format_finite(number).to_owned()
}

/// Writes a character as the escape that TOML and YAML have for it.
pub(super) fn escape(out: &mut String, character: char) {
    let code = character as u32;
    // Writing to a string cannot fail.
    let _ = if code > 0xffff { write!(out, "\\U{code:08x}") } else { write!(out, "\\u{code:04x}") };
}
