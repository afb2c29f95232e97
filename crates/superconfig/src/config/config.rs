//! A loaded configuration: the newest snapshot, and how to make the next one.

use super::builder::Builder;
use super::counters::RELOADS;
use super::event::{Change, Event, Events, Failure, Subscription};
use super::live_handle::Followers;
use super::reload::{PreparedLoad, PreparedReload};
use super::snapshot::{Snapshot, closed};
use super::status::{Health, Status};
use super::token;
use crate::diagnostic::{Error, ErrorCode, Path};
use crate::load::{LoadOptions, Loaded, Loader, capture, context};
use crate::merge::{Explanation, changed};
use crate::registry::{ConfigHandle, ConfigRegistry, HandleId, InsertOptions, generation};
use crate::source::{Environment, custom};
use crate::value::Value;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use std::sync::{Arc, OnceLock, Weak};
#[cfg(feature = "watch")]
use std::time::Duration;

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
pub struct SuperConfig(pub(crate) Arc<Core>);

/// What all clones of one configuration share.
pub(crate) struct Core {
    handle: ConfigHandle<Arc<Snapshot>>,
    pub(crate) options: Arc<LoadOptions>,
    /// Held while the sources are read and merged: reloads of one configuration queue up.
    pub(crate) loader: Mutex<Loader>,
    /// The number of the load that was published last; held while the next one is published.
    committed: Mutex<u64>,
    link: Arc<OnceLock<Weak<Core>>>,
    followers: Followers,
    pub(crate) events: Arc<Events>,
    pub(crate) health: Mutex<Health>,
    /// How long nothing may have changed for what a host reads when it is asked to; nothing for it to count anyway.
    #[cfg(feature = "watch")]
    pub(crate) quiet: Mutex<Option<Duration>>,
}

/// What a reload did.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// let reload = config.reload()?;
/// assert_eq!((reload.version, reload.changed.len()), (1, 0));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Reload {
    /// The version now; the one before where nothing changed.
    pub version: u64,
    /// Sorted paths of the leaves that were set, changed or removed.
    pub changed: Vec<String>,
}

/// What a reload takes from its caller instead of finding it out itself.
///
/// ```
/// use superconfig::{Environment, ReloadInputs, SuperConfig};
///
/// let config = SuperConfig::builder().environment([("APP_PORT", "80")]).env("APP").load()?;
/// let environment = Some(Environment::from_pairs([("APP_PORT", "81")]));
/// assert_eq!(config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() })?.changed, ["port"]);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Default)]
pub struct ReloadInputs {
    /// The environment; captured on the calling thread by default.
    pub environment: Option<Environment>,
    /// New values of custom sources that a binding asked in its host language, each by its place among the sources, or
    /// why there are none: then what it gave last stays in use. A source that is not here keeps its values.
    pub supplied: Vec<(usize, Result<Value, String>)>,
    /// Nobody called for the reload, it follows [`Event::Outdated`]: the environment stays as it was captured, an empty
    /// file counts as half written for a second, and listeners are told of a failure because nobody else is.
    pub background: bool,
    /// The caller checks what it commits; without it a configuration that is
    /// [validated by its host](crate::Builder::validated_by_host) refuses the reload.
    pub validated: bool,
}

