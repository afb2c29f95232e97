//! The loader: reads, parses and merges the sources, and keeps what it parsed for the next load.

use super::context::{base_dirs, profiles};
use super::custom_layer::CustomLayer;
use super::custom_sources::CustomResults;
use super::derivation::{Derivations, MergeInputs};
use super::file_cache::{FileCache, ReadProgress};
use super::load_result::{LoadResult, PendingLoad};
use super::options::LoadOptions;
use super::profile_use::ProfileUse;
use super::rules::Rules;
use super::timings::Timings;
use crate::diagnostic::{Error, ErrorCode, Warning, span};
use crate::format;
use crate::merge::{Document, Layer, Merged, Variable};
#[cfg(feature = "watch")]
use crate::source::InProgress;
#[cfg(feature = "discovery")]
use crate::source::check_name;
use crate::source::{
    BaseDirs, Dependencies, DependencyTracker, Environment, Fingerprint, GlobPattern, LayerInfo, SourceSpec, check_path,
    check_strictly, read_file,
};
use crate::value::{ExpandedSize, ExpansionBudget, Limits, Table, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

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
    /// Boxed, since whoever prepares a version passes it on several times.
    pub(crate) result: Result<Box<PendingLoad>, Error>,
    pub(crate) record: LoadRecord,
    /// The custom sources whose newest results are part of the load, by index, with their errors.
    pub(crate) answers: Vec<(usize, Option<Error>)>,
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
    /// Files of profiles that are not selected.
    pub(super) unselected: Vec<LayerInfo>,
    pub(super) dotenv: Vec<Variable>,
    /// The layers that are to be computed: their indexes among the layers and among the sources.
    pub(super) derivations: VecDeque<(usize, usize)>,
    pub(super) failed_sources: Vec<Error>,
    pub(super) answers: Vec<(usize, Option<Error>)>,
    /// The errors of sources that could not be loaded.
    pub(super) problems: Vec<Error>,
    /// The shared budget of all expansions of the load.
    pub(super) budget: ExpansionBudget,
    pub(super) profile_use: ProfileUse,
    pub(super) progress: ReadProgress,
}

