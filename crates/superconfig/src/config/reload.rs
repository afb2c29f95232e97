//! Reloading: reads the next version of a configuration, and publishes it if it differs.

use super::config::SuperConfig;
use super::core::Core;
use super::counters::RELOADS;
use super::event::{Change, Event};
use super::snapshot::Snapshot;
use crate::diagnostic::{Error, ErrorCode, Issue, Path, span};
use crate::load::{Derivation, LoadOutcome, LoadRecord, PendingLoad, Validator, capture};
use crate::merge::changed;
use crate::registry::generation;
use crate::source::{Environment, SourceData, custom};
use crate::value::Value;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The result of a reload.
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

/// The inputs of a reload that its caller provides.
///
/// ```
/// use superconfig::{Environment, ReloadInputs, SuperConfig};
///
/// let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_PORT", "80")]))?;
/// let environment = Some(Environment::from_pairs([("APP_PORT", "81")]));
/// assert_eq!(config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() })?.changed, ["port"]);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Default)]
pub struct ReloadInputs {
    /// The start of the reload, before its custom sources were called; now by default.
    pub turn: Option<ReloadTurn>,
    /// The environment; captured on the calling thread by default. One that the builder was given holds for good, so then this
    /// changes nothing.
    pub environment: Option<Environment>,
    /// The environment stays as it was captured last: for a program's part that has another one than the part that loaded.
    pub keep_environment: bool,
    /// New results of custom sources that a binding called in its host language, each by its index among the sources, or
    /// why there are none: then what it gave last stays in use. A source that is not here keeps its values.
    pub custom_values: Vec<(usize, Result<SourceData, String>)>,
    /// The reload was not called for, it follows [`Event::ReloadRequested`](crate::Event::ReloadRequested): the environment
    /// stays as it was captured, an empty file counts as half written for a second, and listeners are notified of a failure.
    /// A reload that is abandoned, because it is dropped or its files were being changed, is always followed by another such
    /// event.
    pub background: bool,
    /// The caller checks what it commits; without it a configuration that is
    /// [validated by its host](crate::Builder::validated_by_host) refuses the reload.
    pub validated: bool,
}

/// The start of a reload: of overlapping reloads the values and the environment of the one that began last stay, whichever
/// of them reads its files first.
///
/// ```
/// use superconfig::{ReloadInputs, SourceEntry, SourceKind, SourceSpec, SuperConfig, Table, Value};
///
/// let given = |n| Value::from(Table::from_iter([("n", Value::Integer(n))]));
/// let spec = SourceSpec::Values { kind: SourceKind::Custom, name: "remote".into(), value: given(0) };
/// let config = SuperConfig::builder().entry(SourceEntry { spec, fill: false, directives: true }).load()?;
/// let (first, second) = (config.begin_reload(), config.begin_reload());
/// let reload = |turn, n| ReloadInputs { turn: Some(turn), custom_values: vec![(0, Ok(given(n).into()))], ..ReloadInputs::default() };
/// config.reload_with(reload(second, 2))?;
/// config.reload_with(reload(first, 1))?;
/// assert_eq!(config.get::<i64>("n")?, 2);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReloadTurn(pub(super) u64);

impl ReloadTurn {
    /// The turn as a number, for a host language; it grows from reload to reload of one configuration.
    ///
    /// ```
    /// use superconfig::{ReloadTurn, SuperConfig};
    ///
    /// let config = SuperConfig::builder().load()?;
    /// let turn = config.begin_reload();
    /// assert_eq!(ReloadTurn::from_number(turn.number()), turn);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn number(self) -> u64 {
        self.0
    }

    /// The turn that had this number.
    ///
    /// ```
    /// assert_eq!(superconfig::ReloadTurn::from_number(3).number(), 3);
    /// ```
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }
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

    /// Begins a reload whose sources a binding calls in its host language, before it calls them. Costs one atomic addition.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let config = SuperConfig::builder().load()?;
    /// assert!(config.begin_reload() < config.begin_reload());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn begin_reload(&self) -> ReloadTurn {
        self.0.next_turn()
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
        self.0.core().prepare_reload(inputs)
    }

    /// [`SuperConfig::prepare_reload`] on another thread; the environment is captured on this one.
    ///
    /// Reloads of one configuration are read one at a time, in the order of these calls. One that is held up by its file system
    /// holds up those after it and nothing else: neither [`SuperConfig::close`] nor the end of the process waits for it, and it
    /// does not keep the configuration open.
    ///
    /// ```
    /// use superconfig::{ReloadInputs, SuperConfig};
    ///
    /// let config = SuperConfig::builder().load()?;
    /// let (sender, prepared) = std::sync::mpsc::channel();
    /// config.prepare_reload_then(ReloadInputs::default(), move |prepared| sender.send(prepared).unwrap_or_default());
    /// assert_eq!(prepared.recv().expect("it is always called")?.commit(None)?.version, 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn prepare_reload_then(
        &self,
        mut inputs: ReloadInputs,
        done: impl FnOnce(Result<PreparedReload, Error>) + Send + 'static,
    ) {
        let core = self.0.core().clone();
        inputs.turn.get_or_insert_with(|| core.next_turn());
        if !inputs.background && !inputs.keep_environment && inputs.environment.is_none() {
            inputs.environment = Some(self.capture_environment());
        }
        core.jobs().clone().run(Box::new(move || done(caught(|| core.prepare_reload(inputs)))));
    }
}

