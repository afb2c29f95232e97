//! The variables and flags that mean a path, found by the resolution that assigns them.

use super::assignment::Assignment;
use super::assignment_builder::AssignmentBuilder;
use super::environment::VariableMatcher;
use super::key_index::normalize_key;
use crate::diagnostic::{Error, Origin, Path, Segment, SimilarNames, SourceKind, count_steps, sort_by};
use crate::merge::explain::settable_name::SettableName;
use crate::merge::explain::unreached::Unreached;
use crate::merge::layer::FILE_SUFFIX;
use crate::merge::{ArrayRules, Content, Layer, MergeOptions, Merged, Merger, Step, Variable, Variables};
use crate::value::{SchemaNode, Table, Value};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A variable that begins with a prefix and sets no path that the layers below or the schema know.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let builder = SuperConfig::builder().environment([("APP_LOG__LEVLE", "debug")]).text("log.level = 'info'", Format::Toml);
/// let unmatched = builder.env("APP").load()?.snapshot()?.unmatched_variables();
/// assert_eq!(unmatched[0].path.as_ref().unwrap().to_string(), "log.levle");
/// assert_eq!(unmatched[0].closest.as_ref().unwrap().to_string(), "log.level");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UnmatchedVariable {
    /// The variable's origin: its name, and where it is written if that is a `.env` file.
    pub origin: Origin,
    /// The new key that it made; `None` where it set nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// The known path that it was probably meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closest: Option<Path>,
}

/// The values below each layer of variables or flags, with the layer's number.
pub(crate) type ValuesBelow = Vec<(usize, Value)>;

/// Folds the layers once more, for the values below each one of variables or flags. Costs a merge.
pub(crate) fn values_below(layers: &[Layer], merged: &Merged, arrays: &ArrayRules) -> ValuesBelow {
    let mut found = Vec::new();
    let mut value = Value::Table(Table::new());
    for (at, (layer, assignments)) in layers.iter().zip(&merged.assignments).enumerate() {
        if layer.content.document().is_none() {
            found.push((at, value.clone()));
        }
        let mut merger = Merger::new(layer, arrays);
        for step in Step::of_layer(layer, assignments) {
            count_steps(1);
            // What fails has been reported by the fold.
            let _ = step.apply(&mut value, &mut merger);
        }
    }
    found
}

/// The names of variables and flags by the paths that they mean.
///
/// Each variable is resolved once, and each path has what means it by a lookup.
pub(crate) struct NamedLayers<'a> {
    layers: Vec<NamedLayer<'a>>,
    /// What could have set a path and did not, by path.
    unreached: HashMap<Path, Vec<Unreached>>,
    /// The variables that mean no known path, and the letters of their names.
    unmatched: Vec<(UnmatchedVariable, String)>,
}

/// A layer of variables or flags.
enum NamedLayer<'a> {
    Variables(Box<NamedVariables<'a>>),
    Flags,
}

struct NamedVariables<'a> {
    variables: &'a Variables,
    matcher: RefCell<VariableMatcher<'a>>,
    /// The names of the mappings by path, in their order.
    mapped: HashMap<Path, Vec<&'a Arc<str>>>,
}

impl<'a> NamedLayers<'a> {
    /// Resolves the variables of all layers, given the values below each. `dotenv` are the variables of `.env` files. Costs a resolution
    /// of each.
    pub(crate) fn new(
        layers: &'a [Layer],
        merged: &'a Merged,
        below: &'a ValuesBelow,
        options: &MergeOptions<'a>,
        dotenv: &[Variable],
    ) -> Self {
        let mut named = Self { layers: Vec::new(), unreached: HashMap::new(), unmatched: Vec::new() };
        for (at, value) in below {
            let layer = &layers[*at];
            match &layer.content {
                Content::Variables(variables) => {
                    let mut builder = AssignmentBuilder::new(value, options.schema.map(SchemaNode::new), layer.directives);
                    builder.resolver.depth = options.limits.depth;
                    builder.secrets = options.secrets;
                    named.add(variables, VariableMatcher::new(variables, builder), &merged.assignments[*at], dotenv);
                }
                Content::Flags(_) => named.layers.push(NamedLayer::Flags),
                _ => {}
            }
        }
        sort_by(&mut named.unmatched, |(one, _), (other, _)| one.origin.variable.cmp(&other.origin.variable));
        named
    }

