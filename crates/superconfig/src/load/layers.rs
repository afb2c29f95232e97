//! The layers of one source.

use super::cached_file::CachedFile;
use super::custom_layer::CustomLayer;
use super::file_cache::{check_part, parse_layer};
use super::loader::{LayerCollector, Loader};
use super::profile_search::note_unselected;
use super::source_contents::contents_of;
use crate::diagnostic::{Error, ErrorCode, Origin, Path, Segment, SourceKind, Warning};
use crate::merge::{Content, Document, Layer, Variable, Variables};
use crate::source::{
    BaseDirs, EnvOptions, FileCandidate, FileOptions, LayerInfo, LayerStatus, Lookup, Ownership, PROFILE_MARK, Presence,
    ProfileNames, SourceEntry, SourceSpec, Trust, check_strictly, files, parse_args,
};
use crate::value::{Table, Value};
use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

impl Loader {
    pub(super) fn read(
        &mut self,
        at: usize,
        entry: &SourceEntry,
        base_dirs: &BaseDirs,
        profiles: &[String],
        collector: &mut LayerCollector,
    ) -> Result<(), Error> {
        match &entry.spec {
            SourceSpec::Custom(source) => {
                // Every load of a loader without a value for it has failed in `apply_custom_results`.
                let known = self.custom.get(&at).and_then(CustomLayer::contents).unwrap_or_default();
                collector.push_contents(entry, &source.name().into(), known)?;
            }
            SourceSpec::Supplied { name, data } => match self.custom.get(&at).and_then(CustomLayer::contents) {
                Some(known) => collector.push_contents(entry, name, known)?,
                None => collector.push_contents(entry, name, &contents_of(&self.rules, name, data.clone())?)?,
            },
            SourceSpec::Values { kind, name, value } => {
                if let Some(known) = self.custom.get(&at).and_then(CustomLayer::contents) {
                    return collector.push_contents(entry, name, known);
                }
                if !matches!(value, Value::Table(_)) {
                    let message = format!("{name} must be a table of keys, and is of the kind {}", value.kind());
                    return Err(Error::new(ErrorCode::Option, message));
                }
                self.take_expansions_in(value, *kind, name, collector)?;
                collector.push(entry, *kind, name.clone(), Content::Document(Arc::new(Document::of(value.clone()))));
            }
            SourceSpec::File { path, options } => {
                let paths = files::expand_profiles(path, profiles);
                let has_mark = !profiles.is_empty() && path.contains(PROFILE_MARK);
                if paths.is_empty() {
                    let (status, reason) = (LayerStatus::Skipped, "no profile is selected");
                    let info = LayerInfo::absent(SourceKind::File, path.clone(), base_dirs.resolve(path), status, reason);
                    collector.searched.push(info);
                    note_unselected(path, base_dirs, profiles, &mut collector.unselected);
                } else if has_mark {
                    note_unselected(path, base_dirs, profiles, &mut collector.unselected);
                }
                let presence = if options.optional { Presence::Optional } else { Presence::Required };
                for (at, display_path) in paths.into_iter().enumerate() {
                    let candidate = FileCandidate { path: base_dirs.resolve(&display_path).into(), display_path, presence };
                    let before = collector.layers.len();
                    self.read_file(entry, &candidate, options, profiles, collector);
                    let is_read = collector.layers.len() > before;
                    // One file for each profile; a path without `{profile}` names itself.
                    if let Some(profile) = profiles.get(at).filter(|_| has_mark) {
                        collector.profile_use.note_file(path, profile, is_read, base_dirs);
                    }
                }
            }
            SourceSpec::Glob { pattern, options } => self.read_glob(entry, pattern, options, base_dirs, profiles, collector)?,
            SourceSpec::Directory { path, options } => {
                self.dependencies.get_mut().directory(&base_dirs.resolve(path));
                let files = FileOptions { format: options.format, trust: options.trust, ..FileOptions::default() };
                collector.profile_use.look();
                let mut others = BTreeSet::new();
                let lookups = files::directory(
                    base_dirs,
                    path,
                    profiles,
                    options.optional,
                    &mut others,
                    &mut collector.unselected,
                    &mut collector.warnings,
                )?;
                collector.profile_use.add_others(others.iter().map(String::as_str));
                let selected = ProfileNames::new(profiles);
                for lookup in lookups {
                    match lookup {
                        Lookup::File(candidate) => self.read_listed_file(entry, &candidate, &files, &selected, collector),
                        Lookup::Absent(info) => collector.searched.push(info),
                    }
                }
            }
            #[cfg(feature = "discovery")]
            SourceSpec::Discover { name, options } => self.discover(entry, name, options, base_dirs, profiles, collector)?,
            SourceSpec::Text { text, options } => {
                let name = options.name.clone().unwrap_or_else(|| "text".into());
                let began = Instant::now();
                let parsed = parse_layer(text.clone(), options.format, None, &self.rules);
                collector.progress.add_parse_time(began);
                let document = parsed
                    .and_then(|document| collector.take_expansions_of(document))
                    .map_err(|error| error.in_source(SourceKind::Text, &name, None))?;
                collector.push(entry, SourceKind::Text, name, Content::Document(Arc::new(document)));
            }
            // Dotenv files have been read first, as they serve every `env` source.
            #[cfg(feature = "dotenv")]
            SourceSpec::Dotenv(_) => {}
            #[cfg(not(feature = "dotenv"))]
            SourceSpec::Dotenv(_) => {
                let error = Error::new(ErrorCode::Format, "dotenv: the format was not compiled in");
                return Err(error.with_hint("turn on the cargo feature `dotenv`"));
            }
            SourceSpec::Env(options) => {
                let variables = self.variables(options, &collector.dotenv)?;
                collector.push(entry, SourceKind::Env, "env".into(), Content::Variables(Arc::new(variables)));
            }
            SourceSpec::Derive { name, .. } => {
                collector.derivations.push_back((collector.layers.len(), at));
                let empty = Document::of(Value::Table(Table::new()));
                collector.push(entry, SourceKind::Custom, name.clone(), Content::Document(Arc::new(empty)));
            }
            SourceSpec::Args(arguments) => {
                let name: Arc<str> = "args".into();
                let flags = parse_args(arguments, &name)?;
                collector.push(entry, SourceKind::Args, name, Content::Flags(flags.into()));
            }
        }
        Ok(())
    }

