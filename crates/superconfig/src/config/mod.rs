//! Loaded configurations: publishing, reading, reloading and watching them.

mod builder;
mod config;
mod counters;
#[cfg(all(test, feature = "json", feature = "toml"))]
mod descriptions_test;
mod event;
mod live_handle;
#[cfg(feature = "metrics")]
mod metrics;
mod prepared_load;
mod reload;
mod snapshot;
mod status;
mod token;
#[cfg(feature = "watch")]
mod watch;

pub use builder::Builder;
use config::Core;
pub use config::SuperConfig;
#[cfg(feature = "watch")]
use config::WatchHooks;
use counters::LOADS;
pub use event::{Change, Event, Failure, Subscription};
#[cfg(feature = "metrics")]
pub use metrics::metrics;
pub use prepared_load::PreparedLoad;
pub use reload::{PreparedReload, Reload, ReloadInputs};
pub use snapshot::Snapshot;
pub use status::{Status, WatchMode, Watching};
