//! From a description to merged values: reads, parses, merges. Keeps what it parsed for the next load.

mod custom;
mod validation;

use crate::environment::{Environment, places, profiles};
use crate::error::{Error, ErrorCode};
use crate::explain::{Explanation, explain};
use crate::format::{self, Format};
use crate::interpolation::{References, interpolate};
use crate::layer::{Content, Document, Layer, Variable, Variables};
use crate::limits::Limits;
use crate::merge::{ArrayStrategy, MergeOptions, Merged, PathPattern, fold};
use crate::options::{EnvOptions, FileOptions, LoadOptions, SourceEntry, SourceSpec};
use crate::origin::{Origin, Position, SourceKind};
use crate::secrets::SecretRules;
use crate::source::custom::Supplied;
use crate::source::files::{self, Candidate, Places};
use crate::source::flags::parse_args;
use crate::source::observer::Observer;
use crate::source::open::{self, Stamp};
use crate::value::{Path, Segment, Table, Value};
use crate::warning::Warning;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// What one load gave.
pub(crate) struct Loaded {
    /// What readers see: merged, and interpolated where that was asked for.
    pub(crate) value: Value,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) profiles: Vec<String>,
    pub(crate) looked: Vec<LayerInfo>,
    layers: Vec<Layer>,
    merged: Merged,
    pub(crate) rules: Arc<Rules>,
    /// Grows with each load of one loader: a larger one has read its sources later.
    pub(crate) number: u64,
}

/// A file or other source that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerInfo {
    /// The kind of the source.
    pub kind: SourceKind,
    /// The file as given or found, or the layer's name.
    pub name: Arc<str>,
    /// True when it took part; an optional file that is not there did not.
    pub found: bool,
}

/// What stays the same from load to load.
pub(crate) struct Rules {
    arrays: Vec<(PathPattern, ArrayStrategy)>,
    schema: Option<Value>,
    pub(crate) secrets: SecretRules,
    limits: Limits,
}

impl Rules {
    fn merge_options(&self) -> MergeOptions<'_> {
        MergeOptions {
            arrays: &self.arrays,
            schema: self.schema.as_ref(),
            limits: self.limits,
            locate: Some(&format::locate),
            read_file: None,
        }
    }
}

impl Loaded {
    /// Where the value at a path comes from, secrets hidden; `None` when nobody spoke of it.
    pub(crate) fn explain(&self, path: &Path) -> Option<Explanation> {
        let mut explanation = explain(&self.layers, &self.merged, &self.rules.merge_options(), path);
        let value = self.value.at(path);
        // A schema's output can hold what no layer said.
        if explanation.candidates.is_empty() && value.is_none() {
            return None;
        }
        let segments: Vec<Segment> = path.to_vec();
        let redact = |value: &Value| self.rules.secrets.redact(&mut segments.clone(), value);
        // Readers see the interpolated value, or a schema's output.
        explanation.value = value.map(redact);
        for candidate in &mut explanation.candidates {
            candidate.value = redact(&candidate.value);
        }
        Some(explanation)
    }

    pub(crate) fn origin(&self, path: &Path) -> Option<Origin> {
        explain(&self.layers, &self.merged, &self.rules.merge_options(), path).winner().map(|winner| winner.origin.clone())
    }

    /// The merged value with everything secret replaced.
    pub(crate) fn redacted(&self) -> Value {
        self.rules.secrets.redact(&mut Vec::new(), &self.value)
    }
}

pub(crate) struct Loader {
    options: Arc<LoadOptions>,
    rules: Arc<Rules>,
    environment: Environment,
    cache: HashMap<PathBuf, CachedFile>,
    /// What each custom source gave last, by its place among the sources.
    custom: HashMap<usize, Value>,
    buffer: Vec<u8>,
    loads: u64,
    pub(crate) observer: RefCell<Observer>,
}

