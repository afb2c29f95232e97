//! The generation words as memory shared with JavaScript.
//!
//! They are written by other threads at any time, so no Rust reference to plain bytes may ever be made of that memory, as the
//! array buffers of napi-rs do: only raw pointers are passed on here, and atomics are made of them.

use napi::bindgen_prelude::ToNapiValue;
use napi::{Env, JsValue, Result, Unknown, check_status, sys};
use napi_derive::napi;
use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::AtomicU32;
use superconfig::generation::{Mirror, OutdatedWord, WORD_COUNT, WORDS};

thread_local! {
    /// The copies in the memory of this thread's environment, where that accepts no external memory.
    static MIRRORS: RefCell<Vec<Mirror>> = RefCell::default();

    /// The words of this thread's copies of the facade. Few: the one word of a copy that is left, in a context of `vm`, stays.
    static OUTDATED: RefCell<Vec<OutdatedWord>> = RefCell::default();
}

/// An array buffer of all words.
pub struct WordBuffer(sys::napi_value);

impl ToNapiValue for WordBuffer {
    unsafe fn to_napi_value(_: sys::napi_env, value: Self) -> Result<sys::napi_value> {
        Ok(value.0)
    }
}

/// The generation words of all configurations: the engine's own memory, or where the host refuses that (Electron does), or
/// `copied` is set, memory of the host into which the engine copies them. `outdated`, memory of the host too, is one word that
/// the engine sets to 1 when any configuration has a newer version or is closed, after their generation words.
#[napi(catch_unwind, ts_args_type = "copied: boolean, outdated: ArrayBuffer", ts_return_type = "ArrayBuffer")]
pub fn generations(env: &Env, copied: bool, outdated: Unknown) -> Result<WordBuffer> {
    // Before the memory of this environment goes, so that nothing is written into it afterwards.
    env.add_env_cleanup_hook((), |()| {
        MIRRORS.with_borrow_mut(Vec::clear);
        OUTDATED.with_borrow_mut(Vec::clear);
    })?;
    let word = kept_memory::<AtomicU32>(env, outdated.raw())?;
    // SAFETY: the memory is valid until the environment ends, and the hook drops this before. JavaScript uses it as an atomic: it
    // only loads it, at an aligned address, and calls `Atomics`.
    OUTDATED.with_borrow_mut(|words| words.push(unsafe { OutdatedWord::new(word) }));
    if !copied && let Some(buffer) = engine_words(env)? {
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
    Ok((memory(env, buffer)?.0 == words).then_some(WordBuffer(buffer)))
}

/// Called when a buffer is collected: the words stay.
extern "C" fn keep(_: sys::napi_env, _: *mut c_void, _: *mut c_void) {}

/// Memory of the host into which the engine copies them.
fn host_words(env: &Env) -> Result<WordBuffer> {
    let mut data = null_mut();
    let mut buffer = null_mut();
    // SAFETY: `env` is the one of the running call.
    let status = unsafe { sys::napi_create_arraybuffer(env.raw(), size_of_val(&WORDS), &mut data, &mut buffer) };
    check_status!(status, "an array buffer cannot be made")?;
    let words = kept_memory::<[AtomicU32; WORD_COUNT]>(env, buffer)?;
    // SAFETY: the memory is valid until the environment ends, and the hook drops this before. As that of every new array buffer it
    // is zeroed. No other code writes: JavaScript only reads.
    MIRRORS.with_borrow_mut(|mirrors| mirrors.push(unsafe { Mirror::new(words) }));
    Ok(WordBuffer(buffer))
}

/// The memory of an array buffer that is as long as words of this type, or longer: valid until the environment ends, as the
/// reference that keeps the buffer is never released, and aligned for every element type, as array buffers are.
fn kept_memory<T>(env: &Env, buffer: sys::napi_value) -> Result<NonNull<T>> {
    let mut reference = null_mut();
    let (data, length) = memory(env, buffer)?;
    let words = NonNull::new(data.cast::<T>()).filter(|_| length >= size_of::<T>());
    let words = words.ok_or_else(|| napi::Error::from_reason("an array buffer has no memory"))?;
    // SAFETY: `env` is the one of the running call, and the buffer belongs to it.
    let status = unsafe { sys::napi_create_reference(env.raw(), buffer, 1, &mut reference) };
    check_status!(status, "an array buffer cannot be kept")?;
    Ok(words)
}

/// The address and the length of a buffer's memory.
fn memory(env: &Env, buffer: sys::napi_value) -> Result<(*mut c_void, usize)> {
    let mut data = null_mut();
    let mut length = 0;
    // SAFETY: `env` is the one of the running call, and the buffer belongs to it.
    check_status!(unsafe { sys::napi_get_arraybuffer_info(env.raw(), buffer, &mut data, &mut length) })?;
    Ok((data, length))
}
