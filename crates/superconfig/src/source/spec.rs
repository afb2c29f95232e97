//! The description that a [`Builder`](crate::Builder) collects.

use super::custom::Source;
use super::environment::EmptyVariable;
use super::files::expand_profiles;
use super::ownership::Trust;
use super::source_data::SourceData;
use crate::diagnostic::{Error, SourceKind};
use crate::format::Format;
use crate::merge::MappedVariable;
use crate::value::Value;
use std::sync::Arc;

/// A source with the options that every kind of source has.
///
/// ```
/// use superconfig::{Builder, SourceEntry, SourceSpec};
///
/// let entry = SourceEntry { spec: SourceSpec::Args(vec!["--port=80".to_owned()]), fill: true, directives: true };
/// assert_eq!(Builder::new().entry(entry).load()?.get::<u16>("port")?, 80);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone)]
pub struct SourceEntry {
    /// The source itself.
    pub spec: SourceSpec,
    /// The layer only adds values that are missing below it (`join`).
    pub fill: bool,
    /// Whether `_add` and `_remove` keys are directives.
    pub directives: bool,
}

impl SourceEntry {
    /// Whether a program implements it, in Rust or in a host language.
    pub(crate) fn is_custom(&self) -> bool {
        matches!(
            self.spec,
            SourceSpec::Custom(_) | SourceSpec::Supplied { .. } | SourceSpec::Values { kind: SourceKind::Custom, .. }
        )
    }
}

/// A source of configuration.
///
/// ```
/// use superconfig::{Builder, Format, SourceEntry, SourceSpec, TextOptions};
///
/// let options = TextOptions { format: Some(Format::Toml), ..TextOptions::default() };
/// let spec = SourceSpec::Text { text: "port = 80".into(), options };
/// assert_eq!(Builder::new().entry(SourceEntry { spec, fill: false, directives: true }).load()?.get::<u16>("port")?, 80);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum SourceSpec {
    /// Values given in code: defaults, overrides.
    Values {
        /// `Defaults`, `Override` or `Custom`.
        kind: SourceKind,
        /// The layer's name for people.
        name: Arc<str>,
        /// A table.
        value: Value,
    },
    /// One file, or one per profile where the path holds `{profile}`.
    File {
        /// The path, relative to the working directory; `~` is the home directory.
        path: Arc<str>,
        /// Its options.
        options: FileOptions,
    },
    /// All files that match a pattern.
    Glob {
        /// The pattern, e.g. `conf.d/*.json`.
        pattern: String,
        /// Their options.
        options: GlobOptions,
    },
    /// A directory with `default`, `{profile}`, `local` and `{profile}.local` files.
    Directory {
        /// The directory.
        path: String,
        /// Its options.
        options: DirectoryOptions,
    },
    /// The directories of the system, the user and the project that may hold an application's files.
    #[cfg(feature = "discovery")]
    Discover {
        /// The application's name.
        name: String,
        /// Their options.
        options: DiscoverOptions,
    },
    /// Text given in code.
    Text {
        /// The text.
        text: Arc<str>,
        /// Its options.
        options: TextOptions,
    },
    /// `.env` files that supply variables to `Env` sources.
    Dotenv(DotenvOptions),
    /// Environment variables.
    Env(EnvOptions),
    /// Command-line flags.
    Args(Vec<String>),
    /// A source that the program implements.
    Custom(Arc<dyn Source>),
    /// A source that a host language implements, with its first result; further ones come with
    /// [`ReloadInputs`](crate::ReloadInputs).
    Supplied {
        /// The layer's name for people.
        name: Arc<str>,
        /// The result.
        data: SourceData,
    },
    /// Values computed from the merged values of the layers below.
    Derive {
        /// The layer's name for people.
        name: Arc<str>,
        /// Computes the values; nothing where the host of a binding does, through [`PreparedLoad`](crate::PreparedLoad).
        compute: Option<DeriveFunction>,
    },
}

