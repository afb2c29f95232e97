//! JSON, JSONC and JSON5: one grammar in three dialects.

mod document;
mod lexer;
mod locate;
#[cfg(feature = "simd")]
mod tape;

use super::{Fault, Parsed};
use crate::limits::Limits;

pub(super) use locate::locate;

/// Which texts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// RFC 8259, strict.
    Json,
    /// RFC 8259 with comments and trailing commas.
    #[cfg(feature = "json5")]
    Jsonc,
    /// JSON5 1.0.
    #[cfg(feature = "json5")]
    Json5,
}

impl Dialect {
    fn comments(self) -> bool {
        self != Dialect::Json
    }

    #[cfg(feature = "json5")]
    fn extended(self) -> bool {
        self == Dialect::Json5
    }

    #[cfg(not(feature = "json5"))]
    fn extended(self) -> bool {
        false
    }
}

pub(super) fn parse(text: &str, dialect: Dialect, limits: &Limits) -> Result<Parsed, Fault> {
    // What the quick way does not like, be it only a key that stands twice, the other one tells more about.
    #[cfg(feature = "simd")]
    if dialect == Dialect::Json
        && let Some(value) = tape::parse(text, limits)
    {
        return Ok(Parsed { value, warnings: Vec::new() });
    }
    document::parse(text, dialect, limits)
}
