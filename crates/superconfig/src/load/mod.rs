//! One load: reading, parsing and merging the sources of a configuration.

mod cached_file;
mod comparing;
pub(crate) mod context;
mod custom;
mod custom_layer;
mod custom_sources;
mod derivation;
#[cfg(feature = "discovery")]
mod discovery;
#[cfg(feature = "dotenv")]
mod dotenv;
mod file_cache;
mod file_counters;
mod glob;
mod inspection;
mod layers;
mod load_result;
mod loader;
mod merging;
mod options;
#[cfg(feature = "parallel")]
mod parallel_parse;
mod profile_search;
mod profile_use;
mod reading_threads;
mod rendering;
mod rules;
mod source_contents;
mod timings;
mod validation;

#[cfg(feature = "watch")]
pub(crate) use cached_file::forget_shared_files;
pub(crate) use context::capture;
#[cfg(feature = "watch")]
pub(crate) use custom_sources::CustomSource;
pub(crate) use custom_sources::CustomSources;
pub use derivation::Derivation;
#[cfg(feature = "metrics")]
pub(crate) use file_counters::FILES;
pub(crate) use load_result::{LoadResult, PendingLoad};
pub(crate) use loader::{LoadOutcome, LoadRecord, Loader};
#[cfg(feature = "watch")]
pub use options::WatchOptions;
pub(crate) use options::{LoadOptions, Validator};
pub(crate) use profile_search::find_profiles;
#[cfg(feature = "watch")]
pub(crate) use reading_threads::forget_reading_threads;
pub(crate) use reading_threads::{SerialJobs, run};
pub use rendering::RenderOptions;
pub use timings::Timings;
