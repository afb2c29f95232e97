//! Pinned versions of configurations, and the values in them.

use crate::attachment;
use crate::convert::{HostValue, path};
use crate::to_napi;
use napi::bindgen_prelude::{External, FromNapiRef, FromNapiValue};
use napi::{Result, sys};
use napi_derive::napi;
use std::sync::Arc;
use superconfig::{Error, Snapshot};
use superconfig_binding::{BigIntegers, describe};

/// One version, kept while JavaScript has it.
pub type Version = Arc<Snapshot>;

/// Hands a version to JavaScript, whose garbage collector learns how much hangs on it.
pub(crate) fn hold(version: Version) -> External<Version> {
    let bytes = version.approximate_bytes();
    External::new_with_size_hint(version, bytes)
}

/// A version to read from: the number of an attachment means its pinned version.
pub enum Readable {
    /// The number of an attachment.
    Attachment(f64),
    /// A version that JavaScript holds.
    Version(Version),
}

impl FromNapiValue for Readable {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let mut kind = 0;
        // SAFETY: `env` and `value` are those that napi-rs passes for the running call, for this and both conversions below. The facade
        // alone calls this, with no other external value than those of `hold`: napi-rs looks for the type in front of what one points to,
        // which an external value of another addon would not have.
        unsafe {
            napi::check_status!(sys::napi_typeof(env, value, &mut kind))?;
            if kind == sys::ValueType::napi_number {
                return f64::from_napi_value(env, value).map(Self::Attachment);
            }
            let version = External::<Version>::from_napi_ref(env, value)?;
            Ok(Self::Version(Arc::clone(version)))
        }
    }
}

/// Reads a value; `undefined` for an unknown path. Where they are `redacted`, secrets are hidden.
#[napi(
    catch_unwind,
    ts_args_type = "from: number | object, at: string, segments: boolean, redacted?: boolean",
    ts_return_type = "unknown"
)]
pub fn read(from: Readable, at: String, segments: bool, redacted: Option<bool>) -> Result<HostValue> {
    let read = |version: &Version| -> std::result::Result<HostValue, Error> {
        let path = path(&at, segments)?;
        let value = if redacted == Some(true) { version.redacted_at(&path) } else { version.at(&path).cloned() };
        let big_integers = BigIntegers::specials(version, &path, value.as_ref());
        Ok(HostValue { value, big_integers })
    };
    match from {
        Readable::Attachment(number) => attachment::with(number, |attachment| read(&attachment.pinned)),
        Readable::Version(version) => read(&version).map_err(to_napi),
    }
}

/// The paths of the leaves at or below a path that differ between two versions, as JSON text.
#[napi(catch_unwind)]
pub fn version_changes(previous: &External<Version>, current: &External<Version>, at: String, segments: bool) -> Result<String> {
    let path = path(&at, segments).map_err(to_napi)?;
    Ok(describe(&current.changed_since(previous, &path)))
}
