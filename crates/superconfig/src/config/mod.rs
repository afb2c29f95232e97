//! Loaded configurations: publishing, reading, reloading and watching them.

mod builder;
mod config;
mod core;
mod counters;
#[cfg(all(test, feature = "json", feature = "toml"))]
mod descriptions_test;
mod event;
mod fingerprint;
#[cfg(all(test, feature = "json", feature = "dotenv"))]
mod inspection_growth_test;
mod live_handle;
#[cfg(feature = "metrics")]
mod load_stats;
#[cfg(feature = "metrics")]
mod metrics;
mod prepared_load;
#[cfg(all(test, feature = "json"))]
mod profile_growth_test;
mod reload;
mod snapshot;
mod source_status;
mod status;
mod token;
mod unused;
#[cfg(feature = "watch")]
mod watch;

pub use builder::Builder;
pub use config::SuperConfig;
use counters::LOADS;
pub use event::{Change, Event, Failure, Subscription};
#[cfg(feature = "metrics")]
pub use load_stats::{LoadStats, ProcessStats};
#[cfg(feature = "metrics")]
pub use metrics::metrics;
pub use prepared_load::PreparedLoad;
pub use reload::{PreparedReload, Reload, ReloadInputs, ReloadTurn};
pub use snapshot::Snapshot;
pub use source_status::SourceStatus;
pub use status::{Status, WatchMode, Watching};
pub use unused::{UnknownKey, Unused, UnusedLayer, UnusedReason, UnusedValue, find_unused};
#[cfg(feature = "watch")]
pub use watch::forget_watcher;