/// A file as it was parsed last.
struct CachedFile {
    stamp: Stamp,
    read: SystemTime,
    format: Option<Format>,
    document: Arc<Document>,
}

/// What is gathered while the sources are read in order.
#[derive(Default)]
struct Gathered {
    layers: Vec<Layer>,
    warnings: Vec<Warning>,
    looked: Vec<LayerInfo>,
    dotenv: Vec<Variable>,
}

impl Loader {
    pub(crate) fn new(options: Arc<LoadOptions>, environment: Environment) -> Result<Self, Error> {
        options.limits.validate()?;
        let arrays = options.arrays.iter().map(|(pattern, strategy)| Ok((pattern.parse()?, strategy.clone())));
        let rules = Rules {
            arrays: arrays.collect::<Result<_, Error>>()?,
            schema: options.json_schema.clone(),
            secrets: SecretRules::new(&options.secrets)?,
            limits: options.limits,
        };
        Ok(Self {
            options,
            rules: Arc::new(rules),
            environment,
            cache: HashMap::new(),
            custom: HashMap::new(),
            buffer: Vec::new(),
            loads: 0,
            observer: RefCell::default(),
        })
    }

    /// The environment as it was captured for the last load.
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    pub(crate) fn set_environment(&mut self, environment: Environment) {
        self.environment = environment;
    }

    /// Reads all sources and merges them; unchanged files are taken from the last load. What custom sources gave comes
    /// in, as they are asked before anything is locked; one that says nothing keeps what it gave before.
    ///
    /// In the background a writer may be at work, so an empty file counts as half written for a while.
    pub(crate) fn load(&mut self, supplied: Supplied, background: bool) -> Result<Loaded, Error> {
        self.loads += 1;
        let options = self.options.clone();
        let places = places(&options, &self.environment)?;
        self.observer.get_mut().begin(&places.cwd, background);
        let profiles = profiles(&options, &self.environment)?;
        let mut gathered = Gathered { warnings: self.environment.warnings.clone(), ..Gathered::default() };
        self.take_supplied(&options.sources, supplied, &mut gathered)?;
        self.read_dotenv(&options.sources, &places, &profiles, &mut gathered)?;
        for (at, entry) in options.sources.iter().enumerate() {
            self.read(at, entry, &places, &profiles, &mut gathered)?;
        }
        let Gathered { layers, mut warnings, looked, .. } = gathered;
        let read_file = |name: &str| self.text(&places, name);
        let merged = fold(&layers, &MergeOptions { read_file: Some(&read_file), ..self.rules.merge_options() })?;
        for layer in &layers {
            if let Content::Document(document) = &layer.content {
                warnings.extend(document.warnings.iter().map(|warning| located(warning, layer, document)));
            }
        }
        warnings.extend(merged.warnings.iter().cloned());
        let mut loaded = Loaded {
            value: merged.value.clone(),
            warnings,
            profiles,
            looked,
            layers,
            merged,
            rules: self.rules.clone(),
            number: self.loads,
        };
        if options.interpolate {
            let env = |name: &str| self.environment.get(name).cloned();
            let references = References { env: &env, read_file: &read_file, limits: self.rules.limits };
            loaded.value = interpolate(loaded.value.clone(), &references).map_err(|error| {
                match error.path().and_then(|path| loaded.origin(path)) {
                    Some(origin) => error.with_origin(origin),
                    None => error,
                }
            })?;
        }
        Ok(loaded)
    }

