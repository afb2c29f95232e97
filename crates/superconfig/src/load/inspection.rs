//! Looks at a load as a whole: every path with its provenance, and what each layer contributed.

use super::load_result::LoadResult;
use super::profile_search::unselected_dotenv;
use crate::diagnostic::{Origin, Path, Segment, SourceKind};
use crate::merge::{Explainer, Explanation, Layer, NamedLayers, UnmatchedVariable, Unreached};
use crate::source::{LayerInfo, LayerStatus, LayerUse, Ownership};
use crate::value::{SchemaNode, SchemaSummary, Value};
use std::sync::Arc;

/// The most paths that are listed; a schema may refer to itself.
const MAX_PATHS: usize = 100_000;

/// How deep a schema is followed beyond the values.
const MAX_SCHEMA_DEPTH: usize = 16;

impl LoadResult {
    /// The explanation of every leaf that the values have or the schema declares, in the order of the values. Costs a merge, and for
    /// each path what explaining it costs.
    pub(crate) fn explain_all(&self) -> Vec<Explanation> {
        let options = self.rules.merge_options();
        let explainer = Explainer::new(&self.layers, &self.merged, &options);
        let named = NamedLayers::new(&self.layers, &self.merged, options);
        let unselected = unselected_dotenv(&self.searched);
        let explain = |path: Path| {
            let traced = self.traced(&explainer, &path);
            self.described(traced, &path, &named, &unselected)
        };
        self.known_paths().into_iter().map(explain).collect()
    }

    /// The explanation of a path by its layers, or by those of the value that it was made of.
    pub(super) fn traced(&self, explainer: &Explainer<'_>, path: &[Segment]) -> Explanation {
        let explanation = explainer.explain(path);
        if explanation.candidates.is_empty() && self.value.at(path).is_some() {
            return Explanation { path: explanation.path, ..explainer.explain(self.source_path(path)) };
        }
        explanation
    }

    /// The explanation with names, schema and what did not contribute; secrets are hidden. `dotenv` are variants that are not selected.
    pub(super) fn described(
        &self,
        mut explanation: Explanation,
        path: &Path,
        named: &NamedLayers<'_>,
        dotenv: &[LayerInfo],
    ) -> Explanation {
        let segments: Vec<Segment> = path.to_vec();
        let redact = |value: &Value| self.secrets.redact(&mut segments.clone(), value);
        // Readers see the interpolated value, or a schema's output.
        explanation.value = self.value.at(path).map(redact);
        for candidate in &mut explanation.candidates {
            candidate.value = redact(&candidate.value);
        }
        explanation.unreached = self.unreached(path, named, dotenv);
        // The names of what is below a secret would tell its keys.
        explanation.names = if self.secrets.is_below_secret(path) { Vec::new() } else { named.names(path) };
        explanation.schema = self.schema_summary(path).map(|summary| SchemaSummary {
            default: summary.default.as_ref().map(redact),
            values: summary.values.iter().map(redact).collect(),
            ..summary
        });
        explanation
    }

    /// What could have contributed to a path and did not.
    fn unreached(&self, path: &Path, named: &NamedLayers<'_>, dotenv: &[LayerInfo]) -> Vec<Unreached> {
        let is_absent = |info: &&LayerInfo| info.status != LayerStatus::Found && info.kind != SourceKind::Dotenv;
        let absent = self.searched.iter().chain(&self.unselected).filter(is_absent).chain(dotenv).map(|info| {
            let mut origin = Origin::new(info.kind, info.name.clone());
            origin.file.clone_from(&info.file);
            Unreached::new(origin, info.reason.clone().unwrap_or("it did not take part".into()))
        });
        let mut all: Vec<Unreached> = absent.collect();
        all.extend(named.unreached(&self.dotenv, path));
        let misspelt = named.unmatched(std::slice::from_ref(path)).into_iter().filter(|found| found.closest.is_some());
        all.extend(misspelt.map(|UnmatchedVariable { origin, path, .. }| {
            let reason = match path {
                Some(path) => format!("the name matches no known path and sets `{}`", self.shown(&path)),
                None => "the name matches no known path".to_owned(),
            };
            Unreached::new(origin, reason)
        }));
        all
    }

    fn shown(&self, path: &[Segment]) -> Path {
        Path::from(self.secrets.visible(path).to_vec())
    }

    fn schema_summary(&self, path: &[Segment]) -> Option<SchemaSummary> {
        let root = SchemaNode::new(self.rules.schema.as_ref()?);
        let node = root.at(path)?;
        // It is required where every table on the way is there or has to be.
        let is_required = (1..=path.len()).all(|length| match &path[length - 1] {
            Segment::Key(key) => {
                let parent = root.at(&path[..length - 1]);
                let is_there = length < path.len() && self.value.at(&path[..length]).is_some();
                is_there || parent.is_some_and(|parent| parent.requires(key))
            }
            Segment::Index(_) => true,
        });
        Some(node.summary(is_required && !path.is_empty()))
    }

    /// The paths of the leaves that the values have or the schema declares: scalars, arrays, empty tables and secrets.
    pub(crate) fn known_paths(&self) -> Vec<Path> {
        let mut found = Vec::new();
        let schema = self.rules.schema.as_ref().map(SchemaNode::new);
        self.add_known(Some(&self.value), schema.as_ref(), &mut Vec::new(), &mut found);
        found
    }

