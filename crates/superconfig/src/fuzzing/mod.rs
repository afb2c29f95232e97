//! The bodies of the fuzz targets; compiled for fuzzing, and for the test that replays the corpus.

mod bounds;
#[cfg(test)]
mod corpus_test;
mod format;
mod merge;

pub use bounds::{dotenv_expansion, masking};
pub use format::{json_agrees, parse, path};
pub use merge::{env, merge};
