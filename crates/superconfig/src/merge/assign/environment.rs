//! The variables of the environment as assignments.

use super::assignment_builder::{AssignedText, AssignmentBuilder, ResolvedLayer, name_of};
use super::name_resolver::ResolvedName;
use crate::diagnostic::{Error, ErrorCode, Origin, Segment, Warning};
use crate::merge::layer::FILE_SUFFIX;
use crate::merge::{Directive, Expansions, MappedVariable, Variable, Variables};
use crate::value::{ExpandedSize, FORBIDDEN, ValueKind};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;

/// Resolves each variable of a layer to an assignment. The order of the list makes no difference.
pub(crate) fn assignments(
    variables: &Variables,
    mut builder: AssignmentBuilder<'_>,
    expansions: Option<&Expansions<'_>>,
) -> Result<ResolvedLayer, Error> {
    let prefix = variables.prefix.as_deref().map(|prefix| Prefix::new(prefix, &variables.separator));
    builder.resolver.known_only = prefix.as_ref().is_none_or(|prefix| prefix.text.is_empty());
    builder.verbatim = variables.verbatim;
    let mut mapping = Mapping::new(variables);
    let mut list: Vec<(&Variable, Option<&str>, MappingMatches)> = Vec::with_capacity(variables.list.len());
    for variable in &variables.list {
        let rest = prefix.as_ref().and_then(|prefix| prefix.strip(&variable.name));
        let mapped = mapping.matches(&variable.name);
        if rest.is_some() || !mapped.is_empty() {
            list.push((variable, rest, mapped));
        }
    }
    list.sort_unstable_by(|(a, ..), (b, ..)| a.name.cmp(&b.name));
    for (variable, rest, mapped) in list {
        let mut is_used = false;
        for matched in mapped.iter().filter(|matched| mapping.counts(matched)) {
            let (path, MappedVariable { format, .. }) = &variables.mapping[matched.entry];
            if path.iter().any(|segment| matches!(segment, Segment::Key(key) if &**key == FORBIDDEN)) {
                let message = format!("the variable {} is mapped to a `__proto__` key and is ignored", variable.name);
                builder.warnings.push(Warning::new("forbidden-key", message).with_origin(origin_of(variable)));
                continue;
            }
            let target = resolve_mapping(&builder, path);
            let text = value_text(variable, matched.as_file, expansions)
                .and_then(|text| if std::mem::replace(&mut is_used, true) { text.again(variable, expansions) } else { Ok(text) });
            let added = text.and_then(|text| builder.add(target, text, *format, origin_of(variable)));
            builder.record_error(added)?;
        }
        if let (true, Some(rest)) = (mapped.is_empty(), rest) {
            let added = add_by_name(variables, variable, rest, &mut builder, expansions);
            builder.record_error(added)?;
        }
    }
    builder.finish(false)
}

/// Adds a variable that is found by its prefix, or without a prefix by its path.
fn add_by_name(
    variables: &Variables,
    variable: &Variable,
    rest: &str,
    builder: &mut AssignmentBuilder<'_>,
    expansions: Option<&Expansions<'_>>,
) -> Result<(), Error> {
    let origin = origin_of(variable);
    let needs_known = builder.resolver.known_only;
    let mut segments = split(rest, &variables.separator);
    let count = segments.len();
    segments.retain(|segment| !segment.is_empty());
    if segments.len() < count && !needs_known {
        let what = if segments.is_empty() { "names no key and is ignored" } else { "has an empty segment, which is ignored" };
        let message = format!("the variable {} {what}", name_of(&origin));
        builder.warnings.push(Warning::new("empty-segment", message).with_origin(origin.clone()));
    }
    if segments.is_empty() {
        return Ok(());
    }
    let Some((target, as_file)) = find_target(variables, rest, &segments, builder, &origin)? else { return Ok(()) };
    let text = value_text(variable, as_file, expansions)?;
    builder.add(target, text, None, origin)
}

