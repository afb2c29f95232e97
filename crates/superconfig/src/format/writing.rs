//! Helpers shared by the writers of several formats.

use crate::diagnostic::{Error, ErrorCode, Path, Segment};

/// The error of a value that a format cannot say.
pub(super) fn unwritable(path: &[Segment], message: String) -> Error {
    Error::new(ErrorCode::Format, message).with_path(path.iter().cloned().collect::<Path>())
}

/// A float as TOML and YAML spell it where it is finite.
pub(super) fn finite(number: f64) -> String {
    zmij::Buffer::new().format_finite(number).to_owned()
}
