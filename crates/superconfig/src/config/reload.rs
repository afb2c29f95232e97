//! Reloading: reads the next version of a configuration, and publishes it if it differs.

use super::config::SuperConfig;
use super::counters::RELOADS;
use super::event::{Change, Event, Failure};
use super::snapshot::Snapshot;
use crate::diagnostic::{Error, ErrorCode, Issue, Segment};
use crate::load::{LoadResult, Loader, Validator, capture, context};
use crate::merge::changed;
use crate::registry::generation;
use crate::source::{Environment, custom};
use crate::value::Value;
use std::sync::Arc;

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
    pub custom_values: Vec<(usize, Result<Value, String>)>,
    /// Nobody called for the reload, it follows [`Event::ReloadRequested`]: the environment stays as it was captured, an empty
    /// file counts as half written for a second, and listeners are told of a failure because nobody else is.
    pub background: bool,
    /// The caller checks what it commits; without it a configuration that is
    /// [validated by its host](crate::Builder::validated_by_host) refuses the reload.
    pub validated: bool,
}

impl SuperConfig {
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
    /// Those of [`Builder::load`](crate::Builder::load), and `ERR_SUPERCONFIG_CLOSED` after [`SuperConfig::close`].
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
        let background = inputs.background;
        #[cfg(feature = "watch")]
        let hook = |loader: &Loader| self.0.watcher.get().is_some_and(|hooks| (hooks.after_load)(self, loader, background));
        #[cfg(not(feature = "watch"))]
        let hook = |_: &Loader| false;
        let (loaded, unsettled) = self.read_next(inputs, hook);
        match loaded {
            Ok(loaded) => Ok(PreparedReload { config: self.clone(), loaded, background, unsettled }),
            Err(error) if unsettled => Err(error),
            Err(error) => Err(self.failed(error, background)),
        }
    }

    /// Reads and merges again; `inspect` sees the loader afterwards, also when that failed.
    pub(crate) fn read_next<T>(
        &self,
        inputs: ReloadInputs,
        inspect: impl FnOnce(&Loader) -> T,
    ) -> (Result<LoadResult, Error>, T) {
        let options = &self.0.options;
        let environment = match inputs.environment {
            Some(environment) => environment,
            None if inputs.background => self.0.loader.lock().environment().clone(),
            None => capture(options),
        };
        // Asked before anything is locked.
        let custom_results = context::load_custom_sources(options, &environment).map(|mut custom_results| {
            custom_results.extend(inputs.custom_values.into_iter().map(|(at, given)| {
                let name = options.sources.get(at).map_or("custom", |entry| entry.spec.name());
                (at, given.map_err(|cause| custom::failed(name, cause)))
            }));
            custom_results
        });
        let mut loader = self.0.loader.lock();
        loader.set_environment(environment);
        let loaded = RELOADS.time(|| loader.load(custom_results?, inputs.background));
        let inspected = inspect(&loader);
        (loaded, inspected)
    }

    /// Checks and publishes what a reload read that nobody called for.
    #[cfg(feature = "watch")]
    pub(crate) fn checked_reload(&self, loaded: LoadResult) -> Result<Reload, Error> {
        PreparedReload { config: self.clone(), loaded, background: true, unsettled: false }
            .checked(self.0.options.validator.as_ref())
    }

    /// Publishes what a reload read, unless one that read later was faster, and tells which sources failed.
    pub(crate) fn publish_next(&self, mut loaded: LoadResult, background: bool) -> Result<Reload, Error> {
        let failed = Error::together(ErrorCode::Source, "sources failed", std::mem::take(&mut loaded.failed_sources)).err();
        let reload = self.swap_in(loaded, failed.is_none())?;
        if let Some(error) = failed {
            self.failed(error, background);
        }
        Ok(reload)
    }

    fn swap_in(&self, mut loaded: LoadResult, is_whole: bool) -> Result<Reload, Error> {
        let mut committed = self.0.committed.lock();
        let previous = self.snapshot()?;
        if loaded.number < *committed {
            return Ok(Reload { version: previous.version(), changed: Vec::new() });
        }
        *committed = loaded.number;
        self.0.health.lock().succeeded(is_whole);
        let changed = changed(previous.value(), &loaded.value, &[&previous.loaded.secrets, &loaded.secrets]);
        let owner = self.0.owner.clone();
        if changed.is_empty() {
            // Values are the same; where they stand, and what there is to warn of, may not be.
            loaded.value = previous.value().clone();
            let (version, generation) = (previous.version(), previous.generation());
            self.0.handle.update(Arc::new(Snapshot { version, generation, loaded, owner }))?;
            return Ok(Reload { version, changed });
        }
        let generation = generation::next();
        let version = previous.version() + 1;
        let snapshot = Arc::new(Snapshot { version, generation, loaded, owner });
        self.0.handle.update(snapshot.clone())?;
        generation::publish(self.id().get(), generation);
        // Added under the lock that decides the order of versions, told without it.
        self.0.events.add(Event::Changed(Change { version, changed: changed.clone(), previous, current: snapshot.clone() }));
        drop(committed);
        self.0.followers.follow(&snapshot);
        self.0.events.dispatch();
        Ok(Reload { version, changed })
    }

    /// Notes that a reload failed, and tells.
    pub(crate) fn failed(&self, error: Error, background: bool) -> Error {
        RELOADS.fail();
        let new = self.0.health.lock().failed(&error);
        // What is as broken as before is no news, except to somebody who asked.
        if error.code() != ErrorCode::Closed && (new || !background) {
            self.0.events.add(Event::Failed(Failure { error: error.clone(), background }));
            self.0.events.dispatch();
        }
        error
    }
}

