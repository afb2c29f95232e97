//! The reports of custom sources about their own state.

use crate::diagnostic::{Error, ErrorCode};
use std::str::FromStr;

/// What a custom source says of itself.
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
    /// What is in use is what it has.
    Live,
    /// It has lost whatever it reads from, and tries to find it again.
    Connecting,
    /// It failed, or cannot tell any more whether what is in use is what it has.
    Stale,
    /// What is in use comes from a copy that it made earlier.
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

/// What a custom source reports of itself between loads.
///
/// ```
/// use superconfig::{SourceReport, SourceState};
///
/// let report = SourceReport { state: SourceState::Connecting, revision: None, error: Some("no route to host".into()) };
/// assert_eq!(report.state.as_str(), "connecting");
/// ```
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceReport {
    /// How it is doing.
    pub state: SourceState,
    /// Which revision of its values it has given last; what it said before by default.
    pub revision: Option<String>,
    /// Why it is not live, for people.
    pub error: Option<String>,
}