/// The target of a name behind its prefix, and whether the variable names a file that holds the value.
fn find_target<'a>(
    variables: &Variables,
    rest: &str,
    segments: &[&str],
    builder: &mut AssignmentBuilder<'a>,
    origin: &Origin,
) -> Result<Option<(ResolvedName<'a>, bool)>, Error> {
    let needs_known = builder.resolver.known_only;
    let counts = |target: &ResolvedName<'a>| target.known || !needs_known;
    let Some(target) = resolve(builder, segments, origin, needs_known)? else { return Ok(None) };
    // A known key that ends like this, `log_file`, is the key and not a file with the value of `log`.
    let Some(stem) = file_stem(variables, rest).filter(|_| !target.known) else {
        return Ok(Some((target, false)).filter(|(target, _)| counts(target)));
    };
    let mut segments = split(stem, &variables.separator);
    segments.retain(|segment| !segment.is_empty());
    Ok(resolve(builder, &segments, origin, needs_known)?.filter(counts).map(|target| (target, true)))
}

/// How variables are matched, for what asks which names mean a path.
pub(super) struct VariableMatcher<'a> {
    variables: &'a Variables,
    pub(super) prefix: Option<Prefix<'a>>,
    mapping: Mapping<'a>,
    builder: AssignmentBuilder<'a>,
}

impl<'a> VariableMatcher<'a> {
    pub(super) fn new(variables: &'a Variables, mut builder: AssignmentBuilder<'a>) -> Self {
        let prefix = variables.prefix.as_deref().map(|prefix| Prefix::new(prefix, &variables.separator));
        builder.resolver.known_only = prefix.as_ref().is_none_or(|prefix| prefix.text.is_empty());
        Self { variables, prefix, mapping: Mapping::new(variables), builder }
    }

    /// The targets of the mappings that a name serves, each with whether it names a file that holds the value.
    pub(super) fn mapped(&self, name: &str) -> Vec<(ResolvedName<'a>, bool)> {
        let found = self.mapping.find(name);
        let target = |matched: MappingMatch| {
            let (path, _) = &self.variables.mapping[matched.entry];
            (resolve_mapping(&self.builder, path), matched.as_file)
        };
        found.into_iter().map(target).collect()
    }

    /// Whether a mapping names it.
    pub(super) fn is_mapped(&self, name: &str) -> bool {
        !self.mapping.find(name).is_empty()
    }

    /// The target of a name by its prefix, or `None` where it takes no part.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_ENV` for a name that means several paths.
    pub(super) fn by_name(&mut self, name: &str) -> Result<Option<(ResolvedName<'a>, bool)>, Error> {
        let Some(rest) = self.prefix.as_ref().and_then(|prefix| prefix.strip(name)) else { return Ok(None) };
        let mut segments = split(rest, &self.variables.separator);
        segments.retain(|segment| !segment.is_empty());
        if segments.is_empty() {
            return Ok(None);
        }
        let origin = Origin::new(crate::diagnostic::SourceKind::Env, "env");
        find_target(self.variables, rest, &segments, &mut self.builder, &origin)
    }
}

/// Without a prefix most variables belong to other programs: they may neither fail nor warn.
fn resolve<'a>(
    builder: &mut AssignmentBuilder<'a>,
    segments: &[&str],
    origin: &Origin,
    needs_known: bool,
) -> Result<Option<ResolvedName<'a>>, Error> {
    if needs_known
        && (segments.len() > builder.resolver.depth || segments.iter().any(|segment| segment.eq_ignore_ascii_case(FORBIDDEN)))
    {
        return Ok(None);
    }
    builder.resolve(segments, origin)
}