/// Computes the values of a layer from the merged values below it.
///
/// ```
/// use superconfig::{DeriveFunction, Error, Value};
///
/// let copy: DeriveFunction = std::sync::Arc::new(|values: &Value| Ok::<_, Error>(values.clone()));
/// assert_eq!(copy(&Value::Null)?, Value::Null);
/// # Ok::<(), Error>(())
/// ```
pub type DeriveFunction = Arc<dyn Fn(&Value) -> Result<Value, Error> + Send + Sync>;

impl SourceSpec {
    /// What the source does about files that others could have written.
    pub(crate) fn trust(&self) -> Option<Trust> {
        match self {
            SourceSpec::File { options, .. } => options.trust,
            SourceSpec::Glob { options, .. } => options.trust,
            SourceSpec::Directory { options, .. } => options.trust,
            #[cfg(feature = "discovery")]
            SourceSpec::Discover { options, .. } => options.trust,
            _ => None,
        }
    }

    /// The layer's name for people, where the source itself has one.
    pub(crate) fn name(&self) -> &str {
        match self {
            SourceSpec::Values { name, .. } | SourceSpec::Supplied { name, .. } | SourceSpec::Derive { name, .. } => name,
            SourceSpec::Custom(source) => source.name(),
            SourceSpec::File { path, .. } => path,
            SourceSpec::Directory { path, .. } => path,
            SourceSpec::Glob { pattern, .. } => pattern,
            #[cfg(feature = "discovery")]
            SourceSpec::Discover { name, .. } => name,
            SourceSpec::Text { options, .. } => options.name.as_deref().unwrap_or("text"),
            SourceSpec::Dotenv(_) => "dotenv",
            SourceSpec::Env(_) => "env",
            SourceSpec::Args(_) => "args",
        }
    }
}

/// The options of a file source.
///
/// ```
/// use superconfig::{FileOptions, Format, SuperConfig};
///
/// let options = FileOptions { optional: true, format: Some(Format::Yaml), ..FileOptions::default() };
/// SuperConfig::builder().file_with("local.conf", options).load()?;
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FileOptions {
    /// Skips a missing file.
    pub optional: bool,
    /// The format; by default detected from the extension, then from the content.
    pub format: Option<Format>,
    /// The file's top-level tables are profiles: `default`, the selected ones, `global`.
    pub nested_profiles: bool,
    /// The reaction to a file that others could have written; none by default.
    pub trust: Option<Trust>,
}

/// The options of a pattern source.
///
/// ```
/// use superconfig::{Builder, GlobOptions, SourceEntry, SourceSpec, Trust};
///
/// let options = GlobOptions { trust: Some(Trust::Strict), ..GlobOptions::default() };
/// let spec = SourceSpec::Glob { pattern: "conf.d/*.toml".into(), options };
/// Builder::new().entry(SourceEntry { spec, fill: false, directives: true }).load()?;
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct GlobOptions {
    /// The format of all of them.
    pub format: Option<Format>,
    /// The reaction to files that others could have written; none by default.
    pub trust: Option<Trust>,
}

/// The options of a directory source.
///
/// ```
/// use superconfig::{Builder, DirectoryOptions, SourceEntry, SourceSpec, Trust};
///
/// let options = DirectoryOptions { optional: true, trust: Some(Trust::Strict), ..DirectoryOptions::default() };
/// let spec = SourceSpec::Directory { path: "config".into(), options };
/// Builder::new().entry(SourceEntry { spec, fill: false, directives: true }).load()?;
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DirectoryOptions {
    /// Skips a missing directory.
    pub optional: bool,
    /// The format of all its files, whatever their extensions say.
    pub format: Option<Format>,
    /// The reaction to files that others could have written; none by default.
    pub trust: Option<Trust>,
}

/// The options of discovery.
///
/// ```
/// use superconfig::{DiscoverOptions, SuperConfig, Trust};
///
/// let builder = SuperConfig::builder().cwd("/").home("/nowhere").root("/nowhere");
/// builder.discover_with("an-app-of-no-name", DiscoverOptions { trust: Some(Trust::Strict) }).load()?;
/// # Ok::<(), superconfig::Error>(())
/// ```
#[cfg(feature = "discovery")]
#[derive(Clone, Debug, Default)]
pub struct DiscoverOptions {
    /// The reaction to a file that others could have written; a warning by default.
    pub trust: Option<Trust>,
}

