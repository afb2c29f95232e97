//! Paths that Python gives.

use crate::convert::{kind_of, to_text};
use crate::error::{option_error, raise};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyList, PyString, PyTuple};
use superconfig::{Path, Segment};

/// A path: dotted text, or a list or tuple of keys and indexes.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION` for anything else, `ERR_SUPERCONFIG_PATH` for text that is no path.
pub(crate) fn to_path(given: &Bound<'_, PyAny>) -> PyResult<Path> {
    let py = given.py();
    if given.is_instance_of::<PyString>() {
        let text = to_text(given, "a path")?;
        // A key that `SuperConfig.keys` gave, whatever dots it holds.
        if !given.is_exact_instance_of::<PyString>() && given.hasattr("_is_one_key")? {
            return Ok(Path::from_iter([Segment::from(&*text)]));
        }
        return text.parse().map_err(|error| raise(py, error));
    }
    if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
        return given.try_iter()?.map(|segment| to_segment(&segment?)).collect();
    }
    Err(refuse(py, format!("a path is text, or a list or tuple of keys and indexes, not {}", kind_of(given))))
}

fn to_segment(given: &Bound<'_, PyAny>) -> PyResult<Segment> {
    if given.is_instance_of::<PyString>() {
        return Ok(Segment::from(&*to_text(given, "a key")?));
    }
    if given.is_instance_of::<PyInt>() && !given.is_instance_of::<PyBool>() {
        let index = given.extract::<usize>();
        return index.map(Segment::Index).map_err(|_| refuse(given.py(), "an index is a whole number from 0"));
    }
    Err(refuse(given.py(), format!("a segment of a path is a key or an index, not {}", kind_of(given))))
}

fn refuse(py: Python<'_>, message: impl Into<String>) -> PyErr {
    raise(py, option_error(message, Path::default()))
}
