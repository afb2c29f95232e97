//! Layered configuration that remembers where each value came from.

// What only some formats and sources need is checked for use where all of them are compiled in.
#![cfg_attr(
    not(all(
        feature = "simd",
        feature = "json5",
        feature = "toml",
        feature = "yaml",
        feature = "dotenv",
        feature = "ini",
        feature = "interpolation",
        feature = "discovery",
        feature = "metrics",
        feature = "watch"
    )),
    allow(dead_code, unused_imports, unused_variables)
)]

mod builder;
mod changes;
mod config;
mod environment;
mod error;
mod events;
mod explain;
mod follower;
mod format;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
pub mod generation;
mod interpolation;
mod layer;
mod layer_info;
mod limits;
mod loader;
mod merge;
mod metrics;
mod options;
mod origin;
mod prepare;
mod registry;
mod render;
mod secrets;
mod similar;
mod snapshot;
mod source;
mod status;
mod value;
mod warning;
#[cfg(feature = "watch")]
mod watch;

pub use builder::Builder;
pub use config::{Reload, ReloadInputs, SuperConfig};
pub use error::{Error, ErrorCode, Issue};
pub use events::{Change, Event, Failure, Subscription};
pub use explain::{Action, Candidate, Explanation};
pub use format::{Format, parse, parse_within};
pub use layer_info::{LayerInfo, LayerStatus};
pub use limits::Limits;
pub use merge::{ArrayStrategy, PathPattern};
#[cfg(feature = "metrics")]
pub use metrics::metrics;
#[cfg(feature = "discovery")]
pub use options::DiscoverOptions;
pub use options::{DirectoryOptions, EnvOptions, FileOptions, GlobOptions, SourceEntry, SourceSpec, TextOptions};
pub use origin::{Origin, Position, SourceKind};
pub use prepare::{PreparedLoad, PreparedReload};
pub use registry::{
    CachedHandle, ConfigHandle, ConfigRegistry, Guard, HandleId, InsertOptions, Meter, RegistryOptions, RegistryStats,
};
pub use render::render;
pub use similar::nearest;
pub use snapshot::Snapshot;
pub use source::custom::{Source, SourceContext, SourceError, SourceSignal, SourceWatch};
pub use source::environment::Environment;
pub use source::trust::Trust;
pub use status::{Status, WatchMode, Watching};
pub use value::{JsonText, Path, Segment, Table, TableIter, Value, to_json};
pub use warning::Warning;
#[cfg(feature = "watch")]
pub use watch::WatchOptions;
