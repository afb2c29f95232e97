//! The builder's methods that add a source.

use super::Builder;
use crate::diagnostic::{Error, SourceKind};
use crate::format::Format;
#[cfg(feature = "discovery")]
use crate::source::DiscoverOptions;
use crate::source::{
    DirectoryOptions, DotenvOptions, EnvOptions, FileOptions, GlobOptions, Source, SourceEntry, SourceSpec, TextOptions,
};
use crate::value::Value;
use std::sync::Arc;

impl Builder {
    fn push(mut self, spec: SourceSpec) -> Self {
        self.options.sources.push(SourceEntry { spec, fill: false, directives: true });
        self
    }

    /// Adds a source that a binding described; the other verbs are short for this one.
    ///
    /// ```
    /// use superconfig::{Builder, SourceEntry, SourceSpec};
    ///
    /// let spec = SourceSpec::Args(vec!["--port=8080".to_owned()]);
    /// let config = Builder::new().entry(SourceEntry { spec, fill: false, directives: true }).load()?;
    /// assert_eq!(config.get::<u16>("port")?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn entry(mut self, entry: SourceEntry) -> Self {
        self.options.sources.push(entry);
        self
    }

    /// [`Builder::entry`] for each of a list.
    ///
    /// ```
    /// use superconfig::{Builder, SourceEntry, SourceSpec};
    ///
    /// let flags = |flag: &str| SourceEntry { spec: SourceSpec::Args(vec![flag.to_owned()]), fill: false, directives: true };
    /// let config = Builder::new().entries(vec![flags("--port=80"), flags("--port=8080")]).load()?;
    /// assert_eq!(config.get::<u16>("port")?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn entries(mut self, entries: Vec<SourceEntry>) -> Self {
        if self.options.sources.is_empty() {
            self.options.sources = entries;
        } else {
            self.options.sources.extend(entries);
        }
        self
    }

    /// Adds values given in code, usually as the lowest layer.
    ///
    /// ```
    /// use superconfig::{SuperConfig, Table, Value};
    ///
    /// let defaults = Table::from_iter([("port", Value::Integer(8080))]);
    /// assert_eq!(SuperConfig::builder().defaults(defaults).load()?.get::<u16>("port")?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn defaults(self, value: impl Into<Value>) -> Self {
        self.push(SourceSpec::Values { kind: SourceKind::Defaults, name: "defaults".into(), value: value.into().limit_depth() })
    }

    /// Adds values given in code, usually as the highest layer.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig, Table, Value};
    ///
    /// let overrides = Table::from_iter([("port", Value::Integer(9090))]);
    /// let config = SuperConfig::builder().text("port = 8080", Format::Toml).overrides(overrides).load()?;
    /// assert_eq!(config.get::<u16>("port")?, 9090);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn overrides(self, value: impl Into<Value>) -> Self {
        self.push(SourceSpec::Values { kind: SourceKind::Override, name: "overrides".into(), value: value.into().limit_depth() })
    }

    /// Adds a required file; `{profile}` in its path is replaced by each profile in turn.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let directory = tempfile::tempdir()?;
    /// std::fs::write(directory.path().join("app.toml"), "port = 8080")?;
    /// let config = SuperConfig::builder().cwd(directory.path()).file("app.toml").load()?;
    /// assert_eq!(config.get::<u16>("port")?, 8080);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn file(self, path: impl Into<String>) -> Self {
        self.file_with(path, FileOptions::default())
    }

    /// Adds a file with options.
    ///
    /// ```
    /// use superconfig::{FileOptions, SuperConfig};
    ///
    /// let options = FileOptions { optional: true, ..FileOptions::default() };
    /// SuperConfig::builder().file_with("not-there.toml", options).load()?;
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn file_with(self, path: impl Into<String>, options: FileOptions) -> Self {
        self.push(SourceSpec::File { path: path.into().into(), options })
    }

    /// Adds the files that match a pattern, sorted by path; none is fine.
    ///
    /// `*` matches any part of a name, `?` one character, `[a-z]` and `[!a-z]` one of these or another, `{a,b}` either `a`
    /// or `b`, and `**` any number of directories; `{profile}` is replaced by each profile in turn. Names that begin with a
    /// dot match only where the dot is written, and a special character is itself in brackets: `[*]`. Each file counts once,
    /// whatever links lead to it.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let directory = tempfile::tempdir()?;
    /// std::fs::write(directory.path().join("10-cache.json"), r#"{ "size": 64 }"#)?;
    /// let config = SuperConfig::builder().cwd(directory.path()).glob("*.json").load()?;
    /// assert_eq!(config.get::<u32>("size")?, 64);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn glob(self, pattern: impl Into<String>) -> Self {
        self.push(SourceSpec::Glob { pattern: pattern.into(), options: GlobOptions::default() })
    }

    /// Adds a directory with `default`, `{profile}`, `local` and `{profile}.local` files of any format.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let directory = tempfile::tempdir()?;
    /// std::fs::write(directory.path().join("default.toml"), "port = 8080")?;
    /// std::fs::write(directory.path().join("production.yaml"), "port: 80")?;
    /// let config = SuperConfig::builder().dir(directory.path().to_str().unwrap()).profile("production").load()?;
    /// assert_eq!(config.get::<u16>("port")?, 80);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dir(self, path: impl Into<String>) -> Self {
        self.push(SourceSpec::Directory { path: path.into(), options: DirectoryOptions::default() })
    }

    /// Adds the files of an application that the system, the user and the project have, the project's on top.
    ///
    /// Searches, from the lowest: `/etc/xdg/NAME/config.*` (or each of `XDG_CONFIG_DIRS`), `/etc/NAME/config.*`,
    /// `/etc/NAME.*`; `~/.config/NAME/config.*` (or `XDG_CONFIG_HOME`), `~/.NAME.*`, `~/.NAMErc`; and in each directory from
    /// the project's root down to the working directory `package.json` (key `NAME`), `pyproject.toml` (`[tool.NAME]`),
    /// `Cargo.toml` (`[package.metadata.NAME]`), `.config/NAME.*`, `.NAMErc`, `.NAME.*`, `NAME.config.*` and `NAME.*`. Each
    /// location also takes its `{profile}` and `local` variants. All are optional.
    /// [`Snapshot::layers`](crate::Snapshot::layers) lists the searched locations and the files found.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let directory = tempfile::tempdir()?;
    /// std::fs::write(directory.path().join("myapp.config.json"), r#"{ "theme": "dark" }"#)?;
    /// let config = SuperConfig::builder().cwd(directory.path()).root("/nowhere").home("/nowhere").discover("myapp").load()?;
    /// assert_eq!(config.get::<String>("theme")?, "dark");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "discovery")]
    pub fn discover(self, name: impl Into<String>) -> Self {
        self.discover_with(name, DiscoverOptions::default())
    }

    /// [`Builder::discover`] with options.
    ///
    /// ```
    /// use superconfig::{DiscoverOptions, SuperConfig, Trust};
    ///
    /// let directory = tempfile::tempdir()?;
    /// let options = DiscoverOptions { trust: Some(Trust::Strict) };
    /// SuperConfig::builder().cwd(directory.path()).root("/nowhere").home("/nowhere").discover_with("myapp", options).load()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "discovery")]
    pub fn discover_with(self, name: impl Into<String>, options: DiscoverOptions) -> Self {
        self.push(SourceSpec::Discover { name: name.into(), options })
    }

    /// Adds text given in code.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("port: 8080", Format::Yaml).load()?;
    /// assert_eq!(config.get::<u16>("port")?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn text(self, text: impl Into<Arc<str>>, format: Format) -> Self {
        self.push(SourceSpec::Text { text: text.into(), options: TextOptions { format: Some(format), name: None } })
    }

    /// Lets `.env` files supply variables to [`Builder::env`]; the real environment wins over them.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let directory = tempfile::tempdir()?;
    /// std::fs::write(directory.path().join(".env"), "APP_PORT=8080")?;
    /// let config = SuperConfig::builder().cwd(directory.path()).dotenv().env("APP").load()?;
    /// assert_eq!(config.get::<u16>("port")?, 8080);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dotenv(self) -> Self {
        self.dotenv_with(DotenvOptions::default())
    }

    /// [`Builder::dotenv`] with options.
    ///
    /// ```
    /// use superconfig::{DotenvOptions, SuperConfig};
    ///
    /// let directory = tempfile::tempdir()?;
    /// std::fs::write(directory.path().join("test.env"), "APP_PORT=8080")?;
    /// let options = DotenvOptions { paths: Some(vec!["test.env".to_owned()]), ..DotenvOptions::default() };
    /// let config = SuperConfig::builder().cwd(directory.path()).dotenv_with(options).env("APP").load()?;
    /// assert_eq!(config.get::<u16>("port")?, 8080);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dotenv_with(self, options: DotenvOptions) -> Self {
        self.push(SourceSpec::Dotenv(options))
    }

    /// Adds the environment variables that start with a prefix, e.g. `APP` for `APP_SERVER__PORT`.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let config = SuperConfig::builder().environment([("APP_SERVER__PORT", "9000")]).env("APP").load()?;
    /// assert_eq!(config.get::<u16>("server.port")?, 9000);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn env(self, prefix: impl Into<Arc<str>>) -> Self {
        self.env_with(EnvOptions { prefix: prefix.into(), ..EnvOptions::default() })
    }

    /// Adds environment variables with options.
    ///
    /// ```
    /// use superconfig::{EnvOptions, SuperConfig};
    ///
    /// let options = EnvOptions { mapping: vec![("db.url".to_owned(), "DATABASE_URL".into())], ..EnvOptions::default() };
    /// let config = SuperConfig::builder().environment([("DATABASE_URL", "sqlite:app.db")]).env_with(options).load()?;
    /// assert_eq!(config.get::<String>("db.url")?, "sqlite:app.db");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn env_with(self, options: EnvOptions) -> Self {
        self.push(SourceSpec::Env(options))
    }

    /// Adds command-line flags: `--server.port=9000`, `--set server.port=9000`.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let config = SuperConfig::builder().args(["--server.port=9000", "--set", "log.level=debug"]).load()?;
    /// assert_eq!(config.get::<u16>("server.port")?, 9000);
    /// assert_eq!(config.get::<String>("log.level")?, "debug");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn args(self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.push(SourceSpec::Args(arguments.into_iter().map(Into::into).collect()))
    }

    /// Adds a source of the program's own.
    ///
    /// ```
    /// use superconfig::{Source, SourceContext, SourceError, SuperConfig, Table, Value};
    ///
    /// struct Host;
    ///
    /// impl Source for Host {
    ///     fn name(&self) -> &str {
    ///         "host"
    ///     }
    ///
    ///     fn load(&self, context: &SourceContext) -> Result<Value, SourceError> {
    ///         let name = context.variable("HOSTNAME").unwrap_or("localhost");
    ///         Ok(Table::from_iter([("host", Value::string(name))]).into())
    ///     }
    /// }
    ///
    /// let config = SuperConfig::builder().environment([("HOSTNAME", "web-1")]).source(Host).load()?;
    /// assert_eq!(config.get::<String>("host")?, "web-1");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn source(self, source: impl Source + 'static) -> Self {
        self.push(SourceSpec::Custom(Arc::new(source)))
    }

    /// Also watches a file that a custom source reads, relative to the working directory; it need not exist.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// SuperConfig::builder().depends_on("rooms.db").load()?;
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn depends_on(mut self, path: impl Into<String>) -> Self {
        self.options.dependencies.push(path.into());
        self
    }

    /// Adds a layer computed from the merged, interpolated values of the layers below it. Runs for the load and for each reload, with
    /// nothing locked; what it gives is explained by its name.
    ///
    /// ```
    /// use superconfig::{ErrorCode, Format, SuperConfig, Table, Value};
    ///
    /// let builder = SuperConfig::builder().text("cpu = 2", Format::Toml).derive("limits", |values| {
    ///     let cpu = values.as_table().and_then(|table| table.get("cpu")).cloned();
    ///     let Some(Value::Integer(cpu)) = cpu else { return Err(superconfig::Error::new(ErrorCode::Option, "no cpu")) };
    ///     Ok(Table::from_iter([("workers", Value::Integer(cpu * 4))]).into())
    /// });
    /// let config = builder.load()?;
    /// assert_eq!(config.get::<u32>("workers")?, 8);
    /// assert_eq!(&*config.explain("workers")?.winner().unwrap().origin.source, "limits");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn derive(
        self,
        name: impl Into<Arc<str>>,
        compute: impl Fn(&Value) -> Result<Value, Error> + Send + Sync + 'static,
    ) -> Self {
        self.push(SourceSpec::Derive { name: name.into(), compute: Some(Arc::new(compute)) })
    }

    /// Joins values given in code: they supply missing values and never replace one.
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
        self.defaults(value).joined()
    }

    /// Joins the source added last instead of merging it: it supplies missing values and never replaces one.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let builder = SuperConfig::builder().text("port = 8080", Format::Toml);
    /// let config = builder.text("port = 80\nhost = 'localhost'", Format::Toml).joined().load()?;
    /// assert_eq!(config.get::<u16>("port")?, 8080);
    /// assert_eq!(config.get::<String>("host")?, "localhost");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn joined(mut self) -> Self {
        if let Some(entry) = self.options.sources.last_mut() {
            entry.fill = true;
        }
        self
    }

    /// Makes `_add` and `_remove` ordinary keys in the source added last.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("hosts_add = ['a']", Format::Toml).without_directives().load()?;
    /// assert_eq!(config.get::<Vec<String>>("hosts_add")?, ["a"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn without_directives(mut self) -> Self {
        if let Some(entry) = self.options.sources.last_mut() {
            entry.directives = false;
        }
        self
    }
}
