//! The extension module: conversion only. `_superconfig.pyi` declares its types.
//!
//! No thread of the engine ever calls Python: what happens waits in an `Events` until a thread of Python takes it. No function
//! holds a lock while it runs Python, and whatever may wait for a file or for another thread lets go of the interpreter first.

#![allow(missing_docs, reason = "the generated functions of registration have none; what is written here does")]

mod convert;
mod core;
mod error;
mod events;
mod handle;
mod path;
mod prepared;
mod registry;
mod version;

use convert::{to_plain, to_text, to_value};
use error::run;
use pyo3::prelude::*;
use superconfig::{ConvertOptions, FieldNames, Format};
use superconfig_binding::options::OptionReader;

/// Python writes options in snake_case, as Rust does.
const OPTIONS: OptionReader = OptionReader::new(FieldNames::Exact);

/// Reads one text as a value.
#[pyfunction]
fn parse(py: Python<'_>, text: &Bound<'_, PyAny>, format: &str) -> PyResult<Py<PyAny>> {
    let text = to_text(text, "the text")?;
    let value = run(py, || superconfig::parse(&text, format.parse::<Format>()?))?;
    to_plain(py, &value)
}

/// Writes a text of one format in another: the text, and what it lost. Secrets are redacted unless `secrets` is set, those of the
/// patterns and of a JSON Schema among them.
#[pyfunction]
#[pyo3(signature = (text, source, target, secrets, patterns, json_schema, ascii))]
fn convert_text(
    text: &Bound<'_, PyAny>,
    source: &str,
    target: &str,
    secrets: bool,
    patterns: Vec<String>,
    json_schema: Option<&Bound<'_, PyAny>>,
    ascii: bool,
) -> PyResult<Py<PyAny>> {
    let py = text.py();
    let text = to_text(text, "the text")?;
    let options = ConvertOptions { secrets, patterns, json_schema: json_schema.map(to_value).transpose()?, ascii };
    let described = run(py, || {
        let converted = superconfig::convert_with(&text, source.parse::<Format>()?, target.parse::<Format>()?, &options)?;
        superconfig::to_value(&converted)
    })?;
    to_plain(py, &described)
}

/// The known name closest to a misspelt one.
#[pyfunction]
fn closest_name(wanted: &str, names: Vec<String>) -> Option<String> {
    superconfig::closest_name(wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

/// Masks `user:password` of each URL in a text, and writes what a terminal would obey as escapes.
#[pyfunction]
fn mask_userinfo(text: String) -> String {
    superconfig_binding::quoted_reason(text)
}

/// Copies a value as plain data, or refuses what cannot be a configuration value.
#[pyfunction]
fn copy_plain(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    to_plain(py, &to_value(value)?)
}

/// Forgets the watcher's thread in a process that was forked, so that the next configuration starts one.
#[pyfunction]
fn after_fork() {
    superconfig::forget_watcher();
}

#[pymodule]
fn _superconfig(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<core::Core>()?;
    module.add_class::<events::Events>()?;
    module.add_class::<handle::Handle>()?;
    module.add_class::<prepared::Opened>()?;
    module.add_class::<prepared::Prepared>()?;
    module.add_class::<registry::RegistryReference>()?;
    module.add_class::<version::Version>()?;
    module.add_function(wrap_pyfunction!(parse, module)?)?;
    module.add_function(wrap_pyfunction!(convert_text, module)?)?;
    module.add_function(wrap_pyfunction!(closest_name, module)?)?;
    module.add_function(wrap_pyfunction!(mask_userinfo, module)?)?;
    module.add_function(wrap_pyfunction!(after_fork, module)?)?;
    module.add_function(wrap_pyfunction!(copy_plain, module)?)?;
    module.add_function(wrap_pyfunction!(prepared::prepare, module)?)?;
    module.add_function(wrap_pyfunction!(prepared::source_context, module)?)?;
    module.add_function(wrap_pyfunction!(prepared::find_profiles, module)?)?;
    module.add_function(wrap_pyfunction!(prepared::attach, module)?)?;
    module.add_function(wrap_pyfunction!(registry::registry_insert, module)?)?;
    module.add_function(wrap_pyfunction!(registry::registry_find, module)?)?;
    module.add_function(wrap_pyfunction!(registry::registry_get, module)?)?;
    module.add_function(wrap_pyfunction!(registry::registry_update, module)?)?;
    module.add_function(wrap_pyfunction!(registry::registry_remove, module)?)?;
    module.add_function(wrap_pyfunction!(registry::registry_has, module)?)?;
    module.add_function(wrap_pyfunction!(registry::registry_stats, module)?)?;
    module.add_function(wrap_pyfunction!(registry::registry_metrics, module)?)
}
