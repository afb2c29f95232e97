//! `.env` files: `NAME=value` lines, and the expansion of `${NAME}` in them.

mod expansion;
mod locate;
mod parse;
mod render;
mod syntax;

pub(crate) use self::expansion::expand;
pub(crate) use self::parse::dotenv_entries;
pub(super) use self::parse::is_plain;
use super::codec::{Codec, lines};

/// `NAME=value` lines.
pub(super) const DOTENV: Codec = Codec {
    parse: parse::parse,
    json: None,
    locate: locate::locate,
    render: Some(render::render),
    looks_like: |text, _| lines(text).all(has_constant_name),
    in_braces: false,
    comment: Some("# "),
    mark_is_space: false,
};

/// Whether a line assigns to a name in capitals, as variables mostly have them.
fn has_constant_name(line: &str) -> bool {
    let name = line.strip_prefix("export ").unwrap_or(line).split('=').next().unwrap_or_default().trim();
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}
