//! The sources of configuration.

mod arguments;
pub(crate) mod custom;
mod dependencies;
mod directory_listing;
#[cfg(feature = "discovery")]
mod discovery;
mod environment;
pub(crate) mod files;
mod glob;
mod layer_info;
mod ownership;
mod profile_names;
pub(crate) mod read_file;
mod source_data;
mod source_report;
mod spec;
mod unread_file;

pub(crate) use self::glob::{GlobPattern, GlobWalk};
pub(crate) use arguments::parse_args;
pub use custom::{Source, SourceContext, SourceError, SourceSignal, SourceWatch};
pub(crate) use custom::{SourceCall, failed, panicked};
pub(crate) use dependencies::{Dependencies, Dependency, DependencyTracker, InProgress};
pub(crate) use directory_listing::Listing;
use directory_listing::variants;
#[cfg(feature = "discovery")]
pub(crate) use discovery::{Discovered, VARIABLES, discover};
pub(crate) use environment::EnvironmentFilter;
pub use environment::{EmptyVariable, Environment};
pub(crate) use files::{BaseDirs, FileCandidate, Lookup, PROFILE_MARK, Presence, check_name, check_path};
use files::{unreadable, with_stem};
pub use layer_info::{LayerInfo, LayerStatus, LayerUse};
pub use ownership::Trust;
pub(crate) use ownership::{Ownership, check_strictly};
pub(crate) use profile_names::ProfileNames;
pub(crate) use read_file::Fingerprint;
pub use source_data::{SourceData, SourceDocument};
pub use source_report::{SourceReport, SourceState};
#[cfg(feature = "discovery")]
pub use spec::DiscoverOptions;
pub use spec::{
    DeriveFunction, DirectoryOptions, DotenvOptions, EnvOptions, FileOptions, GlobOptions, SourceEntry, SourceSpec, TextOptions,
};
pub(crate) use unread_file::is_unread;
