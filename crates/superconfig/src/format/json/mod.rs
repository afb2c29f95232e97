//! JSON, JSONC and JSON5: one grammar in three dialects.

mod dialect;
mod document;
mod interoperable;
mod lexer;
mod locate;
mod parse;
#[cfg(feature = "simd")]
mod tape;

use self::dialect::Dialect;
use super::codec::Codec;
use crate::value::to_json;
#[cfg(feature = "json5")]
use crate::value::to_json5;

pub use self::interoperable::is_interoperable_json;
pub(super) use self::locate::locate_json;

/// RFC 8259, strict.
pub(super) const JSON: Codec = Codec {
    parse: |text, limits| parse::parse(text, Dialect::Json, limits),
    json: None,
    locate: locate_json,
    render: Some(|value| Ok(to_json(value))),
    looks_like: |_, _| true,
    in_braces: true,
    comment: None,
    mark_is_space: false,
};

/// JSON with comments and trailing commas.
#[cfg(feature = "json5")]
pub(super) const JSONC: Codec = Codec {
    parse: |text, limits| parse::parse(text, Dialect::Jsonc, limits),
    locate: |text, path| locate::locate(text, Dialect::Jsonc, path),
    comment: Some("// "),
    ..JSON
};

/// JSON5 1.0.
#[cfg(feature = "json5")]
pub(super) const JSON5: Codec = Codec {
    parse: |text, limits| parse::parse(text, Dialect::Json5, limits),
    locate: |text, path| locate::locate(text, Dialect::Json5, path),
    render: Some(|value| Ok(to_json5(value))),
    comment: Some("// "),
    mark_is_space: true,
    ..JSON
};
