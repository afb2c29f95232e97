//! What the fuzz targets run; compiled for fuzzing only.

mod format;
mod merge;

pub use format::{json_agrees, parse, path};
pub use merge::{env, merge};
