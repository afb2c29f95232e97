//! Layered configuration that remembers where each value came from.

mod changes;
mod error;
mod explain;
mod format;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing_merge;
#[cfg(feature = "interpolation")]
mod interpolation;
mod layer;
mod limits;
mod merge;
mod origin;
mod source;
mod value;
mod warning;

pub use error::{Error, ErrorCode, Issue};
pub use explain::{Action, Candidate, Explanation};
pub use format::Format;
pub use limits::Limits;
pub use merge::{ArrayStrategy, PathPattern};
pub use origin::{Origin, Position, SourceKind};
pub use value::{Path, Segment, Table, TableIter, Value};
pub use warning::Warning;
