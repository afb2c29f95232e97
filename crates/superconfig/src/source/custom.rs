//! Sources that a program implements itself.

use super::environment::Environment;
use super::source_data::SourceData;
use super::source_report::SourceReport;
use crate::diagnostic::{Error, ErrorCode, SourceKind};
use crate::redaction::mask_userinfo;
use crate::value::Value;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The error of a custom source: any error of the program's own.
///
/// ```
/// let error: superconfig::SourceError = "the service is down".into();
/// assert_eq!(error.to_string(), "the service is down");
/// ```
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Notifies a configuration that a custom source has new values; may be called from any thread, and often.
///
/// ```
/// let signal: superconfig::SourceSignal = std::sync::Arc::new(|| println!("something new"));
/// signal();
/// ```
pub type SourceSignal = Arc<dyn Fn() + Send + Sync>;

/// A source that a program implements, beside files, variables and flags: a database, a service.
///
/// ```
/// use superconfig::{Source, SourceContext, SourceError, SuperConfig, Table, Value};
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
/// let config = SuperConfig::builder().source(Rooms).load()?;
/// assert_eq!(config.get::<u32>("rooms")?, 12);
/// assert_eq!(config.explain("rooms")?.winner().unwrap().origin.to_string(), "rooms");
/// # Ok::<(), superconfig::Error>(())
/// ```
pub trait Source: Send + Sync {
    /// The layer's name for people, in `explain` and in errors.
    fn name(&self) -> &str;

    /// Loads the layer's values, a table. Called for the load and for each reload, on a thread of its own and without any
    /// lock held; calls may overlap.
    ///
    /// A call that has not returned within [`Source::timeout`] counts as failed. Its thread stays until it returns, and no
    /// other is started for the source until then: [`SourceContext::is_cancelled`] is true from that time on.
    ///
    /// # Errors
    /// Any error. A load fails with it as `ERR_SUPERCONFIG_SOURCE`; a reload keeps the source's last values, warns
    /// `source-stale` and notifies listeners.
    fn load(&self, context: &SourceContext) -> Result<Value, SourceError> {
        let _ = context;
        Err("it has neither `load` nor `load_data`".into())
    }

    /// Loads the layer as texts by path, or as documents; by default calls [`Source::load`]. A source implements one of the two, and
    /// whichever it is has the rules of that one.
    ///
    /// ```
    /// use superconfig::{Source, SourceContext, SourceData, SourceDocument, SourceError, SuperConfig};
    ///
    /// struct Store;
    ///
    /// impl Source for Store {
    ///     fn name(&self) -> &str {
    ///         "store"
    ///     }
    ///
    ///     fn load_data(&self, _: &SourceContext) -> Result<SourceData, SourceError> {
    ///         let revision = Some("7".into());
    ///         let document = SourceDocument { text: "port: 80".into(), revision, ..SourceDocument::named("shop/config.yaml") };
    ///         Ok(SourceData::Documents(vec![document]))
    ///     }
    /// }
    ///
    /// let config = SuperConfig::builder().source(Store).load()?;
    /// assert_eq!(config.explain("port")?.winner().unwrap().origin.to_string(), "shop/config.yaml:1:7");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Source::load`]; a document that cannot be parsed fails the source as well, with the error's code and position.
    fn load_data(&self, context: &SourceContext) -> Result<SourceData, SourceError> {
        self.load(context).map(SourceData::Values)
    }

    /// The time that [`Source::load`] may take, 10 seconds by default. With [`Duration::MAX`] there is no limit: the
    /// caller's own thread then calls it.
    fn timeout(&self) -> Duration {
        Duration::from_secs(10)
    }

    /// Starts to watch the source, where the configuration is watched: each call of `changed` requests a reload. Dropping
    /// the result ends the watch. `None`, the default, means that the source cannot be watched.
    ///
    /// # Errors
    /// Any error: the source's state is then stale, and watching is tried again, after a second and then less and less
    /// often.
    fn watch(&self, changed: SourceSignal) -> Result<Option<SourceWatch>, SourceError> {
        let _ = changed;
        Ok(None)
    }

    /// Releases the resources that [`Source::load`] has opened. Called once for each configuration that has called `load`:
    /// when it is closed, or when its first load is abandoned. Its watch has ended before.
    fn close(&self) {}
}

/// A running watch of a custom source, which dropping it ends.
///
/// ```
/// let watch: superconfig::SourceWatch = Box::new("whatever ends when it is dropped".to_owned());
/// drop(watch);
/// ```
pub type SourceWatch = Box<dyn Any + Send>;

