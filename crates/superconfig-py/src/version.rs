//! Pinned versions of configurations.

use crate::convert::{to_frozen, to_plain};
use crate::path::to_path;
use pyo3::prelude::*;
use std::sync::Arc;
use superconfig::Snapshot;

/// One version, kept while Python has it.
#[pyclass(frozen, module = "superconfig._superconfig")]
pub(crate) struct Version(pub(crate) Arc<Snapshot>);

#[pymethods]
impl Version {
    /// Its number.
    #[getter]
    fn number(&self) -> u64 {
        self.0.version()
    }

    /// The value at a path, read-only; `None` where there is nothing.
    fn read(&self, py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        self.0.at(&to_path(path)?).map(|value| to_frozen(py, value)).transpose()
    }

    /// The same with secrets redacted.
    fn redacted(&self, py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        self.0.redacted_at(&to_path(path)?).map(|value| to_plain(py, &value)).transpose()
    }

    /// The paths of the leaves at or below a path that differ from an older version.
    fn changed_since(&self, py: Python<'_>, previous: &Bound<'_, Version>, path: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
        let path = to_path(path)?;
        let previous = &previous.get().0;
        Ok(py.detach(|| self.0.changed_since(previous, &path)))
    }
}
