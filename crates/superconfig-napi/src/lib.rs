//! The addon: flat functions over numbers, conversion and nothing else. `ts/engine/protocol.ts` types them.

#![allow(missing_docs, reason = "the generated registration functions have none; what is written here does")]

mod attachment;
mod check;
mod describe;
mod error;
pub mod events;
mod mailbox;
pub mod marshal;
mod options;
pub mod pending;
pub mod registry;
pub mod task;
pub mod words;

use attachment::{open, with};
use error::to_napi;
use marshal::{Marshalled, path};
use napi::Result;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use pending::Pending;
use superconfig::{Format, ReloadInputs, SuperConfig};
use task::Prepare;

/// Whether this is the thread that the process began with; `false` where that cannot be told.
#[napi(catch_unwind)]
pub fn on_initial_thread() -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: neither takes nor touches memory, and neither can fail.
    return unsafe { libc::gettid() == libc::getpid() };
    #[cfg(target_vendor = "apple")]
    // SAFETY: as above.
    return unsafe { libc::pthread_main_np() == 1 };
    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    false
}

/// Opens a configuration of this process by name or token.
#[napi(catch_unwind)]
pub fn attach(name_or_token: String) -> Result<Vec<f64>> {
    open(SuperConfig::attach(&name_or_token).map_err(|error| to_napi(&error))?)
}

/// Moves to the newest snapshot: `[generation, version]`.
#[napi(catch_unwind)]
pub fn sync(attachment: u32) -> Result<Vec<f64>> {
    with(attachment, |attachment| {
        attachment.pinned = attachment.config.snapshot()?;
        Ok(vec![f64::from(attachment.pinned.generation()), attachment.pinned.version() as f64])
    })
}

/// Reads a value: a primitive, `[json, specials?]`, or `undefined` for an unknown path.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn read(attachment: u32, at: String, segments: bool) -> Result<Marshalled> {
    with(attachment, |attachment| Ok(Marshalled(attachment.pinned.at(&path(&at, segments)?).cloned())))
}

/// The known path nearest to an unknown one.
#[napi(catch_unwind)]
pub fn nearest(attachment: u32, at: String, segments: bool) -> Result<Option<String>> {
    with(attachment, |attachment| Ok(attachment.pinned.closest_path(&path(&at, segments)?).map(|path| path.to_string())))
}

/// The name that may be meant by one that nobody knows.
#[napi(catch_unwind)]
pub fn nearest_name(wanted: String, names: Vec<String>) -> Option<String> {
    superconfig::closest_name(&wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

/// Where a value comes from, as [`read`] gives values.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn explain(attachment: u32, at: String, segments: bool) -> Result<Marshalled> {
    with(attachment, |attachment| {
        let explanation = attachment.described().explain(&path(&at, segments)?)?;
        Ok(Marshalled(Some(describe::explanation(&explanation))))
    })
}

/// All values, secrets hidden, as [`read`] gives them.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn redacted(attachment: u32) -> Result<Marshalled> {
    with(attachment, |attachment| Ok(Marshalled(Some(attachment.pinned.redacted()))))
}

/// `layers`, `warnings`, `status`, `name` or `token`, as JSON text.
#[napi(catch_unwind)]
pub fn describe(attachment: u32, what: String) -> Result<String> {
    with(attachment, |attachment| describe::part(attachment, &what))
}

/// The whole configuration as text of a format, secrets hidden unless they are asked for.
#[napi(catch_unwind)]
pub fn render(attachment: u32, format: String, secrets: bool) -> Result<String> {
    with(attachment, |attachment| describe::text(&attachment.pinned, &format, secrets))
}

/// What custom sources are told of a load: `{ cwd, home?, profiles }` as JSON text.
#[napi(catch_unwind)]
pub fn source_context(options: String, environment: Option<String>) -> Result<String> {
    let context = options::builder(&options, environment.as_deref()).and_then(|builder| {
        let environment = builder.capture_environment();
        builder.source_context(&environment)
    });
    context.map(|context| describe::context(&context)).map_err(|error| to_napi(&error))
}

