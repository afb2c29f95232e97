//! The generation words as memory shared with JavaScript.
//!
//! They are written by other threads at any time, so no Rust reference to plain bytes may ever be made of that memory, as the
//! array buffers of napi-rs do: only raw pointers are passed on here, and atomics are made of them.

use napi::bindgen_prelude::ToNapiValue;
use napi::{Env, Result, check_status, sys};
use napi_derive::napi;
use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::AtomicU32;
use superconfig::generation::{Mirror, WORD_COUNT, WORDS};

thread_local! {
    /// The copies in the memory of this thread's environment, where that accepts no external memory.
    static MIRRORS: RefCell<Vec<Mirror>> = RefCell::default();
}

/// An array buffer of all words.
pub struct WordBuffer(sys::napi_value);

impl ToNapiValue for WordBuffer {
    unsafe fn to_napi_value(_: sys::napi_env, value: Self) -> Result<sys::napi_value> {
        Ok(value.0)
    }
}

/// The generation words of all configurations: the engine's own memory, or where the host refuses that (Electron does), or
/// `copied` is set, memory of the host into which the engine copies them.
#[napi(catch_unwind, ts_return_type = "ArrayBuffer")]
pub fn generations(env: &Env, copied: Option<bool>) -> Result<WordBuffer> {
    if copied != Some(true)
        && let Some(buffer) = engine_words(env)?
    {
        return Ok(buffer);
    }
    host_words(env)
}

/// The engine's own memory; `None` where the host takes no memory of others.
fn engine_words(env: &Env) -> Result<Option<WordBuffer>> {
    let words = (&raw const WORDS).cast_mut().cast::<c_void>();
    let mut buffer = null_mut();
    // SAFETY: `env` is the one of the running call. The words are static, so they outlive every environment; JavaScript only
    // reads them, and the engine writes them as atomics.
    let status = unsafe {
        sys::napi_create_external_arraybuffer(env.raw(), words, size_of_val(&WORDS), Some(keep), null_mut(), &mut buffer)
    };
    if status == sys::Status::napi_no_external_buffers_allowed {
        return Ok(None);
    }
    check_status!(status, "an array buffer cannot be made")?;
    // What holds other memory is a copy that is not kept up to date.
    Ok((memory(env, buffer)? == words).then_some(WordBuffer(buffer)))
}

/// Called when a buffer is collected: the words stay.
extern "C" fn keep(_: sys::napi_env, _: *mut c_void, _: *mut c_void) {}

fn host_words(env: &Env) -> Result<WordBuffer> {
    let mut data = null_mut();
    let mut buffer = null_mut();
    let mut reference = null_mut();
    // SAFETY: `env` is the one of the running call.
    let status = unsafe { sys::napi_create_arraybuffer(env.raw(), size_of_val(&WORDS), &mut data, &mut buffer) };
    check_status!(status, "an array buffer cannot be made")?;
    // SAFETY: as above, and the buffer belongs to it. The reference is never released: the memory stays until the environment goes.
    let status = unsafe { sys::napi_create_reference(env.raw(), buffer, 1, &mut reference) };
    check_status!(status, "an array buffer cannot be kept")?;
    let words = NonNull::new(data.cast::<[AtomicU32; WORD_COUNT]>());
    let words = words.ok_or_else(|| napi::Error::from_reason("an array buffer has no memory"))?;
    // Before the environment's memory goes, so that nothing is written into it afterwards.
    env.add_env_cleanup_hook((), |()| MIRRORS.with_borrow_mut(Vec::clear))?;
    // SAFETY: the pointer comes from the host and is valid for the whole buffer, which is as long as the words and, as every
    // array buffer, zeroed and aligned for every element type. The reference keeps the memory from moving until the
    // environment ends, and the hook ends the mirror before that. No other code writes: JavaScript only reads.
    MIRRORS.with_borrow_mut(|mirrors| mirrors.push(unsafe { Mirror::new(words) }));
    Ok(WordBuffer(buffer))
}

/// The address of a buffer's memory.
fn memory(env: &Env, buffer: sys::napi_value) -> Result<*mut c_void> {
    let mut data = null_mut();
    let mut length = 0;
    // SAFETY: `env` is the one of the running call, and the buffer belongs to it.
    check_status!(unsafe { sys::napi_get_arraybuffer_info(env.raw(), buffer, &mut data, &mut length) })?;
    Ok(data)
}
