//! Layered configuration that remembers where each value came from.

mod error;
mod format;
mod layer;
mod limits;
mod origin;
mod registry;
mod value;
mod warning;

pub use error::{Error, ErrorCode, Issue};
pub use format::Format;
pub use limits::Limits;
pub use origin::{Origin, Position, SourceKind};
pub use registry::{
    CachedHandle, ConfigHandle, ConfigRegistry, Guard, HandleId, InsertOptions, Meter, RegistryOptions, RegistryStats,
};
pub use value::{Path, Segment, Table, TableIter, Value};
pub use warning::Warning;
