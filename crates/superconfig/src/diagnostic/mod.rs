//! Paths, origins, errors and warnings: the terms in which all other modules report.

mod error;
mod monitor;
mod origin;
mod path;
mod path_parser;
mod path_set;
mod process_local;
mod steps;
mod suggestion;
mod thread;
mod warning;

pub(crate) use error::REDACTED;
pub use error::{Error, ErrorCode, Issue};
pub(crate) use monitor::Monitor;
pub(crate) use origin::Cursor;
pub use origin::{Origin, Position, SourceKind, StoredKey};
pub use path::{Path, Segment};
pub(crate) use path_set::PathSet;
pub(crate) use process_local::ProcessLocal;
#[cfg(test)]
pub(crate) use steps::assert_linear;
pub(crate) use steps::count_steps;
#[cfg(any(test, fuzzing))]
pub(crate) use steps::steps_of;
pub use suggestion::closest_name;
pub(crate) use thread::{settle_default_stack, thread_builder};
pub use warning::Warning;
