//! A first load between reading and publishing.

use super::config::SuperConfig;
use super::core::{Core, FirstLoad};
use super::counters::LOADS;
use super::token;
use crate::diagnostic::{Error, Issue, Path};
#[cfg(feature = "watch")]
use crate::load::WatchOptions;
use crate::load::{CustomSources, Derivation, LoadOptions, LoadOutcome, Loader};
use crate::source::Environment;
use crate::value::Value;
use std::any::Any;
use std::sync::Arc;

/// Starts to watch a configuration that is published. The watcher, which knows configurations, comes in from above.
#[cfg(feature = "watch")]
pub(super) type StartWatching = fn(&SuperConfig, WatchOptions) -> Result<(), Error>;

/// A configuration that is read and merged but not published. Dropping it discards it.
///
/// [`Builder::load`](crate::Builder::load) is this and [`PreparedLoad::commit`]; a binding checks [`PreparedLoad::value`] in its host language in
/// between.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let prepared = SuperConfig::builder().text("port = 8080", Format::Toml).prepare()?;
/// assert!(prepared.value().as_table().unwrap().contains_key("port"));
/// let config = prepared.commit(None)?;
/// assert_eq!(config.get::<u16>("port")?, 8080);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct PreparedLoad {
    load: FirstLoad,
    #[cfg(feature = "watch")]
    start_watching: StartWatching,
}

impl PreparedLoad {
    pub(super) fn new(
        options: Arc<LoadOptions>,
        environment: Environment,
        #[cfg(feature = "watch")] start_watching: StartWatching,
    ) -> Result<Self, Error> {
        if let Some(name) = &options.name {
            token::check_name(name)?;
        }
        let custom_sources = CustomSources::new(&options);
        let custom_results = custom_sources.load(&options, &environment)?;
        let environment = environment.share();
        let mut loader = Loader::new(options.clone(), environment.clone())?;
        #[cfg(feature = "watch")]
        if options.watch.is_some() {
            loader.watch();
        }
        let LoadOutcome { result, record, .. } = loader.load(0, Ok(custom_results), false, None);
        let mut loaded = result?;
        loaded.derive_all()?;
        Ok(Self {
            load: FirstLoad { options, environment, custom_sources, loader, loaded, record },
            #[cfg(feature = "watch")]
            start_watching,
        })
    }

    /// Checks the values as the builder says, and publishes.
    pub(crate) fn checked(self) -> Result<SuperConfig, Error> {
        let output = self.load.loaded.check(self.load.options.validator.as_ref()).inspect_err(|error| LOADS.fail(error))?;
        self.commit(output)
    }

    /// The merged values.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let prepared = SuperConfig::builder().text("port = 0", Format::Toml).prepare()?;
    /// assert!(prepared.value().as_table().unwrap().contains_key("port"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn value(&self) -> &Value {
        &self.load.loaded.value
    }

    /// The next layer that the host of a binding has to compute; see [`Derivation`]. Costs a merge of the layers below it.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// assert!(SuperConfig::builder().text("port = 80", Format::Toml).prepare()?.derivation()?.is_none());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of merging.
    pub fn derivation(&self) -> Result<Option<Derivation>, Error> {
        self.load.loaded.derivation().inspect_err(|error| LOADS.fail(error))
    }

    /// Takes the values of that layer, or why there are none; after the last one all layers are merged.
    ///
    /// ```
    /// use superconfig::{ErrorCode, SourceEntry, SourceSpec, SuperConfig};
    ///
    /// let spec = SourceSpec::Derive { name: "limits".into(), compute: None };
    /// let mut prepared = SuperConfig::builder().entry(SourceEntry { spec, fill: false, directives: true }).prepare()?;
    /// assert_eq!(prepared.derive(Err("no cpu".to_owned())).unwrap_err().code(), ErrorCode::Source);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_SOURCE` where there are none, or no table; those of merging; `ERR_SUPERCONFIG_OPTION` where no layer is to
    /// be computed.
    pub fn derive(&mut self, result: Result<Value, String>) -> Result<(), Error> {
        let loaded = &mut self.load.loaded;
        loaded.derive(result).and_then(|()| loaded.derive_all()).inspect_err(|error| LOADS.fail(error))
    }

    /// The issue of an unexpected key, for [`PreparedLoad::refuse`], with a suggestion: one of `known`; without them, a key
    /// that the JSON Schema declares.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let prepared = SuperConfig::builder().text("prot = 80", Format::Toml).prepare()?;
    /// let issue = prepared.unknown_key("prot".parse()?, Some(&["host".to_owned(), "port".to_owned()]));
    /// assert_eq!(issue.hint.as_deref(), Some("did you mean `port`?"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn unknown_key(&self, path: Path, known: Option<&[String]>) -> Issue {
        self.load.loaded.unknown_key(path, known)
    }

    /// The error for values that a validator rejects: every issue with the origin of its value, secrets masked.
    ///
    /// ```
    /// use superconfig::{Format, Issue, SuperConfig};
    ///
    /// let prepared = SuperConfig::builder().text("port = 0", Format::Toml).prepare()?;
    /// let error = prepared.refuse(vec![Issue::new("port".parse()?, "expected a port")]);
    /// assert_eq!(error.origin().unwrap().column, Some(8));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn refuse(&self, issues: Vec<Issue>) -> Error {
        let error = self.load.loaded.refuse(issues);
        LOADS.fail(&error);
        error
    }

    /// Keeps something of a binding with the version, for [`Snapshot::annotation`](crate::Snapshot::annotation).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let mut prepared = SuperConfig::builder().text("port = 0", Format::Toml).prepare()?;
    /// prepared.annotate(Arc::new("checked by hand"));
    /// assert_eq!(prepared.commit(None)?.snapshot()?.annotation::<&str>(), Some(&"checked by hand"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn annotate(&mut self, annotation: Arc<dyn Any + Send + Sync>) {
        self.load.loaded.annotation = Some(annotation);
    }

    /// Publishes the configuration; with `output`, readers get that instead of the merged values.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let prepared = SuperConfig::builder().text("port = 0", Format::Toml).prepare()?;
    /// assert_eq!(prepared.commit(None)?.get::<u16>("port")?, 0);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for an `output` that is not a table, or a name that is taken; `ERR_SUPERCONFIG_ENV` and
    /// `ERR_SUPERCONFIG_ARGS` for variables and flags that do not fit, which a validator sees first.
    pub fn commit(self, output: Option<Value>) -> Result<SuperConfig, Error> {
        self.publish(output).inspect_err(|error| LOADS.fail(error))
    }

    fn publish(mut self, output: Option<Value>) -> Result<SuperConfig, Error> {
        self.load.loaded.begin_publishing();
        if let Some(problem) = self.load.loaded.problem() {
            return Err(problem);
        }
        self.load.loaded.replace(output)?;
        let keeper = Core::publish(self.load)?;
        let config = SuperConfig(keeper);
        #[cfg(feature = "watch")]
        if let Some(options) = config.0.options.watch.clone() {
            (self.start_watching)(&config, options)?;
        }
        Ok(config)
    }
}
