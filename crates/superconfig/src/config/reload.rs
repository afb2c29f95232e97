//! A load between reading and publishing, so that something outside can check the values first.

use super::config::{Reload, SuperConfig};
use super::counters::LOADS;
use super::token;
use crate::diagnostic::{Error, Issue, Segment};
use crate::load::{LoadOptions, Loaded, Loader, Validator, context};
use crate::source::Environment;
use crate::value::Value;
use std::sync::Arc;

/// A configuration that is read and merged and that nobody sees yet. Dropping it forgets it.
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
    pub(crate) options: Arc<LoadOptions>,
    pub(crate) loader: Loader,
    pub(crate) loaded: Loaded,
}

impl PreparedLoad {
    pub(crate) fn new(options: Arc<LoadOptions>, environment: Environment) -> Result<Self, Error> {
        if let Some(name) = &options.name {
            token::check_name(name)?;
        }
        let supplied = context::ask(&options, &environment)?;
        let mut loader = Loader::new(options.clone(), environment)?;
        #[cfg(feature = "watch")]
        if options.watch.is_some() {
            loader.observer.get_mut().enable();
        }
        let loaded = loader.load(supplied, false)?;
        Ok(Self { options, loader, loaded })
    }

    /// Checks the values as the builder says, and publishes.
    pub(crate) fn checked(self) -> Result<SuperConfig, Error> {
        let output = self.loaded.check(self.options.validator.as_ref()).inspect_err(|_| LOADS.fail())?;
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
        &self.loaded.value
    }

    /// The keys that the JSON Schema knows at a path; none where it knows none, or there is none.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig, parse};
    ///
    /// let schema = parse(r#"{ "properties": { "port": {} } }"#, Format::Json)?;
    /// let prepared = SuperConfig::builder().json_schema(schema).prepare()?;
    /// assert_eq!(prepared.known_keys(&[]), ["port".into()]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn known_keys(&self, path: &[Segment]) -> Vec<Arc<str>> {
        self.loaded.known_keys(path)
    }

    /// The error for values that a check refuses: every issue with the place that its value comes from, secrets masked.
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
        LOADS.fail();
        self.loaded.refuse(issues)
    }

    /// Publishes the configuration; with `output`, readers see that in place of the merged values.
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
    /// `ERR_SUPERCONFIG_OPTION` for an `output` that is not a table, or a name that is taken.
    pub fn commit(mut self, output: Option<Value>) -> Result<SuperConfig, Error> {
        self.loaded.replace(output)?;
        SuperConfig::publish(self)
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
    pub(crate) loaded: Loaded,
    /// Nobody called for it.
    pub(crate) unasked: bool,
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
        self.config.failed(error, self.unasked)
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
        replaced.map_err(|error| self.config.failed(error, self.unasked))?;
        self.config.publish_next(self.loaded, self.unasked)
    }
}
