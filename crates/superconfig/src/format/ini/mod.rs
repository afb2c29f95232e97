//! INI: sections of `key = value` lines.

mod parse;

pub(super) use self::parse::{locate, parse};
