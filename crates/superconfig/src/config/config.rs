//! A loaded configuration: reading its newest snapshot, listening, and closing.

use super::core::Keeper;
use super::event::{Event, Subscription};
use super::fingerprint::Fingerprints;
use super::snapshot::{Snapshot, closed};
use super::status::Status;
use super::token;
use crate::diagnostic::{Error, ErrorCode, Path};
use crate::merge::Explanation;
use crate::registry::{ConfigHandle, ConfigRegistry, HandleId, generation};
use crate::source::SourceReport;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
#[cfg(feature = "watch")]
use std::time::Duration;

/// A longer read counts as held up in the status.
#[cfg(feature = "watch")]
const HELD_UP: Duration = Duration::from_secs(1);

/// A configuration that is loaded and can be reloaded; cloning shares it.
///
/// Reading never waits: a reload builds the next snapshot aside and swaps it in whole.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// assert_eq!(config.get::<u16>("server.port")?, 8080);
/// assert!(config.get::<u16>("server.prot").unwrap_err().hint().unwrap().contains("server.port"));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone)]
pub struct SuperConfig(pub(super) Arc<Keeper>);

/// Prints the name and the snapshot with every secret replaced by `[redacted]`, or that it is closed. Costs a copy.
impl fmt::Debug for SuperConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = &mut f.debug_struct("SuperConfig");
        fields.field("name", &self.name());
        match self.snapshot() {
            Ok(snapshot) => fields.field("snapshot", &snapshot),
            Err(_) => fields.field("closed", &true),
        }
        .finish()
    }
}

impl SuperConfig {
    /// Opens a configuration that another part of this process loaded, by its name or its token.
    ///
    /// Costs one lookup; nothing is read again.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(SuperConfig::attach(&config.token())?.get::<u16>("server.port")?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` when no such configuration is open.
    pub fn attach(name_or_token: &str) -> Result<Self, Error> {
        let registry = ConfigRegistry::global();
        let handle = if token::is_token(name_or_token) {
            token::id(name_or_token).ok_or_else(closed).and_then(|id| registry.handle::<Arc<Snapshot>>(id))
        } else {
            registry.find::<Arc<Snapshot>>(name_or_token)
        };
        let owner = handle.ok().and_then(|handle| handle.value().ok()?.owner.get()?.upgrade());
        owner.and_then(|owner| owner.downcast().ok()).map(Self).ok_or_else(|| {
            Error::new(ErrorCode::Closed, format!("no open configuration has the name or token {name_or_token:?}"))
                .with_hint("load it first, with `name(…)`, in a part of this process that keeps it open")
        })
    }

