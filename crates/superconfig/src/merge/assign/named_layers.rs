//! The variables and flags that mean a path, found by the resolution that assigns them.

use super::assignment_builder::AssignmentBuilder;
use super::environment::{FILE_SUFFIX, VariableMatcher};
use super::key_index::normalize_key;
use crate::diagnostic::{Error, Origin, Path, Segment, SourceKind, closest_name};
use crate::merge::explain::settable_name::SettableName;
use crate::merge::explain::unreached::Unreached;
use crate::merge::{Content, Layer, MergeOptions, Merged, Merger, Step, Variable, Variables};
use crate::value::{SchemaNode, Table, Value};
use serde::Serialize;
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

/// The layers of variables and flags, each with the values below it.
pub(crate) struct NamedLayers<'a> {
    options: MergeOptions<'a>,
    merged: &'a Merged,
    /// The layers, with their indexes.
    layers: Vec<(usize, &'a Layer, Value)>,
}

impl<'a> NamedLayers<'a> {
    /// Folds the layers once more. Costs a merge.
    pub(crate) fn new(layers: &'a [Layer], merged: &'a Merged, options: MergeOptions<'a>) -> Self {
        let mut named = Vec::new();
        let mut value = Value::Table(Table::new());
        for (at, (layer, assignments)) in layers.iter().zip(&merged.assignments).enumerate() {
            if layer.content.document().is_none() {
                named.push((at, layer, value.clone()));
            }
            let mut merger = Merger::new(layer, options.arrays);
            for step in Step::of_layer(layer, assignments) {
                // What fails has been reported by the fold.
                let _ = step.apply(&mut value, &mut merger);
            }
        }
        Self { options, merged, layers: named }
    }

    /// The names that could set a path, each once: mapped ones first, then those with the prefix in full and cut at single
    /// underscores, then flags.
    pub(crate) fn names(&self, path: &[Segment]) -> Vec<SettableName> {
        let mut names: Vec<SettableName> = Vec::new();
        let mut add = |kind: SourceKind, name: Arc<str>, file: bool, ambiguous: bool| {
            if !names.iter().any(|known| known.kind == kind && known.name == name) {
                names.push(SettableName { kind, name, file, ambiguous });
            }
        };
        for (_, layer, below) in &self.layers {
            match &layer.content {
                Content::Variables(variables) => self.variables_of(variables, layer, below, path, &mut add),
                Content::Flags(_) if !path.is_empty() => {
                    add(SourceKind::Args, format!("--{}", Path::from(path.to_vec())).into(), false, false);
                }
                _ => {}
            }
        }
        names
    }

    fn variables_of(
        &self,
        variables: &Variables,
        layer: &Layer,
        below: &Value,
        path: &[Segment],
        add: &mut dyn FnMut(SourceKind, Arc<str>, bool, bool),
    ) {
        let mut matcher = VariableMatcher::new(variables, self.builder(layer, below));
        for name in variables.mapping.iter().flat_map(|(_, variable)| &variable.names) {
            if matcher.mapped(name).iter().any(|(target, _)| is_same(&target.path, path)) {
                add(SourceKind::Env, name.clone(), false, false);
                if variables.file_suffix {
                    add(SourceKind::Env, format!("{name}{FILE_SUFFIX}").into(), true, false);
                }
            }
        }
        let spellings = spellings(matcher.prefix.as_ref().map(|prefix| prefix.text), &variables.separator, path);
        let files = spellings.first().filter(|_| variables.file_suffix).map(|name| format!("{name}{FILE_SUFFIX}"));
        for name in spellings.into_iter().chain(files) {
            if !matcher.mapped(&name).is_empty() {
                continue;
            }
            match matcher.by_name(&name) {
                Ok(Some((target, as_file))) if target.directive.is_none() && is_same(&target.path, path) => {
                    add(SourceKind::Env, name.into(), as_file, false);
                }
                Err(_) => add(SourceKind::Env, name.into(), false, true),
                Ok(_) => {}
            }
        }
    }