/// A panic is a bug, and no reason to leave the caller without an answer.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let result = catch_unwind(AssertUnwindSafe(work));
    result.unwrap_or_else(|_| Err(Error::new(ErrorCode::Internal, "the engine panicked; this is a bug")))
}

impl Core {
    /// The turn of a reload that begins now.
    pub(super) fn next_turn(&self) -> ReloadTurn {
        ReloadTurn(1 + self.turns.fetch_add(1, Ordering::Relaxed))
    }

    /// The environment for a reload, and the one to keep for those in the background.
    fn environment_for(&self, turn: ReloadTurn, given: Option<Environment>, keep: bool) -> Arc<Environment> {
        // The environment given to the builder holds for every reload.
        if keep || self.options.environment.is_some() {
            return self.environment.lock().1.clone();
        }
        let environment = given.unwrap_or_else(|| capture(&self.options)).share();
        let mut newest = self.environment.lock();
        if turn.0 >= newest.0 {
            *newest = (turn.0, environment.clone());
        }
        environment
    }

    /// Calls the sources of the engine, then reads and merges again.
    pub(super) fn read_next(&self, inputs: ReloadInputs) -> (Result<Box<PendingLoad>, Error>, LoadRecord) {
        let _span = span!("reload");
        let ReloadInputs { turn, environment, keep_environment, custom_values: given, background, .. } = inputs;
        let turn = turn.unwrap_or_else(|| self.next_turn());
        let options = &self.options;
        let environment = self.environment_for(turn, environment, background || keep_environment);
        // Before anything is locked.
        let called = match background {
            true => self.custom_sources.load_in_background(options, &environment),
            false => self.custom_sources.load(options, &environment),
        };
        let custom_results = called.map(|mut custom_results| {
            custom_results.extend(given.into_iter().map(|(at, given)| {
                let name = options.sources.get(at).map_or("custom", |entry| entry.spec.name());
                (at, given.map_err(|cause| custom::failed(name, cause)))
            }));
            custom_results
        });
        let mut loader = self.loader.lock();
        // A later turn may have brought another one meanwhile.
        loader.set_environment(self.environment.lock().1.clone());
        RELOADS.begin();
        let previous = self.snapshot().ok();
        let previous = previous.as_ref().map(|previous| &previous.loaded);
        let LoadOutcome { result, record, answers } = loader.load(turn.0, custom_results, background, previous);
        drop(loader);
        let changes = self.health.lock().record_results(answers);
        self.report_sources(changes);
        let result = result.and_then(|mut loaded| loaded.derive_all().map(|()| loaded));
        (result, record)
    }

    /// Publishes a reload, unless one that read its sources later was faster, and reports failed sources.
    pub(super) fn publish_next(
        &self,
        mut loaded: Box<PendingLoad>,
        record: &LoadRecord,
        background: bool,
    ) -> Result<Reload, Error> {
        let failed = Error::together(ErrorCode::Source, "sources failed", std::mem::take(&mut loaded.failed_sources)).err();
        let (mut timings, publishing) = (loaded.timings, loaded.stage_began);
        let reload = {
            let _span = span!("publish");
            self.swap_in(loaded, record)?
        };
        timings.publish = publishing.elapsed();
        RELOADS.observe(&timings);
        self.health.lock().record_timings(timings);
        if let Some(error) = failed {
            self.report_failure(&error, record, background);
        }
        Ok(reload)
    }