    fn add_known(&self, value: Option<&Value>, schema: Option<&SchemaNode<'_>>, path: &mut Vec<Segment>, found: &mut Vec<Path>) {
        if found.len() >= MAX_PATHS {
            return;
        }
        let table = value.and_then(Value::as_table);
        let mut declared: Vec<Arc<str>> = Vec::new();
        let is_open = value.is_none_or(|value| table.is_some() || value.is_null());
        if let Some(schema) = schema.filter(|_| is_open && path.len() < MAX_SCHEMA_DEPTH) {
            schema.for_each_key(&mut |key| declared.push(key.clone()));
        }
        let is_secret = value.is_some_and(|value| self.secrets.is_secret(path, value));
        let has_children = table.is_some_and(|table| !table.is_empty()) || !declared.is_empty();
        if !path.is_empty() && (is_secret || !has_children || value.is_some_and(Value::is_null)) {
            found.push(Path::from(path.clone()));
            return;
        }
        let set = table.into_iter().flat_map(|table| table.entries().iter().map(|(key, _)| key.clone()));
        let mut keys: Vec<Arc<str>> = set.collect();
        let unset = declared.into_iter().filter(|key| !table.is_some_and(|table| table.contains_key(key)));
        keys.extend(unset);
        keys.dedup();
        for key in keys {
            let child = table.and_then(|table| table.get(&key));
            let schema = schema.and_then(|schema| schema.key(&key));
            path.push(Segment::Key(key));
            self.add_known(child, schema.as_ref(), path, found);
            path.pop();
        }
    }

    /// The variables with a prefix that set no known path, with the path that each was probably meant for.
    pub(crate) fn unmatched_variables(&self) -> Vec<UnmatchedVariable> {
        let named = NamedLayers::new(&self.layers, &self.merged, self.rules.merge_options());
        let mut unmatched = named.unmatched(&[]);
        let own: Vec<Path> = unmatched.iter().filter_map(|variable| variable.path.clone()).collect();
        // What such a variable made is not what another one meant.
        let known: Vec<Path> = self.known_paths().into_iter().filter(|path| !own.contains(path)).collect();
        unmatched = named.unmatched(&known);
        for variable in &mut unmatched {
            variable.path = variable.path.as_ref().map(|path| self.shown(path));
        }
        unmatched
    }

    /// Each place that was looked at, with the number of its values and of those in effect. Costs a merge, and a look at every value.
    pub(crate) fn layer_uses(&self) -> Vec<LayerUse> {
        let options = self.rules.merge_options();
        let explainer = Explainer::new(&self.layers, &self.merged, &options);
        let mut leaves = Vec::new();
        collect_leaves(&self.merged.value, &mut Vec::new(), &mut leaves);
        let winners: Vec<_> = leaves.iter().filter_map(|path| explainer.winning_layer(path)).collect();
        let is_of_file = |origin: Option<&Origin>, file: &Option<Arc<str>>| {
            origin.is_some_and(|origin| origin.kind == SourceKind::Dotenv && origin.file == *file)
        };
        let mut layers = self.layers.iter().zip(&self.merged.assignments);
        let count = |info: &LayerInfo| {
            if info.status != LayerStatus::Found {
                return (0, 0);
            }
            if info.kind == SourceKind::Dotenv {
                let sets = self.dotenv.iter().filter(|variable| variable.origin.file == info.file).count();
                return (sets, winners.iter().filter(|(_, origin)| is_of_file(*origin, &info.file)).count());
            }
            // Every other place that was found is a layer, in the same order.
            let Some((layer, assignments)) = layers.next() else { return (0, 0) };
            let sets = match layer.content.document() {
                Some(document) => count_leaves(&document.value),
                None => assignments.iter().filter(|assignment| assignment.origin.kind != SourceKind::Dotenv).count(),
            };
            let is_own = |(winner, origin): &&(&Layer, Option<&Origin>)| {
                std::ptr::eq(*winner, layer) && origin.is_none_or(|origin| origin.kind != SourceKind::Dotenv)
            };
            (sets, winners.iter().filter(is_own).count())
        };
        let mut uses: Vec<LayerUse> = self.searched.iter().map(count_with(count)).collect();
        let unselected = self.unselected.iter().cloned().chain(unselected_dotenv(&self.searched));
        uses.extend(unselected.map(|info| LayerUse::new(info, None, (0, 0))));
        uses
    }
}

fn count_with(mut count: impl FnMut(&LayerInfo) -> (usize, usize)) -> impl FnMut(&LayerInfo) -> LayerUse {
    move |info| {
        let metadata = info.path.as_ref().filter(|_| info.status == LayerStatus::Found).and_then(|path| path.metadata().ok());
        LayerUse::new(info.clone(), metadata.and_then(|metadata| Ownership::of(&metadata).concern()), count(info))
    }
}

/// The paths of all leaves; a table without keys is one.
fn collect_leaves(value: &Value, path: &mut Vec<Segment>, found: &mut Vec<Path>) {
    match value.as_table() {
        Some(table) if !table.is_empty() || path.is_empty() => {
            for (key, child) in table.entries() {
                path.push(Segment::Key(key.clone()));
                collect_leaves(child, path, found);
                path.pop();
            }
        }
        _ => found.push(Path::from(path.clone())),
    }
}

fn count_leaves(value: &Value) -> usize {
    match value.as_table() {
        Some(table) if !table.is_empty() => table.entries().iter().map(|(_, child)| count_leaves(child)).sum(),
        Some(_) => 0,
        None => 1,
    }
}
