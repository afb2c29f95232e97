//! The loader: reads, parses and merges the sources, and keeps what it parsed for the next load.

use super::context::{base_dirs, profiles};
use super::custom_layer::CustomLayer;
use super::custom_sources::CustomResults;
use super::file_cache::FileCache;
use super::options::LoadOptions;
use super::profile_use::ProfileUse;
use super::rules::Rules;
use crate::diagnostic::{Error, ErrorCode, Origin, Path, Segment, Warning};
use crate::format;
use crate::merge::{
    Content, Document, Explanation, Layer, MergeOptions, Merged, References, Variable, explain, fold, interpolate, unusable,
};
use crate::redaction::SecretRules;
#[cfg(feature = "watch")]
use crate::source::InProgress;
#[cfg(feature = "discovery")]
use crate::source::check_name;
use crate::source::{
    BaseDirs, Dependencies, DependencyTracker, Environment, GlobPattern, LayerInfo, SourceSpec, check_strictly, read_file,
};
use crate::value::{ExpandedSize, ExpansionBudget, Limits, Meter, Value};
use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The result of one load.
pub(crate) struct LoadResult {
    /// The values for readers: merged, and interpolated where that is enabled.
    pub(crate) value: Value,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) profiles: Vec<String>,
    pub(crate) searched: Vec<LayerInfo>,
    pub(super) layers: Vec<Layer>,
    pub(super) merged: Merged,
    /// The variables and flags that cannot be used, for the error that a validator's issues are in too.
    pub(super) problems: Vec<Error>,
    pub(crate) rules: Arc<Rules>,
    /// The rules that mask this version's secrets.
    pub(crate) secrets: Arc<SecretRules>,
    /// The errors of custom sources that failed in this load; their last values stay in use.
    pub(crate) failed_sources: Vec<Error>,
    /// The variables of `.env` files.
    pub(crate) dotenv: Vec<Variable>,
    /// No custom source failed when it was called last.
    pub(crate) is_whole: bool,
    /// What a binding keeps with the version.
    pub(crate) annotation: Option<Arc<dyn Any + Send + Sync>>,
}

/// A load's number among those of its configuration, and its dependencies.
#[derive(Clone)]
pub(crate) struct LoadRecord {
    /// Grows with each load: a larger one has read its sources later.
    pub(crate) number: u64,
    /// Recorded where the configuration is watched.
    pub(crate) dependencies: Option<Arc<Dependencies>>,
}

/// The outcome of one load.
pub(crate) struct LoadOutcome {
    pub(crate) result: Result<LoadResult, Error>,
    pub(crate) record: LoadRecord,
    /// The custom sources whose newest results are part of the load, by index, with their errors.
    pub(crate) answers: Vec<(usize, Option<Error>)>,
}

impl LoadResult {
    pub(crate) fn measure_layers(&self, meter: &mut Meter) {
        for layer in &self.layers {
            if let Content::Document(document) = &layer.content
                && meter.shared(document)
            {
                meter.value(&document.value);
                if let Some((text, _)) = &document.text {
                    meter.shared(text);
                }
            }
        }
    }

    /// The total length of the texts that the layers were parsed from.
    pub(crate) fn text_bytes(&self) -> usize {
        let text = |layer: &Layer| match &layer.content {
            Content::Document(document) => document.text.as_ref().map_or(0, |(text, _)| text.len()),
            _ => 0,
        };
        self.layers.iter().map(text).sum()
    }

    /// The provenance of the value at a path, redacted; `None` when no layer contributed.
    pub(crate) fn explain(&self, path: &Path) -> Option<Explanation> {
        let value = self.value.at(path);
        let mut explanation = self.trace(path);
        if explanation.candidates.is_empty() && value.is_some() {
            explanation = Explanation { path: explanation.path, ..self.trace(self.source_path(path)) };
        }
        // A schema's output can hold values of no layer.
        if explanation.candidates.is_empty() && value.is_none() {
            return None;
        }
        let segments: Vec<Segment> = path.to_vec();
        let redact = |value: &Value| self.secrets.redact(&mut segments.clone(), value);
        // Readers see the interpolated value, or a schema's output.
        explanation.value = value.map(redact);
        for candidate in &mut explanation.candidates {
            candidate.value = redact(&candidate.value);
        }
        Some(explanation)
    }