    fn swap_in(&self, mut loaded: Box<PendingLoad>, record: &LoadRecord) -> Result<Reload, Error> {
        let mut progress = self.progress.lock();
        let previous = self.snapshot()?;
        if record.number < progress.published.number {
            return Ok(Reload { version: previous.version(), changed: Vec::new() });
        }
        progress.published = record.clone();
        progress.failed.take_if(|failed| failed.number < record.number);
        self.health.lock().succeeded(record.number, loaded.is_whole);
        let changed = changed(previous.value(), &loaded.value, &[&previous.loaded.secrets, &loaded.secrets]);
        let owner = self.owner.clone();
        if changed.is_empty() {
            // The values are the same; their origins and the warnings may differ.
            loaded.value = previous.value().clone();
            loaded.annotation = previous.loaded.annotation.clone();
            let (version, generation) = (previous.version(), previous.generation());
            self.handle.update(Arc::new(Snapshot { version, generation, loaded: loaded.result, owner }))?;
            return Ok(Reload { version, changed });
        }
        let generation = generation::next();
        let version = previous.version() + 1;
        let snapshot = Arc::new(Snapshot { version, generation, loaded: loaded.result, owner });
        self.handle.update(snapshot.clone())?;
        generation::publish(self.handle.id().get(), generation);
        generation::outdate();
        // Added under the lock that decides the order of versions, dispatched without it.
        let events = self.events.get();
        if let Some(events) = events {
            events.add(Event::Changed(Change { version, changed: changed.clone(), previous, current: snapshot.clone() }));
        }
        drop(progress);
        self.followers.follow(&snapshot);
        if let Some(events) = events {
            events.dispatch();
        }
        Ok(Reload { version, changed })
    }

    fn prepare_reload(self: &Arc<Self>, inputs: ReloadInputs) -> Result<PreparedReload, Error> {
        // No validator is called for a closed configuration.
        self.snapshot()?;
        if self.options.validated_by_host && !inputs.validated {
            let message = "the program that loaded this configuration checks each version, so only it can reload";
            return Err(Error::new(ErrorCode::Option, message).with_hint("reload it in the thread that loaded it"));
        }
        let background = inputs.background;
        let (loaded, record) = self.read_next(inputs);
        #[cfg(feature = "watch")]
        let unsettled = self.watched.get().is_some_and(|watched| watched.loaded(&record, background));
        #[cfg(not(feature = "watch"))]
        let unsettled = false;
        match loaded {
            Ok(loaded) => {
                let outcome = Outcome { core: self.clone(), record, background, is_open: Cell::new(!unsettled) };
                Ok(PreparedReload { loaded, outcome, unsettled })
            }
            Err(error) if unsettled => Err(error),
            Err(error) => Err(self.failed(error, &record, background)),
        }
    }

    /// Checks and publishes what the watcher read.
    #[cfg(feature = "watch")]
    pub(super) fn publish_checked(self: &Arc<Self>, loaded: Box<PendingLoad>, record: LoadRecord) {
        let outcome = Outcome { core: self.clone(), record, background: true, is_open: Cell::new(false) };
        // Errors are reported where they are found.
        drop(PreparedReload { loaded, outcome, unsettled: false }.checked(self.options.validator.as_ref()));
    }
}

/// The next version of a configuration, read and merged but not published. Dropping it keeps the version in use.
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
    loaded: Box<PendingLoad>,
    outcome: Outcome,
    /// Its files were being changed while they were read: it is abandoned, and the watcher requests another.
    unsettled: bool,
}

/// The pending outcome of a reload. It does not keep the configuration open.
struct Outcome {
    core: Arc<Core>,
    record: LoadRecord,
    /// Whether it follows a request of the watcher.
    background: bool,
    /// Whether it is neither published nor refused yet. Dropped so, the watcher has to request another: the changes are unread.
    is_open: Cell<bool>,
}

impl Outcome {
    fn failed(&self, error: Error) -> Error {
        self.is_open.set(false);
        self.core.failed(error, &self.record, self.background)
    }

    fn publish(&self, loaded: Box<PendingLoad>) -> Result<Reload, Error> {
        self.is_open.set(false);
        self.core.publish_next(loaded, &self.record, self.background)
    }
}