    fn add(
        &mut self,
        variables: &'a Variables,
        mut matcher: VariableMatcher<'a>,
        assignments: &[Assignment],
        dotenv: &[Variable],
    ) {
        let used: HashSet<&str> = assignments.iter().filter_map(|assignment| assignment.origin.variable.as_deref()).collect();
        let mut mapped: HashMap<Path, Vec<&'a Arc<str>>> = HashMap::new();
        for name in variables.mapping.iter().flat_map(|(_, variable)| &variable.names) {
            for path in mapped_paths(&matcher, name) {
                mapped.entry(path).or_default().push(name);
            }
        }
        let mut real = HashSet::new();
        for variable in &variables.list {
            count_steps(1);
            if variable.origin.kind == SourceKind::Env {
                real.insert(&*variable.name);
            }
            let paths = mapped_paths(&matcher, &variable.name);
            if !paths.is_empty() {
                if !used.contains(&*variable.name) {
                    let reason = if variable.value.is_empty() { "it is empty" } else { "an earlier name of its mapping is set" };
                    paths.into_iter().for_each(|path| self.add_unreached(path, variable, reason));
                }
                continue;
            }
            let found = matcher.by_name(&variable.name);
            let is_known = matches!(&found, Ok(Some((target, _))) if target.known);
            let path = found.ok().flatten().map(|(target, _)| target.path);
            if let (false, Some(path)) = (used.contains(&*variable.name), &path) {
                let reason = if variable.value.is_empty() { "it is empty" } else { "it cannot be used" };
                self.add_unreached(comparable(path), variable, reason);
            }
            // Of a source without a prefix all other variables are somebody else's.
            let prefix = matcher.prefix.as_ref().filter(|prefix| !prefix.text.is_empty());
            if let (false, Some(rest)) = (is_known, prefix.and_then(|prefix| prefix.strip(&variable.name))) {
                let path = path.map(Path::from);
                let unmatched = UnmatchedVariable { origin: variable.origin.clone(), path, closest: None };
                self.unmatched.push((unmatched, normalize_key(rest).collect()));
            }
        }
        for variable in dotenv.iter().filter(|variable| real.contains(&*variable.name)) {
            let mut paths = mapped_paths(&matcher, &variable.name);
            if paths.is_empty() {
                let found: Result<_, Error> = matcher.by_name(&variable.name);
                paths.extend(found.ok().flatten().map(|(target, _)| comparable(&target.path)));
            }
            paths.into_iter().for_each(|path| self.add_unreached(path, variable, "the real environment wins"));
        }
        let matcher = RefCell::new(matcher);
        self.layers.push(NamedLayer::Variables(Box::new(NamedVariables { variables, matcher, mapped })));
    }

    fn add_unreached(&mut self, path: Path, variable: &Variable, reason: &'static str) {
        self.unreached.entry(path).or_default().push(Unreached::new(variable.origin.clone(), reason));
    }

    /// The names that could set a path, each once: mapped ones first, then those with the prefix in full and cut at single
    /// underscores, then flags. Costs a resolution of each.
    pub(crate) fn names(&self, path: &[Segment]) -> Vec<SettableName> {
        let mut names: Vec<SettableName> = Vec::new();
        let mut add = |kind: SourceKind, name: Arc<str>, file: bool, ambiguous: bool| {
            if !names.iter().any(|known| known.kind == kind && known.name == name) {
                names.push(SettableName { kind, name, file, ambiguous });
            }
        };
        for layer in &self.layers {
            match layer {
                NamedLayer::Variables(variables) => variables.names(path, &mut add),
                NamedLayer::Flags if !path.is_empty() => {
                    add(SourceKind::Args, format!("--{}", Path::from(path.to_vec())).into(), false, false);
                }
                NamedLayer::Flags => {}
            }
        }
        names
    }