    /// Checks how deep a value from code nests, and takes what its shared parts make out of the load's budget.
    fn take_expansions_in(&self, value: &Value, kind: SourceKind, name: &str, collector: &LayerCollector) -> Result<(), Error> {
        let measured = self.rules.limits.expanded_size(value, "the value");
        let taken = measured.and_then(|size| Ok(collector.budget.take(size)?));
        taken.map_err(|error| error.with_origin(Origin::new(kind, name)))
    }

    fn variables(&self, options: &EnvOptions, dotenv: &[Variable]) -> Result<Variables, Error> {
        let mapping = options.mapping.iter().map(|(path, variable)| Ok((mapped_path(path)?, variable.clone())));
        Ok(Variables {
            prefix: (!options.mapped_only).then(|| options.prefix.clone()),
            separator: options.separator.clone(),
            mapping: mapping.collect::<Result<_, Error>>()?,
            file_suffix: options.file_suffix,
            verbatim: !options.infer,
            list: self.environment.variables(&"env".into(), dotenv, options.empty),
        })
    }

    /// Reads a file; an error is collected, as other sources may have errors as well.
    pub(super) fn read_file(
        &mut self,
        entry: &SourceEntry,
        candidate: &FileCandidate,
        options: &FileOptions,
        profiles: &[String],
        collector: &mut LayerCollector,
    ) {
        if let Err(error) = self.try_file(entry, candidate, options, profiles, collector) {
            collector.problems.push(error);
        }
    }

    /// Reads a file whose name says which profile it is for.
    pub(super) fn read_listed_file(
        &mut self,
        entry: &SourceEntry,
        candidate: &FileCandidate,
        options: &FileOptions,
        profiles: &ProfileNames<'_>,
        collector: &mut LayerCollector,
    ) {
        let before = collector.layers.len();
        self.read_file(entry, candidate, options, &[], collector);
        if collector.layers.len() > before
            && let Some(name) = candidate.path.file_name().and_then(|name| name.to_str())
        {
            collector.profile_use.find_in_name(name, profiles);
        }
    }

