//! YAML 1.2, core schema.

mod input;
mod json;
mod locate;
mod offsets;
mod parse;
mod render;
mod scalar;
mod token;

/// Writes a document in which what is not ASCII is escaped.
pub(super) fn render_ascii(value: &crate::value::Value) -> String {
    render::render(value, true)
}

pub(super) use self::token::is_empty_document;
use super::codec::{Codec, lines};

/// YAML 1.2, core schema, one document.
pub(super) const YAML: Codec = Codec {
    parse: parse::parse,
    json: Some(json::json),
    locate: locate::locate,
    render: Some(|value| Ok(render::render(value, false))),
    looks_like: |text, _| lines(text).any(|line| line.contains(": ") || line.ends_with(':')),
    in_braces: false,
    comment: Some("# "),
    mark_is_space: false,
};
