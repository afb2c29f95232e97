//! How a configuration is doing.

use crate::diagnostic::Error;
use serde::ser::{Serialize, Serializer};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How a configuration is doing. Serializes in camelCase, times as milliseconds since 1970.
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
    /// The profiles, in the order in which they applied.
    pub profiles: Vec<String>,
    /// What is watched; empty without [`Builder::watch`](crate::Builder::watch).
    pub watching: Vec<Watching>,
    /// When a load or reload last succeeded, whether it changed anything or not.
    #[serde(serialize_with = "milliseconds")]
    pub last_reload: SystemTime,
    /// Why the last reload failed, or a custom source in it; `None` after one that succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<Error>,
    /// Since when reloads, or custom sources, have been failing, so that the version in use is older than what it was read from.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "milliseconds_of")]
    pub stale_since: Option<SystemTime>,
}

fn milliseconds<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    let elapsed = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    serializer.serialize_u64(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}

fn milliseconds_of<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => milliseconds(time, serializer),
        None => serializer.serialize_none(),
    }
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
    /// How it is watched.
    pub mode: WatchMode,
    /// Why it is polled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A path as text; bytes that are none are replaced.
fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    path.to_string_lossy().serialize(serializer)
}

/// How a place is watched.
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
    /// The operating system tells of changes; nothing runs until then.
    Native,
    /// It is looked at from time to time.
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

/// What reloads did last.
pub(crate) struct Health {
    pub(crate) last_reload: SystemTime,
    pub(crate) last_error: Option<Error>,
    pub(crate) stale_since: Option<SystemTime>,
    pub(crate) watching: Vec<Watching>,
}

impl Health {
    pub(crate) fn new() -> Self {
        Self { last_reload: SystemTime::now(), last_error: None, stale_since: None, watching: Vec::new() }
    }

    /// Notes a reload; where a source failed in it, what is known of that stays.
    pub(crate) fn succeeded(&mut self, is_whole: bool) {
        self.last_reload = SystemTime::now();
        if is_whole {
            self.last_error = None;
            self.stale_since = None;
        }
    }

    /// Notes a failure; false when it is the one that is known already.
    pub(crate) fn failed(&mut self, error: &Error) -> bool {
        let known =
            self.last_error.as_ref().is_some_and(|last| last.code() == error.code() && last.to_string() == error.to_string());
        self.last_error = Some(error.clone());
        self.stale_since.get_or_insert_with(SystemTime::now);
        !known
    }
}
