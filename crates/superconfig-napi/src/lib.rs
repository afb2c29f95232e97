//! The addon: flat functions over numbers that only convert. `ts/engine/protocol.ts` declares their types.

#![allow(missing_docs, reason = "the generated registration functions have none; what is written here does")]

pub mod attachment;
pub mod convert;
pub mod events;
pub mod generation_buffer;
pub mod numbers;
pub mod prepared;
pub mod registry;
pub mod version;

use convert::{HostJson, HostText, HostValue};
use napi::{Either, Result};
use napi_derive::napi;
use superconfig::{ConvertOptions, Error, FieldNames, Format, is_interoperable_json, json_of};
use superconfig_binding::describe;
use superconfig_binding::options::OptionReader;

/// JavaScript writes options in camelCase.
const OPTIONS: OptionReader = OptionReader::new(FieldNames::CamelCase);

/// The exception that carries an error across: its message is the error as JSON text.
fn to_napi(error: Error) -> napi::Error {
    napi::Error::new(napi::Status::GenericFailure, describe(&error))
}

/// Runs what may fail.
fn run<T>(call: impl FnOnce() -> std::result::Result<T, Error>) -> Result<T> {
    call().map_err(to_napi)
}

/// The version of the addon, which has to be that of the facade.
#[napi(catch_unwind)]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The known name closest to a misspelt one.
#[napi(catch_unwind)]
pub fn closest_name(wanted: String, names: Vec<String>) -> Option<String> {
    superconfig::closest_name(&wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

/// Masks `user:password` of each URL in a text, and writes what a terminal would obey as escapes.
#[napi(catch_unwind)]
pub fn mask_userinfo(text: String) -> String {
    superconfig_binding::quoted_reason(text)
}

/// Writes a text of one format in another: `{ text, losses }` as JSON text; secrets redacted unless `secrets` is set, those of the patterns
/// and of a JSON Schema's text among them.
#[napi(catch_unwind)]
pub fn convert(
    text: String,
    from: String,
    to: String,
    secrets: bool,
    ascii: bool,
    patterns: Vec<String>,
    json_schema: Option<String>,
) -> Result<String> {
    run(|| {
        let json_schema = json_schema.map(|text| superconfig::parse(&text, Format::Json)).transpose()?;
        let options = ConvertOptions { secrets, patterns, json_schema, ascii };
        Ok(describe(&superconfig::convert_with(&text, from.parse::<Format>()?, to.parse::<Format>()?, &options)?))
    })
}

/// Reads one text as a value; gives `undefined`, unless it has to be read here, for JSON that the host reads as the same value, if it is any.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn parse(HostText(text): HostText, format: String, here: bool) -> Result<Either<HostValue, HostJson>> {
    run(|| match format.parse::<Format>()? {
        Format::Json if !here && is_interoperable_json(&text) => Ok(Either::A(HostValue::default())),
        format => match json_of(&text, format) {
            Some(json) => Ok(Either::B(HostJson(json))),
            None => superconfig::parse(&text, format).map(HostValue::from).map(Either::A),
        },
    })
}