/// The options of a text source.
///
/// ```
/// use superconfig::{Builder, SourceEntry, SourceSpec, TextOptions};
///
/// let options = TextOptions { name: Some("inline".into()), ..TextOptions::default() };
/// let spec = SourceSpec::Text { text: "port: 80".into(), options };
/// let config = Builder::new().entry(SourceEntry { spec, fill: false, directives: true }).load()?;
/// assert_eq!(&*config.explain("port")?.winner().unwrap().origin.source, "inline");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TextOptions {
    /// The format; by default detected from the content.
    pub format: Option<Format>,
    /// The layer's name for people; `text` by default.
    pub name: Option<Arc<str>>,
}

/// The options of a source of environment variables.
///
/// ```
/// use superconfig::{EnvOptions, SuperConfig};
///
/// let options = EnvOptions { prefix: "APP".into(), separator: ".".into(), ..EnvOptions::default() };
/// let config = SuperConfig::builder().environment([("APP.SERVER.PORT", "80")]).env_with(options).load()?;
/// assert_eq!(config.get::<u16>("server.port")?, 80);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EnvOptions {
    /// The prefix, without its underscore; empty takes variables whose path is known.
    pub prefix: Arc<str>,
    /// Takes no variables but those of `mapping`, whatever the prefix is.
    pub mapped_only: bool,
    /// Splits names into segments; `__` by default.
    pub separator: Arc<str>,
    /// Paths with the variables that set them, read without the prefix.
    pub mapping: Vec<(String, MappedVariable)>,
    /// Whether `NAME_FILE` names a file to read the value from.
    pub file_suffix: bool,
    /// Whether text that nothing gives a type becomes a number, a boolean, `null` or JSON where it spells one; it does by
    /// default, and stays text otherwise.
    pub infer: bool,
    /// The meaning of an empty variable.
    pub empty: EmptyVariable,
}

impl Default for EnvOptions {
    fn default() -> Self {
        Self {
            prefix: Arc::default(),
            mapped_only: false,
            separator: "__".into(),
            mapping: Vec::new(),
            file_suffix: false,
            infer: true,
            empty: EmptyVariable::Keep,
        }
    }
}

/// The options of `.env` files.
///
/// ```
/// use superconfig::{DotenvOptions, ErrorCode, SuperConfig};
///
/// let named = DotenvOptions { paths: Some(vec!["not-there.env".to_owned()]), ..DotenvOptions::default() };
/// let optional = DotenvOptions { optional: true, ..named.clone() };
/// SuperConfig::builder().dotenv_with(optional).load()?;
/// assert_eq!(SuperConfig::builder().dotenv_with(named).load().err().unwrap().code(), ErrorCode::NotFound);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DotenvOptions {
    /// The files, later ones winning; `{profile}` in a path stands for each profile in turn. By default `.env`, `.env.local`,
    /// `.env.{profile}` and `.env.{profile}.local`, any of which may be missing.
    pub paths: Option<Vec<String>>,
    /// Skips missing files among `paths`.
    pub optional: bool,
}

impl DotenvOptions {
    /// The files by name, each with whether it has to exist.
    pub(crate) fn files(&self, profiles: &[String]) -> Vec<(Arc<str>, bool)> {
        let Some(paths) = &self.paths else {
            let own = profiles.iter().flat_map(|name| [format!(".env.{name}"), format!(".env.{name}.local")]);
            return [".env".to_owned(), ".env.local".to_owned()]
                .into_iter()
                .chain(own)
                .map(|name| (name.into(), false))
                .collect();
        };
        paths
            .iter()
            .flat_map(|path| expand_profiles(&path.as_str().into(), profiles))
            .map(|path| (path, !self.optional))
            .collect()
    }
}
