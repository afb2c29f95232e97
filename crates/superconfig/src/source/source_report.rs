//! The reports of custom sources about their own state.

use crate::diagnostic::{Error, ErrorCode};
use std::str::FromStr;

/// The state of a custom source.
///
/// ```
/// use superconfig::SourceState;
///
/// assert_eq!("stale".parse::<SourceState>()?, SourceState::Stale);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceState {
    /// The values in use are the source's current ones.
    Live,
    /// The source has lost its connection and tries to restore it.
    Connecting,
    /// The source failed, or no longer knows whether the values in use are current.
    Stale,
    /// The values in use come from a copy that the source made earlier.
    Snapshot,
}

impl SourceState {
    /// `live`, `connecting`, `stale` or `snapshot`.
    ///
    /// ```
    /// assert_eq!(superconfig::SourceState::Live.as_str(), "live");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            SourceState::Live => "live",
            SourceState::Connecting => "connecting",
            SourceState::Stale => "stale",
            SourceState::Snapshot => "snapshot",
        }
    }
}

impl FromStr for SourceState {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [SourceState::Live, SourceState::Connecting, SourceState::Stale, SourceState::Snapshot];
        all.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
            let message = format!("a source is live, connecting, stale or snapshot, and not {text:?}");
            Error::new(ErrorCode::Option, message)
        })
    }
}

/// A report of a custom source about itself between loads.
///
/// ```
/// use superconfig::{SourceReport, SourceState};
///
/// let report = SourceReport { error: Some("no route to host".into()), ..SourceReport::new(SourceState::Connecting) };
/// assert_eq!(report.state.as_str(), "connecting");
/// ```
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceReport {
    /// The source's state.
    pub state: SourceState,
    /// The revision of the values that it gave last; unchanged by default.
    pub revision: Option<String>,
    /// The reason why it is not live, for people.
    pub error: Option<String>,
    /// The server that it reads from; unchanged by default.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The number of interruptions after which it resumed without reading everything again; unchanged by default.
    #[serde(default)]
    pub resumes: Option<u64>,
    /// The number of times that it read everything again; unchanged by default.
    #[serde(default)]
    pub relists: Option<u64>,
}

impl SourceReport {
    /// A report of a state alone.
    ///
    /// ```
    /// use superconfig::{SourceReport, SourceState};
    ///
    /// assert_eq!(SourceReport::new(SourceState::Live).error, None);
    /// ```
    pub fn new(state: SourceState) -> Self {
        Self { state, revision: None, error: None, endpoint: None, resumes: None, relists: None }
    }
}
