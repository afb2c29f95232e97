//! The parsers of JSON, JSONC and JSON5: one grammar in three dialects.

use super::dialect::Dialect;
use super::document;
#[cfg(feature = "simd")]
use super::tape;
use crate::format::{ParseFault, Parsed};
use crate::value::Limits;

pub(super) fn parse(text: &str, dialect: Dialect, limits: &Limits) -> Result<Parsed, ParseFault> {
    // simd-json rejects the text, or a key repeats: parse again with the slower parser, which reports position and hint.
    #[cfg(feature = "simd")]
    if dialect == Dialect::Json
        && let Some(value) = tape::parse(text, limits)
    {
        return Ok(Parsed::new(value, Vec::new()));
    }
    document::parse(text, dialect, limits)
}
