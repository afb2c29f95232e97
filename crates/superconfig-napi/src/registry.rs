//! JavaScript values in the process's registry.

use crate::convert::HostValue;
use crate::run;
use napi::Result;
use napi_derive::napi;
use std::cell::RefCell;
use std::time::Duration;
use superconfig::{ConfigHandle, ConfigRegistry, HandleId, InsertOptions, ProcessStats, Value, generation, metrics};
use superconfig_binding::{EncodedValue, HandleTable, describe};

thread_local! {
    /// The handles that this thread's JavaScript holds; a worker that ends drops its own.
    static REFERENCES: RefCell<HandleTable<ConfigHandle<Value>>> = RefCell::default();
}

fn hold(handle: ConfigHandle<Value>) -> Vec<f64> {
    let id = handle.id().get();
    let number = REFERENCES.with_borrow_mut(|references| references.insert(handle));
    vec![number as f64, id as f64]
}

/// Puts a value (`{ value, specials? }` as JSON text) in: `[reference, id]`.
#[napi(catch_unwind)]
pub fn registry_insert(value: String, name: Option<String>, ttl_milliseconds: Option<f64>) -> Result<Vec<f64>> {
    run(|| {
        let time_to_live = ttl_milliseconds.map(|milliseconds| Duration::from_millis(milliseconds as u64));
        let options = InsertOptions { name: name.map(Into::into), time_to_live, ..InsertOptions::default() };
        ConfigRegistry::global().insert_with(EncodedValue::parse(&value)?, options).map(hold)
    })
}

/// One more reference to the entry of a name: `[reference, id]`.
#[napi(catch_unwind)]
pub fn registry_find(name: String) -> Result<Vec<f64>> {
    run(|| ConfigRegistry::global().find(&name).map(hold))
}

/// Lets a reference go; an entry without a name goes with its last.
#[napi(catch_unwind)]
pub fn registry_release(reference: f64) {
    let released = REFERENCES.with_borrow_mut(|references| references.remove(reference as u64));
    drop(released);
}

/// Reads an entry, as `read` gives values.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn registry_get(id: f64) -> Result<HostValue> {
    run(|| {
        let value = ConfigRegistry::global().get::<Value>(HandleId::try_from(id)?)?;
        Ok(HostValue::from(Value::clone(&value)))
    })
}

/// Replaces the value of an entry.
#[napi(catch_unwind)]
pub fn registry_update(id: f64, value: String) -> Result<()> {
    run(|| {
        let id = HandleId::try_from(id)?;
        ConfigRegistry::global().update(id, EncodedValue::parse(&value)?)?;
        generation::announce(id);
        Ok(())
    })
}

/// Takes an entry out; false where there is none.
#[napi(catch_unwind)]
pub fn registry_remove(id: f64) -> bool {
    // An entry of another type belongs to the engine: a configuration is closed, not removed.
    entry(id).is_some_and(|handle| ConfigRegistry::global().remove(handle.id()).is_ok())
}

/// Whether there is such an entry.
#[napi(catch_unwind)]
pub fn registry_has(id: f64) -> bool {
    entry(id).is_some()
}

fn entry(id: f64) -> Option<ConfigHandle<Value>> {
    ConfigRegistry::global().handle(HandleId::try_from(id).ok()?).ok()
}

/// The registry's contents and the process's counters as JSON text, or as Prometheus reads them with all `metrics` of the process.
#[napi(catch_unwind)]
pub fn registry_stats(as_metrics: bool) -> String {
    if as_metrics { metrics() } else { describe(&ProcessStats::now()) }
}