/// The next version of a configuration, read and merged, that nobody sees yet. Dropping it keeps the version in use.
///
/// ```
/// use superconfig::{Format, ReloadInputs, SuperConfig};
///
/// let config = SuperConfig::builder().text("port = 0", Format::Toml).load()?;
/// let prepared = config.prepare_reload(ReloadInputs::default())?;
/// assert_eq!(prepared.commit(None)?.version, 1);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct PreparedReload {
    pub(crate) config: SuperConfig,
    pub(crate) loaded: LoadResult,
    /// Nobody called for it.
    pub(crate) background: bool,
    /// Its files were being changed while they were read: nothing comes of it, and the watcher asks again.
    pub(crate) unsettled: bool,
}

impl PreparedReload {
    /// Checks the values as the builder said, and publishes.
    pub(crate) fn checked(self, validator: Option<&Validator>) -> Result<Reload, Error> {
        match self.loaded.check(validator) {
            Ok(output) => self.commit(output),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: Error) -> Error {
        if self.unsettled {
            return error;
        }
        self.config.failed(error, self.background)
    }

    /// The merged values.
    ///
    /// ```
    /// use superconfig::{Format, ReloadInputs, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("port = 0", Format::Toml).load()?;
    /// let prepared = config.prepare_reload(ReloadInputs::default())?;
    /// assert!(prepared.value().as_table().unwrap().contains_key("port"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn value(&self) -> &Value {
        &self.loaded.value
    }

    /// The keys that the JSON Schema knows at a path; none where it knows none, or there is none.
    ///
    /// ```
    /// use superconfig::{Format, ReloadInputs, SuperConfig, parse};
    ///
    /// let schema = parse(r#"{ "properties": { "port": {} } }"#, Format::Json)?;
    /// let config = SuperConfig::builder().json_schema(schema).load()?;
    /// assert_eq!(config.prepare_reload(ReloadInputs::default())?.known_keys(&[]), ["port".into()]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn known_keys(&self, path: &[Segment]) -> Vec<Arc<str>> {
        self.loaded.known_keys(path)
    }

    /// The error for values that a check refuses: every issue with the place that its value comes from, secrets masked.
    /// Listeners are told.
    ///
    /// ```
    /// use superconfig::{Format, Issue, ReloadInputs, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("port = 0", Format::Toml).load()?;
    /// let prepared = config.prepare_reload(ReloadInputs::default())?;
    /// let error = prepared.refuse(vec![Issue::new("port".parse()?, "expected a port")]);
    /// assert_eq!(error.code(), superconfig::ErrorCode::Validation);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn refuse(&self, issues: Vec<Issue>) -> Error {
        self.failed(self.loaded.refuse(issues))
    }

    /// Publishes the version if anything differs; with `output`, readers see that in place of the merged values.
    ///
    /// When a reload that read its sources later was faster, that one stays and this one changes nothing. Nor does one in the
    /// background whose files were being changed while they were read: the watcher asks for another.
    ///
    /// ```
    /// use superconfig::{Format, ReloadInputs, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("port = 0", Format::Toml).load()?;
    /// let prepared = config.prepare_reload(ReloadInputs::default())?;
    /// assert!(prepared.commit(None)?.changed.is_empty());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for an `output` that is not a table; `ERR_SUPERCONFIG_CLOSED` when the configuration was
    /// closed meanwhile.
    pub fn commit(mut self, output: Option<Value>) -> Result<Reload, Error> {
        if self.unsettled {
            return Ok(Reload { version: self.config.version()?, changed: Vec::new() });
        }
        let replaced = self.loaded.replace(output);
        replaced.map_err(|error| self.config.failed(error, self.background))?;
        self.config.publish_next(self.loaded, self.background)
    }
}