    /// The token by which [`SuperConfig::attach`] finds this configuration, in this process only.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(SuperConfig::attach(&config.token())?.id(), config.id());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn token(&self) -> String {
        token::token(self.id())
    }

    /// The name, if one was given.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.name(), None);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.0.options.name.as_deref()
    }

    /// The id of its entry in [`ConfigRegistry::global`]; never used again for another.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert!(superconfig::ConfigRegistry::global().contains(config.id()));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn id(&self) -> HandleId {
        self.0.handle.id()
    }

    /// The version: 1 after the first load, one more with each reload that changed something.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.version()?, 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` after [`SuperConfig::close`].
    pub fn version(&self) -> Result<u64, Error> {
        Ok(self.snapshot()?.version())
    }

    /// The newest snapshot. Lock-free; costs one reference count.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// config.close();
    /// assert_eq!(snapshot.get::<u16>(&"server.port".parse()?)?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` after [`SuperConfig::close`].
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, Error> {
        self.0.snapshot()
    }

    /// Reads the value at a path as any type that serde knows.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.get::<u16>("server.port")?, 8080);
    /// assert_eq!(config.get::<Option<String>>("server.port").unwrap_err().code(), superconfig::ErrorCode::Type);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_PATH` for an unknown path, with the closest one; `ERR_SUPERCONFIG_TYPE` for a value that
    /// does not fit, with its origin.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.snapshot()?.get(&path.parse()?)
    }

    /// Reads the whole configuration as any type that serde knows.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct App {
    ///     server: Server,
    /// }
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Server {
    ///     port: u16,
    /// }
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.extract::<App>()?.server.port, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_TYPE` for a value that does not fit, with its path and origin.
    pub fn extract<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.snapshot()?.get(&Path::new())
    }

    /// A live, typed view of the value at a path, which may come and go: reading it takes no lock and no serde.
    ///
    /// A reload reads the value into the type once, where it changed. The handle does not keep the configuration open.
    /// What [`ConfigHandle::update`] puts in lasts until the next reload that changes the value.
    ///
    /// Reading is `ERR_SUPERCONFIG_PATH` while nothing is there, with the closest path; `ERR_SUPERCONFIG_TYPE` while the
    /// value does not fit, with its origin; `ERR_SUPERCONFIG_CLOSED` after [`SuperConfig::close`].
    ///
    /// # Panics
    /// When the process has used up its 2⁵³ ids.
    ///
    /// ```
    /// use superconfig::{ErrorCode, Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let port = config.handle::<u16>("server.port");
    /// assert_eq!(*port.value()?, 8080);
    /// let mut reader = port.cached();
    /// assert_eq!(*reader.value()?, 8080);
    /// assert_eq!(config.handle::<bool>("server.port").value().unwrap_err().code(), ErrorCode::Type);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn handle<T: DeserializeOwned + Send + Sync + 'static>(&self, path: &str) -> ConfigHandle<T> {
        self.0.followers.handle(path, || self.snapshot()).expect("ids do not run out")
    }

    /// Explains where the value at a path comes from; see [`Snapshot::explain`].
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let explanation = config.explain("server.port")?;
    /// let origin = &explanation.winner().unwrap().origin;
    /// assert_eq!((origin.line, origin.column), (Some(2), Some(8)));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_PATH` for a path that no layer knows.
    pub fn explain(&self, path: &str) -> Result<Explanation, Error> {
        self.snapshot()?.explain(&path.parse()?)
    }

    /// Calls a listener for each new version, for each reload that fails, and when the configuration is closed.
    ///
    /// The listener runs on the thread that reloaded, with no lock held; events come one after the other, in the order of
    /// versions. One that panics stops no other. An [`Event::ReloadRequested`](crate::Event::ReloadRequested) that no reload has
    /// followed comes once more: files may change before whoever can reload listens.
    ///
    /// ```
    /// use superconfig::{Event, Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("port = 8080", Format::Toml).load()?;
    /// let subscription = config.subscribe(|event| match event {
    ///     Event::Changed(change) => println!("version {}: {:?}", change.version, change.changed),
    ///     Event::Failed(failure) => eprintln!("{}", failure.error),
    ///     _ => {}
    /// });
    /// drop(subscription);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn subscribe(&self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Subscription {
        let subscription = self.0.events.get_or_init(Arc::default).subscribe(Arc::new(listener));
        // Together with the one after a version is published: either that finds the listener, or who subscribes reads that version.
        fence(Ordering::SeqCst);
        #[cfg(feature = "watch")]
        if self.0.watched.get().is_some_and(|watched| watched.is_requested()) {
            self.0.notify([Event::ReloadRequested]);
        }
        subscription
    }

    /// The status of the configuration: its watches, and the result of the last reload.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let status = config.status()?;
    /// assert!(status.watching.is_empty() && status.last_error.is_none());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` after [`SuperConfig::close`].
    pub fn status(&self) -> Result<Status, Error> {
        let snapshot = self.snapshot()?;
        let fingerprints = Fingerprints::new(snapshot.value(), &snapshot.redacted(), self.0.options.fingerprint_key.as_deref());
        let status = self.0.health.lock().status(&snapshot, fingerprints);
        #[cfg(feature = "watch")]
        if let Some((path, elapsed)) = self.0.in_progress.as_ref().and_then(|reading| reading.held_up(HELD_UP)) {
            return Ok(status.with_held_up(path.as_deref(), elapsed));
        }
        Ok(status)
    }

    /// Records the report of a host language's custom source, by its index among the sources; it appears in
    /// [`Status::sources`], and listeners get the first error of an outage.
    ///
    /// ```
    /// use superconfig::{SourceEntry, SourceKind, SourceReport, SourceSpec, SourceState, SuperConfig, Table};
    ///
    /// let spec = SourceSpec::Values { kind: SourceKind::Custom, name: "remote".into(), value: Table::new().into() };
    /// let config = SuperConfig::builder().entry(SourceEntry { spec, fill: false, directives: true }).load()?;
    /// let report = SourceReport { revision: Some("7".into()), ..SourceReport::new(SourceState::Connecting) };
    /// config.report_source(0, report)?;
    /// assert_eq!(config.status()?.sources[0].revision.as_deref(), Some("7"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` where there is no custom source.
    pub fn report_source(&self, source: usize, report: SourceReport) -> Result<(), Error> {
        let news = self.0.health.lock().report(source, report)?;
        self.0.report_news(news);
        Ok(())
    }

    /// Closes the configuration for the whole process: every later read or reload is `ERR_SUPERCONFIG_CLOSED`. Snapshots
    /// taken before stay valid. Dropping the last clone does the same.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// config.close();
    /// assert_eq!(config.get::<u16>("server.port").unwrap_err().code(), superconfig::ErrorCode::Closed);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn close(&self) {
        self.0.close();
        generation::outdate();
    }
}
