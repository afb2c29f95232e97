//! The addon: flat functions over numbers, conversion and nothing else. `ts/native.ts` types them.

#![allow(missing_docs, reason = "the generated registration functions have none; what is written here does")]

mod attachment;
mod check;
mod describe;
mod error;
pub mod marshal;
mod options;
pub mod task;

use attachment::{open, with};
use error::to_napi;
use marshal::{Marshalled, path};
use napi::bindgen_prelude::{ArrayBuffer, AsyncTask};
use napi::{Env, Result};
use napi_derive::napi;
use superconfig::{Format, SuperConfig, generation};
use task::{Load, Reload};

/// The generation words of all configurations, in memory shared with the engine.
#[napi(catch_unwind)]
pub fn generations(env: &Env) -> Result<ArrayBuffer<'_>> {
    let words = generation::WORDS.as_ptr().cast::<u8>().cast_mut();
    // SAFETY: the words are static, so they outlive every environment; JavaScript only reads them, and the engine
    // writes them as atomics.
    unsafe { ArrayBuffer::from_external(env, words, size_of_val(&generation::WORDS), (), |_, ()| {}) }
}

/// Loads a configuration: `[attachment, config id, generation, version]`.
#[napi(catch_unwind)]
pub fn load(options: String, environment: Option<String>) -> Result<Vec<f64>> {
    let builder = options::builder(&options, environment.as_deref()).map_err(|error| to_napi(&error))?;
    open(builder.load().map_err(|error| to_napi(&error))?)
}

/// [`load`] on another thread; the environment is captured on this one.
#[napi(catch_unwind)]
pub fn load_async(options: String, environment: Option<String>) -> Result<AsyncTask<Load>> {
    let builder = options::builder(&options, environment.as_deref()).map_err(|error| to_napi(&error))?;
    Ok(AsyncTask::new(Load::new(builder)))
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
    with(attachment, |attachment| Ok(attachment.pinned.nearest(&path(&at, segments)?).map(|path| path.to_string())))
}

/// Where a value comes from, as JSON text.
#[napi(catch_unwind)]
pub fn explain(attachment: u32, at: String, segments: bool) -> Result<String> {
    with(attachment, |attachment| Ok(describe::explanation(&attachment.pinned.explain(&path(&at, segments)?)?)))
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

/// Loads again: `{ version, changed }` as JSON text.
#[napi(catch_unwind)]
pub fn reload(attachment: u32, environment: Option<String>) -> Result<String> {
    with(attachment, |attachment| {
        let environment = environment.map(|text| options::environment(&text)).transpose()?;
        Ok(describe::reload(&attachment.config.reload_with(environment)?))
    })
}

/// [`reload`] on another thread; the environment is captured on this one.
#[napi(catch_unwind)]
pub fn reload_async(attachment: u32, environment: Option<String>) -> Result<AsyncTask<Reload>> {
    with(attachment, |attachment| {
        let environment = environment.map(|text| options::environment(&text)).transpose()?;
        let environment = environment.unwrap_or_else(|| attachment.config.capture_environment());
        Ok(AsyncTask::new(Reload::new(attachment.config.clone(), environment)))
    })
}

/// Lets a configuration go; it ends with the last that refers to it.
#[napi(catch_unwind)]
pub fn close(attachment: u32) {
    attachment::close(attachment);
}

/// Reads one text as a value, as [`read`] gives it.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn parse(text: String, format: String) -> Result<Marshalled> {
    let parsed = format.parse::<Format>().and_then(|format| superconfig::parse(&text, format));
    parsed.map(|value| Marshalled(Some(value))).map_err(|error| to_napi(&error))
}
