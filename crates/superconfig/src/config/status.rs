//! The health of a configuration: its version, times, last error, watched paths and sources.

use super::fingerprint::Fingerprints;
use super::snapshot::Snapshot;
use super::source_status::{self, SourceStatus};
use crate::diagnostic::{Error, ErrorCode};
use crate::load::{LoadOptions, Timings};
use crate::source::{SourceReport, SourceState};
use serde::ser::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
#[cfg(feature = "watch")]
use std::time::Duration;
use std::time::SystemTime;

/// The health of a configuration. Serializes in camelCase, times as milliseconds since 1970.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// assert_eq!(config.status()?.version, 1);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Status {
    /// The version in use.
    pub version: u64,
    /// A digest of the leaves that are not secret: equal in replicas that have loaded the same.
    pub fingerprint: String,
    /// A digest of the secret leaves, with a key of the process: it shows whether they have changed, and means nothing outside of it.
    pub secrets_fingerprint: String,
    /// The profiles, in the order in which they applied.
    pub profiles: Vec<String>,
    /// The watched files and directories; empty without [`Builder::watch`](crate::Builder::watch).
    pub watching: Vec<Watching>,
    /// The custom sources, in their order.
    pub sources: Vec<SourceStatus>,
    /// The time of the last successful load or reload, with or without changes.
    #[serde(serialize_with = "source_status::milliseconds")]
    pub last_reload: SystemTime,
    /// The durations of the stages of the last load or reload that succeeded.
    pub timings: Timings,
    /// The error of the last reload, or of a custom source in it; `None` after a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<Error>,
    /// The time since which reloads, or custom sources, have been failing or blocked, so that the version in use may be
    /// outdated.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "source_status::milliseconds_of")]
    pub stale_since: Option<SystemTime>,
}

/// One file or directory that is watched, there or not.
///
/// ```
/// use superconfig::{SuperConfig, WatchOptions};
///
/// let directory = tempfile::tempdir()?;
/// let watch = WatchOptions { poll: Some(std::time::Duration::from_secs(2)), ..WatchOptions::default() };
/// let config = SuperConfig::builder().cwd(directory.path()).glob("*.toml").watch(watch).load()?;
/// assert!(config.status()?.watching.iter().any(|watching| watching.path == directory.path()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Watching {
    /// The file or directory.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// The way in which it is watched.
    pub mode: WatchMode,
    /// The reason why it is polled, or cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A path as text; bytes that are none are replaced.
fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    path.to_string_lossy().serialize(serializer)
}

/// The way in which a file or directory is watched.
///
/// ```
/// use superconfig::{SuperConfig, WatchMode, WatchOptions};
///
/// let directory = tempfile::tempdir()?;
/// let watch = WatchOptions { poll: Some(std::time::Duration::from_secs(2)), ..WatchOptions::default() };
/// let config = SuperConfig::builder().cwd(directory.path()).glob("*.toml").watch(watch).load()?;
/// assert_eq!(config.status()?.watching[0].mode, WatchMode::Polling);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WatchMode {
    /// The operating system reports changes; nothing runs until then.
    Native,
    /// The files are compared at intervals.
    Polling,
}

impl WatchMode {
    /// `native` or `polling`.
    ///
    /// ```
    /// assert_eq!(superconfig::WatchMode::Native.as_str(), "native");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            WatchMode::Native => "native",
            WatchMode::Polling => "polling",
        }
    }
}

/// The changes that a source's report makes.
#[derive(Default)]
pub(super) struct SourceNews {
    pub(super) changed: Option<SourceStatus>,
    /// The first error of an outage.
    pub(super) failure: Option<Error>,
}

/// The results of the last reloads.
pub(super) struct Health {
    /// The newest load that counted here: what an older one comes to is no news.
    number: u64,
    last_reload: SystemTime,
    /// Of the last load, in nanoseconds.
    timings: [u64; 5],
    last_error: Option<Error>,
    /// The last error that listeners were notified of since the last success.
    reported: Option<Error>,
    stale_since: Option<SystemTime>,
    pub(super) watching: Vec<Watching>,
    /// By their indexes among all sources.
    sources: BTreeMap<usize, SourceStatus>,
}