/// The target of a mapping: its path is taken as it is written.
pub(super) fn resolve_mapping<'a>(builder: &AssignmentBuilder<'a>, path: &[Segment]) -> ResolvedName<'a> {
    let root = &builder.resolver.root;
    let mut target = ResolvedName {
        path: Vec::with_capacity(path.len()),
        location: root.clone(),
        parent: root.clone(),
        directive: None,
        known: true,
    };
    for (at, segment) in path.iter().enumerate() {
        if at + 1 == path.len()
            && builder.resolver.directives
            && let Segment::Key(key) = segment
            && target.location.child(key).is_unknown()
            && let Some((stem, directive)) = Directive::from_key(key)
            && (target.location.child(stem).kind() == Some(ValueKind::Array)
                || directive == Directive::Remove && target.location.child(stem).kind() == Some(ValueKind::Table))
        {
            target.descend(Segment::from(stem));
            target.directive = Some(directive);
            return target;
        }
        let step = match segment.as_index() {
            Some(index) if target.location.is_array() => Segment::Index(index),
            _ => match segment {
                Segment::Key(key) => Segment::Key(Arc::clone(key)),
                Segment::Index(index) => Segment::Key(itoa::Buffer::new().format(*index).into()),
            },
        };
        target.descend(step);
        target.known &= !target.location.is_unknown();
    }
    target
}

/// The start of the names that take part.
pub(super) struct Prefix<'a> {
    pub(super) text: &'a str,
    separator: &'a str,
}

impl<'a> Prefix<'a> {
    fn new(prefix: &'a str, separator: &'a str) -> Self {
        // `APP_` and `APP__` count as `APP`: the end of a prefix is known.
        let text = prefix.strip_suffix(separator).filter(|_| !separator.is_empty()).unwrap_or(prefix);
        Prefix { text: text.strip_suffix('_').unwrap_or(text), separator }
    }

    /// What follows the prefix and its end; `None` for a name that does not take part.
    pub(super) fn strip<'n>(&self, name: &'n str) -> Option<&'n str> {
        if self.text.is_empty() {
            return Some(name);
        }
        let rest = name.strip_prefix(self.text)?;
        match rest.strip_prefix(self.separator) {
            Some(after) if !self.separator.is_empty() => Some(after),
            _ => rest.strip_prefix('_'),
        }
    }
}

fn split<'t>(text: &'t str, separator: &str) -> SmallVec<[&'t str; 8]> {
    let mut segments = SmallVec::new();
    let (mut start, mut at) = (0, 0);
    // A searcher for every name costs more than looking for the first byte of a short separator.
    let Some(&first) = separator.as_bytes().first() else { return SmallVec::from_slice(&[text]) };
    while let Some(found) = text.as_bytes()[at..].iter().position(|byte| *byte == first) {
        at += found;
        if text.as_bytes()[at..].starts_with(separator.as_bytes()) {
            segments.push(&text[start..at]);
            at += separator.len();
            start = at;
        } else {
            at += 1;
        }
    }
    segments.push(&text[start..]);
    segments
}

/// One mapping that a variable serves.
struct MappingMatch {
    /// The index among the mappings.
    entry: usize,
    /// The index among the mapping's names.
    rank: usize,
    /// Whether the variable is the `NAME_FILE` of that name.
    as_file: bool,
}

type MappingMatches = SmallVec<[MappingMatch; 1]>;

/// The mapped variables by name.
struct Mapping<'a> {
    file_suffix: bool,
    /// The indexes of the mappings, and of the name among those of each.
    names: HashMap<&'a str, SmallVec<[(usize, usize); 1]>>,
    /// The lowest index of a name that is set, for each mapping.
    first: Vec<usize>,
}

impl<'a> Mapping<'a> {
    fn new(variables: &'a Variables) -> Self {
        let mut names: HashMap<&str, SmallVec<[(usize, usize); 1]>> = HashMap::new();
        for (entry, (_, variable)) in variables.mapping.iter().enumerate() {
            for (rank, name) in variable.names.iter().enumerate() {
                let uses = names.entry(name).or_default();
                // A name that repeats in one list is one name.
                if uses.last().is_none_or(|(last, _)| *last != entry) {
                    uses.push((entry, rank));
                }
            }
        }
        Mapping { file_suffix: variables.file_suffix, names, first: vec![usize::MAX; variables.mapping.len()] }
    }

