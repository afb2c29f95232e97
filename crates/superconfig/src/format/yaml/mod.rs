//! YAML 1.2, core schema.

mod input;
mod locate;
mod offsets;
mod parse;
mod render;
mod scalar;
mod token;

pub(super) use self::token::is_empty_document;
use super::codec::{Codec, lines};

/// YAML 1.2, core schema, one document.
pub(super) const YAML: Codec = Codec {
    parse: parse::parse,
    locate: locate::locate,
    render: Some(|value| Ok(render::render(value))),
    looks_like: |text, _| lines(text).any(|line| line.contains(": ") || line.ends_with(':')),
    in_braces: false,
    mark_is_space: false,
};