impl Health {
    pub(super) fn new(options: &LoadOptions, number: u64) -> Self {
        let custom = options.sources.iter().enumerate().filter(|(_, entry)| entry.is_custom());
        let sources = custom.map(|(at, entry)| (at, SourceStatus::new(entry.spec.name().into())));
        Self {
            number,
            last_reload: SystemTime::now(),
            timings: [0; 5],
            last_error: None,
            reported: None,
            stale_since: None,
            watching: Vec::new(),
            sources: sources.collect(),
        }
    }

    pub(super) fn status(&self, snapshot: &Snapshot, fingerprints: Fingerprints) -> Status {
        Status {
            version: snapshot.version(),
            fingerprint: fingerprints.visible,
            secrets_fingerprint: fingerprints.secret,
            profiles: snapshot.profiles().to_vec(),
            watching: self.watching.clone(),
            sources: self.sources.values().cloned().collect(),
            last_reload: self.last_reload,
            timings: Timings::from_nanoseconds(self.timings),
            last_error: self.last_error.clone(),
            stale_since: self.stale_since,
        }
    }

    pub(super) fn record_timings(&mut self, timings: Timings) {
        self.timings = timings.to_nanoseconds();
    }

    /// The states of the custom sources, and whether the version in use may be outdated.
    #[cfg(feature = "metrics")]
    pub(super) fn conditions(&self) -> (Vec<SourceState>, bool) {
        (self.sources.values().map(|source| source.state).collect(), self.stale_since.is_some())
    }

    #[cfg(feature = "metrics")]
    pub(super) fn last_reload(&self) -> SystemTime {
        self.last_reload
    }

    /// Notes a reload; where a source has failed, that stays.
    pub(super) fn succeeded(&mut self, number: u64, is_whole: bool) {
        if number < self.number {
            return;
        }
        self.number = number;
        self.last_reload = SystemTime::now();
        if is_whole {
            self.last_error = None;
            self.reported = None;
            self.stale_since = None;
        } else {
            self.last_error = self.sources.values().find_map(|source| source.last_error.clone());
        }
    }

    /// Notes a failure; false when it is no news, because it is known already or of a load that is older than what is known.
    pub(super) fn failed(&mut self, number: u64, error: &Error) -> bool {
        if number < self.number {
            return false;
        }
        self.number = number;
        let is_same = |other: &Error| other.code() == error.code() && other.to_string() == error.to_string();
        let is_known = self.reported.as_ref().is_some_and(is_same);
        self.last_error = Some(error.clone());
        self.reported = Some(error.clone());
        self.stale_since.get_or_insert_with(SystemTime::now);
        !is_known
    }

    /// Notes what custom sources answered; gives those whose state that has changed.
    pub(super) fn record_results(&mut self, answers: Vec<(usize, Option<Error>)>) -> Vec<SourceStatus> {
        let mut changed = Vec::new();
        for (at, failure) in answers {
            if let Some(source) = self.sources.get_mut(&at) {
                let before = source.state;
                source.record_result(failure);
                changed.extend((source.state != before).then(|| source.clone()));
            }
        }
        changed
    }

    /// Notes what a custom source says of itself; gives it where its state has changed, and its error where that
    /// begins an outage: it is connecting or stale, and had none before.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` where there is no such source.
    pub(super) fn report(&mut self, source: usize, report: SourceReport) -> Result<SourceNews, Error> {
        let Some(known) = self.sources.get_mut(&source) else {
            return Err(Error::new(ErrorCode::Option, format!("source {source} is not a custom one")));
        };
        let before = known.state;
        let is_out = matches!(report.state, SourceState::Connecting | SourceState::Stale);
        let may_begin_outage = is_out && known.last_error.is_none();
        known.report(report);
        Ok(SourceNews {
            changed: (known.state != before).then(|| known.clone()),
            failure: known.last_error.clone().filter(|_| may_begin_outage),
        })
    }
}

#[cfg(feature = "watch")]
impl Status {
    /// This status with a read that has been blocked for some time; without its path any file may be the one.
    pub(super) fn with_held_up(mut self, path: Option<&Path>, elapsed: Duration) -> Self {
        let reason = format!("reading it began {} s ago and has not come back", elapsed.as_secs());
        let since = SystemTime::now().checked_sub(elapsed);
        self.stale_since = self.stale_since.or(since);
        for watching in &mut self.watching {
            if path.is_none_or(|path| path == watching.path) {
                watching.reason = Some(reason.clone());
            }
        }
        self
    }
}