    /// The variables that mean a path and did not set it: overruled by the real environment, by an earlier name of their mapping, or
    /// left alone.
    pub(crate) fn unreached(&self, path: &[Segment]) -> &[Unreached] {
        self.unreached.get(&comparable(path)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The variables that begin with a prefix and set no known path.
    pub(crate) fn unmatched(&self) -> impl Iterator<Item = &UnmatchedVariable> {
        self.unmatched.iter().map(|(variable, _)| variable)
    }

    /// The same, each with the closest of some paths. Costs a comparison with a few of them.
    pub(crate) fn unmatched_among(&self, known: &[Path]) -> Vec<UnmatchedVariable> {
        let names = SimilarNames::new(known.iter().map(spelled).collect());
        let with_closest = |(variable, letters): &(UnmatchedVariable, String)| {
            let closest = names.closest(letters).map(|at| known[at].clone());
            UnmatchedVariable { closest, ..variable.clone() }
        };
        self.unmatched.iter().map(with_closest).collect()
    }

    /// For each of some paths the unmatched variables that are close to it, in their order. Costs for each variable a comparison with a
    /// few of the paths.
    pub(crate) fn misspelt(&self, known: &[Path]) -> Vec<Vec<&UnmatchedVariable>> {
        let mut found = vec![Vec::new(); known.len()];
        if !self.unmatched.is_empty() {
            let names = SimilarNames::new(known.iter().map(spelled).collect());
            for (variable, letters) in &self.unmatched {
                names.similar(letters).into_iter().for_each(|at| found[at].push(variable));
            }
        }
        found
    }
}

impl NamedVariables<'_> {
    fn names(&self, path: &[Segment], add: &mut dyn FnMut(SourceKind, Arc<str>, bool, bool)) {
        let variables = self.variables;
        for name in self.mapped.get(&comparable(path)).into_iter().flatten() {
            add(SourceKind::Env, Arc::clone(name), false, false);
            if variables.file_suffix {
                add(SourceKind::Env, format!("{name}{FILE_SUFFIX}").into(), true, false);
            }
        }
        let mut matcher = self.matcher.borrow_mut();
        let spellings = spellings(matcher.prefix.as_ref().map(|prefix| prefix.text), &variables.separator, path);
        let files = spellings.first().filter(|_| variables.file_suffix).map(|name| format!("{name}{FILE_SUFFIX}"));
        for name in spellings.into_iter().chain(files) {
            if matcher.is_mapped(&name) {
                continue;
            }
            match matcher.by_name(&name) {
                Ok(Some((target, as_file))) if target.directive.is_none() && comparable(&target.path) == comparable(path) => {
                    add(SourceKind::Env, name.into(), as_file, false);
                }
                Err(_) => add(SourceKind::Env, name.into(), false, true),
                Ok(_) => {}
            }
        }
    }
}

/// The paths that the mappings of a name mean, each once.
fn mapped_paths(matcher: &VariableMatcher<'_>, name: &str) -> Vec<Path> {
    let mut seen = HashSet::new();
    let paths = matcher.mapped(name).into_iter().map(|(target, _)| comparable(&target.path));
    paths.filter(|path| seen.insert(path.clone())).collect()
}

/// A path whose indexes are indexes, however they were written.
fn comparable(path: &[Segment]) -> Path {
    path.iter().map(|segment| segment.as_index().map_or_else(|| segment.clone(), Segment::Index)).collect()
}

/// How a path is spelled with a prefix: its segments apart, and joined by single underscores.
fn spellings(prefix: Option<&str>, separator: &str, path: &[Segment]) -> Vec<String> {
    let (Some(prefix), false) = (prefix, path.is_empty()) else { return Vec::new() };
    let words: Vec<String> = path.iter().map(capitals).collect();
    let start = if prefix.is_empty() { String::new() } else { format!("{prefix}_") };
    let mut spellings = vec![start.clone() + &words.join(separator)];
    if words.len() > 1 && separator != "_" {
        spellings.push(start + &words.join("_"));
    }
    spellings
}

/// A segment as it is usual in a variable's name: `maxConn` is `MAX_CONN`.
fn capitals(segment: &Segment) -> String {
    let Segment::Key(key) = segment else { return segment.as_index().unwrap_or_default().to_string() };
    let mut name = String::with_capacity(key.len() + 4);
    let mut last_was_small = false;
    for character in key.chars() {
        if character.is_uppercase() && last_was_small {
            name.push('_');
        }
        last_was_small = character.is_lowercase() || character.is_ascii_digit();
        match character {
            '-' | ' ' => name.push('_'),
            _ => name.extend(character.to_uppercase()),
        }
    }
    name
}

/// A path's letters, for finding the one that a name was meant for.
fn spelled(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Key(key) => normalize_key(key).collect::<String>(),
            Segment::Index(index) => index.to_string(),
        })
        .collect()
}
