//! Python values in the process's registry.

use crate::convert::{to_frozen, to_plain, to_value};
use crate::error::{raise, run};
use pyo3::prelude::*;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use superconfig::{
    ConfigHandle, ConfigRegistry, Error, ErrorCode, HandleId, InsertOptions, Limits, ProcessStats, Value, generation, metrics,
};

/// A counted reference to an entry; an entry without a name goes with its last.
#[pyclass(frozen, module = "superconfig._superconfig")]
pub(crate) struct RegistryReference {
    id: u64,
    handle: Mutex<Option<ConfigHandle<Value>>>,
}

impl From<ConfigHandle<Value>> for RegistryReference {
    fn from(handle: ConfigHandle<Value>) -> Self {
        Self { id: handle.id().get(), handle: Mutex::new(Some(handle)) }
    }
}

#[pymethods]
impl RegistryReference {
    /// The id of the entry.
    #[getter]
    fn id(&self) -> u64 {
        self.id
    }

    /// Whether it was released.
    #[getter]
    fn closed(&self) -> bool {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Lets it go. Safe to repeat.
    fn release(&self, py: Python<'_>) {
        let handle = self.handle.lock().unwrap_or_else(PoisonError::into_inner).take();
        py.detach(|| drop(handle));
    }
}

/// A value as the registry takes it: without forbidden keys, and no deeper than configurations may be.
fn entry_value(given: &Bound<'_, PyAny>) -> PyResult<Value> {
    let mut value = to_value(given)?;
    Limits::default().check_depth(&value, "the value").map_err(|error| raise(given.py(), error))?;
    drop_forbidden(&mut value);
    Ok(value)
}

fn drop_forbidden(value: &mut Value) {
    match value {
        Value::Table(table) => {
            table.remove("__proto__");
            let keys: Vec<_> = table.iter().map(|(key, _)| key.to_owned()).collect();
            for key in keys {
                if let Some(child) = table.get_mut(&key) {
                    drop_forbidden(child);
                }
            }
        }
        Value::Array(items) if items.iter().any(|item| matches!(item, Value::Table(_) | Value::Array(_))) => {
            let mut items = items.to_vec();
            items.iter_mut().for_each(drop_forbidden);
            *value = Value::array(items);
        }
        _ => {}
    }
}

/// Puts a value in.
#[pyfunction]
#[pyo3(signature = (value, name=None, seconds=None))]
pub(crate) fn registry_insert(
    py: Python<'_>,
    value: &Bound<'_, PyAny>,
    name: Option<String>,
    seconds: Option<f64>,
) -> PyResult<RegistryReference> {
    let value = entry_value(value)?;
    let time_to_live = match seconds {
        None => None,
        Some(seconds) if seconds > 0.0 => Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)),
        Some(_) => return Err(raise(py, Error::new(ErrorCode::Option, "`ttl` is a positive number of seconds"))),
    };
    let options = InsertOptions { name: name.map(Into::into), time_to_live, ..InsertOptions::default() };
    run(py, || ConfigRegistry::global().insert_with(value, options)).map(RegistryReference::from)
}

/// One more reference to the entry of a name.
#[pyfunction]
pub(crate) fn registry_find(py: Python<'_>, name: &str) -> PyResult<RegistryReference> {
    run(py, || ConfigRegistry::global().find(name)).map(RegistryReference::from)
}

/// Reads an entry, read-only.
#[pyfunction]
pub(crate) fn registry_get(py: Python<'_>, id: u64) -> PyResult<Py<PyAny>> {
    let value = run(py, || Ok(Value::clone(&*ConfigRegistry::global().get::<Value>(HandleId::try_from(id)?)?)))?;
    to_frozen(py, &value)
}

/// Replaces the value of an entry.
#[pyfunction]
pub(crate) fn registry_update(py: Python<'_>, id: u64, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let value = entry_value(value)?;
    run(py, || {
        let id = HandleId::try_from(id)?;
        ConfigRegistry::global().update(id, value)?;
        generation::announce(id);
        Ok(())
    })
}

/// Takes an entry out; false where there is none.
#[pyfunction]
pub(crate) fn registry_remove(py: Python<'_>, id: u64) -> bool {
    // An entry of another type belongs to the engine: a configuration is closed, not removed.
    py.detach(|| entry(id).is_some_and(|handle| ConfigRegistry::global().remove(handle.id()).is_ok()))
}

/// Whether there is such an entry.
#[pyfunction]
pub(crate) fn registry_has(py: Python<'_>, id: u64) -> bool {
    py.detach(|| entry(id).is_some())
}

fn entry(id: u64) -> Option<ConfigHandle<Value>> {
    ConfigRegistry::global().handle(HandleId::try_from(id).ok()?).ok()
}

/// The registry's contents, and the counters of loads.
#[pyfunction]
pub(crate) fn registry_stats(py: Python<'_>) -> PyResult<Py<PyAny>> {
    let stats = superconfig::to_value(&py.detach(ProcessStats::now)).map_err(|error| raise(py, error))?;
    to_plain(py, &stats)
}

/// The metrics of the process as Prometheus reads them.
#[pyfunction]
pub(crate) fn registry_metrics(py: Python<'_>) -> String {
    py.detach(metrics)
}
