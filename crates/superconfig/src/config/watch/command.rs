//! Commands to the watcher's thread, and its access to a configuration.

use super::schedule::Schedule;
use parking_lot::Mutex;
use std::sync::Arc;

pub(super) enum Command {
    Add(u64, Arc<dyn Scheduled>),
    Remove(u64),
    /// Something may be due for it at another time than before.
    Reschedule(u64),
    Stop,
}

/// A configuration for which something is due from time to time.
pub(super) trait Scheduled: Send + Sync {
    fn schedule(&self) -> &Mutex<Schedule>;

    /// Lets another thread do what is due, which reschedules it in the end; false where the configuration is gone. Waits for
    /// nothing.
    fn start_visit(self: Arc<Self>) -> bool;
}
