//! Live reload: one thread that hears of changes on disk and reloads the configurations that have to do with them.
//!
//! What a load looks at, there or not, is noted by its loader (`source/observer.rs`). From that follow the directories to
//! watch (`route.rs`), which the operating system (`native.rs`) or a timer looks after. Changes are gathered for each
//! configuration (`inbox.rs`) until they pause; then the watcher's thread (`watcher.rs`) reads everything again
//! (`subject.rs`).

mod inbox;
mod native;
mod route;
mod subject;
mod watcher;

use crate::config::{Core, SuperConfig};
use crate::error::Error;
use crate::loader::Loader;
use crate::registry::HandleId;
use std::sync::Arc;
use std::time::Duration;

/// How to watch.
///
/// ```
/// use std::time::Duration;
/// use superconfig::WatchOptions;
///
/// assert_eq!(WatchOptions::default().debounce, Duration::from_millis(50));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchOptions {
    /// Changes must pause for this long before they are read; 50 ms by default.
    pub debounce: Duration,
    /// Changes that never pause are read after this long nevertheless; 500 ms by default. From half of it on, shorter
    /// and shorter pauses will do.
    pub max_wait: Duration,
    /// Looks this often instead of being told by the operating system, which network and some container file systems do
    /// not do; `None`, or no time at all, by default.
    pub poll: Option<Duration>,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self { debounce: Duration::from_millis(50), max_wait: Duration::from_millis(500), poll: None }
    }
}

/// No wait is longer, so that no sum of times overflows.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl WatchOptions {
    fn bounded(self) -> Self {
        let poll = self.poll.filter(|poll| !poll.is_zero()).map(|poll| poll.min(LONGEST));
        Self { debounce: self.debounce.min(LONGEST), max_wait: self.max_wait.min(LONGEST), poll }
    }
}

/// Starts to watch a configuration. When this returns, nothing that happens goes unnoticed.
///
/// # Errors
/// `ERR_SUPERCONFIG_WATCH` when there can be no thread for it.
pub(crate) fn start(core: &Arc<Core>, options: WatchOptions) -> Result<(), Error> {
    watcher::add(subject::Subject::new(core, options.bounded()))
}

/// Ends watching a configuration; when this returns nothing is left of it.
pub(crate) fn stop(id: HandleId) {
    watcher::remove(id.get());
}

/// Somebody else has loaded a watched configuration: it may have looked at other places. True when what a load in the
/// `background` read may not belong together: then the watcher asks for another one.
pub(crate) fn looked(config: &SuperConfig, loader: &Loader, background: bool) -> bool {
    let Some(options) = &config.0.options.watch else { return false };
    // Whoever calls for a load gets what is there.
    let quiet = background.then(|| config.0.quiet.lock().take().unwrap_or(options.debounce.min(LONGEST)));
    let quiet = quiet.filter(|quiet| !quiet.is_zero());
    let observer = loader.observer.borrow();
    let wait = quiet.and_then(|quiet| observer.seen()?.unsettled(quiet));
    watcher::looked(config.id().get(), wait);
    wait.is_some() || observer.seen().is_some_and(|seen| seen.half_written_until.is_some())
}