impl LayerCollector {
    fn new(sources: usize, warnings: Vec<Warning>, limits: &Limits) -> Self {
        Self {
            layers: Vec::with_capacity(sources),
            warnings,
            searched: Vec::with_capacity(sources),
            unselected: Vec::new(),
            dotenv: Vec::new(),
            derivations: VecDeque::new(),
            failed_sources: Vec::new(),
            answers: Vec::new(),
            problems: Vec::new(),
            budget: ExpansionBudget::new(limits),
            profile_use: ProfileUse::default(),
            progress: ReadProgress::default(),
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
                SourceSpec::File { path, .. } => check_path(path)?,
                SourceSpec::Directory { path, .. } => check_path(path)?,
                SourceSpec::Dotenv(options) => options.paths.iter().flatten().try_for_each(|path| check_path(path))?,
                SourceSpec::Env(options) if options.separator.is_empty() => {
                    return Err(Error::new(ErrorCode::Option, "the separator of environment variables is empty"));
                }
                _ => {}
            }
        }
        let rules = Rules::new(&options)?;
        Ok(Self {
            options,
            rules,
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
    pub(crate) fn in_progress(&self) -> Option<Arc<InProgress>> {
        self.dependencies.borrow().in_progress().cloned()
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
    ///
    /// `previous` is the version in use.
    pub(crate) fn load(
        &mut self,
        turn: u64,
        custom_results: Result<CustomResults, Error>,
        background: bool,
        previous: Option<&LoadResult>,
    ) -> LoadOutcome {
        let began = Instant::now();
        self.loads += 1;
        let number = self.loads;
        let warnings = self.environment.warnings.iter().chain(&self.options.warnings).cloned().collect();
        let mut collector = LayerCollector::new(self.options.sources.len(), warnings, &self.rules.limits);
        let applied = custom_results.and_then(|results| self.apply_custom_results(turn, results, &mut collector));
        let answers = std::mem::take(&mut collector.answers);
        let result = applied.and_then(|()| self.load_all(collector, background, previous, began));
        let result = result.map_err(|error| self.rules.secrets.without_hidden_keys(error));
        self.cache.end_load(result.is_ok());
        let record = LoadRecord { number, dependencies: self.dependencies.get_mut().finish() };
        LoadOutcome { result, record, answers }
    }

    fn load_all(
        &mut self,
        mut collector: LayerCollector,
        background: bool,
        previous: Option<&LoadResult>,
        began: Instant,
    ) -> Result<Box<PendingLoad>, Error> {
        let reading = span!("read");
        let options = self.options.clone();
        let base_dirs = base_dirs(&options, &self.environment)?;
        self.dependencies.get_mut().begin(&base_dirs.cwd, background);
        for name in &options.dependencies {
            let path = base_dirs.resolve(name);
            let dependencies = self.dependencies.get_mut();
            dependencies.file(&path);
            if let Some(fingerprint) = Fingerprint::now(&path) {
                dependencies.read(&path, fingerprint);
            }
        }
        let profiles = profiles(&options, &self.environment)?;
        #[cfg(feature = "dotenv")]
        self.read_dotenv(&options.sources, &base_dirs, &profiles, &mut collector)?;
        #[cfg(feature = "parallel")]
        self.prefetch(&base_dirs, &profiles, &mut collector.progress);
        for (at, entry) in options.sources.iter().enumerate() {
            if let Err(error) = self.read(at, entry, &base_dirs, &profiles, &mut collector) {
                collector.problems.push(error);
            }
        }
        if let Some(first) = collector.problems.first() {
            Error::together(first.code(), "sources cannot be loaded", std::mem::take(&mut collector.problems))?;
        }
        let LayerCollector {
            layers,
            mut warnings,
            searched,
            unselected,
            failed_sources,
            dotenv,
            derivations,
            budget,
            profile_use,
            progress,
            ..
        } = collector;
        warnings.extend(profile_use.warnings(&profiles, &options, &self.environment));
        drop(reading);
        let stage_began = Instant::now();
        let parse = progress.parse_time;
        let read = stage_began.saturating_duration_since(began).saturating_sub(parse);
        let mut loaded = Box::new(PendingLoad {
            result: LoadResult {
                value: Value::Table(Table::new()),
                warnings,
                profiles: profiles.into(),
                searched: searched.into(),
                unselected: unselected.into(),
                layers: layers.into(),
                merged: Merged::default(),
                problems: Vec::new(),
                rules: self.rules.clone(),
                secrets: self.rules.secrets.clone(),
                dotenv: dotenv.into(),
                annotation: None,
                compared: AtomicUsize::new(0),
                below_names: OnceLock::new(),
            },
            failed_sources,
            is_whole: self.custom.values().all(CustomLayer::is_fresh),
            derivations: None,
            timings: Timings { read, parse, ..Timings::default() },
            stage_began,
        });
        if derivations.is_empty() {
            let read = |name: &str| self.read_value(&base_dirs, name, &budget);
            let environment = &*self.environment;
            // References take from the budget that merging leaves.
            let previous = previous.filter(|_| !options.interpolate);
            let known = previous.and_then(|previous| loaded.merged_before(previous));
            loaded.merge(&MergeInputs { environment, options: &options, read: &read, budget: &budget, known })?;
        } else {
            let derivations = Derivations::new(derivations, options, self.environment.clone(), base_dirs.clone(), budget.taken());
            // They are merged several times.
            for layer in &loaded.layers {
                layer.content.document().map(Document::value);
            }
            loaded.prefetch(&derivations, &|name| self.read_value(&base_dirs, name, &budget));
            loaded.derivations = Some(Box::new(derivations));
        }
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
