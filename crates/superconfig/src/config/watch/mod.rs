//! Live reload: one thread that hears of changes on disk and reloads the configurations that have to do with them.
//!
//! What a load looks at, there or not, is noted by its loader (`source/dependencies.rs`). From that follow the directories to
//! watch (`watch_plan.rs`), which the operating system (`backend.rs`) or a timer looks after. Changes are gathered for each
//! configuration (`work_queue.rs`) until they pause; then the watcher's thread (`watcher.rs`) reads everything again
//! (`watched_config.rs`).

mod backend;
mod command;
mod pending_change;
mod watch_plan;
mod watched_config;
mod watcher;
mod work_queue;

use crate::config::{SuperConfig, WatchHooks};
use crate::diagnostic::Error;
use crate::load::{LONGEST, Loader, WatchOptions};
use crate::registry::HandleId;

/// Starts to watch a configuration. When this returns, nothing that happens goes unnoticed.
///
/// # Errors
/// `ERR_SUPERCONFIG_WATCH` when there can be no thread for it.
pub(crate) fn start(config: &SuperConfig, options: WatchOptions) -> Result<(), Error> {
    // A load that another part of the process starts from here on is noted; there can be only one start.
    let _ = config.0.watcher.set(WatchHooks { after_load, on_close: stop });
    watcher::add(watched_config::WatchedConfig::new(&config.0, options.bounded()))?;
    // Another part of the process may have found it by its name and closed it before it was added.
    if config.snapshot().is_err() {
        stop(config.id());
    }
    Ok(())
}

/// Ends watching a configuration; when this returns nothing is left of it.
fn stop(id: HandleId) {
    watcher::remove(id.get());
}

/// Somebody else has loaded a watched configuration: it may have looked at other places. True when what a load in the
/// `background` read may not belong together: then the watcher asks for another one.
fn after_load(config: &SuperConfig, loader: &Loader, background: bool) -> bool {
    let Some(options) = &config.0.options.watch else { return false };
    // Whoever calls for a load gets what is there.
    let quiet = background.then(|| config.0.quiet.lock().take().unwrap_or(options.debounce.min(LONGEST)));
    let quiet = quiet.filter(|quiet| !quiet.is_zero());
    let dependencies = loader.dependencies.borrow();
    let wait = quiet.and_then(|quiet| dependencies.recorded()?.unsettled(quiet));
    watcher::loaded(config.id().get(), wait);
    wait.is_some() || dependencies.recorded().is_some_and(|recorded| recorded.half_written_until.is_some())
}
