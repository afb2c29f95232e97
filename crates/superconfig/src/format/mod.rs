//! Parsers and writers of seven formats.

mod annotate;
mod ascii;
mod codec;
mod convert;
mod detect;
#[cfg(feature = "dotenv")]
mod dotenv;
mod fault;
mod format;
mod indent;
#[cfg(feature = "ini")]
mod ini;
mod integer;
#[cfg(feature = "json")]
mod json;
#[cfg(any(feature = "simd", feature = "toml", feature = "yaml"))]
mod key_interner;
mod parse;
mod parse_text;
mod parse_warnings;
mod parsed;
mod render;
mod sniff;
#[cfg(feature = "toml")]
mod toml;
mod writing;
#[cfg(feature = "yaml")]
mod yaml;

pub(crate) use annotate::annotate;
pub(crate) use ascii::{escape_ascii, render_ascii};
pub use convert::{ConvertOptions, Converted, Loss, convert, convert_with};
pub(crate) use detect::{detect, is_program, refuse_program};
#[cfg(feature = "dotenv")]
pub(crate) use dotenv::{dotenv_entries, expand};
use fault::{ParseFault, refuse_nul, shorten};
pub use format::Format;
pub(crate) use indent::indent;
use integer::{Number, integer};
#[cfg(feature = "json")]
pub use json::is_interoperable_json;
#[cfg(any(feature = "simd", feature = "toml", feature = "yaml"))]
use key_interner::KeyInterner;
#[cfg(any(test, fuzzing))]
pub(crate) use parse::json_within;
pub(crate) use parse::parse_document;
pub use parse::{json_of, parse, parse_within};
#[cfg(any(test, fuzzing))]
pub(crate) use parse_text::parse_text;
pub(crate) use parse_text::{decode, locate};
use parse_warnings::ParseWarnings;
use parsed::Parsed;
pub use render::render;
pub(crate) use sniff::with_format_hint;
#[cfg(feature = "toml")]
pub(crate) use toml::datetime;
#[cfg(all(feature = "toml", any(test, fuzzing)))]
pub(crate) use toml::readers_agree;
#[cfg(any(feature = "toml", feature = "dotenv"))]
use writing::too_long_names;
use writing::{escape, finite, unwritable};