    pub(crate) fn origin(&self, path: &Path) -> Option<Origin> {
        self.trace(path).winner().map(|winner| winner.origin.clone())
    }

    pub(super) fn trace(&self, path: &[Segment]) -> Explanation {
        explain(&self.layers, &self.merged, &self.rules.merge_options(), path)
    }

    /// The path in the layers of a value that was copied elsewhere: by a reference to a table, or by a schema that took a
    /// text apart. Without one the path stays as it is.
    fn source_path<'p>(&self, path: &'p [Segment]) -> &'p [Segment] {
        let mut above = (1..path.len()).map(|length| &path[..length]);
        let made = above.find(|above| {
            self.merged.value.at(above).is_some_and(|value| !matches!(value, Value::Table(_) | Value::Array(_) | Value::Null))
        });
        made.unwrap_or(path)
    }

    /// The merged value with all secrets masked.
    pub(crate) fn redacted(&self) -> Value {
        self.secrets.redact(&mut Vec::new(), &self.value)
    }
}

pub(crate) struct Loader {
    pub(super) options: Arc<LoadOptions>,
    pub(super) rules: Arc<Rules>,
    pub(super) environment: Arc<Environment>,
    pub(super) cache: FileCache,
    /// The results of custom sources, by index among the sources.
    pub(super) custom: BTreeMap<usize, CustomLayer>,
    pub(super) loads: u64,
    pub(super) dependencies: RefCell<DependencyTracker>,
}

/// The layers, warnings and errors collected while the sources are read in order.
pub(super) struct LayerCollector {
    pub(super) layers: Vec<Layer>,
    pub(super) warnings: Vec<Warning>,
    pub(super) searched: Vec<LayerInfo>,
    pub(super) dotenv: Vec<Variable>,
    pub(super) failed_sources: Vec<Error>,
    pub(super) answers: Vec<(usize, Option<Error>)>,
    /// The errors of sources that could not be loaded.
    pub(super) problems: Vec<Error>,
    /// The shared budget of all expansions of the load.
    pub(super) budget: ExpansionBudget,
    pub(super) profile_use: ProfileUse,
}

impl LayerCollector {
    fn new(warnings: Vec<Warning>, limits: &Limits) -> Self {
        Self {
            layers: Vec::new(),
            warnings,
            searched: Vec::new(),
            dotenv: Vec::new(),
            failed_sources: Vec::new(),
            answers: Vec::new(),
            problems: Vec::new(),
            budget: ExpansionBudget::new(limits),
            profile_use: ProfileUse::default(),
        }
    }
}

impl Loader {
    pub(crate) fn new(options: Arc<LoadOptions>, environment: Arc<Environment>) -> Result<Self, Error> {
        options.limits.validate()?;
        for entry in &options.sources {
            match &entry.spec {
                #[cfg(feature = "discovery")]
                SourceSpec::Discover { name, .. } => check_name("application's name", name)?,
                SourceSpec::Glob { pattern, .. } => drop(GlobPattern::parse(pattern)?),
                _ => {}
            }
        }
        let arrays = options.arrays.iter().map(|(pattern, strategy)| Ok((pattern.parse()?, strategy.clone())));
        let rules = Rules {
            arrays: arrays.collect::<Result<_, Error>>()?,
            schema: options.json_schema.clone(),
            secrets: SecretRules::new(&options.secrets, options.json_schema.as_ref())?.into(),
            limits: options.limits,
        };
        Ok(Self {
            options,
            rules: Arc::new(rules),
            environment,
            cache: FileCache::default(),
            custom: BTreeMap::new(),
            loads: 0,
            dependencies: RefCell::default(),
        })
    }

