//! JSON, JSONC and JSON5: one grammar in three dialects.

mod dialect;
mod document;
mod lexer;
mod locate;
mod parse;
#[cfg(feature = "simd")]
mod tape;

pub(super) use self::dialect::Dialect;
pub(super) use self::locate::locate;
pub(super) use self::parse::parse;
