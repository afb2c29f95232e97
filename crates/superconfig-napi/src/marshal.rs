//! Values to JavaScript and back.

use napi::bindgen_prelude::{Array, BigInt, ToNapiValue};
use napi::{Env, Result, sys};
use superconfig::{JsonText, Path, Segment, Table, Value, to_json};

/// A value on its way to JavaScript: a primitive as itself, an array or table as `[json, specials?]`.
pub struct Marshalled(pub Option<Value>);

impl ToNapiValue for Marshalled {
    unsafe fn to_napi_value(env: sys::napi_env, value: Self) -> Result<sys::napi_value> {
        // SAFETY: `env` is the one that napi-rs passes for the running call, for this and every conversion below.
        unsafe {
            match value.0 {
                None => ToNapiValue::to_napi_value(env, ()),
                Some(Value::Null) => ToNapiValue::to_napi_value(env, napi::bindgen_prelude::Null),
                Some(Value::Bool(value)) => ToNapiValue::to_napi_value(env, value),
                Some(Value::Integer(value)) if value.unsigned_abs() >> 53 == 0 => ToNapiValue::to_napi_value(env, value as f64),
                Some(Value::Integer(value)) => ToNapiValue::to_napi_value(env, BigInt::from(value)),
                Some(Value::Unsigned(value)) => ToNapiValue::to_napi_value(env, BigInt::from(value)),
                Some(Value::Float(value)) => ToNapiValue::to_napi_value(env, value),
                Some(Value::String(text) | Value::Datetime(text)) => string(env, &text),
                Some(tree) => structure(env, &tree),
            }
        }
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

fn structure(env: sys::napi_env, tree: &Value) -> Result<sys::napi_value> {
    let json = JsonText::lossless(tree);
    let wrapped = Env::from_raw(env);
    let mut parts: Array = wrapped.create_array(0)?;
    // SAFETY: `env` is the one of the running call.
    unsafe {
        parts.insert(string(env, &json.text)?)?;
        if !json.specials.is_empty() {
            parts.insert(string(env, &specials_text(&json.specials))?)?;
        }
        ToNapiValue::to_napi_value(env, parts)
    }
}

/// `[[segments, kind, text], …]` for what JSON numbers cannot carry.
fn specials_text(specials: &[(Vec<Segment>, Value)]) -> String {
    let rows = specials.iter().map(|(path, value)| {
        let segments = path.iter().map(|segment| match segment {
            Segment::Key(key) => Value::String(key.clone()),
            Segment::Index(index) => Value::from(*index as u64),
        });
        let (kind, text) = match value {
            Value::Integer(number) => ("bigint", number.to_string()),
            Value::Unsigned(number) => ("bigint", number.to_string()),
            Value::Float(number) if number.is_nan() => ("number", "NaN".to_owned()),
            Value::Float(number) if *number == f64::INFINITY => ("number", "Infinity".to_owned()),
            Value::Float(number) if *number == f64::NEG_INFINITY => ("number", "-Infinity".to_owned()),
            _ => ("number", "-0".to_owned()),
        };
        Value::array(vec![Value::array(segments.collect()), Value::from(kind), Value::from(text)])
    });
    to_json(&Value::array(rows.collect()))
}

/// Puts back what the facade took out of values because JSON cannot carry it: the reverse of [`specials_text`].
pub(crate) fn restore_specials(mut value: Value, specials: &Value) -> Value {
    for row in specials.as_array().unwrap_or_default() {
        let Some([Value::Array(segments), kind, text]) = row.as_array() else { continue };
        let path: Path = segments.iter().filter_map(segment).collect();
        let text = text.as_str().unwrap_or_default();
        let special = match kind.as_str() {
            // The parser of the options would drop such a key in silence; the merge drops it with a warning.
            Some("forbidden") => {
                if let Some((Segment::Key(key), above)) = path.split_last()
                    && let Some(Value::Table(table)) = value.at_mut(above)
                {
                    table.insert(key.clone(), Value::Null);
                }
                continue;
            }
            Some("bigint") => bigint(text),
            _ => Value::Float(text.parse().unwrap_or(f64::NAN)),
        };
        if let Some(place) = value.at_mut(&path) {
            *place = special;
        }
    }
    value
}

pub(crate) fn segment(value: &Value) -> Option<Segment> {
    match value {
        Value::String(key) => Some(Segment::Key(key.clone())),
        Value::Integer(index) => usize::try_from(*index).ok().map(Segment::Index),
        _ => None,
    }
}

fn bigint(text: &str) -> Value {
    match (text.parse::<i64>(), text.parse::<u64>()) {
        (Ok(number), _) => Value::Integer(number),
        (_, Ok(number)) => Value::Unsigned(number),
        _ => Value::Float(text.parse().unwrap_or(f64::NAN)),
    }
}

/// The path that JavaScript gave: dotted text, or an array of segments as JSON text starting with `[`.
pub(crate) fn path(text: &str, segments: bool) -> std::result::Result<Path, superconfig::Error> {
    if !segments {
        return text.parse();
    }
    let list = superconfig::parse(text, superconfig::Format::Json)?;
    Ok(list.as_array().unwrap_or_default().iter().filter_map(segment).collect())
}

/// Reads a key of an options table.
pub(crate) fn field<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    table.get(key).filter(|value| !value.is_null())
}
