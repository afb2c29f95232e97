//! Several numbers on their way to JavaScript.

use napi::bindgen_prelude::FromNapiValue;
use napi::{Error, Result, Status, check_status, sys};
use std::ptr::{NonNull, null_mut};

/// A `Float64Array` of the caller's, into which a call puts numbers beside its result. To make an array of four for them took V8 a
/// microsecond, a sixteenth of the load of a small file.
pub struct Numbers<const N: usize>(NonNull<[f64; N]>);

impl<const N: usize> Numbers<N> {
    /// Puts them there.
    pub fn set(self, numbers: [f64; N]) {
        // SAFETY: the pointer is to the memory of a `Float64Array` of at least so many elements, and is used in the call that it was passed
        // to alone: no JavaScript has run since, so that memory is still there, and nobody else reads or writes it.
        unsafe { self.0.write(numbers) }
    }
}

impl<const N: usize> FromNapiValue for Numbers<N> {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let (mut kind, mut length, mut data) = (0, 0, null_mut());
        // SAFETY: `env` and `value` are those of the running call; what is not asked for may be null.
        check_status!(unsafe {
            sys::napi_get_typedarray_info(env, value, &mut kind, &mut length, &mut data, null_mut(), null_mut())
        })?;
        match NonNull::new(data.cast::<[f64; N]>()) {
            Some(numbers) if kind == sys::TypedarrayType::float64_array && length >= N => Ok(Self(numbers)),
            _ => Err(Error::new(Status::InvalidArg, format!("no Float64Array of {N} numbers"))),
        }
    }
}
