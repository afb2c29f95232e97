//! What to load and how, said once.

use crate::config::SuperConfig;
use crate::environment::{Environment, capture};
use crate::error::{Error, Issue};
use crate::format::Format;
use crate::limits::Limits;
use crate::merge::ArrayStrategy;
use crate::metrics::LOADS;
#[cfg(feature = "discovery")]
use crate::options::DiscoverOptions;
use crate::options::{DirectoryOptions, EnvOptions, FileOptions, GlobOptions, LoadOptions, SourceEntry, SourceSpec, TextOptions};
use crate::origin::SourceKind;
use crate::prepare::PreparedLoad;
use crate::source::custom::{self, Source, SourceContext};
use crate::value::Value;
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
    options: LoadOptions,
}

impl Builder {
    /// Makes a builder without sources.
    pub fn new() -> Self {
        Self::default()
    }

    fn push(mut self, spec: SourceSpec) -> Self {
        self.options.sources.push(SourceEntry { spec, fill: false, directives: true });
        self
    }

    /// Adds a source that a binding described; the other verbs are short for this one.
    pub fn entry(mut self, entry: SourceEntry) -> Self {
        self.options.sources.push(entry);
        self
    }

    /// Adds values given in code, meant to stand below everything else.
    pub fn defaults(self, value: impl Into<Value>) -> Self {
        self.push(SourceSpec::Values { kind: SourceKind::Defaults, name: "defaults".into(), value: value.into() })
    }

    /// Adds values given in code, meant to stand above everything else.
    pub fn overrides(self, value: impl Into<Value>) -> Self {
        self.push(SourceSpec::Values { kind: SourceKind::Override, name: "overrides".into(), value: value.into() })
    }

    /// Adds a required file; `{profile}` in its path stands for each profile in turn.
    pub fn file(self, path: impl Into<String>) -> Self {
        self.file_with(path, FileOptions::default())
    }

    /// Adds a file with options.
    pub fn file_with(self, path: impl Into<String>, options: FileOptions) -> Self {
        self.push(SourceSpec::File { path: path.into(), options })
    }

    /// Adds the files that match a pattern, sorted by path; none is fine.
    pub fn glob(self, pattern: impl Into<String>) -> Self {
        self.push(SourceSpec::Glob { pattern: pattern.into(), options: GlobOptions::default() })
    }

    /// Adds a directory with `default`, `{profile}`, `local` and `{profile}.local` files of any format.
    pub fn dir(self, path: impl Into<String>) -> Self {
        self.push(SourceSpec::Directory { path: path.into(), options: DirectoryOptions::default() })
    }

    /// Adds the files of an application that the system, the user and the project have, the project's on top.
    ///
    /// Looks in, from the lowest: `/etc/xdg/NAME/config.*` (or each of `XDG_CONFIG_DIRS`), `/etc/NAME/config.*`,
    /// `/etc/NAME.*`; `~/.config/NAME/config.*` (or `XDG_CONFIG_HOME`), `~/.NAME.*`, `~/.NAMErc`; and in each directory
    /// from the project's root down to the working directory `package.json` (key `NAME`), `pyproject.toml`
    /// (`[tool.NAME]`), `Cargo.toml` (`[package.metadata.NAME]`), `.config/NAME.*`, `.NAMErc`, `.NAME.*`, `NAME.config.*`
    /// and `NAME.*`. Each place also takes its `{profile}` and `local` variants. Nothing need be there.
    /// [`Snapshot::layers`](crate::Snapshot::layers) tells where it looked and what it found.
    #[cfg(feature = "discovery")]
    pub fn discover(self, name: impl Into<String>) -> Self {
        self.discover_with(name, DiscoverOptions::default())
    }

    /// [`Builder::discover`] with options.
    #[cfg(feature = "discovery")]
    pub fn discover_with(self, name: impl Into<String>, options: DiscoverOptions) -> Self {
        self.push(SourceSpec::Discover { name: name.into(), options })
    }

    /// Adds text given in code.
    pub fn text(self, text: impl Into<Arc<str>>, format: Format) -> Self {
        self.push(SourceSpec::Text { text: text.into(), options: TextOptions { format: Some(format), name: None } })
    }

    /// Lets `.env` files supply variables to [`Builder::env`]; the real environment wins over them.
    pub fn dotenv(self) -> Self {
        self.push(SourceSpec::Dotenv)
    }

    /// Adds the environment variables that start with a prefix, e.g. `APP` for `APP_SERVER__PORT`.
    pub fn env(self, prefix: impl Into<Arc<str>>) -> Self {
        self.env_with(EnvOptions { prefix: prefix.into(), ..EnvOptions::default() })
    }

    /// Adds environment variables with options.
    pub fn env_with(self, options: EnvOptions) -> Self {
        self.push(SourceSpec::Env(options))
    }

    /// Adds command-line flags: `--server.port=9000`, `--set server.port=9000`.
    pub fn args(self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.push(SourceSpec::Args(arguments.into_iter().map(Into::into).collect()))
    }

