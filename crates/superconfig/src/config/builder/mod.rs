//! The builder of configurations: sources, options, and the methods that load.

mod sources;

use crate::config::reload::caught;
use crate::config::{LOADS, PreparedLoad, SuperConfig};
use crate::diagnostic::{Error, Issue, Warning, span};
use crate::load::{LoadOptions, capture, context, find_profiles, run};
use crate::merge::ArrayStrategy;
use crate::source::{Environment, SourceContext};
use crate::value::{Limits, Value};
use std::path::PathBuf;
use std::sync::Arc;

/// Describes a configuration: sources in the order in which they apply, later ones winning, and how to merge them.
///
/// Nothing is read before [`Builder::load`]. A builder can be cloned and loaded more than once.
///
/// ```
/// use superconfig::SuperConfig;
///
/// let config = SuperConfig::builder()
///     .text("port = 8080\nplugins = ['gzip']", superconfig::Format::Toml)
///     .text("plugins_add: [cors]", superconfig::Format::Yaml)
///     .load()?;
/// assert_eq!(config.get::<u16>("port")?, 8080);
/// assert_eq!(config.get::<Vec<String>>("plugins")?, ["gzip", "cors"]);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Builder {
    /// Boxed, since every method passes it on.
    options: Box<LoadOptions>,
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
}

