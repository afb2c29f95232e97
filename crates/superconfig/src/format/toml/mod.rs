//! TOML 1.1.

mod builder;
mod datetime;
mod decoded;
mod drafts;
mod emptied;
mod lists;
mod locate;
mod parse;
mod quick;
mod render;

pub(crate) use self::datetime::datetime;
pub(super) use self::parse::parse;
#[cfg(any(test, fuzzing))]
pub(crate) use self::parse::readers_agree;
use super::codec::Codec;

/// TOML 1.1.
pub(super) const TOML: Codec = Codec {
    parse,
    json: Some(quick::json),
    locate: locate::locate,
    render: Some(render::render),
    looks_like: |_, _| true,
    in_braces: false,
    comment: Some("# "),
    mark_is_space: false,
};