    /// The mappings that a variable serves, in the order of the list; notes that it is set.
    fn matches(&mut self, name: &str) -> MappingMatches {
        let all = self.find(name);
        for matched in &all {
            self.first[matched.entry] = self.first[matched.entry].min(matched.rank);
        }
        all
    }

    /// The mappings that a name serves, in the order of the list.
    fn find(&self, name: &str) -> MappingMatches {
        if self.names.is_empty() {
            return SmallVec::new();
        }
        let stem = name.strip_suffix(FILE_SUFFIX).filter(|_| self.file_suffix);
        let uses = |name: &str, as_file: bool| {
            let uses = self.names.get(name).into_iter().flatten();
            uses.map(move |(entry, rank)| MappingMatch { entry: *entry, rank: *rank, as_file })
        };
        let mut all: MappingMatches = uses(name, false).chain(stem.into_iter().flat_map(|stem| uses(stem, true))).collect();
        all.sort_unstable_by_key(|matched| (matched.entry, matched.as_file));
        all
    }

    /// Whether no earlier name of the mapping is set. Known once every variable has been matched.
    fn counts(&self, matched: &MappingMatch) -> bool {
        self.first[matched.entry] == matched.rank
    }
}

/// The name without `_FILE`, where that is a suffix and not a segment of its own.
fn file_stem<'n>(variables: &Variables, rest: &'n str) -> Option<&'n str> {
    let separator = &*variables.separator;
    let stem = rest.strip_suffix(FILE_SUFFIX).filter(|stem| variables.file_suffix && !stem.is_empty())?;
    let own_segment = separator.len() > 1 && separator.ends_with('_') && stem.ends_with(&separator[..separator.len() - 1]);
    (!own_segment).then_some(stem)
}

/// The variable's value, or that of the file that it names with one newline less.
fn value_text(variable: &Variable, from_file: bool, expansions: Option<&Expansions<'_>>) -> Result<AssignedText, Error> {
    if !from_file || variable.value.is_empty() {
        return Ok(AssignedText { text: Arc::clone(&variable.value), is_expansion: false });
    }
    let unavailable = || Error::new(ErrorCode::Io, "no file can be read here");
    let read = expansions.ok_or_else(unavailable).and_then(|expansions| expansions.read_file(&variable.value));
    let text = read.map_err(|error| {
        let message = format!("the file that it names cannot be read: {}", error.message());
        let hint = match error.code() {
            ErrorCode::Limit => error.hint().unwrap_or_default().to_owned(),
            _ => "check the file's name and who may read it".to_owned(),
        };
        Error::new(error.code(), message).with_origin(origin_of(variable)).with_hint(hint)
    })?;
    let trimmed = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let text = trimmed.map_or_else(|| Arc::clone(&text), Arc::from);
    Ok(AssignedText { text, is_expansion: true })
}

impl AssignedText {
    /// The same text for a further path, counted unless it comes from a file, whose text has been.
    fn again(self, variable: &Variable, expansions: Option<&Expansions<'_>>) -> Result<Self, Error> {
        if let (Some(expansions), false) = (expansions, self.is_expansion) {
            let taken = expansions.budget.take(ExpandedSize::text(self.text.len()));
            taken.map_err(|exceeded| Error::from(exceeded).with_origin(origin_of(variable)))?;
        }
        Ok(Self { is_expansion: true, ..self })
    }
}

/// The origin with the variable's name in it, whatever made the list.
fn origin_of(variable: &Variable) -> Origin {
    let mut origin = variable.origin.clone();
    origin.variable.get_or_insert_with(|| Arc::clone(&variable.name));
    origin
}
