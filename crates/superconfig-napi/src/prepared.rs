//! Loads and reloads that JavaScript validates before they are published.

use crate::attachment::{Pinned, open, with};
use crate::convert::{HostText, HostValue};
use crate::{OPTIONS, run, to_napi};
use napi::Either;
use napi::bindgen_prelude::{FnArgs, Function, JsObjectValue, Object};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status};
use napi_derive::napi;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use superconfig::{Error, ErrorCode, SourceReport, SuperConfig};
use superconfig_binding::options::{CapturedEnvironment, LoadRequest, ReloadRequest, Supplied};
use superconfig_binding::{CheckedOutput, Committed, HandleTable, Preparation, Prepared, ReportedIssue, describe};

/// The object of a prepared load's number.
enum Entry {
    Prepared(Prepared),
    /// Published already, on the thread that prepared it.
    Committed(Committed),
}

/// What other threads have prepared for a thread, until its JavaScript takes it.
///
/// A thread-safe function never drops what it was given where its environment ends before the call, so it is given the number alone;
/// what has arrived is dropped with the thread.
#[derive(Default)]
struct Arrivals(Mutex<HandleTable<std::result::Result<Entry, Error>>>);

impl Arrivals {
    fn table(&self) -> MutexGuard<'_, HandleTable<std::result::Result<Entry, Error>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, number: u64) -> std::result::Result<Entry, Error> {
        let arrived = self.table().remove(number);
        arrived.unwrap_or_else(|| Err(discarded()))
    }
}

thread_local! {
    static PREPARED: RefCell<HandleTable<Entry>> = RefCell::default();
    static ARRIVALS: Arc<Arrivals> = Arc::default();
}

/// Reads and merges. What JavaScript validates is not published: that gives the number of the prepared load. What it does not is published
/// in the same call, and gives what [`commit`] gives. The request is text: `LoadRequest::read` for a first load, JSON of a `ReloadRequest` for the
/// next version of an attachment, nothing where it has no options. `captured` is the program's own environment, as
/// `CapturedEnvironment::parse` reads it.
pub fn prepare(
    request: Option<HostText>,
    captured: Option<HostText>,
    attachment: Option<f64>,
    pinned: Pinned,
) -> Result<Published> {
    let (preparation, is_validated) = preparation(request, captured, attachment)?;
    run(|| {
        let prepared = preparation.run()?;
        if is_validated { Ok(Either::A(keep(Entry::Prepared(prepared)))) } else { published(prepared.commit(None)?, pinned) }
    })
}

/// Exports [`prepare`] without what the derive macro puts around a function, an account of what its arguments borrow: a load would
/// take a twentieth more instructions for it.
#[napi(module_exports)]
pub fn export_prepare(mut exports: Object<'_>, env: Env) -> Result<()> {
    let function = env.create_function_from_closure::<(), _, _>("prepare", |call| {
        let (request, captured, attachment, pinned) = call.args()?;
        prepare(request, captured, attachment, pinned)
    })?;
    exports.set_named_property("prepare", function)
}

/// The arguments of the callback of [`prepare_async`]: an error as JSON text, or the number of a prepared load.
type Answer = FnArgs<(Option<String>, Option<f64>)>;

/// The callback of [`prepare_async`], which any thread may call. Keeps no environment alive.
type Done = ThreadsafeFunction<u64, (), Answer, Status, false, true>;

/// [`prepare`] on another thread, which may wait for the file system without end.
/// What JavaScript does not check is published there too: comparing large versions, and letting go of one, would keep this thread
/// busy for long. `done` keeps the environment of the caller no longer alive than that is anyway.
#[napi(catch_unwind)]
pub fn prepare_async(
    request: Option<HostText>,
    captured: Option<HostText>,
    attachment: Option<f64>,
    done: Function<Answer, ()>,
) -> Result<()> {
    let (preparation, is_validated) = preparation(request, captured, attachment)?;
    let done: Done = done.build_threadsafe_function().weak::<true>().callee_handled::<false>().build_callback(|called| {
        // On the thread of the environment.
        Ok(FnArgs::from(match ARRIVALS.with(|arrivals| arrivals.take(called.value)) {
            Ok(entry) => (None, Some(keep(entry))),
            Err(error) => (Some(describe(&error)), None),
        }))
    })?;
    let arrivals = ARRIVALS.with(Arc::downgrade);
    let settle = move |entry| {
        // A thread that has ended takes nothing any more.
        let Some(arrivals) = arrivals.upgrade() else { return };
        let number = arrivals.table().insert(entry);
        if done.call(number, ThreadsafeFunctionCallMode::NonBlocking) != Status::Ok {
            drop(arrivals.take(number));
        }
    };
    if is_validated {
        preparation.start(move |prepared| settle(prepared.map(Entry::Prepared)));
    } else {
        preparation.start_and_commit(move |committed| settle(committed.map(Entry::Committed)));
    }
    Ok(())
}

/// The turn of a reload that begins now, for a reload request: of overlapping reloads the answers of the last one stay.
#[napi(catch_unwind)]
pub fn begin_reload(attachment: f64) -> Result<f64> {
    with(attachment, |attachment| Ok(attachment.config.begin_reload().number() as f64))
}

/// Notes what a custom source says of itself: `{ state, revision?, error? }` as JSON text.
#[napi(catch_unwind)]
pub fn report_source(attachment: f64, source: u32, report: String) -> Result<()> {
    with(attachment, |attachment| {
        attachment.config.report_source(source as usize, OPTIONS.parse::<SourceReport>(&report, "report")?)
    })
}

