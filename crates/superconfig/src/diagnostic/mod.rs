//! Paths, origins, errors and warnings: the terms in which all other modules report.

mod error;
mod monitor;
mod origin;
mod path;
mod path_parser;
mod path_set;
mod printable;
mod process_local;
mod similar_names;
mod sort_by;
mod span;
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
pub(crate) use printable::{printable, printable_line};
pub(crate) use process_local::ProcessLocal;
pub(crate) use similar_names::SimilarNames;
pub(crate) use sort_by::sort_by;
#[cfg(not(feature = "tracing"))]
pub(crate) use span::NoSpan;
pub(crate) use span::span;
pub(crate) use steps::count_steps;
#[cfg(any(test, fuzzing))]
pub(crate) use steps::steps_of;
#[cfg(test)]
pub(crate) use steps::{assert_linear, assert_linear_from};
pub use suggestion::closest_name;
pub(crate) use thread::{settle_default_stack, thread_builder};
pub use warning::Warning;
