//! The options of a load.

use super::kinds::{CapturedEnvironment, Count, Entries, Milliseconds, Variables};
use super::source_options::{HostSource, SourceOptions};
use serde::Deserialize;
use std::fmt;
use superconfig::{ArrayStrategy, Builder, Environment, Error, Limits, Value, Warning, WatchOptions};

/// Everything that a builder takes.
///
/// ```
/// use superconfig::{FieldNames, SuperConfig};
/// use superconfig_binding::options::{LoadOptions, OptionReader};
///
/// let text = r#"{ "sources": [{ "text": { "text": "port = 80", "format": "toml" } }] }"#;
/// let options = OptionReader::new(FieldNames::CamelCase).parse::<LoadOptions>(text, "load")?;
/// let config = options.into_builder(SuperConfig::builder())?.load()?;
/// assert_eq!(config.get::<u16>("port")?, 80);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoadOptions {
    /// The directory that relative paths start from.
    pub cwd: Option<String>,
    /// The home directory.
    pub home: Option<String>,
    /// A prefix of the system's directories, for tests.
    pub root: Option<String>,
    /// The environment that the program chose instead of its own: it holds for every reload.
    pub env: Option<Variables>,
    /// The program's own environment as it is on the host's thread.
    pub captured_env: Option<CapturedEnvironment>,
    /// The name that others attach to.
    pub name: Option<String>,
    /// Whether the name is taken over from an open configuration that has it.
    pub replace_name: bool,
    /// The profiles, in the order in which they apply.
    pub profiles: Option<Vec<String>>,
    /// The strategies of arrays, by the patterns of their paths.
    pub arrays: Entries<ArrayStrategy>,
    /// Whether references are resolved.
    pub interpolate: bool,
    /// Patterns of paths whose values are redacted in every output.
    pub secrets: Vec<String>,
    /// The key of fingerprints of secrets.
    pub fingerprint_key: Option<FingerprintKey>,
    /// Whether the host checks each version before it is published.
    pub validated: bool,
    /// The JSON Schema of what the host checks: its types guide texts, its marks name secrets.
    pub json_schema: Option<Value>,
    /// The reason why the host's schema could not be made a JSON Schema.
    pub json_schema_failure: Option<String>,
    /// Bounds on what is read.
    pub limits: LoadLimits,
    /// The options of watching; without them nothing is watched.
    pub watch: Option<WatchTimes>,
    /// The sources in order, later ones winning.
    pub sources: Vec<SourceOptions>,
}

/// A key, which is never printed.
#[derive(Deserialize)]
pub struct FingerprintKey(String);

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FingerprintKey(..)")
    }
}

/// Bounds on what is read; the engine's own where there is none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoadLimits {
    /// Levels of nesting.
    pub depth: Option<Count>,
    /// Bytes of one document.
    pub document_bytes: Option<Count>,
    /// Values that one YAML document may produce.
    pub alias_nodes: Option<Count>,
    /// Bytes that the expansions of one load may produce together.
    pub expanded_bytes: Option<Count>,
}

/// The times of live reload, in milliseconds; the engine's defaults where one is absent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WatchTimes {
    /// Without a change before files are read again.
    pub debounce_ms: Option<Milliseconds>,
    /// After which they are read although they keep changing.
    pub max_wait_ms: Option<Milliseconds>,
    /// Between comparisons of the files, where the system reports nothing; 0 is off.
    pub poll: Option<Milliseconds>,
}

impl LoadOptions {
    /// The environment of the first load: the one that the program chose, else the one that the host captured; empty without
    /// both. Never that of the process.
    pub fn environment(&mut self) -> Environment {
        match (&self.env, self.captured_env.take()) {
            (Some(Variables(chosen)), _) => Environment::from_pairs(chosen.iter().cloned()),
            (None, Some(captured)) => captured.into(),
            (None, None) => Environment::default(),
        }
    }

    /// Adds the options to a builder, but for the environment that was captured.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_FORMAT` for a format that there is not.
    pub fn into_builder(self, mut builder: Builder) -> Result<Builder, Error> {
        let Self {
            cwd,
            home,
            root,
            env,
            captured_env: _,
            name,
            replace_name,
            profiles,
            arrays,
            interpolate,
            secrets,
            fingerprint_key,
            validated,
            json_schema,
            json_schema_failure,
            limits,
            watch,
            sources,
        } = self;
        if let Some(Variables(variables)) = env {
            builder = builder.environment(variables);
        }
        if let Some(directory) = cwd {
            builder = builder.cwd(directory);
        }
        if let Some(directory) = home {
            builder = builder.home(directory);
        }
        if let Some(directory) = root {
            builder = builder.root(directory);
        }
        if let Some(name) = name {
            builder = if replace_name { builder.name_replacing(name) } else { builder.name(name) };
        }
        if let Some(profiles) = profiles {
            builder = builder.profiles(profiles);
        }
        if let Some(schema) = json_schema {
            builder = builder.json_schema(schema);
        }
        if let Some(reason) = json_schema_failure {
            let message = format!("the schema cannot be made a JSON Schema, so it does not guide variables and flags: {reason}");
            builder = builder.warning(Warning::new("schema-unknown", message));
        }
        if let Some(times) = watch {
            builder = builder.watch(times.into());
        }
        if let Some(FingerprintKey(key)) = fingerprint_key {
            builder = builder.fingerprint_key(key);
        }
        if interpolate {
            builder = builder.interpolate();
        }
        if validated {
            builder = builder.validated_by_host();
        }
        for (pattern, strategy) in arrays.0 {
            builder = builder.arrays(pattern, strategy);
        }
        // Settings are shared until one is set.
        if !secrets.is_empty() {
            builder = builder.secrets(secrets);
        }
        let limits = Limits::from(limits);
        if limits != Limits::default() {
            builder = builder.limits(limits);
        }
        let mut entries = Vec::with_capacity(sources.len());
        for (at, source) in sources.into_iter().enumerate() {
            if let SourceOptions::Source(HostSource { file: Some(file), .. }) = &source {
                builder = builder.depends_on(file);
            }
            entries.push(source.into_entry(at)?);
        }
        Ok(builder.entries(entries))
    }
}

impl From<LoadLimits> for Limits {
    fn from(limits: LoadLimits) -> Self {
        let default = Limits::default();
        let or = |count: Option<Count>, default| count.map_or(default, |Count(count)| count);
        Limits {
            depth: or(limits.depth, default.depth),
            document_bytes: or(limits.document_bytes, default.document_bytes),
            alias_nodes: or(limits.alias_nodes, default.alias_nodes),
            expanded_bytes: or(limits.expanded_bytes, default.expanded_bytes),
        }
    }
}

impl From<WatchTimes> for WatchOptions {
    fn from(times: WatchTimes) -> Self {
        let default = WatchOptions::default();
        WatchOptions {
            debounce: times.debounce_ms.map_or(default.debounce, |Milliseconds(time)| time),
            max_wait: times.max_wait_ms.map_or(default.max_wait, |Milliseconds(time)| time),
            poll: times.poll.map(|Milliseconds(time)| time),
        }
    }
}