impl Builder {
    /// Makes a builder without sources.
    ///
    /// ```
    /// use superconfig::Builder;
    ///
    /// assert!(Builder::new().load()?.snapshot()?.value().as_table().unwrap().is_empty());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses a profile; called again, adds another that applies after it. Without a call: `SUPERCONFIG_PROFILE`.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let config = SuperConfig::builder().profile("production").profile("eu").load()?;
    /// assert_eq!(config.snapshot()?.profiles(), ["production", "eu"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.options.profiles.get_or_insert_default().push(name.into());
        self
    }

    /// Sets the profiles, in the order in which they apply; an empty list selects none whatever the environment says.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let config = SuperConfig::builder().profiles(["production", "eu"]).load()?;
    /// assert_eq!(config.snapshot()?.profiles(), ["production", "eu"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn profiles(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.profiles = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Sets how arrays at the paths that match a pattern merge; `*` is one segment, `**` any number.
    ///
    /// ```
    /// use superconfig::{ArrayStrategy, Format, SuperConfig};
    ///
    /// let builder = SuperConfig::builder().text("plugins = ['auth']", Format::Toml).text("plugins = ['cache']", Format::Toml);
    /// let config = builder.arrays("plugins", ArrayStrategy::Append).load()?;
    /// assert_eq!(config.get::<Vec<String>>("plugins")?, ["auth", "cache"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn arrays(mut self, pattern: impl Into<String>, strategy: ArrayStrategy) -> Self {
        self.options.arrays.push((pattern.into(), strategy));
        self
    }

    /// Lets a JSON Schema say which keys there are and which types they have, so that variables and flags find them
    /// where no layer has a value yet. Nothing is validated.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig, parse};
    ///
    /// let schema = parse(r#"{ "properties": { "maxConn": { "type": "integer" } } }"#, Format::Json)?;
    /// let builder = SuperConfig::builder().environment([("APP_MAX_CONN", "20")]).json_schema(schema);
    /// assert_eq!(builder.env("APP").load()?.get::<u32>("maxConn")?, 20);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn json_schema(mut self, schema: impl Into<Value>) -> Self {
        self.options.json_schema = Some(schema.into().limit_depth());
        self
    }

    /// Adds a warning of the program's own to those of each load.
    ///
    /// ```
    /// use superconfig::{SuperConfig, Warning};
    ///
    /// let warning = Warning::new("schema-unknown", "the schema has no JSON Schema");
    /// assert_eq!(SuperConfig::builder().warning(warning).load()?.snapshot()?.warnings()[0].code, "schema-unknown");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn warning(mut self, warning: Warning) -> Self {
        self.options.warnings.push(warning);
        self
    }

    /// Resolves `${path}`, `${env:NAME}` and `${file:path}` after merging.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let builder = SuperConfig::builder().text("port = 80\nurl = 'http://localhost:${port}'", Format::Toml);
    /// assert_eq!(builder.interpolate().load()?.get::<String>("url")?, "http://localhost:80");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn interpolate(mut self) -> Self {
        self.options.interpolate = true;
        self
    }

    /// Marks paths as secret, besides those whose names say so; `*` is one segment, `**` any number.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("pin = '1234'", Format::Toml).secrets(["pin"]).load()?;
    /// assert_eq!(config.snapshot()?.redacted_at(&"pin".parse::<superconfig::Path>()?).unwrap().as_str(), Some("[redacted]"));
    /// assert_eq!(config.get::<String>("pin")?, "1234");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn secrets(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.secrets.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Keys the fingerprint of secrets ([`Status::secrets_fingerprint`](crate::Status::secrets_fingerprint)), so that replicas with one key
    /// can be compared; without it each process has a key of its own. Whoever has the key can try secrets until one fits: keep it as they
    /// are kept, and draw it at random.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let load = || SuperConfig::builder().text("password = 'x'", Format::Toml).fingerprint_key("9f3c6a1e").load();
    /// assert_eq!(load()?.status()?.secrets_fingerprint, load()?.status()?.secrets_fingerprint); // in whatever process
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn fingerprint_key(mut self, key: impl AsRef<[u8]>) -> Self {
        self.options.fingerprint_key = Some(crate::config::fingerprint::key_of(key.as_ref()));
        self
    }

    /// Bounds what one document may cost.
    ///
    /// ```
    /// use superconfig::{ErrorCode, Format, Limits, SuperConfig};
    ///
    /// let limits = Limits { depth: 2, ..Limits::default() };
    /// let error = SuperConfig::builder().text("a: {b: {c: 1}}", Format::Yaml).limits(limits).load().err().unwrap();
    /// assert_eq!(error.code(), ErrorCode::Limit);
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.options.limits = limits;
        self
    }

    /// Names the configuration, so that [`SuperConfig::attach`] finds it anywhere in the process.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("port = 80", Format::Toml).name("web").load()?;
    /// assert_eq!(SuperConfig::attach("web")?.get::<u16>("port")?, 80);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// Names the configuration, and takes the name over where an open one has it: that one stays, without a name to find it by.
    ///
    /// ```
    /// use superconfig::{ErrorCode, SuperConfig};
    ///
    /// let first = SuperConfig::builder().name("web").load()?;
    /// assert_eq!(SuperConfig::builder().name("web").load().err().unwrap().code(), ErrorCode::Option);
    /// let second = SuperConfig::builder().name_replacing("web").load()?;
    /// first.close();
    /// assert_eq!(SuperConfig::attach("web")?.id(), second.id());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn name_replacing(mut self, name: impl Into<Arc<str>>) -> Self {
        self.options.name = Some(name.into());
        self.options.replace_name = true;
        self
    }

    /// Sets the directory that relative paths and discovery start from; the process's own by default.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let directory = tempfile::tempdir()?;
    /// std::fs::write(directory.path().join("app.json"), "{}")?;
    /// SuperConfig::builder().cwd(directory.path()).file("app.json").load()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cwd(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.cwd = Some(path.into());
        self
    }

    /// Sets the home directory; the user's own by default.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let home = tempfile::tempdir()?;
    /// std::fs::write(home.path().join("app.json"), "{}")?;
    /// SuperConfig::builder().home(home.path()).file("~/app.json").load()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn home(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.home = Some(path.into());
        self
    }

    /// Puts a directory before the system's directories that [`Builder::discover`] searches, for tests.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let machine = tempfile::tempdir()?;
    /// std::fs::create_dir_all(machine.path().join("etc/myapp"))?;
    /// std::fs::write(machine.path().join("etc/myapp/config.toml"), "port = 80")?;
    /// let builder = SuperConfig::builder().root(machine.path()).home("/nowhere").cwd(machine.path());
    /// assert_eq!(builder.discover("myapp").load()?.get::<u16>("port")?, 80);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn root(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.root = Some(path.into());
        self
    }

    /// Gives the environment instead of the process's own.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let config = SuperConfig::builder().environment([("APP_PORT", "80")]).env("APP").load()?;
    /// assert_eq!(config.get::<u16>("port")?, 80);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn environment(mut self, variables: impl IntoIterator<Item = (impl Into<Arc<str>>, impl Into<Arc<str>>)>) -> Self {
        self.options.environment = Some(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect());
        self
    }

    /// Also takes the profile from `NODE_ENV`, as programs on Node expect.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let config = SuperConfig::builder().environment([("NODE_ENV", "production")]).node_profile().load()?;
    /// assert_eq!(config.snapshot()?.profiles(), ["production"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn node_profile(mut self) -> Self {
        self.options.node_profile = true;
        self
    }

    /// The environment as this load needs it, captured on the calling thread, for loading on another one.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let builder = SuperConfig::builder().env("APP");
    /// let environment = builder.capture_environment();
    /// let config = std::thread::spawn(move || builder.load_with(environment)).join().unwrap()?;
    /// config.close();
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn capture_environment(&self) -> Environment {
        capture(&self.options)
    }

    /// The context that a load in this environment passes to custom sources, for a binding that calls those of its host
    /// language.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let builder = SuperConfig::builder().profile("production");
    /// let context = builder.source_context(&builder.capture_environment())?;
    /// assert_eq!(context.profiles(), ["production"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for a bad profile; `ERR_SUPERCONFIG_IO` where the working directory does not exist.
    pub fn source_context(&self, environment: &Environment) -> Result<SourceContext, Error> {
        context::source_context(&self.options, environment)
    }

    /// The profiles that the sources have files or sections for, and those that are selected; sorted.
    ///
    /// Costs a pass over the names of the directories in which files of profiles can be, and a parse of each file of nested
    /// profiles. What cannot be read names none: loading says why.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let directory = tempfile::tempdir()?;
    /// std::fs::write(directory.path().join("production.toml"), "")?;
    /// let builder = SuperConfig::builder().dir(directory.path().to_str().unwrap());
    /// assert_eq!(builder.find_profiles(&builder.capture_environment())?, ["production"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for a bad profile; `ERR_SUPERCONFIG_IO` where the working directory does not exist.
    pub fn find_profiles(&self, environment: &Environment) -> Result<Vec<String>, Error> {
        find_profiles(&self.options, environment)
    }

    /// Checks the merged values of the load and of each reload; readers see what the check gives.
    ///
    /// Runs without any lock held. Issues need a path and a message; the rest is filled in.
    ///
    /// ```
    /// use superconfig::{Error, ErrorCode, Format, Issue, SuperConfig, Value};
    ///
    /// let error = SuperConfig::builder()
    ///     .text("port = 0", Format::Toml)
    ///     .validate_with(|value| match value.as_table().and_then(|table| table.get("port")) {
    ///         Some(Value::Integer(1..=65535)) => Ok(value.clone()),
    ///         _ => Err(vec![Issue::new("port".parse().unwrap(), "expected an integer from 1 to 65535")]),
    ///     })
    ///     .load()
    ///     .err()
    ///     .unwrap();
    /// assert_eq!(error.code(), ErrorCode::Validation);
    /// assert_eq!(error.origin().unwrap().column, Some(8));
    /// ```
    pub fn validate_with(mut self, check: impl Fn(&Value) -> Result<Value, Vec<Issue>> + Send + Sync + 'static) -> Self {
        self.options.validator = Some(Arc::new(check));
        self
    }

    /// Says that a binding checks every version in its host language: then only [`Builder::prepare`] and
    /// [`SuperConfig::prepare_reload`] with [`ReloadInputs::validated`](crate::ReloadInputs) make versions, and any other
    /// reload is `ERR_SUPERCONFIG_OPTION`.
    ///
    /// ```
    /// use superconfig::{ErrorCode, Format, SuperConfig};
    ///
    /// let prepared = SuperConfig::builder().text("port = 80", Format::Toml).validated_by_host().prepare()?;
    /// let config = prepared.commit(None)?;
    /// assert_eq!(config.reload().unwrap_err().code(), ErrorCode::Option);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn validated_by_host(mut self) -> Self {
        self.options.validated_by_host = true;
        self
    }

    /// Watches every dependency of a load, whether it exists or not, and reloads when something changes.
    ///
    /// One thread in the process does this for all configurations; it ends with the last of them. See
    /// [`SuperConfig::subscribe`] for how to hear of it and [`SuperConfig::status`] for what is watched.
    ///
    /// ```
    /// use superconfig::{Event, SuperConfig, WatchOptions};
    ///
    /// let directory = tempfile::tempdir()?;
    /// let file = directory.path().join("app.toml");
    /// std::fs::write(&file, "port = 8080")?;
    /// let config = SuperConfig::builder().file(file.to_str().unwrap()).watch(WatchOptions::default()).load()?;
    ///
    /// let (sender, changes) = std::sync::mpsc::channel();
    /// let _subscription = config.subscribe(move |event| {
    ///     if let Event::Changed(change) = event {
    ///         let _ = sender.send(change.changed.clone());
    ///     }
    /// });
    /// std::fs::write(&file, "port = 9090")?;
    /// assert_eq!(changes.recv()?, ["port"]);
    /// assert_eq!(config.get::<u16>("port")?, 9090);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "watch")]
    pub fn watch(mut self, options: crate::load::WatchOptions) -> Self {
        self.options.watch = Some(options);
        self
    }

    /// [`Builder::load`] with an environment that was captured before. One that the builder was given holds nevertheless.
    ///
    /// ```
    /// use superconfig::{Environment, SuperConfig};
    ///
    /// let environment = Environment::from_pairs([("APP_PORT", "80")]);
    /// assert_eq!(SuperConfig::builder().env("APP").load_with(environment)?.get::<u16>("port")?, 80);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Builder::load`].
    pub fn load_with(self, environment: Environment) -> Result<SuperConfig, Error> {
        let prepared = self.prepare_with(environment)?;
        prepared.checked()
    }

    /// Reads, parses and merges all sources.
    ///
    /// Costs a few system calls per file (open, fstat, read, close) and one pass over the text.
    ///
    /// ```
    /// use superconfig::{ErrorCode, SuperConfig};
    ///
    /// let error = SuperConfig::builder().file("not-there.toml").load().err().unwrap();
    /// assert_eq!(error.code(), ErrorCode::NotFound);
    /// ```
    ///
    /// # Errors
    /// Whatever a source says: `NOT_FOUND`, `IO`, `PARSE`, `FORMAT`, `LIMIT`, `MERGE`, `ENV`, `ARGS`,
    /// `INTERPOLATION`, `SOURCE`, `TRUST`; `VALIDATION` for what [`Builder::validate_with`] refuses; `OPTION` for a bad
    /// name, pattern or limit; `WATCH` when watching cannot start, not even by polling.
    pub fn load(self) -> Result<SuperConfig, Error> {
        let environment = capture(&self.options);
        self.load_with(environment)
    }

    /// [`Builder::load`] up to the point where the configuration would be published, so that something outside can check
    /// the values first.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let prepared = SuperConfig::builder().text("port = 80", Format::Toml).prepare()?;
    /// assert_eq!(prepared.commit(None)?.version()?, 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Builder::load`].
    pub fn prepare(self) -> Result<PreparedLoad, Error> {
        let environment = capture(&self.options);
        self.prepare_with(environment)
    }

    /// [`Builder::prepare`] with an environment that was captured before. One that the builder was given holds nevertheless.
    ///
    /// ```
    /// use superconfig::{Environment, SuperConfig};
    ///
    /// let prepared = SuperConfig::builder().env("APP").prepare_with(Environment::from_pairs([("APP_PORT", "80")]))?;
    /// assert!(prepared.value().as_table().unwrap().contains_key("port"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Builder::load`].
    pub fn prepare_with(mut self, environment: Environment) -> Result<PreparedLoad, Error> {
        let environment = if self.options.environment.is_some() { capture(&self.options) } else { environment };
        let _span = span!("load");
        LOADS.begin();
        // They are kept with the configuration.
        self.options.sources.shrink_to_fit();
        let prepared = PreparedLoad::new(
            Arc::from(self.options),
            environment,
            #[cfg(feature = "watch")]
            crate::config::watch::start,
        );
        prepared.inspect_err(|error| LOADS.fail(error))
    }

    /// [`Builder::prepare_with`] on another thread.
    ///
    /// A load that is held up by its file system holds up no other one, and the end of the process does not wait for it.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let builder = SuperConfig::builder().text("port = 80", Format::Toml);
    /// let environment = builder.capture_environment();
    /// let (sender, prepared) = std::sync::mpsc::channel();
    /// builder.prepare_then(environment, move |prepared| sender.send(prepared).unwrap_or_default());
    /// assert_eq!(prepared.recv().expect("it is always called")?.commit(None)?.get::<u16>("port")?, 80);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn prepare_then(self, environment: Environment, done: impl FnOnce(Result<PreparedLoad, Error>) + Send + 'static) {
        run(Box::new(move || done(caught(|| self.prepare_with(environment)))));
    }
}
