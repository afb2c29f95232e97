//! Conversions of values and paths to JavaScript and back.

use napi::bindgen_prelude::{Array, BigInt, FromNapiValue, JsObjectValue, ToNapiValue};
use napi::{Env, JsStringLatin1, Result, Status, sys};

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::{ptr, slice};
use superconfig::{JsonText, Path, SpecialNumber, Value};
use superconfig_binding::{parse_segments, specials_text};

/// A value on its way to JavaScript: a primitive as itself, an array or table as `[json, specials?]`.
#[derive(Default)]
pub struct HostValue {
    /// The value; `undefined` without one.
    pub value: Option<Value>,
    /// The integers in it that are `bigint`s although numbers hold them.
    pub big_integers: Vec<SpecialNumber>,
}

impl From<Value> for HostValue {
    fn from(value: Value) -> Self {
        Self { value: Some(value), ..Self::default() }
    }
}

impl ToNapiValue for HostValue {
    unsafe fn to_napi_value(env: sys::napi_env, Self { value, big_integers }: Self) -> Result<sys::napi_value> {
        // SAFETY: `env` is the one that napi-rs passes for the running call, for this and every conversion below.
        unsafe {
            match value {
                None => ToNapiValue::to_napi_value(env, ()),
                Some(Value::Null) => ToNapiValue::to_napi_value(env, napi::bindgen_prelude::Null),
                Some(Value::Bool(value)) => ToNapiValue::to_napi_value(env, value),
                Some(Value::Integer(value)) if value.unsigned_abs() >> 53 == 0 && big_integers.is_empty() => {
                    ToNapiValue::to_napi_value(env, value as f64)
                }
                Some(Value::Integer(value)) => ToNapiValue::to_napi_value(env, BigInt::from(value)),
                Some(Value::Unsigned(value)) => ToNapiValue::to_napi_value(env, BigInt::from(value)),
                Some(Value::Float(value)) => ToNapiValue::to_napi_value(env, value),
                Some(Value::String(text) | Value::Datetime(text)) => string(env, &text),
                Some(tree) => structure(env, &tree, big_integers),
            }
        }
    }
}

/// An array or table on its way to JavaScript, of which only the JSON text was made.
pub struct HostJson(pub String);

impl ToNapiValue for HostJson {
    unsafe fn to_napi_value(env: sys::napi_env, Self(json): Self) -> Result<sys::napi_value> {
        parts(env, json, &[])
    }
}

/// Text from JavaScript. ASCII, which most is, is copied without a pass over it that counts its bytes in UTF-8.
pub struct HostText(pub String);

/// Shorter text is copied in units of UTF-16, which V8 does several times as quickly as writing UTF-8.
const SHORT: usize = 512;

impl FromNapiValue for HostText {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let mut short = [const { MaybeUninit::<u16>::uninit() }; SHORT];
        let (mut units, mut written) = (0, 0);
        // SAFETY: `env` and `value` are those of the running call, and `short` has room for `SHORT` units, the zero behind them included.
        let copied = unsafe { sys::napi_get_value_string_utf16(env, value, short.as_mut_ptr().cast(), SHORT, &mut units) };
        // Text that fills all of it may have been cut off.
        if copied == Status::Ok as i32 && units < SHORT - 1 {
            // SAFETY: so many units were written.
            let units = unsafe { slice::from_raw_parts(short.as_ptr().cast::<u16>(), units) };
            if units.iter().fold(0, |all, unit| all | unit) >= 128 {
                // What is half of a surrogate pair becomes a replacement character, as it does below.
                return Ok(Self(String::from_utf16_lossy(units)));
            }
            // SAFETY: ASCII is UTF-8.
            return Ok(Self(unsafe { String::from_utf8_unchecked(units.iter().map(|unit| *unit as u8).collect()) }));
        }
        // SAFETY: `env` and `value` are those of the running call; without a buffer only the length is written.
        let measured = unsafe { sys::napi_get_value_string_utf16(env, value, ptr::null_mut(), 0, &mut units) };
        if measured == Status::Ok as i32 {
            let mut bytes: Vec<u8> = Vec::with_capacity(units + 1);
            // SAFETY: `bytes` has room for `units` bytes and the zero behind them, and no more is written.
            let copied =
                unsafe { sys::napi_get_value_string_utf8(env, value, bytes.as_mut_ptr().cast(), units + 1, &mut written) };
            if copied == Status::Ok as i32 && written == units {
                // SAFETY: so many bytes were written.
                unsafe { bytes.set_len(written) };
                // As many bytes of ASCII as there are units of UTF-16 are the whole text.
                if bytes.is_ascii() {
                    // SAFETY: ASCII is UTF-8.
                    return Ok(Self(unsafe { String::from_utf8_unchecked(bytes) }));
                }
            }
        }
        // SAFETY: `env` and `value` are those of the running call.
        unsafe { String::from_napi_value(env, value) }.map(Self)
    }
}

