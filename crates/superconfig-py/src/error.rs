//! Errors of the engine as exceptions.

use crate::convert::to_plain;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use superconfig::{Error, ErrorCode, Path, to_value};

/// What makes an exception of a report. Found once: at its end the interpreter imports nothing any more.
static FROM_REPORT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The exception for an error of the engine.
pub(crate) fn raise(py: Python<'_>, error: Error) -> PyErr {
    let report = || {
        let report = to_plain(py, &to_value(&error).unwrap_or_default())?;
        from_report(py)?.bind(py).call1((report,))
    };
    report().map_or_else(|failure| failure, PyErr::from_value)
}

/// Finds what makes exceptions, while that can be imported.
pub(crate) fn from_report(py: Python<'_>) -> PyResult<&'static Py<PyAny>> {
    FROM_REPORT.get_or_try_init(py, || Ok(py.import("superconfig._errors")?.getattr("from_report")?.unbind()))
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