impl SuperConfig {
    /// Starts the description of a configuration.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.get::<u16>("server.port")?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Puts a first version into the registry.
    pub(crate) fn publish(prepared: PreparedLoad) -> Result<Self, Error> {
        let PreparedLoad { options, loader, loaded } = prepared;
        let committed = loaded.number;
        let generation = generation::next();
        let link = Arc::new(OnceLock::new());
        let snapshot = Arc::new(Snapshot { version: 1, generation, loaded, core: link.clone() });
        let insert = InsertOptions { name: options.name.clone(), ..InsertOptions::default() };
        let handle = ConfigRegistry::global().insert_measured(snapshot, insert, |snapshot, meter| snapshot.measure(meter))?;
        let core = Arc::new(Core {
            handle,
            options,
            loader: Mutex::new(loader),
            committed: Mutex::new(committed),
            link,
            followers: Followers::default(),
            events: Arc::default(),
            health: Mutex::new(Health::new()),
            #[cfg(feature = "watch")]
            quiet: Mutex::default(),
        });
        // The cell was made above and nobody else has filled it.
        let _ = core.link.set(Arc::downgrade(&core));
        generation::publish(core.handle.id().get(), generation);
        #[cfg(feature = "watch")]
        if let Some(options) = core.options.watch.clone() {
            super::watch::start(&core, options)?;
        }
        Ok(Self(core))
    }

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
        let core = handle.ok().and_then(|handle| handle.value().ok()?.core.get()?.upgrade());
        core.map(Self).ok_or_else(|| {
            Error::new(ErrorCode::Closed, format!("no open configuration has the name or token {name_or_token:?}"))
                .with_hint("load it first, with `name(…)`, in a part of this process that keeps it open")
        })
    }

    /// What [`SuperConfig::attach`] finds this configuration by, in this process only.
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
        match self.0.handle.value() {
            Ok(snapshot) => Ok(Arc::clone(&snapshot)),
            Err(_) => Err(closed()),
        }
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
    /// `ERR_SUPERCONFIG_PATH` for an unknown path, with the nearest one; `ERR_SUPERCONFIG_TYPE` for a value that
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
    /// Reading is `ERR_SUPERCONFIG_PATH` while nothing is there, with the nearest path; `ERR_SUPERCONFIG_TYPE` while the
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

    /// Tells where the value at a path comes from; see [`Snapshot::explain`].
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

    /// Loads again, with the environment as it is now, and swaps the result in if anything differs.
    ///
    /// A file that did not change costs a `stat`. When anything fails the last good version stays in use.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.reload()?.version, 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Builder::load`], and `ERR_SUPERCONFIG_CLOSED` after [`SuperConfig::close`].
    pub fn reload(&self) -> Result<Reload, Error> {
        self.reload_with(ReloadInputs::default())
    }

    /// The environment as a reload needs it, captured on the calling thread, for reloading on another one.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let environment = config.capture_environment();
    /// config.reload_with(superconfig::ReloadInputs { environment: Some(environment), ..Default::default() })?;
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn capture_environment(&self) -> Environment {
        capture(&self.0.options)
    }

    /// [`SuperConfig::reload`] with what was found out elsewhere.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.reload_with(superconfig::ReloadInputs::default())?.version, 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`SuperConfig::reload`], and `ERR_SUPERCONFIG_OPTION` where values come in for a source that is not a
    /// custom one.
    pub fn reload_with(&self, inputs: ReloadInputs) -> Result<Reload, Error> {
        self.prepare_reload(inputs)?.checked(self.0.options.validator.as_ref())
    }

    /// [`SuperConfig::reload_with`] up to the point where the version would be published, so that something outside can
    /// check the values first. Nothing is locked meanwhile.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let prepared = config.prepare_reload(superconfig::ReloadInputs::default())?;
    /// assert_eq!(prepared.commit(None)?.version, 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`SuperConfig::reload_with`].
    pub fn prepare_reload(&self, inputs: ReloadInputs) -> Result<PreparedReload, Error> {
        // A closed configuration asks nobody anything.
        self.snapshot()?;
        if self.0.options.validated_by_host && !inputs.validated {
            let message = "the program that loaded this configuration checks each version, so only it can reload";
            return Err(Error::new(ErrorCode::Option, message).with_hint("reload it in the thread that loaded it"));
        }
        let unasked = inputs.background;
        #[cfg(feature = "watch")]
        let (loaded, unsettled) = self.read_next(inputs, |loader| super::watch::looked(self, loader, unasked));
        #[cfg(not(feature = "watch"))]
        let (loaded, unsettled) = self.read_next(inputs, |_| false);
        match loaded {
            Ok(loaded) => Ok(PreparedReload { config: self.clone(), loaded, unasked, unsettled }),
            Err(error) if unsettled => Err(error),
            Err(error) => Err(self.failed(error, unasked)),
        }
    }

    /// Reads and merges again; `look` sees the loader afterwards, also when that failed.
    pub(crate) fn read_next<T>(&self, inputs: ReloadInputs, look: impl FnOnce(&Loader) -> T) -> (Result<Loaded, Error>, T) {
        let options = &self.0.options;
        let environment = match inputs.environment {
            Some(environment) => environment,
            None if inputs.background => self.0.loader.lock().environment().clone(),
            None => capture(options),
        };
        // Asked before anything is locked.
        let supplied = context::ask(options, &environment).map(|mut supplied| {
            supplied.extend(inputs.supplied.into_iter().map(|(at, given)| {
                let name = options.sources.get(at).map_or("custom", |entry| entry.spec.name());
                (at, given.map_err(|cause| custom::failed(name, cause)))
            }));
            supplied
        });
        let mut loader = self.0.loader.lock();
        loader.set_environment(environment);
        let loaded = RELOADS.time(|| loader.load(supplied?, inputs.background));
        let looked = look(&loader);
        (loaded, looked)
    }

    /// Checks and publishes what a reload read that nobody called for.
    #[cfg(feature = "watch")]
    pub(crate) fn checked_reload(&self, loaded: Loaded) -> Result<Reload, Error> {
        PreparedReload { config: self.clone(), loaded, unasked: true, unsettled: false }
            .checked(self.0.options.validator.as_ref())
    }

    /// Publishes what a reload read, unless one that read later was faster, and tells which sources failed.
    pub(crate) fn publish_next(&self, mut loaded: Loaded, unasked: bool) -> Result<Reload, Error> {
        let failed = Error::together(ErrorCode::Source, "sources failed", std::mem::take(&mut loaded.failed_sources)).err();
        let reload = self.swap_in(loaded, failed.is_none())?;
        if let Some(error) = failed {
            self.failed(error, unasked);
        }
        Ok(reload)
    }

    fn swap_in(&self, mut loaded: Loaded, is_whole: bool) -> Result<Reload, Error> {
        let mut committed = self.0.committed.lock();
        let previous = self.snapshot()?;
        if loaded.number < *committed {
            return Ok(Reload { version: previous.version(), changed: Vec::new() });
        }
        *committed = loaded.number;
        self.0.health.lock().succeeded(is_whole);
        let changed = changed(previous.value(), &loaded.value, &[&previous.loaded.secrets, &loaded.secrets]);
        let core = self.0.link.clone();
        if changed.is_empty() {
            // Values are the same; where they stand, and what there is to warn of, may not be.
            loaded.value = previous.value().clone();
            let (version, generation) = (previous.version(), previous.generation());
            self.0.handle.update(Arc::new(Snapshot { version, generation, loaded, core }))?;
            return Ok(Reload { version, changed });
        }
        let generation = generation::next();
        let version = previous.version() + 1;
        let snapshot = Arc::new(Snapshot { version, generation, loaded, core });
        self.0.handle.update(snapshot.clone())?;
        generation::publish(self.id().get(), generation);
        // Added under the lock that decides the order of versions, told without it.
        self.0.events.add(Event::Changed(Change { version, changed: changed.clone(), previous, current: snapshot.clone() }));
        drop(committed);
        self.0.followers.follow(&snapshot);
        self.0.events.tell();
        Ok(Reload { version, changed })
    }

    /// Notes that a reload failed, and tells.
    pub(crate) fn failed(&self, error: Error, unasked: bool) -> Error {
        RELOADS.fail();
        let new = self.0.health.lock().failed(&error);
        // What is as broken as before is no news, except to somebody who asked.
        if error.code() != ErrorCode::Closed && (new || !unasked) {
            self.0.events.add(Event::Failed(Failure { error: error.clone(), unasked }));
            self.0.events.tell();
        }
        error
    }

    /// Calls a listener for each new version, for each reload that fails, and when the configuration is closed.
    ///
    /// The listener runs on the thread that reloaded, or on the watcher's, with no lock held; events come one after the
    /// other, in the order of versions. One that panics stops no other. It must not wait for a thread that is closing
    /// the configuration.
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
        self.0.events.subscribe(Arc::new(listener))
    }

    /// How the configuration is doing: what is watched and how, and how the last reload went.
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
        let health = self.0.health.lock();
        Ok(Status {
            version: snapshot.version(),
            profiles: snapshot.profiles().to_vec(),
            watching: health.watching.clone(),
            last_reload: health.last_reload,
            last_error: health.last_error.clone(),
            stale_since: health.stale_since,
        })
    }

    /// Ends the configuration for everybody in the process: every later read or reload is
    /// `ERR_SUPERCONFIG_CLOSED`. Snapshots taken before stay good. Dropping the last clone does the same.
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
    }
}

impl Core {
    fn close(&self) {
        // An entry that is gone already was closed before, which is as good.
        if ConfigRegistry::global().remove(self.handle.id()).is_ok() {
            #[cfg(feature = "watch")]
            if self.options.watch.is_some() {
                super::watch::stop(self.handle.id());
            }
            self.followers.end();
            self.events.add(Event::Closed);
            self.events.tell();
        }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.close();
    }
}