/// The load that a custom source is called for: directories, profiles, environment and cancellation.
///
/// ```
/// use superconfig::SuperConfig;
///
/// let builder = SuperConfig::builder().cwd("/srv").home("/root").environment([("REGION", "eu")]).profile("production");
/// let context = builder.source_context(&builder.capture_environment())?;
/// assert_eq!(context.variable("REGION"), Some("eu"));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SourceContext {
    pub(crate) cwd: PathBuf,
    pub(crate) home: Option<PathBuf>,
    pub(crate) profiles: Vec<String>,
    pub(crate) environment: Environment,
    pub(crate) call: Option<SourceCall>,
}

/// The call that a context belongs to.
#[derive(Clone)]
pub(crate) struct SourceCall {
    /// The caller has stopped waiting.
    pub(crate) is_cancelled: Arc<dyn Fn() -> bool + Send + Sync>,
    pub(crate) report: Arc<dyn Fn(SourceReport) + Send + Sync>,
}

impl fmt::Debug for SourceCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceCall").field("is_cancelled", &(self.is_cancelled)()).finish_non_exhaustive()
    }
}

/// Serializes as `{ cwd, home, profiles }`, without the environment, and without a home where there is none.
impl Serialize for SourceContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("SourceContext", 3)?;
        fields.serialize_field("cwd", &self.cwd.to_string_lossy())?;
        if let Some(home) = &self.home {
            fields.serialize_field("home", &home.to_string_lossy())?;
        }
        fields.serialize_field("profiles", &self.profiles)?;
        fields.end()
    }
}

impl SourceContext {
    /// The directory that relative paths start from.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let builder = SuperConfig::builder().cwd("/srv").home("/root").environment([("REGION", "eu")]).profile("production");
    /// let context = builder.source_context(&builder.capture_environment())?;
    /// assert_eq!(context.cwd(), std::path::Path::new("/srv"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// The home directory, where it is known.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let builder = SuperConfig::builder().cwd("/srv").home("/root").environment([("REGION", "eu")]).profile("production");
    /// let context = builder.source_context(&builder.capture_environment())?;
    /// assert_eq!(context.home(), Some(std::path::Path::new("/root")));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The selected profiles, in the order in which they apply.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let builder = SuperConfig::builder().cwd("/srv").home("/root").environment([("REGION", "eu")]).profile("production");
    /// let context = builder.source_context(&builder.capture_environment())?;
    /// assert_eq!(context.profiles(), ["production"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn profiles(&self) -> &[String] {
        &self.profiles
    }

    /// A variable of the environment, as captured for this load.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let builder = SuperConfig::builder().cwd("/srv").home("/root").environment([("REGION", "eu")]).profile("production");
    /// let context = builder.source_context(&builder.capture_environment())?;
    /// assert_eq!(context.variable("ZONE"), None);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(|value| &**value)
    }

    /// Whether the caller has stopped waiting: the time is over, or the configuration is closed.
    ///
    /// ```
    /// let builder = superconfig::SuperConfig::builder();
    /// assert!(!builder.source_context(&builder.capture_environment())?.is_cancelled());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.call.as_ref().is_some_and(|call| (call.is_cancelled)())
    }

    /// Reports the source's state, now or later: the context may be kept for that. It appears in
    /// [`Status::sources`](crate::Status::sources); listeners get each change of the state, and the error that begins an outage:
    /// the source is connecting or stale, and had none before.
    ///
    /// ```
    /// use superconfig::{Source, SourceContext, SourceError, SourceReport, SourceState, SuperConfig, Table, Value};
    ///
    /// struct Rooms;
    ///
    /// impl Source for Rooms {
    ///     fn name(&self) -> &str {
    ///         "rooms"
    ///     }
    ///
    ///     fn load(&self, context: &SourceContext) -> Result<Value, SourceError> {
    ///         context.report(SourceReport { revision: Some("12".into()), ..SourceReport::new(SourceState::Live) });
    ///         Ok(Table::from_iter([("rooms", Value::Integer(12))]).into())
    ///     }
    /// }
    ///
    /// let config = SuperConfig::builder().source(Rooms).load()?;
    /// assert_eq!(config.status()?.sources[0].revision.as_deref(), Some("12"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn report(&self, report: SourceReport) {
        if let Some(call) = &self.call {
            (call.report)(report);
        }
    }
}

/// The message of a panic.
pub(crate) fn panicked(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no reason given")
}

/// The error of a custom source, redacted: clients like to quote the addresses that they fail to reach, user and password
/// included.
pub(crate) fn failed(name: &str, cause: impl std::fmt::Display) -> Error {
    let cause = cause.to_string();
    let cause = mask_userinfo(&cause).unwrap_or(cause);
    let error = Error::new(ErrorCode::Source, format!("the source `{name}` failed")).with_cause(cause);
    error.in_source(SourceKind::Custom, &name.into(), None)
}
