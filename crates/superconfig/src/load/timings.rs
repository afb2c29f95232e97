//! The durations of the stages of a load.

use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::time::Duration;

/// The durations of the stages of one load or reload. Serializes as milliseconds with fractions.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let timings = SuperConfig::builder().text("port = 8080", Format::Toml).load()?.status()?.timings;
/// assert!(timings.parse <= timings.total());
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timings {
    /// Finding and reading files and variables, without parsing; calls of custom sources come before it.
    pub read: Duration,
    /// Parsing files and texts.
    pub parse: Duration,
    /// Merging the layers and resolving references, derived layers included.
    pub merge: Duration,
    /// The time between merging and publishing, in which the values are checked; in an asynchronous load it has to wait for its thread.
    pub validate: Duration,
    /// Comparing with the version before, publishing and notifying.
    pub publish: Duration,
}

impl Timings {
    pub(crate) const STAGES: [&'static str; 5] = ["read", "parse", "merge", "validate", "publish"];

    pub(crate) fn stages(&self) -> [Duration; 5] {
        [self.read, self.parse, self.merge, self.validate, self.publish]
    }

    /// The stages in nanoseconds, which take half the memory.
    pub(crate) fn to_nanoseconds(self) -> [u64; 5] {
        self.stages().map(|stage| u64::try_from(stage.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(crate) fn from_nanoseconds(stages: [u64; 5]) -> Self {
        let [read, parse, merge, validate, publish] = stages.map(Duration::from_nanos);
        Self { read, parse, merge, validate, publish }
    }

    /// The sum of all stages.
    ///
    /// ```
    /// assert!(superconfig::SuperConfig::builder().load()?.status()?.timings.total().as_secs() < 60);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn total(&self) -> Duration {
        self.stages().iter().fold(Duration::ZERO, |sum, stage| sum.saturating_add(*stage))
    }
}

impl Serialize for Timings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Timings", Self::STAGES.len())?;
        for (name, stage) in Self::STAGES.into_iter().zip(self.stages()) {
            fields.serialize_field(name, &(stage.as_secs_f64() * 1e3))?;
        }
        fields.end()
    }
}
