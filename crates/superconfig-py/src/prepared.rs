//! Loads in two steps, so that Python can derive layers and check values before a version is published.

use crate::OPTIONS;
use crate::convert::{to_plain, to_value};
use crate::core::Core;
use crate::error::{closed, raise, run};
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};
use superconfig::{Builder, Environment, Error, SuperConfig, Value};
use superconfig_binding::options::{LoadOptions, ReloadRequest};
use superconfig_binding::{CheckedOutput, Committed, Preparation, ReportedIssue};

/// A configuration that was opened, until an object of the facade takes it.
#[pyclass(frozen, module = "superconfig._superconfig")]
pub(crate) struct Opened(Mutex<Option<SuperConfig>>);

impl Opened {
    pub(crate) fn new(config: SuperConfig) -> Self {
        Self(Mutex::new(Some(config)))
    }

    pub(crate) fn take(&self) -> Option<SuperConfig> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A version that is read and merged and not published.
#[pyclass(frozen, module = "superconfig._superconfig")]
pub(crate) struct Prepared(Mutex<Option<superconfig_binding::Prepared>>);

impl Prepared {
    fn lock(&self) -> MutexGuard<'_, Option<superconfig_binding::Prepared>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Prepared {
    /// The next layer that Python computes: the values below it, and its index among the sources.
    fn derivation(&self, py: Python<'_>) -> PyResult<Option<(Py<PyAny>, usize)>> {
        let next = run(py, || self.lock().as_ref().ok_or_else(closed)?.derivation())?;
        next.map(|next| Ok((crate::convert::to_frozen(py, &next.values)?, next.source))).transpose()
    }

    /// Takes the values of that layer, or why there are none.
    #[pyo3(signature = (values=None, error=None))]
    fn derive(&self, py: Python<'_>, values: Option<&Bound<'_, PyAny>>, error: Option<String>) -> PyResult<()> {
        let result = match (values, error) {
            (_, Some(error)) => Err(error),
            (Some(values), None) => Ok(to_value(values)?),
            (None, None) => Ok(Value::Null),
        };
        run(py, || self.lock().as_mut().ok_or_else(closed)?.derive(result))
    }

    /// The merged values.
    fn value(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = self.lock().as_ref().map(|prepared| prepared.value().clone());
        to_plain(py, &value.ok_or_else(|| raise(py, closed()))?)
    }

    /// Publishes it, with a schema's output in place of the merged values: a first version opens a configuration, a next one gives
    /// `version` and `changed`.
    #[pyo3(signature = (output=None))]
    fn commit(&self, py: Python<'_>, output: Option<&Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
        let output = output.map(to_value).transpose()?;
        let prepared = self.lock().take();
        let committed = run(py, || prepared.ok_or_else(closed)?.commit(output.map(CheckedOutput::from)))?;
        match committed {
            Committed::Opened(config) => Ok(Py::new(py, Opened::new(config))?.into_any()),
            Committed::Reloaded(reload) => to_plain(py, &superconfig::to_value(&reload).map_err(|error| raise(py, error))?),
        }
    }

    /// Discards it for what a check found, and raises the error that says so.
    fn refuse(&self, py: Python<'_>, issues: &Bound<'_, PyAny>) -> PyResult<()> {
        let issues = to_value(issues);
        let prepared = self.lock().take();
        let issues = issues?;
        run(py, || {
            let prepared = prepared.ok_or_else(closed)?;
            Err(match OPTIONS.read::<Vec<ReportedIssue>>(&issues, "issues") {
                Ok(issues) => prepared.refuse(issues),
                // It is refused all the same.
                Err(error) => {
                    prepared.refuse(Vec::new());
                    error
                }
            })
        })
    }

    /// Forgets it. Safe to repeat.
    fn discard(&self, py: Python<'_>) {
        let prepared = self.lock().take();
        py.detach(|| drop(prepared));
    }
}

/// Reads and merges without publishing. The request is [`LoadOptions`] for a first load, [`ReloadRequest`] for the next version of a
/// configuration.
#[pyfunction]
#[pyo3(signature = (request, core=None))]
pub(crate) fn prepare(request: &Bound<'_, PyAny>, core: Option<&Bound<'_, Core>>) -> PyResult<Prepared> {
    let py = request.py();
    let config = core.map(|core| core.get().config(py)).transpose()?;
    let request = to_value(request)?;
    let prepared = run(py, || {
        let preparation = match config {
            None => {
                let (builder, environment) = builder(&request)?;
                Preparation::Load(builder, environment)
            }
            Some(config) => {
                let inputs = OPTIONS.read::<ReloadRequest>(&request, "reload")?.into_inputs(&config);
                Preparation::Reload(config, inputs)
            }
        };
        preparation.run()
    })?;
    Ok(Prepared(Mutex::new(Some(prepared))))
}

/// The context of a load for custom sources: `cwd`, `home`, `profiles`.
#[pyfunction]
pub(crate) fn source_context(request: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let value = to_value(request)?;
    let context = run(request.py(), || {
        let (builder, environment) = builder(&value)?;
        superconfig::to_value(&builder.source_context(&environment)?)
    })?;
    to_plain(request.py(), &context)
}

/// The profiles that the sources of a load have files or sections for.
#[pyfunction]
pub(crate) fn find_profiles(request: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let value = to_value(request)?;
    run(request.py(), || {
        let (builder, environment) = builder(&value)?;
        builder.find_profiles(&environment)
    })
}

/// Opens a configuration of this process by name or token.
#[pyfunction]
pub(crate) fn attach(py: Python<'_>, name_or_token: &str) -> PyResult<Opened> {
    run(py, || SuperConfig::attach(name_or_token)).map(Opened::new)
}

/// A builder and its environment, which the facade always gives: it cannot be read here while a thread writes it.
fn builder(request: &Value) -> Result<(Builder, Environment), Error> {
    let mut options = OPTIONS.read::<LoadOptions>(request, "load")?;
    let environment = options.environment();
    Ok((options.into_builder(SuperConfig::builder())?, environment))
}