    /// The variables that begin with a prefix and set no known path; of a source without a prefix all others are somebody else's.
    pub(crate) fn unmatched(&self, known: &[Path]) -> Vec<UnmatchedVariable> {
        let names: Vec<String> = known.iter().map(spelled).collect();
        let mut found = Vec::new();
        for (_, layer, below) in &self.layers {
            let Content::Variables(variables) = &layer.content else { continue };
            let mut matcher = VariableMatcher::new(variables, self.builder(layer, below));
            if matcher.prefix.as_ref().is_none_or(|prefix| prefix.text.is_empty()) {
                continue;
            }
            for variable in &variables.list {
                let Some(rest) = matcher.prefix.as_ref().and_then(|prefix| prefix.strip(&variable.name)) else { continue };
                if !matcher.mapped(&variable.name).is_empty() {
                    continue;
                }
                let path = match matcher.by_name(&variable.name) {
                    Ok(Some((target, _))) if target.known => continue,
                    Ok(Some((target, _))) => Some(Path::from(target.path)),
                    Ok(None) | Err(_) => None,
                };
                let wanted: String = normalize_key(rest).collect();
                let closest = closest_name(&wanted, names.iter().map(String::as_str));
                let closest = closest.and_then(|name| known.get(names.iter().position(|own| own == name)?)).cloned();
                found.push(UnmatchedVariable { origin: variable.origin.clone(), path, closest });
            }
        }
        found.sort_by(|one, other| one.origin.variable.cmp(&other.origin.variable));
        found
    }

    /// The variables that mean a path and did not set it: overruled by the real environment, by an earlier name of their mapping, or
    /// left alone.
    pub(crate) fn unreached(&self, dotenv: &[Variable], path: &[Segment]) -> Vec<Unreached> {
        let mut found = Vec::new();
        for (at, layer, below) in &self.layers {
            let Content::Variables(variables) = &layer.content else { continue };
            let mut matcher = VariableMatcher::new(variables, self.builder(layer, below));
            for variable in &variables.list {
                let is_used = |variable: &Variable| {
                    self.merged.assignments[*at]
                        .iter()
                        .any(|assignment| assignment.origin.variable.as_ref() == Some(&variable.name))
                };
                let is_mapped = !matcher.mapped(&variable.name).is_empty();
                if is_used(variable) || !means(&mut matcher, &variable.name, path) {
                    continue;
                }
                let reason = match (variable.value.is_empty(), is_mapped) {
                    (true, _) => "it is empty",
                    (false, true) => "an earlier name of its mapping is set",
                    (false, false) => "it cannot be used",
                };
                found.push(Unreached::new(variable.origin.clone(), reason));
            }
            for variable in dotenv {
                let real = variables.list.iter().find(|own| own.name == variable.name && own.origin.kind == SourceKind::Env);
                if real.is_some() && means(&mut matcher, &variable.name, path) {
                    found.push(Unreached::new(variable.origin.clone(), "the real environment wins"));
                }
            }
        }
        found
    }

    fn builder<'w>(&'w self, layer: &Layer, below: &'w Value) -> AssignmentBuilder<'w> {
        let mut builder = AssignmentBuilder::new(below, self.options.schema.map(SchemaNode::new), layer.directives);
        builder.resolver.depth = self.options.limits.depth;
        builder.secrets = self.options.secrets;
        builder
    }
}

/// Whether a variable means a path, or something in it.
fn means(matcher: &mut VariableMatcher<'_>, name: &str, path: &[Segment]) -> bool {
    let mapped = matcher.mapped(name);
    if !mapped.is_empty() {
        return mapped.iter().any(|(target, _)| is_same(&target.path, path));
    }
    let found: Result<_, Error> = matcher.by_name(name);
    found.is_ok_and(|target| target.is_some_and(|(target, _)| is_same(&target.path, path)))
}

fn is_same(one: &[Segment], other: &[Segment]) -> bool {
    let same = |(a, b): (&Segment, &Segment)| a == b || a.as_index().is_some() && a.as_index() == b.as_index();
    one.len() == other.len() && one.iter().zip(other).all(same)
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
