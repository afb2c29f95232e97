//! Paths, origins, errors and warnings: what every other room reports with.

mod error;
mod origin;
mod path;
mod suggestion;
mod warning;

pub use error::{Error, ErrorCode, Issue};
pub(crate) use origin::Cursor;
pub use origin::{Origin, Position, SourceKind};
pub use path::{Path, Segment};
pub use suggestion::nearest;
pub use warning::Warning;
