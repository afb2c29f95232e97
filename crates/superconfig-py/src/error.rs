//! Errors of the engine as exceptions.

use crate::convert::to_plain;
use pyo3::prelude::*;
use superconfig::{Error, ErrorCode, Path, to_value};

/// The exception for an error of the engine.
pub(crate) fn raise(py: Python<'_>, error: Error) -> PyErr {
    let report = || {
        let report = to_plain(py, &to_value(&error).unwrap_or_default())?;
        py.import("superconfig._errors")?.getattr("from_report")?.call1((report,))
    };
    report().map_or_else(|failure| failure, PyErr::from_value)
}

/// Runs what may wait, without the interpreter.
pub(crate) fn run<T: Send>(py: Python<'_>, call: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    py.detach(call).map_err(|error| raise(py, error))
}

/// `ERR_SUPERCONFIG_OPTION` at a path.
pub(crate) fn option_error(message: impl Into<String>, path: Path) -> Error {
    let error = Error::new(ErrorCode::Option, message);
    if path.is_empty() { error } else { error.with_path(path) }
}

/// The error of what is closed.
pub(crate) fn closed() -> Error {
    Error::new(ErrorCode::Closed, "the configuration is closed")
}