    /// Records the dependencies of each load, from the next one on.
    #[cfg(feature = "watch")]
    pub(crate) fn watch(&mut self) {
        self.dependencies.get_mut().enable();
    }

    /// The current read, once dependencies are recorded.
    #[cfg(feature = "watch")]
    pub(crate) fn in_progress(&self) -> Arc<InProgress> {
        self.dependencies.borrow().in_progress().cloned().unwrap_or_default()
    }

    pub(crate) fn set_environment(&mut self, environment: Arc<Environment>) {
        self.environment = environment;
    }

    /// Reads all sources and merges them; unchanged files come from the cache. Custom sources are called before any lock is
    /// taken, so their results are passed in; one without a new result keeps its last values.
    ///
    /// All sources are read, so that all their errors are reported together.
    ///
    /// In the background a writer may be at work, so an empty file counts as half written for a while.
    ///
    /// `turn` is when the custom sources were called: of two results of one source the one of the later turn counts,
    /// whichever load finishes first.
    pub(crate) fn load(&mut self, turn: u64, custom_results: Result<CustomResults, Error>, background: bool) -> LoadOutcome {
        self.loads += 1;
        let number = self.loads;
        let warnings = self.environment.warnings.iter().chain(&self.options.warnings).cloned().collect();
        let mut collector = LayerCollector::new(warnings, &self.rules.limits);
        let applied = custom_results.and_then(|results| self.apply_custom_results(turn, results, &mut collector));
        let answers = std::mem::take(&mut collector.answers);
        let result = applied.and_then(|()| self.load_all(collector, background));
        let result = result.map_err(|error| self.rules.secrets.without_hidden_keys(error));
        self.cache.end_load(result.is_ok());
        let record = LoadRecord { number, dependencies: self.dependencies.get_mut().finish() };
        LoadOutcome { result, record, answers }
    }

    fn load_all(&mut self, mut collector: LayerCollector, background: bool) -> Result<LoadResult, Error> {
        let options = self.options.clone();
        let base_dirs = base_dirs(&options, &self.environment)?;
        self.dependencies.get_mut().begin(&base_dirs.cwd, background);
        let profiles = profiles(&options, &self.environment)?;
        #[cfg(feature = "dotenv")]
        self.read_dotenv(&options.sources, &base_dirs, &profiles, &mut collector)?;
        #[cfg(feature = "parallel")]
        self.prefetch(&base_dirs, &profiles);
        for (at, entry) in options.sources.iter().enumerate() {
            if let Err(error) = self.read(at, entry, &base_dirs, &profiles, &mut collector) {
                collector.problems.push(error);
            }
        }
        if let Some(first) = collector.problems.first() {
            Error::together(first.code(), "sources cannot be loaded", std::mem::take(&mut collector.problems))?;
        }
        let LayerCollector { layers, mut warnings, searched, failed_sources, dotenv, budget, profile_use, .. } = collector;
        warnings.extend(profile_use.warnings(&profiles, &options, &self.environment));
        // The text of a reference counts where it is inserted.
        let read_referent = |name: &str| self.read_value(&base_dirs, name, &budget);
        let read_file = |name: &str| {
            let text = read_referent(name)?;
            budget.take(ExpandedSize::text(text.len()))?;
            Ok(text)
        };
        let keep_problems = options.validator.is_some() || options.validated_by_host;
        let merge_options = MergeOptions { read_file: Some(&read_file), keep_problems, ..self.rules.merge_options() };
        let mut merged = fold(&layers, &merge_options)?;
        let mut problems = std::mem::take(&mut merged.problems);
        for layer in &layers {
            if let Content::Document(document) = &layer.content {
                warnings.extend(document.warnings.iter().filter_map(|warning| located(warning, layer, document)));
            }
        }
        warnings.extend(merged.warnings.iter().cloned());
        let mut loaded = LoadResult {
            value: merged.value.clone(),
            warnings,
            profiles,
            searched,
            layers,
            merged,
            problems: Vec::new(),
            rules: self.rules.clone(),
            secrets: self.rules.secrets.clone(),
            failed_sources,
            dotenv,
            is_whole: self.custom.values().all(CustomLayer::is_fresh),
            annotation: None,
        };
        if options.interpolate {
            let env = |name: &str| self.environment.get(name).cloned();
            let secrets = &self.rules.secrets;
            let schema = self.rules.schema.as_ref();
            let references =
                References { env: &env, read_file: &read_referent, limits: self.rules.limits, budget: &budget, secrets, schema };
            let interpolated = interpolate(loaded.value.clone(), &references).map_err(|error| {
                problems.push(match error.path().and_then(|path| loaded.origin(path)) {
                    Some(origin) => error.with_origin(origin),
                    None => error,
                });
                unusable(std::mem::take(&mut problems))
            })?;
            loaded.value = interpolated.value;
            if !interpolated.made_of_secrets.is_empty() {
                loaded.secrets = secrets.with_derived(interpolated.made_of_secrets).into();
            }
        }
        loaded.problems = problems.into_iter().map(|problem| loaded.secrets.without_hidden_keys(problem)).collect();
        loaded.warnings.iter_mut().for_each(|warning| loaded.secrets.hide_keys_in(warning));
        Ok(loaded)
    }