/// Reads and merges without publishing, so that JavaScript can check the values: the number of what is waiting.
#[napi(catch_unwind)]
pub fn prepare(options: String, environment: Option<String>) -> Result<u32> {
    let builder = options::builder(&options, environment.as_deref()).map_err(|error| to_napi(&error))?;
    Ok(pending::keep(Pending::Load(Box::new(builder.prepare().map_err(|error| to_napi(&error))?))))
}

/// [`prepare`] on another thread; the environment is captured on this one.
#[napi(catch_unwind)]
pub fn prepare_async(options: String, environment: Option<String>) -> Result<AsyncTask<Prepare>> {
    let builder = options::builder(&options, environment.as_deref()).map_err(|error| to_napi(&error))?;
    Ok(AsyncTask::new(Prepare::load(builder)))
}

/// [`prepare`] for the next version of a configuration. `supplied` has what custom sources gave, by their places; a `background`
/// reload is one that nobody called for; `validated` says that a schema checks the values.
#[napi(catch_unwind)]
pub fn prepare_reload(
    attachment: u32,
    environment: Option<String>,
    supplied: Option<String>,
    background: bool,
    validated: bool,
) -> Result<u32> {
    let (config, inputs) = reloading(attachment, environment, supplied, background, validated)?;
    Ok(pending::keep(Pending::Reload(Box::new(config.prepare_reload(inputs).map_err(|error| to_napi(&error))?))))
}

/// [`prepare_reload`] on another thread; the environment is captured on this one.
#[napi(catch_unwind)]
pub fn prepare_reload_async(
    attachment: u32,
    environment: Option<String>,
    supplied: Option<String>,
    background: bool,
    validated: bool,
) -> Result<AsyncTask<Prepare>> {
    let (config, inputs) = reloading(attachment, environment, supplied, background, validated)?;
    Ok(AsyncTask::new(Prepare::reload(config, inputs)))
}

/// The merged values of what is waiting, as [`read`] gives them.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn pending_value(pending: u32) -> Result<Marshalled> {
    pending::value(pending)
}

/// Publishes a first version, with what a schema gave (`{ value, specials? }` as JSON text) in place of the merged values:
/// `[attachment, config id, generation, version]`.
#[napi(catch_unwind)]
pub fn commit_load(pending: u32, output: Option<String>) -> Result<Vec<f64>> {
    pending::commit_load(pending, output.as_deref())
}

/// Publishes the next version: `{ version, changed }` as JSON text.
#[napi(catch_unwind)]
pub fn commit_reload(pending: u32, output: Option<String>) -> Result<String> {
    pending::commit_reload(pending, output.as_deref())
}

/// Forgets what is waiting and throws the error that says why: issues as JSON text, `[{ path, message, expected?, found? }]`,
/// to which the places of the values are added.
#[napi(catch_unwind)]
pub fn refuse(pending: u32, issues: String) -> Result<()> {
    Err(pending::refuse(pending, &issues))
}

/// Forgets what is waiting.
#[napi(catch_unwind)]
pub fn discard(pending: u32) {
    drop(pending::take(pending));
}

fn reloading(
    attachment: u32,
    environment: Option<String>,
    supplied: Option<String>,
    background: bool,
    validated: bool,
) -> Result<(SuperConfig, ReloadInputs)> {
    with(attachment, |attachment| {
        let mut inputs = options::reload_inputs(environment.as_deref(), supplied.as_deref(), background, validated)?;
        if !background {
            inputs.environment.get_or_insert_with(|| attachment.config.capture_environment());
        }
        Ok((attachment.config.clone(), inputs))
    })
}

/// Lets a configuration go; it ends with the last that refers to it.
#[napi(catch_unwind)]
pub fn close(attachment: u32) {
    attachment::close(attachment);
}

/// Masks `user:password` of each URL in a text.
#[napi(catch_unwind)]
pub fn mask_userinfo(text: String) -> String {
    superconfig::mask_userinfo(&text).unwrap_or(text)
}

/// Reads one text as a value, as [`read`] gives it.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn parse(text: String, format: String) -> Result<Marshalled> {
    let parsed = format.parse::<Format>().and_then(|format| superconfig::parse(&text, format));
    parsed.map(|value| Marshalled(Some(value))).map_err(|error| to_napi(&error))
}
