//! Process-wide counters of loads and reloads, read by the metrics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// First loads of configurations.
pub(crate) static LOADS: Operation = Operation::new();
/// Later ones.
pub(crate) static RELOADS: Operation = Operation::new();

/// The count, failures and total duration of an operation.
pub(crate) struct Operation {
    pub(super) done: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) nanoseconds: AtomicU64,
}

impl Operation {
    const fn new() -> Self {
        Self { done: AtomicU64::new(0), failed: AtomicU64::new(0), nanoseconds: AtomicU64::new(0) }
    }

    /// Runs, times and counts the reading and merging of sources.
    pub(crate) fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.nanoseconds.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
        self.done.fetch_add(1, Ordering::Relaxed);
        result
    }

    /// Counts a failure: of reading and merging, or of a check that refused.
    pub(crate) fn fail(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }
}
