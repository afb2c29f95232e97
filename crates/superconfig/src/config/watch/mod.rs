//! Live reload: one thread that receives the changes on disk, and threads that reload the affected configurations.
//!
//! A loader records its dependencies, whether they exist or not (`source/dependencies.rs`). From them follow the directories
//! to watch (`watch_plan.rs`), through the operating system (`backend.rs`) or by polling. Changes are collected for each
//! configuration that they affect (`work_queue.rs`, `watch_index.rs`) until they pause (`schedule.rs`); then the watcher's
//! thread (`watcher.rs`) starts another one that reloads it (`watched_config.rs`).

mod backend;
mod command;
mod pending_change;
mod schedule;
mod source_watches;
mod watch_index;
mod watch_plan;
mod watched_config;
mod watcher;
mod work_queue;

use super::config::SuperConfig;
use crate::diagnostic::Error;
use crate::load::WatchOptions;
use std::sync::Arc;
use watched_config::WatchedConfig;
pub use watcher::forget_watcher;

/// Starts to watch a configuration. When this returns, nothing that happens goes unnoticed.
///
/// # Errors
/// `ERR_SUPERCONFIG_WATCH` when there can be no thread for it.
pub(super) fn start(config: &SuperConfig, options: WatchOptions) -> Result<(), Error> {
    let core = config.0.core();
    let watched = Arc::new(WatchedConfig::new(core, watcher::add()?, options.bounded()));
    // Loads that another part of the process begins from here on are noticed; there is only one start.
    let _ = core.watched.set(watched.clone());
    watched.begin(core);
    // Another part of the process may have found it by its name and closed it before it was known to be watched.
    if config.snapshot().is_err() {
        watched.end();
    }
    Ok(())
}
