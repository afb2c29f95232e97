//! Commands to the watcher's thread, and its access to a configuration.

use super::schedule::Schedule;
use parking_lot::Mutex;
use std::sync::Arc;

pub(super) enum Command {
    Add(u64, Arc<dyn Scheduled>),
    Remove(u64),
    /// The configuration's next deadline has changed.
    Reschedule(u64),
    Stop,
}

/// A configuration for which something is due from time to time.
pub(super) trait Scheduled: Send + Sync {
    fn schedule(&self) -> &Mutex<Schedule>;

    /// Starts the due work on another thread, which reschedules it in the end; false where the configuration no longer
    /// exists. Waits for nothing.
    fn start_due_work(self: Arc<Self>) -> bool;
}
