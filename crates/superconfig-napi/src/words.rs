//! The generation words, in memory that JavaScript sees.

use napi::bindgen_prelude::{ArrayBuffer, ToNapiValue};
use napi::{Env, Result, sys};
use napi_derive::napi;
use std::cell::RefCell;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU32;
use superconfig::generation::{Mirror, WORD_COUNT, WORDS};

thread_local! {
    /// What is copied into the memory of this thread's environment, where that takes none of ours.
    static MIRRORS: RefCell<Vec<Mirror>> = RefCell::default();
}

/// The generation words of all configurations: the engine's own memory, or where the host refuses that (Electron does), or
/// `copied` is set, memory of the host into which the engine copies them.
#[napi(catch_unwind)]
pub fn generations(env: &Env, copied: Option<bool>) -> Result<ArrayBuffer<'_>> {
    let words = WORDS.as_ptr().cast::<u8>().cast_mut();
    let bytes = size_of_val(&WORDS);
    if copied != Some(true) {
        // SAFETY: the words are static, so they outlive every environment; JavaScript only reads them, and the engine
        // writes them as atomics.
        let buffer = unsafe { ArrayBuffer::from_external(env, words, bytes, (), |_, ()| {}) }?;
        // Where it is refused, what comes is a copy that nobody would keep up to date.
        if std::ptr::eq(buffer.as_ptr(), words) {
            return Ok(buffer);
        }
    }
    let buffer = ArrayBuffer::copy_from(env, [0; WORD_COUNT * size_of::<u32>()])?;
    mirror(env, buffer)
}

fn mirror<'env>(env: &'env Env, buffer: ArrayBuffer<'env>) -> Result<ArrayBuffer<'env>> {
    let memory = NonNull::new(buffer.as_ptr().cast_mut().cast::<AtomicU32>());
    let memory = memory.ok_or_else(|| napi::Error::from_reason("an array buffer has no memory"))?;
    let mut reference = std::ptr::null_mut();
    // SAFETY: `env` is the one of the running call, and the buffer belongs to it.
    let (status, value) = unsafe {
        let value = ToNapiValue::to_napi_value(env.raw(), buffer)?;
        // Never released: the memory stays until the environment goes.
        (sys::napi_create_reference(env.raw(), value, 1, &mut reference), value)
    };
    napi::check_status!(status, "an array buffer cannot be kept")?;
    // Before the environment's memory goes, so that nothing is written into it afterwards.
    env.add_env_cleanup_hook((), |()| MIRRORS.with_borrow_mut(Vec::clear))?;
    // SAFETY: the reference keeps the memory in place until the environment goes, and the hook ends the mirror before that;
    // array buffers are aligned for every element type, and JavaScript only reads.
    MIRRORS.with_borrow_mut(|mirrors| mirrors.push(unsafe { Mirror::new(memory) }));
    // SAFETY: it is the value made above.
    unsafe { napi::bindgen_prelude::FromNapiValue::from_napi_value(env.raw(), value) }
}
