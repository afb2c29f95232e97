//! INI: sections of `key = value` lines.

mod parse;
mod statements;

pub(super) use self::parse::{locate, parse};
