//! `.env` files: `NAME=value` lines, and the expansion of `${NAME}` in them.

mod expansion;
mod parse;
mod render;
mod syntax;

pub(crate) use self::expansion::expand;
pub(crate) use self::parse::dotenv_entries;
pub(super) use self::parse::{is_plain, locate, parse};
pub(super) use self::render::render;
