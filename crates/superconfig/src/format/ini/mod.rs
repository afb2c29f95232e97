//! INI: sections of `key = value` lines.

mod locate;
mod parse;
mod statements;

use super::codec::{Codec, lines};

/// Sections of `key = value` lines.
pub(super) const INI: Codec = Codec {
    parse: parse::parse,
    json: None,
    locate: locate::locate,
    render: None,
    looks_like,
    in_braces: false,
    comment: None,
    mark_is_space: false,
};

/// INI reads nearly any line as a key. A slip in TOML still reads as INI; real INI has hardly a line that TOML would read.
fn looks_like(text: &str, declared: &str) -> bool {
    let is_no_toml = || lines(text).nth(1).is_some() && !lines(text).any(is_toml);
    lines(text).all(|line| line.contains('=')) && (declared != "toml" || is_no_toml())
}

#[cfg(feature = "toml")]
fn is_toml(line: &str) -> bool {
    super::toml::parse(line, &crate::value::Limits::default()).is_ok()
}

#[cfg(not(feature = "toml"))]
fn is_toml(_: &str) -> bool {
    false
}