    /// The variables of `.env` files count for every `env` source, wherever it stands.
    fn read_dotenv(
        &mut self,
        sources: &[SourceEntry],
        places: &Places,
        profiles: &[String],
        gathered: &mut Gathered,
    ) -> Result<(), Error> {
        if !sources.iter().any(|entry| matches!(entry.spec, SourceSpec::Dotenv)) {
            return Ok(());
        }
        let names = [".env".to_owned(), ".env.local".to_owned()].into_iter();
        let names = names.chain(profiles.iter().flat_map(|name| [format!(".env.{name}"), format!(".env.{name}.local")]));
        let mut entries = Vec::new();
        let mut origins = Vec::new();
        for name in names {
            let text = self.text(places, &name);
            let found = text.is_ok();
            match text {
                Ok(text) => {
                    let shown: Arc<str> = name.as_str().into();
                    let parsed = format::dotenv_entries(&text)
                        .map_err(|error| error.in_source(SourceKind::Dotenv, &shown, Some(shown.clone())))?;
                    for entry in parsed {
                        let mut origin = Origin::new(SourceKind::Dotenv, shown.clone());
                        origin.file = Some(shown.clone());
                        origin.variable = Some(entry.name.clone());
                        origins.push(origin.at(Some(Position::of_offset(&text, entry.offset))));
                        entries.push(entry);
                    }
                }
                Err(error) if error.code() == ErrorCode::NotFound => {}
                Err(error) => return Err(error),
            }
            gathered.looked.push(LayerInfo { kind: SourceKind::Dotenv, name: name.into(), found });
        }
        let lookup = |name: &str| self.environment.get(name).cloned();
        let values = format::dotenv::expand(&entries, &lookup, &mut gathered.warnings)?;
        let all = entries.into_iter().zip(values).zip(origins);
        let all = all.map(|((entry, value), origin)| Variable { name: entry.name, value, origin });
        // Of equal names the last counts.
        let mut last: HashMap<Arc<str>, Variable> = HashMap::new();
        last.extend(all.map(|variable| (variable.name.clone(), variable)));
        gathered.dotenv = last.into_values().collect();
        gathered.dotenv.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(())
    }

    fn read(
        &mut self,
        at: usize,
        entry: &SourceEntry,
        places: &Places,
        profiles: &[String],
        gathered: &mut Gathered,
    ) -> Result<(), Error> {
        match &entry.spec {
            SourceSpec::Custom(source) => {
                // Every load of a loader without a value for it has failed in `take_supplied`.
                let value = self.custom.get(&at).cloned().unwrap_or_else(|| Value::Table(Table::new()));
                gathered.push(entry, SourceKind::Custom, source.name().into(), Content::Document(Arc::new(Document::of(value))));
            }
            SourceSpec::Values { kind, name, value } => {
                let value = self.custom.get(&at).unwrap_or(value);
                if !matches!(value, Value::Table(_)) {
                    let message = format!("{name} must be a table of keys, and is of the kind {}", value.kind());
                    return Err(Error::new(ErrorCode::Option, message));
                }
                gathered.push(entry, *kind, name.clone(), Content::Document(Arc::new(Document::of(value.clone()))));
            }
            SourceSpec::File { path, options } => {
                for shown in files::expand_profiles(path, profiles) {
                    let candidate = Candidate { path: places.resolve(&shown), shown, required: !options.optional };
                    self.read_file(entry, &candidate, options, profiles, gathered)?;
                }
            }
            SourceSpec::Glob { pattern, options } => {
                let options = FileOptions { format: options.format, ..FileOptions::default() };
                self.observe_pattern(places, pattern);
                for candidate in files::pattern(places, pattern)? {
                    self.read_file(entry, &candidate, &options, profiles, gathered)?;
                }
            }
            SourceSpec::Directory { path, options } => {
                self.observer.get_mut().directory(&places.resolve(path));
                for candidate in files::directory(places, path, profiles, options.optional, &mut gathered.warnings)? {
                    self.read_file(entry, &candidate, &FileOptions::default(), profiles, gathered)?;
                }
            }
            SourceSpec::Text { text, options } => {
                let name = options.name.clone().unwrap_or_else(|| "text".into());
                let document = document(text.clone(), options.format, None, &self.rules.limits)
                    .map_err(|error| error.in_source(SourceKind::Text, &name, None))?;
                gathered.push(entry, SourceKind::Text, name, Content::Document(Arc::new(document)));
            }
            SourceSpec::Dotenv => {}
            SourceSpec::Env(options) => {
                let variables = self.variables(options, &gathered.dotenv)?;
                gathered.push(entry, SourceKind::Env, "env".into(), Content::Variables(Arc::new(variables)));
            }
            SourceSpec::Args(arguments) => {
                let name: Arc<str> = "args".into();
                let flags = parse_args(arguments, &name)?;
                gathered.push(entry, SourceKind::Args, name, Content::Flags(flags.into()));
            }
        }
        Ok(())
    }

