//! YAML 1.2, core schema.

mod locate;
mod offsets;
mod parse;
mod render;
mod scalar;

pub(super) use self::locate::locate;
pub(super) use self::parse::parse;
pub(super) use self::render::render;
