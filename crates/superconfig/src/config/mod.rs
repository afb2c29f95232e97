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
mod reload;
mod snapshot;
mod status;
mod token;
#[cfg(feature = "watch")]
mod watch;

pub use builder::Builder;
use config::Core;
pub use config::{Reload, ReloadInputs, SuperConfig};
use counters::LOADS;
pub use event::{Change, Event, Failure, Subscription};
#[cfg(feature = "metrics")]
pub use metrics::metrics;
pub use reload::{PreparedLoad, PreparedReload};
pub use snapshot::Snapshot;
pub use status::{Status, WatchMode, Watching};
