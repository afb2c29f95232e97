//! Process-wide counters of loads and reloads, read by the metrics.

use crate::diagnostic::{Error, ErrorCode};
use crate::load::Timings;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// First loads of configurations.
pub(crate) static LOADS: Operation = Operation::new("load");
/// Later ones.
pub(crate) static RELOADS: Operation = Operation::new("reload");

/// The upper limits of the buckets of durations, in nanoseconds: 10 µs to 10 s. One more bucket takes what is longer.
pub(super) const LIMITS: [u64; 13] = [
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

/// The counts of an operation, its failures by their codes, and the durations of its stages. Nothing is ever taken off them, so that
/// they outlive the configurations that they count.
pub(crate) struct Operation {
    #[cfg(feature = "tracing")]
    name: &'static str,
    pub(super) begun: AtomicU64,
    pub(super) failed: [AtomicU64; ErrorCode::ALL.len()],
    pub(super) stages: [Histogram; Timings::STAGES.len()],
}

/// The durations of a stage: how many ended in each bucket, and their sum in nanoseconds.
pub(super) struct Histogram {
    pub(super) buckets: [AtomicU64; LIMITS.len() + 1],
    pub(super) nanoseconds: AtomicU64,
}

impl Operation {
    #[cfg_attr(not(feature = "tracing"), allow(unused_variables, reason = "only spans have a use for the name"))]
    const fn new(name: &'static str) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            name,
            begun: AtomicU64::new(0),
            failed: [const { AtomicU64::new(0) }; ErrorCode::ALL.len()],
            stages: [const { Histogram::new() }; Timings::STAGES.len()],
        }
    }

    /// Counts one that begins.
    pub(crate) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one that failed: at its sources, or by a check that refused.
    pub(crate) fn fail(&self, error: &Error) {
        self.failed[error.code() as usize].fetch_add(1, Ordering::Relaxed);
        #[cfg(feature = "tracing")]
        tracing::warn!(target: "superconfig", code = error.code().as_str(), "{} failed", self.name);
    }

    /// Counts the stages of one that was published.
    pub(super) fn observe(&self, timings: &Timings) {
        for (histogram, duration) in self.stages.iter().zip(timings.stages()) {
            histogram.observe(duration);
        }
    }
}

impl Histogram {
    const fn new() -> Self {
        Self { buckets: [const { AtomicU64::new(0) }; LIMITS.len() + 1], nanoseconds: AtomicU64::new(0) }
    }

    fn observe(&self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let bucket = LIMITS.iter().position(|limit| nanoseconds <= *limit).unwrap_or(LIMITS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_into_their_buckets() {
        let histogram = Histogram::new();
        for duration in [Duration::ZERO, Duration::from_micros(10), Duration::from_nanos(10_001), Duration::MAX] {
            histogram.observe(duration);
        }
        let counts = histogram.buckets.each_ref().map(|bucket| bucket.load(Ordering::Relaxed));
        assert_eq!((counts[0], counts[1], counts[LIMITS.len()], counts.iter().sum::<u64>()), (2, 1, 1, 4));
    }

    #[test]
    fn all_codes_have_a_counter_of_their_own() {
        assert!(ErrorCode::ALL.iter().enumerate().all(|(at, code)| *code as usize == at));
    }
}