    fn variables(&self, options: &EnvOptions, dotenv: &[Variable]) -> Result<Variables, Error> {
        let mapping = options.mapping.iter().map(|(path, name)| Ok((path.parse()?, name.clone())));
        Ok(Variables {
            prefix: options.prefix.clone(),
            separator: options.separator.clone(),
            mapping: mapping.collect::<Result<_, Error>>()?,
            file_suffix: options.file_suffix,
            list: self.environment.variables(&"env".into(), dotenv),
        })
    }

    fn read_file(
        &mut self,
        entry: &SourceEntry,
        candidate: &Candidate,
        options: &FileOptions,
        profiles: &[String],
        gathered: &mut Gathered,
    ) -> Result<(), Error> {
        let name: Arc<str> = candidate.shown.as_str().into();
        let document = match self.file(candidate, options.format) {
            Ok(document) => document,
            Err(error) if error.code() == ErrorCode::NotFound && !candidate.required => {
                gathered.looked.push(LayerInfo { kind: SourceKind::File, name, found: false });
                return Ok(());
            }
            Err(error) => return Err(error.in_source(SourceKind::File, &name, Some(name.clone()))),
        };
        if !options.nested_profiles {
            gathered.push(entry, SourceKind::File, name, Content::Document(document));
            return Ok(());
        }
        let sections = ["default"].into_iter().chain(profiles.iter().map(|profile| &**profile)).chain(["global"]);
        for section in sections {
            let Some(value) = document.value.as_table().and_then(|table| table.get(section)) else { continue };
            let segment = Segment::from(section);
            check_root(value).map_err(|error| error.in_source(SourceKind::File, &name, Some(name.clone())))?;
            let part = Document { value: value.clone(), root: vec![segment].into(), ..(*document).clone() };
            gathered.push(entry, SourceKind::File, name.clone(), Content::Document(Arc::new(part)));
        }
        Ok(())
    }

    /// Reads and parses a file, or takes it from the last load when it cannot have changed since.
    fn file(&mut self, candidate: &Candidate, format: Option<Format>) -> Result<Arc<Document>, Error> {
        let path = &candidate.path;
        let observer = self.observer.get_mut();
        observer.file(path);
        let cached = self.cache.get(path).filter(|cached| cached.format == format);
        if let Some(cached) = cached
            && cached.stamp.is_settled(cached.read)
            && Stamp::now(path) == Some(cached.stamp)
        {
            observer.read(path, cached.stamp);
            return Ok(cached.document.clone());
        }
        let read = SystemTime::now();
        let stamp = match open::read(path, &candidate.shown, self.rules.limits.document_bytes, &mut self.buffer) {
            Ok(stamp) => stamp,
            Err(error) => {
                if error.code() == ErrorCode::NotFound {
                    observer.missing(path);
                    self.cache.remove(path);
                }
                return Err(error);
            }
        };
        observer.read(path, stamp);
        if observer.is_half_written(path, self.buffer.len()) {
            return cached.map(|cached| cached.document.clone()).ok_or_else(|| half_written(&candidate.shown));
        }
        let text = format::decode(&self.buffer)?;
        let same = cached.filter(|cached| cached.document.text.as_ref().is_some_and(|(own, _)| **own == *text));
        let document = match same {
            Some(cached) => cached.document.clone(),
            None => {
                let chosen = format.or_else(|| Format::of_file_name(&candidate.shown));
                Arc::new(document(text.into(), chosen, Some(candidate.shown.as_str().into()), &self.rules.limits)?)
            }
        };
        self.cache.insert(path.clone(), CachedFile { stamp, read, format, document: document.clone() });
        Ok(document)
    }

