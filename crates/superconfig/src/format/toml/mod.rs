//! TOML 1.1.

mod builder;
mod datetime;
mod locate;
mod parse;
mod render;

pub(crate) use self::datetime::datetime;
pub(super) use self::locate::locate;
pub(super) use self::parse::parse;
pub(super) use self::render::render;