/// The next layer of a prepared load that JavaScript computes: the values below it, and its index among the sources. First takes the
/// values of the one before (`{ value, specials? }`), or why there are none, as JSON text of `Supplied`.
#[napi(catch_unwind, ts_return_type = "[values: unknown, source: number] | null")]
pub fn derivation(prepared: f64, supplied: Option<String>) -> Result<Option<(HostValue, u32)>> {
    run(|| {
        let supplied = supplied.map(|supplied| OPTIONS.parse::<Supplied>(&supplied, "derive")).transpose()?;
        let next = PREPARED.with_borrow_mut(|table| {
            let Some(Entry::Prepared(prepared)) = table.get_mut(prepared as u64) else { return Err(discarded()) };
            match supplied {
                Some(Supplied::Values(values)) => prepared.derive(Ok(values.decode()))?,
                Some(Supplied::Error(reason)) => prepared.derive(Err(reason))?,
                Some(Supplied::Texts(_) | Supplied::Documents(_)) => {
                    return Err(Error::new(ErrorCode::Option, "what is derived is values"));
                }
                None => {}
            }
            prepared.derivation()
        })?;
        Ok(next.map(|next| (HostValue::from(next.values), next.source as u32)))
    })
}

/// The merged values of a prepared load.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn prepared_value(prepared: f64) -> Result<HostValue> {
    let value = PREPARED.with_borrow(|table| match table.get(prepared as u64) {
        Some(Entry::Prepared(prepared)) => Some(prepared.value().clone()),
        _ => None,
    });
    value.map(HostValue::from).ok_or_else(|| to_napi(discarded()))
}

/// Of a first version the number of its attachment; a next one as `{ version, changed }` in JSON text, or as its version alone where
/// nothing changed.
type Published = Either<f64, String>;

/// Publishes a prepared load, with a schema's output (`{ value, specials? }` as JSON text) instead of the merged values.
#[napi(catch_unwind)]
pub fn commit(prepared: f64, output: Option<String>, #[napi(ts_arg_type = "Float64Array")] pinned: Pinned) -> Result<Published> {
    run(|| {
        let committed = match take(prepared).ok_or_else(discarded)? {
            Entry::Prepared(prepared) => prepared.commit(output.as_deref().map(CheckedOutput::parse).transpose()?)?,
            Entry::Committed(committed) => committed,
        };
        published(committed, pinned)
    })
}

fn published(committed: Committed, pinned: Pinned) -> std::result::Result<Published, Error> {
    Ok(match committed {
        Committed::Opened(config) => Either::A(open(config, pinned)?),
        Committed::Reloaded(reload) if reload.changed.is_empty() => Either::A(reload.version as f64),
        Committed::Reloaded(reload) => Either::B(describe(&reload)),
    })
}

/// Forgets a prepared load, if it is still there. With the issues of a schema as JSON text, throws the error that they make.
#[napi(catch_unwind)]
pub fn discard(prepared: f64, issues: Option<String>) -> Result<()> {
    let prepared = take(prepared);
    let Some(issues) = issues else { return Ok(()) };
    run(|| {
        let Some(Entry::Prepared(prepared)) = prepared else { return Err(discarded()) };
        Err(match OPTIONS.parse::<Vec<ReportedIssue>>(&issues, "discard") {
            Ok(issues) => prepared.refuse(issues),
            // It is refused all the same.
            Err(error) => {
                prepared.refuse(Vec::new());
                error
            }
        })
    })
}

/// A part of a load that has not been made, as JSON text: the `context` of its custom sources, `{ cwd, home?, profiles }`, or the
/// `profiles` that its sources have files or sections for.
#[napi(catch_unwind)]
pub fn describe_request(HostText(request): HostText, captured: Option<HostText>, part: String) -> Result<String> {
    run(|| {
        let LoadRequest { builder, environment, .. } = load_request(&request, captured)?;
        match part.as_str() {
            "context" => builder.source_context(&environment).map(|context| describe(&context)),
            "profiles" => builder.find_profiles(&environment).map(|profiles| describe(&profiles)),
            other => Err(Error::new(ErrorCode::Option, format!("a load has no {other:?} to describe"))),
        }
    })
}

/// The load that a request describes, with the environment that the facade always gives: it cannot be read here while a worker writes it.
fn load_request(request: &str, captured: Option<HostText>) -> std::result::Result<LoadRequest, Error> {
    let captured = captured.map(|HostText(captured)| CapturedEnvironment::parse(&captured)).transpose()?;
    LoadRequest::read(request, captured, SuperConfig::builder().node_profile(), OPTIONS)
}

/// The load to prepare, and whether JavaScript validates its values.
fn preparation(request: Option<HostText>, captured: Option<HostText>, attachment: Option<f64>) -> Result<(Preparation, bool)> {
    match attachment {
        None => run(|| {
            let request = request.map_or_else(String::new, |HostText(request)| request);
            let LoadRequest { builder, environment, validated } = load_request(&request, captured)?;
            Ok((Preparation::Load(builder, environment), validated))
        }),
        Some(attachment) => with(attachment, |attachment| {
            let captured_env = captured.map(|HostText(captured)| CapturedEnvironment::parse(&captured)).transpose()?;
            let request =
                request.map_or_else(|| Ok(ReloadRequest::default()), |HostText(request)| OPTIONS.parse(&request, "reload"))?;
            let inputs = ReloadRequest { captured_env, ..request }.into_inputs(&attachment.config);
            let is_validated = inputs.validated;
            Ok((Preparation::Reload(attachment.config.clone(), inputs), is_validated))
        }),
    }
}

fn keep(entry: Entry) -> f64 {
    PREPARED.with_borrow_mut(|table| table.insert(entry)) as f64
}

fn take(prepared: f64) -> Option<Entry> {
    PREPARED.with_borrow_mut(|table| table.remove(prepared as u64))
}

fn discarded() -> Error {
    Error::new(ErrorCode::Closed, "there is no such prepared load")
}
