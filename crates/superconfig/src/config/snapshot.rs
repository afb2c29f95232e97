//! One immutable version of a configuration, shared by all its readers.

use crate::diagnostic::{Error, ErrorCode, Issue, Path, Segment, Warning};
use crate::format::Format;
use crate::load::{LoadResult, RenderOptions};
use crate::merge::{Difference, Explanation, UnmatchedVariable, changed_below};
use crate::source::{LayerInfo, LayerUse};
use crate::value::{Meter, Value, closest_path, from_value};
use serde::de::DeserializeOwned;
use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

/// One version of a configuration. Everything read from one snapshot belongs together.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// let snapshot = config.snapshot()?;
/// assert_eq!(snapshot.get::<u16>(&"server.port".parse()?)?, 8080);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct Snapshot {
    pub(crate) version: u64,
    pub(crate) generation: u32,
    pub(crate) loaded: LoadResult,
    /// The configuration that this is a version of, for `SuperConfig::attach`, which finds a snapshot in the registry.
    pub(super) owner: Arc<OnceLock<Weak<dyn Any + Send + Sync>>>,
}

/// Prints the version and the values with every secret replaced by `[redacted]`. Costs a copy.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = &mut f.debug_struct("Snapshot");
        fields.field("version", &self.version).field("value", &self.redacted()).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Adds the values and the texts that they were parsed from to a meter.
    pub(crate) fn measure(self: &Arc<Self>, meter: &mut Meter) {
        if meter.shared(self) {
            meter.value(&self.loaded.value);
            self.loaded.measure_layers(meter);
        }
    }

    /// The version: 1 after the first load, one more with each reload that changed something.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// assert_eq!(snapshot.version(), 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The generation, which a binding compares with the configuration's word; see [`crate::generation`].
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// assert_ne!(snapshot.generation(), 0);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The merged values; always a table.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// assert!(snapshot.value().as_table().unwrap().contains_key("server"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn value(&self) -> &Value {
        &self.loaded.value
    }

    /// The variables of the `.env` files of [`Builder::dotenv`](crate::Builder::dotenv), by name, with references expanded.
    ///
    /// Nothing puts them into the process's environment: changing that is safe only while no other thread reads it, which the
    /// program alone can know. It can do so with these.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// let directory = tempfile::tempdir()?;
    /// std::fs::write(directory.path().join(".env"), "HOST=localhost\nURL=http://${HOST}/")?;
    /// let config = SuperConfig::builder().cwd(directory.path()).environment([("A", "b")]).dotenv().load()?;
    /// let snapshot = config.snapshot()?;
    /// assert!(snapshot.dotenv_variables().eq([("HOST", "localhost"), ("URL", "http://localhost/")]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dotenv_variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.loaded.dotenv.iter().map(|variable| (&*variable.name, &*variable.value))
    }

    /// The annotation that a binding keeps with this version, if it is of this type; see
    /// [`PreparedLoad::annotate`](crate::PreparedLoad::annotate).
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("port = 8080", Format::Toml).load()?;
    /// assert_eq!(config.snapshot()?.annotation::<String>(), None);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn annotation<T: Any>(&self) -> Option<&T> {
        self.loaded.annotation.as_ref()?.downcast_ref()
    }

    /// The value at a path. Costs one key lookup per segment and allocates nothing.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// let path: superconfig::Path = "server.port".parse()?;
    /// assert_eq!(snapshot.at(&path), Some(&superconfig::Value::Integer(8080)));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn at(&self, path: &[Segment]) -> Option<&Value> {
        self.loaded.value.at(path)
    }

    /// Reads the value at a path as any type that serde knows; the root's path is empty.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// let path: superconfig::Path = "server.port".parse()?;
    /// assert_eq!(snapshot.get::<u16>(&path)?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_PATH` for an unknown path, with the closest one; `ERR_SUPERCONFIG_TYPE` for what does
    /// not fit, with its origin; several problems come as issues of one error.
    pub fn get<T: DeserializeOwned>(&self, path: &Path) -> Result<T, Error> {
        let value = self.at(path).ok_or_else(|| self.unknown_path(path))?;
        from_value(value).map_err(|problems| {
            let issues = problems.into_iter().map(|problem| {
                let issue = Issue::new(path.iter().chain(problem.path.iter()).cloned().collect(), problem.message);
                Issue { expected: problem.expected, ..issue }
            });
            self.loaded.refuse_as(ErrorCode::Type, issues.collect())
        })
    }

    /// Roughly how many bytes it keeps alive, values and texts together, for a host's garbage collector. Costs a look at
    /// each layer.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// assert!(snapshot.approximate_bytes() > 0);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn approximate_bytes(&self) -> usize {
        // Parsed values take two to four times their text.
        size_of::<Self>() + 4 * self.loaded.texts().map(|text| text.len()).sum::<usize>()
    }

    /// Sorted paths of the leaves at or below `path` that differ from an earlier version.
    ///
    /// ```
    /// use superconfig::{Environment, ReloadInputs, SuperConfig};
    ///
    /// let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_PORT", "80")]))?;
    /// let previous = config.snapshot()?;
    /// let environment = Some(Environment::from_pairs([("APP_PORT", "81")]));
    /// config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() })?;
    /// assert_eq!(config.snapshot()?.changed_since(&previous, &[]), ["port"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn changed_since(&self, previous: &Snapshot, path: &[Segment]) -> Vec<String> {
        changed_below(path, previous.at(path), self.at(path), &[&previous.loaded.secrets, &self.loaded.secrets])
    }

    /// The values that differ in another configuration, or another version: numbers by value, the elements of an array that is
    /// merged by a key by that key, secrets compared and not shown. What was masked when it was printed is unknown.
    ///
    /// Costs one pass over both, and an explanation of each value that differs.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let before = SuperConfig::builder().text("port = 80\npassword = 'a'", Format::Toml).load()?.snapshot()?;
    /// let after = SuperConfig::builder().text("port: 80.0\npassword: b", Format::Yaml).load()?.snapshot()?;
    /// let differences = before.differences(&after);
    /// assert_eq!((differences.len(), differences[0].path.to_string()), (1, "password".to_owned()));
    /// assert_eq!(differences[0].after.as_ref().unwrap().value.as_str(), Some("[redacted]"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn differences(&self, other: &Snapshot) -> Vec<Difference> {
        self.loaded.differences(&other.loaded)
    }

    /// The warnings of the load.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text(r#"{ "a": 1, "a": 2 }"#, Format::Json).load()?;
    /// assert_eq!(config.snapshot()?.warnings()[0].code, "duplicate-key");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn warnings(&self) -> &[Warning] {
        &self.loaded.warnings
    }

    /// The merged values with every secret replaced by `[redacted]`. Costs a copy.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("password = 'hunter2'", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// assert_eq!(snapshot.redacted().as_table().unwrap().get("password").unwrap().as_str(), Some("[redacted]"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn redacted(&self) -> Value {
        self.loaded.redacted()
    }

    /// The value at a path with every secret replaced by `[redacted]`. Costs a copy.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("password = 'hunter2'", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// let path: superconfig::Path = "password".parse()?;
    /// assert_eq!(snapshot.redacted_at(&path).unwrap().as_str(), Some("[redacted]"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn redacted_at(&self, path: &[Segment]) -> Option<Value> {
        Some(self.loaded.secrets.redact(&mut path.to_vec(), self.at(path)?))
    }

    /// The merged values as text of a format, with every secret replaced by `[redacted]` unless `secrets` is set; see
    /// [`render`](crate::render).
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// assert_eq!(snapshot.render(Format::Toml, false)?, "[server]\nport = 8080\n");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_FORMAT`, with the path, for what the format cannot say.
    pub fn render(&self, format: Format, secrets: bool) -> Result<String, Error> {
        self.render_with(format, RenderOptions { secrets, ..RenderOptions::default() })
    }

    /// The merged values as text of a format, as the options say: indented, with their origins in comments, or only what is not a default.
    /// With origins it costs a merge, and a search for each value.
    ///
    /// ```
    /// use superconfig::{Format, RenderOptions, SuperConfig, parse};
    ///
    /// let builder = SuperConfig::builder().defaults(parse("{ port: 80, host: a }", Format::Yaml)?).text("port = 8080", Format::Toml);
    /// let options = RenderOptions { changed: true, indent: true, ..RenderOptions::default() };
    /// assert_eq!(builder.load()?.snapshot()?.render_with(Format::Json, options)?, "{\n  \"port\": 8080\n}\n");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_FORMAT`, with the path, for what the format cannot say; `ERR_SUPERCONFIG_OPTION` for origins in JSON, which has no
    /// comments.
    pub fn render_with(&self, format: Format, options: RenderOptions) -> Result<String, Error> {
        self.loaded.render(format, options)
    }

    /// Every source, and each of its files, in order: found, missing, or skipped with a reason.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// assert_eq!(snapshot.layers()[0].status, superconfig::LayerStatus::Found);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn layers(&self) -> &[LayerInfo] {
        &self.loaded.searched
    }

    /// The profiles that were selected, in the order in which they applied.
    ///
    /// ```
    /// use superconfig::SuperConfig;
    ///
    /// assert_eq!(SuperConfig::builder().profile("production").load()?.snapshot()?.profiles(), ["production"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn profiles(&self) -> &[String] {
        &self.loaded.profiles
    }

    /// Explains where the value at a path comes from; secrets show as `[redacted]`.
    ///
    /// Replays the layers for this path, resolves the variables, and searches the texts for positions: microseconds for small files, a
    /// parse for large ones. The first call folds the layers once more, for the names.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// let path: superconfig::Path = "server.port".parse()?;
    /// assert_eq!(snapshot.explain(&path)?.candidates.len(), 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_PATH` when no layer knows the path, with the closest one that is known.
    pub fn explain(&self, path: &Path) -> Result<Explanation, Error> {
        self.loaded.explain(path).ok_or_else(|| self.unknown_path(path))
    }

    /// Explains every leaf that the values have or the schema declares, in the order of the values: the result of `explain` for each, an
    /// array and a secret table being one. Costs a visit to each value of the layers and a resolution of each variable, and one parse of
    /// each file for about a hundred positions in it; of more, further ones have none.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080\nhost = 'a'", Format::Toml).load()?;
    /// let paths: Vec<String> = config.snapshot()?.explain_all().iter().map(|explanation| explanation.path.to_string()).collect();
    /// assert_eq!(paths, ["server.port", "server.host"]);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn explain_all(&self) -> Vec<Explanation> {
        self.loaded.explain_all()
    }

    /// The variables that begin with the prefix of a source and set no path that layers or schema know, with the path that each was
    /// probably meant for. Costs a merge, a resolution of each variable, and a comparison of each such one with a few known paths.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let builder = SuperConfig::builder().environment([("APP_PROT", "80")]).text("port = 8080", Format::Toml).env("APP");
    /// let unmatched = builder.load()?.snapshot()?.unmatched_variables();
    /// assert_eq!(unmatched[0].origin.variable.as_deref(), Some("APP_PROT"));
    /// assert_eq!(unmatched[0].closest.as_ref().unwrap().to_string(), "port");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn unmatched_variables(&self) -> Vec<UnmatchedVariable> {
        self.loaded.unmatched_variables()
    }

    /// Every layer and every place searched in vain, in order, with the number of values that it sets and of those in effect. Costs a
    /// merge, and a look at every value and at every file.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let files = config.snapshot()?.files();
    /// assert_eq!((files[0].sets, files[0].wins), (1, 1));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn files(&self) -> Vec<LayerUse> {
        self.loaded.layer_uses()
    }

    /// The error for a path that is not there. Of a path that leads into a secret it names nothing behind that.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// let error = snapshot.unknown_path(&"server.prot".parse()?);
    /// assert_eq!(error.code(), superconfig::ErrorCode::Path);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn unknown_path(&self, path: &Path) -> Error {
        let visible = self.visible_path(path);
        let message = match visible.len() < path.len() {
            true => format!("there is no such key in `{visible}`"),
            false => format!("there is no `{path}`"),
        };
        let error = Error::new(ErrorCode::Path, message).with_path(visible);
        match self.closest_path(path) {
            Some(closest) => error.with_hint(format!("did you mean `{closest}`?")),
            None => error,
        }
    }

    /// Whether the JSON Schema declares a path at which there is nothing: an optional key, or one of an optional table. Costs a
    /// lookup for each segment.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig, parse};
    ///
    /// let schema = parse(r#"{ "properties": { "db": { "properties": { "host": {} } } } }"#, Format::Json)?;
    /// let snapshot = SuperConfig::builder().json_schema(schema).load()?.snapshot()?;
    /// assert!(snapshot.is_optional(&"db.host".parse::<superconfig::Path>()?));
    /// assert!(!snapshot.is_optional(&"db.hots".parse::<superconfig::Path>()?));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn is_optional(&self, path: &[Segment]) -> bool {
        self.loaded.is_optional(path)
    }

    /// The visible part of a path: down to the first secret on the way and no further.
    ///
    /// ```
    /// use superconfig::{Format, Path, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[credentials]\nuser = 'x'", Format::Toml).load()?;
    /// let path: Path = "credentials.user".parse()?;
    /// assert_eq!(config.snapshot()?.visible_path(&path).to_string(), "credentials");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn visible_path(&self, path: &[Segment]) -> Path {
        Path::from(self.loaded.secrets.visible(path).to_vec())
    }

    /// The error for problems that a binding finds in the values: with the origins that they come from, and secrets masked.
    ///
    /// ```
    /// use superconfig::{ErrorCode, Format, Issue, SuperConfig};
    ///
    /// let snapshot = SuperConfig::builder().text("port = 0", Format::Toml).load()?.snapshot()?;
    /// let error = snapshot.refuse(vec![Issue::new("port".parse()?, "a port must be positive")]);
    /// assert_eq!((error.code(), error.origin().unwrap().line), (ErrorCode::Validation, Some(1)));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn refuse(&self, issues: Vec<Issue>) -> Error {
        self.loaded.refuse_as(ErrorCode::Validation, issues)
    }

    /// The issue of an unexpected key, with the closest of the known ones, else of those of the JSON Schema, else of those beside it.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let snapshot = SuperConfig::builder().text("prot = 0", Format::Toml).load()?.snapshot()?;
    /// let issue = snapshot.unknown_key("prot".parse()?, Some(&["port".to_owned()]));
    /// assert_eq!(issue.hint.as_deref(), Some("did you mean `port`?"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn unknown_key(&self, path: Path, known: Option<&[String]>) -> Issue {
        self.loaded.unknown_key(path, known)
    }

    /// The known path closest to an unknown one, if one is close enough.
    ///
    /// The segments that exist are followed; among the keys at the first that does not, the most similar one is
    /// taken, and the rest of the path kept where it exists below it. A path that leads into a secret ends there.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// let snapshot = config.snapshot()?;
    /// let path: superconfig::Path = "server.prot".parse()?;
    /// assert_eq!(snapshot.closest_path(&path).unwrap().to_string(), "server.port");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn closest_path(&self, path: &[Segment]) -> Option<Path> {
        let closest = closest_path(&self.loaded.value, path)?;
        let visible = self.loaded.secrets.visible(&closest);
        let says_nothing = visible.len() < closest.len() && path.starts_with(visible);
        (!says_nothing).then(|| Path::from(visible.to_vec()))
    }
}

/// The error of everything that is used after it was closed.
pub(crate) fn closed() -> Error {
    Error::new(ErrorCode::Closed, "the configuration is closed")
}
