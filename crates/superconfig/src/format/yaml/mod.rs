//! YAML 1.2, core schema.

mod input;
mod locate;
mod offsets;
mod parse;
mod render;
mod scalar;
mod token;

pub(super) use self::locate::locate;
pub(super) use self::parse::parse;
pub(super) use self::render::render;
pub(super) use self::token::is_empty_document;
