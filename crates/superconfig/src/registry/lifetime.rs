//! The remaining time to live of an entry.

use super::sync::{AtomicU64, Ordering};
use std::time::Duration;

/// An entry's time to live. Times are nanoseconds since the registry was made.
pub(super) struct Lifetime {
    length: u64,
    pub(super) refresh_on_read: bool,
    deadline: AtomicU64,
    /// The deadline under which the janitor has the entry in its queue; changed under the queue's lock only.
    scheduled: AtomicU64,
}

impl Lifetime {
    pub(super) fn new(time_to_live: Duration, refresh_on_read: bool, now: u64) -> Self {
        let length = u64::try_from(time_to_live.as_nanos()).unwrap_or(u64::MAX);
        let deadline = AtomicU64::new(now.saturating_add(length));
        Self { length, refresh_on_read, deadline, scheduled: AtomicU64::new(0) }
    }

    /// Starts the time to live anew.
    pub(super) fn renew(&self, now: u64) {
        self.deadline.fetch_max(now.saturating_add(self.length), Ordering::Relaxed);
    }

    /// Starts the time to live anew unless that gains less than a thousandth of it: many readers at once then share the
    /// deadline's cache line instead of writing it in turns.
    pub(super) fn renew_by_reading(&self, now: u64) {
        let gain = now.saturating_add(self.length).saturating_sub(self.deadline());
        if gain > self.length >> 10 {
            self.renew(now);
        }
    }

    pub(super) fn deadline(&self) -> u64 {
        self.deadline.load(Ordering::Relaxed)
    }

    pub(super) fn scheduled(&self) -> u64 {
        self.scheduled.load(Ordering::Relaxed)
    }

    pub(super) fn set_scheduled(&self, deadline: u64) {
        self.scheduled.store(deadline, Ordering::Relaxed);
    }
}
