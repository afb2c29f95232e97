//! The health of a configuration's custom sources.

use crate::diagnostic::{Error, ErrorCode};
use crate::source::{SourceReport, SourceState, failed};
use serde::ser::Serializer;
use std::sync::Arc;
use std::time::SystemTime;

/// The health of a custom source. Serializes in camelCase, times as milliseconds since 1970.
///
/// ```
/// use superconfig::{Source, SourceContext, SourceError, SourceState, SuperConfig, Table, Value};
///
/// struct Rooms;
///
/// impl Source for Rooms {
///     fn name(&self) -> &str {
///         "rooms"
///     }
///
///     fn load(&self, _: &SourceContext) -> Result<Value, SourceError> {
///         Ok(Table::from_iter([("rooms", Value::Integer(12))]).into())
///     }
/// }
///
/// let status = SuperConfig::builder().source(Rooms).load()?.status()?;
/// assert_eq!((&*status.sources[0].name, status.sources[0].state), ("rooms", SourceState::Live));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SourceStatus {
    /// The source's name.
    pub name: Arc<str>,
    /// The state by its last report, or by its last result.
    pub state: SourceState,
    /// The revision of the values in use, where the source gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The time since which it has been in this state.
    #[serde(serialize_with = "milliseconds")]
    pub since: SystemTime,
    /// The time of its last result, or of its last report that the values in use are current.
    #[serde(serialize_with = "milliseconds")]
    pub last_confirmed: SystemTime,
    /// The server that it reads from, as it reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The number of interruptions after which it resumed without reading everything again, as it reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumes: Option<u64>,
    /// The number of times that it read everything again, as it reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relists: Option<u64>,
    /// Its last error; `None` after a result, or a report that it is live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<Error>,
    /// Whether the source reports its own state: a result may be what it had before.
    #[serde(skip)]
    reports_itself: bool,
}

impl SourceStatus {
    pub(super) fn new(name: Arc<str>) -> Self {
        let now = SystemTime::now();
        Self {
            name,
            state: SourceState::Live,
            revision: None,
            since: now,
            last_confirmed: now,
            endpoint: None,
            resumes: None,
            relists: None,
            last_error: None,
            reports_itself: false,
        }
    }

    /// Changes the state; one that stays keeps its time.
    fn change(&mut self, state: SourceState) {
        if self.state != state {
            self.state = state;
            self.since = SystemTime::now();
        }
    }

    pub(super) fn record_result(&mut self, failure: Option<Error>) {
        match &failure {
            // Its text cannot be used, and that is what it has.
            Some(error) if error.code() != ErrorCode::Source => self.last_confirmed = SystemTime::now(),
            Some(_) => self.change(SourceState::Stale),
            None if self.reports_itself && self.state != SourceState::Live => {
                // Only a text that could not be used is mended by a result.
                self.last_error.take_if(|error| error.code() != ErrorCode::Source);
                return;
            }
            None => {
                self.last_confirmed = SystemTime::now();
                if self.state == SourceState::Stale {
                    self.change(SourceState::Live);
                }
            }
        }
        self.last_error = failure;
    }

    pub(super) fn report(&mut self, report: SourceReport) {
        self.change(report.state);
        // That a watch fails is said for it.
        self.reports_itself |= report.state != SourceState::Stale;
        if report.state == SourceState::Live {
            self.last_confirmed = SystemTime::now();
            self.last_error = None;
        }
        self.revision = report.revision.or_else(|| self.revision.take());
        self.endpoint = report.endpoint.or_else(|| self.endpoint.take());
        self.resumes = report.resumes.or(self.resumes);
        self.relists = report.relists.or(self.relists);
        if let Some(cause) = report.error {
            self.last_error = Some(failed(&self.name, cause));
        }
    }
}

pub(super) fn milliseconds<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    let elapsed = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    serializer.serialize_u64(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}

pub(super) fn milliseconds_of<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => milliseconds(time, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_confirms_nothing_for_a_source_that_reports_itself() {
        let mut status = SourceStatus::new("rooms".into());
        status.report(SourceReport::new(SourceState::Live));
        status.report(SourceReport { error: Some("refused".into()), ..SourceReport::new(SourceState::Connecting) });
        let confirmed = status.last_confirmed;
        for state in [SourceState::Connecting, SourceState::Stale, SourceState::Snapshot] {
            status.report(SourceReport::new(state));
            status.record_result(None);
            assert_eq!((status.state, status.last_confirmed, status.last_error.is_some()), (state, confirmed, true));
        }
        status.report(SourceReport::new(SourceState::Live));
        assert!(status.last_error.is_none());
    }

    #[test]
    fn a_result_ends_what_was_said_for_a_source() {
        let mut status = SourceStatus::new("rooms".into());
        status.report(SourceReport { error: Some("it cannot be watched".into()), ..SourceReport::new(SourceState::Stale) });
        status.record_result(None);
        assert_eq!((status.state, status.last_error.is_none()), (SourceState::Live, true));
    }
}