impl Drop for Outcome {
    fn drop(&mut self) {
        #[cfg(feature = "watch")]
        if self.is_open.get()
            && self.background
            && let Some(watched) = self.core.watched.get()
        {
            watched.thrown_away();
        }
    }
}

impl PreparedReload {
    /// Checks the values as the builder said, and publishes.
    fn checked(self, validator: Option<&Validator>) -> Result<Reload, Error> {
        match self.loaded.check(validator) {
            Ok(output) => self.commit(output),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: Error) -> Error {
        if self.unsettled {
            return error;
        }
        self.outcome.failed(error)
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

    /// The next layer that the host of a binding has to compute; see [`Derivation`](crate::Derivation). Costs a merge of the layers
    /// below it.
    ///
    /// ```
    /// use superconfig::{ReloadInputs, SuperConfig};
    ///
    /// let config = SuperConfig::builder().load()?;
    /// assert!(config.prepare_reload(ReloadInputs::default())?.derivation()?.is_none());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of merging. Listeners are notified.
    pub fn derivation(&self) -> Result<Option<Derivation>, Error> {
        self.loaded.derivation().map_err(|error| self.failed(error))
    }

    /// Takes the values of that layer, or why there are none; after the last one all layers are merged.
    ///
    /// ```
    /// use superconfig::{ErrorCode, ReloadInputs, SuperConfig};
    ///
    /// let config = SuperConfig::builder().load()?;
    /// let mut prepared = config.prepare_reload(ReloadInputs::default())?;
    /// assert_eq!(prepared.derive(Err("no reason".to_owned())).unwrap_err().code(), ErrorCode::Option);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_SOURCE` where there are none, or no table; those of merging; `ERR_SUPERCONFIG_OPTION` where no layer is to
    /// be computed. Listeners are notified.
    pub fn derive(&mut self, result: Result<Value, String>) -> Result<(), Error> {
        let derived = self.loaded.derive(result).and_then(|()| self.loaded.derive_all());
        derived.map_err(|error| self.failed(error))
    }

    /// The issue of a key that must not be there, for [`PreparedReload::refuse`]; see [`PreparedLoad::unknown_key`](crate::PreparedLoad::unknown_key).
    ///
    /// ```
    /// use superconfig::{Format, ReloadInputs, SuperConfig, parse};
    ///
    /// let schema = parse(r#"{ "properties": { "port": {} } }"#, Format::Json)?;
    /// let config = SuperConfig::builder().text("prot = 80", Format::Toml).json_schema(schema).load()?;
    /// let issue = config.prepare_reload(ReloadInputs::default())?.unknown_key("prot".parse()?, None);
    /// assert_eq!(issue.hint.as_deref(), Some("did you mean `port`?"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn unknown_key(&self, path: Path, known: Option<&[String]>) -> Issue {
        self.loaded.unknown_key(path, known)
    }

    /// The error for values that a validator rejects: every issue with the origin of its value, secrets masked. Listeners
    /// are notified.
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

    /// Keeps something of a binding with the version, for [`Snapshot::annotation`](crate::Snapshot::annotation). Where the values do
    /// not differ, what was kept with them stays.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use superconfig::{Format, ReloadInputs, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("port = 0", Format::Toml).load()?;
    /// let mut prepared = config.prepare_reload(ReloadInputs::default())?;
    /// prepared.annotate(Arc::new("checked by hand"));
    /// assert!(prepared.commit(None)?.changed.is_empty());
    /// assert_eq!(config.snapshot()?.annotation::<&str>(), None);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn annotate(&mut self, annotation: Arc<dyn Any + Send + Sync>) {
        self.loaded.annotation = Some(annotation);
    }

    /// Publishes the version if anything differs; with `output`, readers get that instead of the merged values.
    ///
    /// When a reload that read its sources later was faster, that one stays and this one changes nothing. Nor does one in
    /// the background whose files were being changed while they were read: the watcher requests another.
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
            return Ok(Reload { version: self.outcome.core.snapshot()?.version(), changed: Vec::new() });
        }
        self.loaded.begin_publishing();
        if let Some(problem) = self.loaded.problem() {
            return Err(self.outcome.failed(problem));
        }
        match self.loaded.replace(output) {
            Ok(()) => self.outcome.publish(self.loaded),
            Err(error) => Err(self.outcome.failed(error)),
        }
    }
}
