//! Live views of single values.

use crate::core::{Core, find};
use crate::error::raise;
use crate::path::to_path;
use arc_swap::ArcSwapOption;
use pyo3::prelude::*;
use std::sync::Arc;

/// A view of the value at one path, always the newest.
#[pyclass(frozen, subclass, module = "superconfig._superconfig")]
pub(crate) struct Handle {
    core: Py<Core>,
    path: Py<PyAny>,
    slot: ArcSwapOption<Slot>,
}

/// A value that was read, and the generation then.
struct Slot {
    seen: u32,
    value: Py<PyAny>,
}

#[pymethods]
impl Handle {
    #[new]
    fn new(core: Bound<'_, Core>, path: Bound<'_, PyAny>) -> PyResult<Self> {
        to_path(&path)?;
        core.get().config(core.py())?;
        Ok(Self { core: core.unbind(), path: path.unbind(), slot: ArcSwapOption::empty() })
    }

    /// The value, read-only.
    #[getter]
    fn value(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let generation = self.core.get().generation();
        if let Some(slot) = &*self.slot.load()
            && slot.seen == generation
        {
            return Ok(slot.value.clone_ref(py));
        }
        let (core, path) = (self.core.bind(py), self.path.bind(py));
        let value = find(core, path)?;
        let value = match value {
            Some(value) => value,
            None => core.get().missing(core, path)?,
        };
        if generation != u32::MAX {
            self.slot.store(Some(Arc::new(Slot { seen: generation, value: value.clone_ref(py) })));
        }
        Ok(value)
    }

    /// The path, as it was given.
    #[getter]
    fn path(&self, py: Python<'_>) -> Py<PyAny> {
        self.path.clone_ref(py)
    }

    /// The configuration.
    #[getter]
    fn _core(&self, py: Python<'_>) -> Py<Core> {
        self.core.clone_ref(py)
    }

    /// The version that is read.
    #[getter]
    fn version(&self, py: Python<'_>) -> PyResult<u64> {
        let core = self.core.get();
        let config = core.config(py)?;
        config.version().map_err(|error| raise(py, error))
    }
}