    /// Reads a file that a value refers to, of at most the remaining budget.
    fn read_value(&self, base_dirs: &BaseDirs, name: &str, budget: &ExpansionBudget) -> Result<Arc<str>, Error> {
        let (most, left) = (self.rules.limits.document_bytes, budget.left().bytes);
        self.read_text_within(base_dirs, name, most.min(left)).map_err(|error| match error.code() {
            // Nothing has been taken from the budget for it yet.
            ErrorCode::Limit if left < most => match budget.take(ExpandedSize::text(left + 1)) {
                Err(exceeded) => Error::from(exceeded),
                Ok(()) => error,
            },
            _ => error,
        })
    }

    /// Reads a file that is not a layer, without its byte order mark.
    pub(super) fn read_text(&self, base_dirs: &BaseDirs, name: &str) -> Result<Arc<str>, Error> {
        self.read_text_within(base_dirs, name, self.rules.limits.document_bytes)
    }

    fn read_text_within(&self, base_dirs: &BaseDirs, name: &str, most: usize) -> Result<Arc<str>, Error> {
        let path = base_dirs.resolve(name);
        let mut dependencies = self.dependencies.borrow_mut();
        dependencies.file(&path);
        let mut buffer = Vec::new();
        let opened = read_file::read(&path, name, most, &mut buffer);
        let opened = opened.inspect_err(|error| dependencies.failed(&path, error))?;
        dependencies.read(&path, opened.fingerprint);
        if dependencies.is_half_written(&path, buffer.len(), opened.fingerprint) {
            return Err(read_file::half_written(name));
        }
        if self.options.is_strict() {
            check_strictly(opened.ownership, &path)?;
        }
        let text = format::decode(&buffer)?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text).into())
    }
}

/// A parser's warning with its file; `None` where it concerns a part of the text outside the layer.
fn located(warning: &Warning, layer: &Layer, document: &Document) -> Option<Warning> {
    let mut origin = Origin::new(layer.kind, layer.name.clone());
    origin.file = document.file.clone();
    if let Some(known) = &warning.origin {
        (origin.line, origin.column) = (known.line, known.column);
    }
    let mut located = warning.clone().with_origin(origin);
    if let Some(path) = &warning.path {
        located.path = Some(path.strip_prefix(&*document.root)?.iter().cloned().collect());
    }
    Some(located)
}
