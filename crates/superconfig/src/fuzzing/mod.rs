//! What the fuzz targets run; compiled for fuzzing, and for the test that runs the kept inputs again.

mod bounds;
#[cfg(test)]
mod corpus_test;
mod format;
mod merge;

pub use bounds::{dotenv_expansion, masking};
pub use format::{json_agrees, parse, path};
pub use merge::{env, merge};
