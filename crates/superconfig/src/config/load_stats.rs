//! The process's counters of loads as a value.

use super::counters::{LOADS, Operation, RELOADS};
use crate::load::FILES;
use crate::registry::{ConfigRegistry, RegistryStats};
use std::sync::atomic::Ordering;

/// The loads and reloads of the process since it started. Serializes in camelCase.
///
/// ```
/// use superconfig::{LoadStats, SuperConfig};
///
/// SuperConfig::builder().load()?;
/// assert!(LoadStats::now().loads >= 1);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoadStats {
    /// First loads, failed ones included.
    pub loads: u64,
    /// Loads that failed.
    pub load_failures: u64,
    /// Reloads, failed ones included.
    pub reloads: u64,
    /// Reloads that failed.
    pub reload_failures: u64,
    /// Files that had not changed, so that a load took what was parsed before.
    pub file_cache_hits: u64,
    /// Files that were read.
    pub file_reads: u64,
    /// The bytes of the files that were read.
    pub file_read_bytes: u64,
}

/// The shared registry and the loads of the process, as bindings give them. Serializes as one table.
///
/// ```
/// let stats = superconfig::ProcessStats::now();
/// assert!(stats.loads.loads >= stats.loads.load_failures);
/// ```
#[derive(Clone, Copy, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct ProcessStats {
    /// The statistics of [`ConfigRegistry::global`].
    #[serde(flatten)]
    pub registry: RegistryStats,
    /// The loads.
    #[serde(flatten)]
    pub loads: LoadStats,
}

fn failures(operation: &Operation) -> u64 {
    operation.failed.iter().map(|count| count.load(Ordering::Relaxed)).fold(0, u64::saturating_add)
}

impl LoadStats {
    /// The counts until now. Costs some fifty loads of counters.
    ///
    /// ```
    /// let stats = superconfig::LoadStats::now();
    /// assert!(stats.reload_failures <= stats.reloads);
    /// ```
    pub fn now() -> Self {
        let [file_cache_hits, file_reads, file_read_bytes] = FILES.get();
        // Failures first: one that ends meanwhile has begun.
        let (load_failures, reload_failures) = (failures(&LOADS), failures(&RELOADS));
        Self {
            loads: LOADS.begun.load(Ordering::Relaxed),
            load_failures,
            reloads: RELOADS.begun.load(Ordering::Relaxed),
            reload_failures,
            file_cache_hits,
            file_reads,
            file_read_bytes,
        }
    }
}

impl ProcessStats {
    /// The counts until now. Costs what [`ConfigRegistry::stats`] does.
    ///
    /// ```
    /// let _ = superconfig::ProcessStats::now();
    /// ```
    pub fn now() -> Self {
        Self { registry: ConfigRegistry::global().stats(), loads: LoadStats::now() }
    }
}
