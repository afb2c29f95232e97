//! Counters of the process, for metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The upper limits of the buckets of durations, in nanoseconds, as the real engine has them.
const LIMITS: [u64; 13] = [
    10_000,
    30_000,
    100_000,
    300_000,
    1_000_000,
    3_000_000,
    10_000_000,
    30_000_000,
    100_000_000,
    300_000_000,
    1_000_000_000,
    3_000_000_000,
    10_000_000_000,
];

static LOADS: AtomicU64 = AtomicU64::new(0);
static FILES: AtomicU64 = AtomicU64::new(0);
static FILE_BYTES: AtomicU64 = AtomicU64::new(0);
static STAGES: [Histogram; 5] = [const { Histogram::new() }; 5];

/// How many durations ended in each bucket, and their sum.
struct Histogram {
    buckets: [AtomicU64; LIMITS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Histogram {
    const fn new() -> Self {
        Self { buckets: [const { AtomicU64::new(0) }; LIMITS.len() + 1], nanoseconds: AtomicU64::new(0) }
    }

    fn observe(&self, nanoseconds: u64) {
        let bucket = LIMITS.iter().position(|limit| nanoseconds <= *limit).unwrap_or(LIMITS.len());
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Relaxed);
    }
}

/// Counts a file that was read.
pub(crate) fn count_file(bytes: usize) {
    FILES.fetch_add(1, Relaxed);
    FILE_BYTES.fetch_add(bytes as u64, Relaxed);
}

/// Counts a load that was published, by the durations of its stages.
pub(crate) fn count_load(stages: [u64; 5]) {
    LOADS.fetch_add(1, Relaxed);
    for (histogram, nanoseconds) in STAGES.iter().zip(stages) {
        histogram.observe(nanoseconds);
    }
}