    /// Reads a file that is not a layer.
    fn text(&self, places: &Places, name: &str) -> Result<Arc<str>, Error> {
        let path = places.resolve(name);
        let mut observer = self.observer.borrow_mut();
        observer.file(&path);
        let mut buffer = Vec::new();
        let stamp = open::read(&path, name, self.rules.limits.document_bytes, &mut buffer).inspect_err(|error| {
            if error.code() == ErrorCode::NotFound {
                observer.missing(&path);
            }
        })?;
        observer.read(&path, stamp);
        if observer.is_half_written(&path, buffer.len()) {
            return observer.text_before(&path).ok_or_else(|| half_written(name));
        }
        let text: Arc<str> = format::decode(&buffer)?.into();
        observer.keep_text(&path, &text);
        Ok(text)
    }

    fn observe_pattern(&mut self, places: &Places, pattern: &str) {
        let observer = self.observer.get_mut();
        if observer.seen().is_some() {
            files::pattern_directories(places, pattern).iter().for_each(|path| observer.directory(path));
        }
    }
}

/// A file that has just come into being and holds nothing yet is as good as not there.
fn half_written(shown: &str) -> Error {
    let error = Error::new(ErrorCode::NotFound, format!("{shown} is not there"));
    error.with_hint("create it, correct the path, or make the source optional")
}

impl Gathered {
    fn push(&mut self, entry: &SourceEntry, kind: SourceKind, name: Arc<str>, content: Content) {
        self.looked.push(LayerInfo { kind, name: name.clone(), found: true });
        self.layers.push(Layer { kind, name, fill: entry.fill, directives: entry.directives, content });
    }
}

/// Parses a text as a layer, whose root must be a table.
fn document(text: Arc<str>, format: Option<Format>, file: Option<Arc<str>>, limits: &Limits) -> Result<Document, Error> {
    let (format, parsed) = match format {
        Some(format) => {
            (format, format::parse_text(&text, format, limits).map_err(|error| with_likely_format(error, &text, limits))?)
        }
        None => format::detect(&text, limits)?,
    };
    check_root(&parsed.value)?;
    Ok(Document { value: parsed.value, file, text: Some((text, format)), root: Path::new(), warnings: parsed.warnings })
}

/// A known format never falls back to another, but the error can say which one the text would be.
fn with_likely_format(error: Error, text: &str, limits: &Limits) -> Error {
    if error.code() != ErrorCode::Parse || error.hint().is_some() {
        return error;
    }
    match format::detect(text, limits) {
        Ok((likely, _)) => {
            let name = if likely == Format::Dotenv { "dotenv".to_owned() } else { likely.as_str().to_uppercase() };
            error.with_hint(format!("it looks like {name}: give the file that extension, or name the format"))
        }
        Err(_) => error,
    }
}

fn check_root(value: &Value) -> Result<(), Error> {
    match value {
        Value::Table(_) => Ok(()),
        other => Err(Error::new(ErrorCode::Parse, format!("a layer must be a table of keys, but this is one {}", other.kind()))),
    }
}

/// A parser's warning with its file, and its place where it has a path.
fn located(warning: &Warning, layer: &Layer, document: &Document) -> Warning {
    let mut origin = Origin::new(layer.kind, layer.name.clone());
    origin.file = document.file.clone();
    if let (Some(path), Some((text, format))) = (&warning.path, &document.text) {
        origin = origin.at(format::locate(text, *format, path));
    }
    warning.clone().with_origin(origin)
}