    fn try_file(
        &mut self,
        entry: &SourceEntry,
        candidate: &FileCandidate,
        options: &FileOptions,
        profiles: &[String],
        collector: &mut LayerCollector,
    ) -> Result<(), Error> {
        let in_file =
            |error: Error| error.in_source(SourceKind::File, &candidate.display_path, Some(candidate.display_path.clone()));
        let (rules, dependencies) = (&self.rules, self.dependencies.get_mut());
        let file = match self.cache.read(candidate, options.format, rules, dependencies, &mut collector.progress) {
            Ok(file) => file,
            Err(error) if error.code() == ErrorCode::NotFound && candidate.presence != Presence::Required => {
                collector.note_missing(candidate);
                return Ok(());
            }
            Err(error) => return Err(in_file(error)),
        };
        let document = &file.document;
        collector.take_expansions_of(&**document).map_err(in_file)?;
        if let Some(trust) = options.trust {
            check_ownership(trust, file.ownership, candidate, collector).map_err(in_file)?;
        }
        if !options.nested_profiles {
            collector.push_file(entry, &file, document.clone(), None);
            return Ok(());
        }
        collector.profile_use.look();
        if let (Value::Table(table), false) = (document.value(), profiles.is_empty()) {
            let tables = table.iter().filter(|(_, value)| matches!(value, Value::Table(_)));
            collector.profile_use.add_others(tables.map(|(key, _)| key));
        }
        let sections = ["default"].into_iter().chain(profiles.iter().map(|profile| &**profile)).chain(["global"]);
        for section in sections {
            match document.part(&[Segment::from(section)]) {
                Some(part) => {
                    collector.profile_use.find(section);
                    check_part(&part, &self.rules).map_err(in_file)?;
                    collector.push_file(entry, &file, Arc::new(part), Some(format!("its table `{section}`")));
                }
                None => collector.searched.push(candidate.missing(format!("it has no table `{section}`"))),
            }
        }
        Ok(())
    }
}

/// The path of a mapping, as it was written.
fn mapped_path(text: &str) -> Result<Path, Error> {
    let refuse = |message: &str| Error::new(ErrorCode::Option, format!("a variable cannot be mapped: {message}"));
    match text.parse::<Path>() {
        Ok(path) if path.is_empty() => Err(refuse("the path is empty")),
        Ok(path) => Ok(path),
        Err(error) => Err(refuse(error.message()).with_hint(error.hint().unwrap_or_default())),
    }
}

/// Warns about a file that others could have written, or refuses it.
pub(super) fn check_ownership(
    trust: Trust,
    ownership: Ownership,
    candidate: &FileCandidate,
    collector: &mut LayerCollector,
) -> Result<(), Error> {
    if trust == Trust::Strict {
        return check_strictly(ownership, &candidate.path);
    }
    let Some(concern) = ownership.concern() else { return Ok(()) };
    let message = format!("{}: {concern}", candidate.display_path);
    collector.warnings.push(Warning::new("insecure-permissions", message).with_origin(candidate.origin()));
    Ok(())
}

impl LayerCollector {
    /// Takes a document's expansions out of the load's budget; parsing bounded them by a whole budget.
    pub(super) fn take_expansions_of<D: Borrow<Document>>(&self, document: D) -> Result<D, Error> {
        self.budget.take(document.borrow().expanded)?;
        Ok(document)
    }

    pub(super) fn push(&mut self, entry: &SourceEntry, kind: SourceKind, name: Arc<str>, content: Content) {
        let mut info = LayerInfo::found(kind, name.clone());
        info.format = content.document().and_then(|document| document.text.as_ref()).map(|(_, format)| *format);
        self.searched.push(info);
        self.layers.push(Layer { kind, name, fill: entry.fill, directives: entry.directives, content });
    }

    /// Records an optional file that does not exist. A dangling link is probably a mistake.
    fn note_missing(&mut self, candidate: &FileCandidate) {
        self.searched.push(candidate.missing("there is no such file"));
        if candidate.presence == Presence::Listed && candidate.path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            let warning = Warning::new("broken-link", "the link leads to no file, so nothing is read of it");
            self.warnings.push(warning.with_origin(candidate.origin()));
        }
    }

    /// Adds a file's layer; `part` names the part of the file that is one.
    pub(super) fn push_file(&mut self, entry: &SourceEntry, file: &CachedFile, document: Arc<Document>, part: Option<String>) {
        let name = document.file.clone().unwrap_or_default();
        self.push(entry, SourceKind::File, name.clone(), Content::Document(document));
        if let Some(info) = self.searched.last_mut() {
            info.file = Some(name);
            info.path = Some(file.path.clone());
            info.reason = part.map(Into::into);
        }
    }
}

impl FileCandidate {
    /// The file as the origin of a warning.
    pub(super) fn origin(&self) -> Origin {
        let mut origin = Origin::new(SourceKind::File, self.display_path.clone());
        origin.file = Some(self.display_path.clone());
        origin
    }

    pub(super) fn missing(&self, reason: impl Into<std::borrow::Cow<'static, str>>) -> LayerInfo {
        LayerInfo::absent(SourceKind::File, self.display_path.clone(), self.path.clone(), LayerStatus::Missing, reason)
    }
}
