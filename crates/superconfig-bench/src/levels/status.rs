//! The results of the loads of a configuration.

use serde::Serialize;
use std::collections::BTreeMap;
use std::time::SystemTime;
use superconfig::{Error, SourceState};

/// The results of the last loads.
#[derive(Serialize)]
pub(crate) struct Status {
    /// The number of loads.
    pub(crate) loads: u64,
    /// The end of the last one that succeeded.
    #[serde(skip)]
    #[expect(dead_code, reason = "what reports the status would read it")]
    pub(crate) last_load: SystemTime,
    /// The durations of the stages of the last load, in nanoseconds.
    pub(crate) stages: [u64; 5],
    /// The error of the last load.
    pub(crate) last_error: Option<Error>,
    /// The states of custom sources, the only ones that have any, by their indexes among the sources.
    pub(crate) sources: BTreeMap<String, SourceState>,
}
