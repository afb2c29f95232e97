//! Counters of the process, for metrics: without the buckets of durations that the real engine counts in.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static LOADS: AtomicU64 = AtomicU64::new(0);
static FILES: AtomicU64 = AtomicU64::new(0);
static FILE_BYTES: AtomicU64 = AtomicU64::new(0);
/// The nanoseconds of each stage.
static STAGES: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];

/// Counts a file that was read.
pub(crate) fn count_file(bytes: usize) {
    FILES.fetch_add(1, Relaxed);
    FILE_BYTES.fetch_add(bytes as u64, Relaxed);
}

/// Counts a load that was published, by the durations of its stages.
pub(crate) fn count_load(stages: [u64; 5]) {
    LOADS.fetch_add(1, Relaxed);
    for (sum, nanoseconds) in STAGES.iter().zip(stages) {
        sum.fetch_add(nanoseconds, Relaxed);
    }
}