    /// Adds a source of the program's own.
    pub fn source(self, source: impl Source + 'static) -> Self {
        self.push(SourceSpec::Custom(Arc::new(source)))
    }

    /// Adds values given in code that only fill holes: they never replace a value that is there.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig, parse};
    ///
    /// let builder = SuperConfig::builder().text("port = 8080", Format::Toml);
    /// let config = builder.join(parse("port = 1\nhost = 'localhost'", Format::Toml)?).load()?;
    /// assert_eq!((config.get::<u16>("port")?, config.get::<String>("host")?), (8080, "localhost".to_owned()));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn join(self, value: impl Into<Value>) -> Self {
        self.defaults(value).only_filling()
    }

    /// Makes the source added last one that only fills holes: it never replaces a value that is there.
    pub fn only_filling(mut self) -> Self {
        if let Some(entry) = self.options.sources.last_mut() {
            entry.fill = true;
        }
        self
    }

    /// Makes `_add` and `_remove` ordinary keys in the source added last.
    pub fn without_directives(mut self) -> Self {
        if let Some(entry) = self.options.sources.last_mut() {
            entry.directives = false;
        }
        self
    }

    /// Chooses a profile; called again, adds another that applies after it. Without a call: `SUPERCONFIG_PROFILE`.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.options.profiles.get_or_insert_default().push(name.into());
        self
    }

    /// Sets the profiles, in the order in which they apply; an empty list selects none whatever the environment says.
    pub fn profiles(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.profiles = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Sets how arrays at the paths that match a pattern merge; `*` is one segment, `**` any number.
    pub fn arrays(mut self, pattern: impl Into<String>, strategy: ArrayStrategy) -> Self {
        self.options.arrays.push((pattern.into(), strategy));
        self
    }

    /// Lets a JSON Schema say which keys there are and which types they have, so that variables and flags find them
    /// where no layer has a value yet. Nothing is validated.
    pub fn json_schema(mut self, schema: impl Into<Value>) -> Self {
        self.options.json_schema = Some(schema.into());
        self
    }

    /// Resolves `${path}`, `${env:NAME}` and `${file:path}` after merging.
    pub fn interpolate(mut self) -> Self {
        self.options.interpolate = true;
        self
    }

    /// Marks paths as secret, besides those whose names say so; `*` is one segment, `**` any number.
    pub fn secrets(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.secrets.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Bounds what one document may cost.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.options.limits = limits;
        self
    }

    /// Names the configuration, so that [`SuperConfig::attach`] finds it anywhere in the process.
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// Sets the directory that relative paths and discovery start from; the process's own by default.
    pub fn cwd(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.cwd = Some(path.into());
        self
    }

    /// Sets the home directory; the user's own by default.
    pub fn home(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.home = Some(path.into());
        self
    }

    /// Puts a directory before the system's places that [`Builder::discover`] looks in, for tests.
    pub fn root(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.root = Some(path.into());
        self
    }

    /// Gives the environment instead of the process's own.
    pub fn environment(mut self, variables: impl IntoIterator<Item = (impl Into<Arc<str>>, impl Into<Arc<str>>)>) -> Self {
        self.options.environment = Some(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect());
        self
    }

    /// Also takes the profile from `NODE_ENV`, as programs on Node expect.
    pub fn node_profile(mut self) -> Self {
        self.options.node_profile = true;
        self
    }

    /// The environment as this load needs it, captured on the calling thread, for loading on another one.
    pub fn capture_environment(&self) -> Environment {
        capture(&self.options)
    }

    /// What custom sources are told of a load in this environment, for a binding that asks those of its host language.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for a bad profile; `ERR_SUPERCONFIG_IO` where the working directory is gone.
    pub fn source_context(&self, environment: &Environment) -> Result<SourceContext, Error> {
        custom::context(&self.options, environment)
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
    /// [`SuperConfig::prepare_reload`] make versions, and a plain reload is `ERR_SUPERCONFIG_OPTION`.
    pub fn validated_by_host(mut self) -> Self {
        self.options.validated_by_host = true;
        self
    }

    /// Watches every file and directory that a load looks at, there or not, and reloads when something changes.
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
    pub fn watch(mut self, options: crate::watch::WatchOptions) -> Self {
        self.options.watch = Some(options);
        self
    }

    /// [`Builder::load`] with an environment that was captured before.
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
    /// # Errors
    /// Those of [`Builder::load`].
    pub fn prepare(self) -> Result<PreparedLoad, Error> {
        let environment = capture(&self.options);
        self.prepare_with(environment)
    }

    /// [`Builder::prepare`] with an environment that was captured before.
    ///
    /// # Errors
    /// Those of [`Builder::load`].
    pub fn prepare_with(self, environment: Environment) -> Result<PreparedLoad, Error> {
        LOADS.time(|| PreparedLoad::new(Arc::new(self.options), environment)).inspect_err(|_| LOADS.fail())
    }
}
