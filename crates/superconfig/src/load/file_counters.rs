//! Process-wide counters of the files of loads.

use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) static FILES: FileCounters =
    FileCounters { hits: AtomicU64::new(0), reads: AtomicU64::new(0), bytes: AtomicU64::new(0) };

/// The counters of files; a load adds to them, a read of a value never does.
pub(crate) struct FileCounters {
    hits: AtomicU64,
    reads: AtomicU64,
    bytes: AtomicU64,
}

impl FileCounters {
    /// Counts a file that had not changed since it was parsed.
    pub(super) fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a file that was read.
    pub(super) fn read(&self, bytes: usize) {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The hits, the reads and their bytes.
    #[cfg(feature = "metrics")]
    pub(crate) fn get(&self) -> [u64; 3] {
        [&self.hits, &self.reads, &self.bytes].map(|counter| counter.load(Ordering::Relaxed))
    }
}
