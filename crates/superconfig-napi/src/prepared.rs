//! Loads and reloads that JavaScript validates before they are published.

use crate::attachment::{open, with};
use crate::convert::HostValue;
use crate::{OPTIONS, run, to_napi};
use napi::bindgen_prelude::{AsyncTask, Either};
use napi::{Env, Result, Task};
use napi_derive::napi;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use superconfig::{Builder, Environment, Error, ErrorCode, SuperConfig};
use superconfig_binding::options::{LoadOptions, ReloadRequest};
use superconfig_binding::{Committed, EncodedValue, HandleTable, Preparation, Prepared, ReportedIssue, describe};

thread_local! {
    static PREPARED: RefCell<HandleTable<Prepared>> = RefCell::default();
}

/// Reads and merges without publishing, so that JavaScript can check the values: gives the number of the prepared load. The
/// request is JSON text: `LoadOptions` for a first load, `ReloadRequest` for the next version of an attachment.
#[napi(catch_unwind)]
pub fn prepare(request: String, attachment: Option<f64>) -> Result<f64> {
    let preparation = preparation(&request, attachment)?;
    preparation.run().map(keep).map_err(to_napi)
}

/// [`prepare`] on another thread; the environment is captured on this one.
#[napi(catch_unwind)]
pub fn prepare_async(request: String, attachment: Option<f64>) -> Result<AsyncTask<Prepare>> {
    Ok(AsyncTask::new(Prepare(Some(preparation(&request, attachment)?))))
}

/// The merged values of a prepared load.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn prepared_value(prepared: f64) -> Result<HostValue> {
    let value = PREPARED.with_borrow(|table| table.get(prepared as u64).map(|prepared| prepared.value().clone()));
    value.map(|value| HostValue(Some(value))).ok_or_else(|| to_napi(gone()))
}

/// Publishes a prepared load, with what a schema gave (`{ value, specials? }` as JSON text) in place of the merged values: a
/// first version gives `[attachment, config id, generation, version]`, a next one `{ version, changed }` as JSON text.
#[napi(catch_unwind)]
pub fn commit(prepared: f64, output: Option<String>) -> Result<Either<Vec<f64>, String>> {
    run(|| {
        let output = output.as_deref().map(EncodedValue::parse);
        match take(prepared).ok_or_else(gone)?.commit(output.transpose()?)? {
            Committed::Opened(config) => open(config).map(Either::A),
            Committed::Reloaded(reload) => Ok(Either::B(describe(&reload))),
        }
    })
}

/// Forgets a prepared load, if it is still there. With the issues of a schema as JSON text, throws the error that they make.
#[napi(catch_unwind)]
pub fn discard(prepared: f64, issues: Option<String>) -> Result<()> {
    let prepared = take(prepared);
    let Some(issues) = issues else { return Ok(()) };
    run(|| {
        let issues = OPTIONS.parse::<Vec<ReportedIssue>>(&issues, "discard")?;
        Err(prepared.map_or_else(gone, |prepared| prepared.refuse(issues)))
    })
}

/// What custom sources are told of a load: `{ cwd, home?, profiles }` as JSON text.
#[napi(catch_unwind)]
pub fn source_context(request: String) -> Result<String> {
    run(|| {
        let (builder, environment) = builder(&request)?;
        builder.source_context(&environment).map(|context| describe(&context))
    })
}

fn builder(request: &str) -> std::result::Result<(Builder, Environment), Error> {
    let mut options = OPTIONS.parse::<LoadOptions>(request, "load")?;
    let captured = options.captured.take();
    let builder = options.into_builder(SuperConfig::builder().node_profile())?;
    let environment = captured.map_or_else(|| builder.capture_environment(), |captured| Environment::from_pairs(captured.0));
    Ok((builder, environment))
}

fn preparation(request: &str, attachment: Option<f64>) -> Result<Preparation> {
    match attachment {
        None => builder(request).map(|(builder, environment)| Preparation::Load(Box::new(builder), environment)).map_err(to_napi),
        Some(attachment) => with(attachment, |attachment| {
            let inputs = OPTIONS.parse::<ReloadRequest>(request, "reload")?.into_inputs(&attachment.config);
            Ok(Preparation::Reload(attachment.config.clone(), inputs))
        }),
    }
}

fn keep(prepared: Prepared) -> f64 {
    PREPARED.with_borrow_mut(|table| table.insert(prepared)) as f64
}

fn take(prepared: f64) -> Option<Prepared> {
    PREPARED.with_borrow_mut(|table| table.remove(prepared as u64))
}

fn gone() -> Error {
    Error::new(ErrorCode::Closed, "there is no such prepared load")
}

/// A preparation on a thread of the host's pool.
pub struct Prepare(Option<Preparation>);

impl Task for Prepare {
    type Output = Prepared;
    type JsValue = f64;

    fn compute(&mut self) -> Result<Prepared> {
        let internal = |message: &str| Error::new(ErrorCode::Internal, message);
        let preparation = self.0.take();
        // A panic must not unwind into the host.
        let run = catch_unwind(AssertUnwindSafe(|| preparation.ok_or_else(|| internal("a load ran twice"))?.run()));
        run.unwrap_or_else(|_| Err(internal("the engine panicked; this is a bug"))).map_err(to_napi)
    }

    fn resolve(&mut self, _: Env, prepared: Prepared) -> Result<f64> {
        Ok(keep(prepared))
    }
}
