//! `.env` files: `NAME=value` lines, and the expansion of `${NAME}` in them.

mod parse;
mod render;

pub(crate) use self::parse::{dotenv_entries, expand};
pub(super) use self::parse::{locate, parse};
pub(super) use self::render::render;
