//! The options of a load.

use crate::diagnostic::{Issue, SourceKind, Warning};
use crate::merge::ArrayStrategy;
use crate::source::{SourceEntry, SourceSpec, Trust};
use crate::value::{Limits, Value};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
#[cfg(feature = "watch")]
use std::time::Duration;

/// The sources and options of a load.
#[derive(Clone)]
pub(crate) struct LoadOptions {
    pub sources: Vec<SourceEntry>,
    pub cwd: Option<PathBuf>,
    settings: Arc<LoadSettings>,
    pub interpolate: bool,
    pub node_profile: bool,
    pub validated_by_host: bool,
}

/// The options that few configurations have; those without any share one, so that each that is kept takes less memory.
#[derive(Clone, Default)]
pub(crate) struct LoadSettings {
    /// Files that custom sources read.
    pub dependencies: Vec<String>,
    pub profiles: Option<Vec<String>>,
    pub arrays: Vec<(String, ArrayStrategy)>,
    pub json_schema: Option<Value>,
    /// Reported by each load.
    pub warnings: Vec<Warning>,
    pub secrets: Vec<String>,
    /// The digest of the key that fingerprints of secrets are made with.
    pub fingerprint_key: Option<Arc<[u8; 32]>>,
    pub limits: Limits,
    pub name: Option<Arc<str>>,
    /// The name may be that of an open configuration, which then loses it.
    pub replace_name: bool,
    pub home: Option<PathBuf>,
    pub root: Option<PathBuf>,
    pub environment: Option<Vec<(Arc<str>, Arc<str>)>>,
    pub validator: Option<Validator>,
    #[cfg(feature = "watch")]
    pub watch: Option<WatchOptions>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        static NONE: LazyLock<Arc<LoadSettings>> = LazyLock::new(Arc::default);
        Self {
            sources: Vec::new(),
            cwd: None,
            settings: NONE.clone(),
            interpolate: false,
            node_profile: false,
            validated_by_host: false,
        }
    }
}

impl Deref for LoadOptions {
    type Target = LoadSettings;

    fn deref(&self) -> &LoadSettings {
        &self.settings
    }
}

impl DerefMut for LoadOptions {
    /// Copies settings that are shared.
    fn deref_mut(&mut self) -> &mut LoadSettings {
        Arc::make_mut(&mut self.settings)
    }
}

impl LoadOptions {
    /// Whether a source asks for strict trust: what variables, references and `.env` files read is then held to it too.
    pub(crate) fn is_strict(&self) -> bool {
        self.sources.iter().any(|entry| entry.spec.trust() == Some(Trust::Strict))
    }
}

#[cfg(feature = "watch")]
impl LoadOptions {
    /// Whether only the host language can reload: it validates each version, or owns custom sources.
    pub(crate) fn is_host_reloaded(&self) -> bool {
        let is_custom = |entry: &SourceEntry| matches!(entry.spec, SourceSpec::Values { kind: SourceKind::Custom, .. });
        let is_derived = |entry: &SourceEntry| matches!(entry.spec, SourceSpec::Derive { compute: None, .. });
        self.validated_by_host || self.sources.iter().any(|entry| is_custom(entry) || is_derived(entry))
    }
}

/// A validator of merged values: gives the values for readers, or all issues.
pub(crate) type Validator = Arc<dyn Fn(&Value) -> Result<Value, Vec<Issue>> + Send + Sync>;

/// The options of live reload.
///
/// ```
/// use std::time::Duration;
/// use superconfig::WatchOptions;
///
/// assert_eq!(WatchOptions::default().debounce, Duration::from_millis(50));
/// ```
#[cfg(feature = "watch")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchOptions {
    /// The pause in changes that is waited for before they are read; 50 ms by default.
    pub debounce: Duration,
    /// The longest time that changes without a pause are put off; 500 ms by default. From half of it on, shorter and shorter
    /// pauses will do.
    pub max_wait: Duration,
    /// The interval of polling, which replaces the operating system's notifications: network and some container file systems
    /// send none. `None`, or no time at all, is the default.
    pub poll: Option<Duration>,
}

#[cfg(feature = "watch")]
impl Default for WatchOptions {
    fn default() -> Self {
        Self { debounce: Duration::from_millis(50), max_wait: Duration::from_millis(500), poll: None }
    }
}

#[cfg(feature = "watch")]
/// The longest wait, so that no sum of times overflows.
pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

#[cfg(feature = "watch")]
impl WatchOptions {
    pub(crate) fn bounded(self) -> Self {
        let poll = self.poll.filter(|poll| !poll.is_zero()).map(|poll| poll.min(LONGEST));
        Self { debounce: self.debounce.min(LONGEST), max_wait: self.max_wait.min(LONGEST), poll }
    }
}