/// Text as a JavaScript string; V8 stores one-byte text in half the memory and takes it without decoding.
fn string(env: sys::napi_env, text: &str) -> Result<sys::napi_value> {
    let wrapped = Env::from_raw(env);
    // SAFETY: `env` is the one of the running call.
    unsafe {
        if text.is_ascii() {
            ToNapiValue::to_napi_value(env, wrapped.create_string_latin1(text.as_bytes())?)
        } else {
            ToNapiValue::to_napi_value(env, text)
        }
    }
}

thread_local! {
    /// The bytes of text whose memory this thread's V8 still takes over; nothing before the first long text.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// So many bytes are handed over.
const HANDED_OVER: usize = 1 << 20;

/// Shorter text is copied: that is quicker than having its memory freed by V8.
const LONG: usize = 8 << 10;

/// Runtimes with another engine, or another way to free such text, in which faults were found.
const OTHERS: [&str; 2] = ["Bun", "Deno"];

/// Text of which JavaScript makes objects at once, as a JavaScript string. The first long ones of a thread are not copied into V8's young
/// space, which has little room left when a program starts, so that its first collection does not fall into the first parse. Later V8 has
/// more room, and memory that is used again at once is quicker than memory that is freed by a collection.
fn json_string(env: sys::napi_env, text: String) -> Result<sys::napi_value> {
    if text.len() < LONG || !text.is_ascii() {
        return string(env, &text);
    }
    let wrapped = Env::from_raw(env);
    let left = match LEFT.get() {
        Some(left) => left,
        None => {
            let global = wrapped.get_global()?;
            if OTHERS.iter().any(|name| global.has_named_property(name).unwrap_or(true)) { 0 } else { HANDED_OVER }
        }
    };
    LEFT.set(Some(left.saturating_sub(text.len())));
    if left == 0 {
        return string(env, &text);
    }
    let text = JsStringLatin1::from_data(&wrapped, text.into_bytes())?.into_value();
    // SAFETY: `env` is the one of the running call.
    unsafe { ToNapiValue::to_napi_value(env, text) }
}

fn structure(env: sys::napi_env, tree: &Value, big_integers: Vec<SpecialNumber>) -> Result<sys::napi_value> {
    let mut json = JsonText::lossless(tree);
    json.specials.extend(big_integers);
    parts(env, json.text, &json.specials)
}

fn parts(env: sys::napi_env, json: String, specials: &[SpecialNumber]) -> Result<sys::napi_value> {
    let wrapped = Env::from_raw(env);
    let mut parts: Array = wrapped.create_array(0)?;
    // SAFETY: `env` is the one of the running call.
    unsafe {
        parts.insert(json_string(env, json)?)?;
        if !specials.is_empty() {
            parts.insert(string(env, &specials_text(specials))?)?;
        }
        ToNapiValue::to_napi_value(env, parts)
    }
}

/// The path that JavaScript gave: dotted text, or an array of segments as JSON text.
pub(crate) fn path(text: &str, segments: bool) -> std::result::Result<Path, superconfig::Error> {
    if segments { parse_segments(text) } else { text.parse() }
}
