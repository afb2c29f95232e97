//! Looks at a load as a whole: every path with its provenance, and what each layer contributed.

use super::load_result::LoadResult;
use super::profile_search::unselected_dotenv;
use crate::diagnostic::{Origin, Path, Segment, SourceKind};
use crate::merge::{Explainer, Explanation, Layer, NamedLayers, UnmatchedVariable, Unreached};
use crate::source::{LayerInfo, LayerStatus, LayerUse, Ownership};
use crate::value::{SchemaNode, SchemaSummary, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The most paths that are listed; a schema may refer to itself.
const MAX_PATHS: usize = 100_000;

/// The most layers that took no part are listed for each of many paths, and the least.
const MAX_ABSENT: usize = 100_000;
const MIN_ABSENT: usize = 16;

/// How deep a schema is followed beyond the values.
const MAX_SCHEMA_DEPTH: usize = 16;

impl LoadResult {
    /// The explanation of every leaf that the values have or the schema declares, in the order of the values. Costs a visit to each value
    /// of the layers, and for each path what its own layers and variables cost.
    pub(crate) fn explain_all(&self) -> Vec<Explanation> {
        let options = self.rules.merge_options();
        let explainer = Explainer::new(&self.layers, &self.merged, &options);
        let named = self.named_layers(&options);
        let paths = self.known_paths();
        let mut absent = self.absent();
        absent.truncate((MAX_ABSENT / paths.len().max(1)).max(MIN_ABSENT));
        let misspelt = named.misspelt(&paths);
        let explain = |(path, misspelt): (&Path, Vec<&UnmatchedVariable>)| {
            let traced = self.traced(&explainer, path);
            self.described(traced, path, &named, &absent, misspelt)
        };
        paths.iter().zip(misspelt).map(explain).collect()
    }

    /// The explanation of a path by its layers, or by those of the value that it was made of.
    pub(super) fn traced(&self, explainer: &Explainer<'_>, path: &[Segment]) -> Explanation {
        let explanation = explainer.explain(path);
        if explanation.candidates.is_empty() && self.value.at(path).is_some() {
            return Explanation { path: explanation.path, ..explainer.explain(self.source_path(path)) };
        }
        explanation
    }

    /// The explanation with names, schema and what did not contribute; secrets are hidden. `absent` is what took no part at all,
    /// `misspelt` are variables close to the path.
    pub(super) fn described(
        &self,
        mut explanation: Explanation,
        path: &Path,
        named: &NamedLayers<'_>,
        absent: &[Unreached],
        misspelt: Vec<&UnmatchedVariable>,
    ) -> Explanation {
        let segments: Vec<Segment> = path.to_vec();
        let redact = |value: &Value| self.secrets.redact(&mut segments.clone(), value);
        // Readers see the interpolated value, or a schema's output.
        explanation.value = self.value.at(path).map(redact);
        for candidate in &mut explanation.candidates {
            candidate.value = redact(&candidate.value);
        }
        explanation.unreached = absent.iter().chain(named.unreached(path)).cloned().collect();
        explanation.unreached.extend(misspelt.into_iter().map(|variable| self.misspelt(variable)));
        // The names of what is below a secret would tell its keys.
        explanation.names = if self.secrets.is_below_secret(path) { Vec::new() } else { named.names(path) };
        explanation.schema = self.schema_summary(path).map(|summary| SchemaSummary {
            default: summary.default.as_ref().map(redact),
            values: summary.values.iter().map(redact).collect(),
            ..summary
        });
        explanation
    }

    /// The layers that took no part, as they were not there or not selected.
    pub(super) fn absent(&self) -> Vec<Unreached> {
        let dotenv = unselected_dotenv(&self.searched);
        let is_absent = |info: &&LayerInfo| info.status != LayerStatus::Found && info.kind != SourceKind::Dotenv;
        let absent = self.searched.iter().chain(&self.unselected).filter(is_absent).chain(&dotenv).map(|info| {
            let mut origin = Origin::new(info.kind, info.name.clone());
            origin.file.clone_from(&info.file);
            Unreached::new(origin, info.reason.clone().unwrap_or("it did not take part".into()))
        });
        absent.collect()
    }

    fn misspelt(&self, variable: &UnmatchedVariable) -> Unreached {
        let reason = match &variable.path {
            Some(path) => format!("the name matches no known path and sets `{}`", self.shown(path)),
            None => "the name matches no known path".to_owned(),
        };
        Unreached::new(variable.origin.clone(), reason)
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
        let options = self.rules.merge_options();
        let named = self.named_layers(&options);
        // What such a variable made is not what another one meant.
        let own: HashSet<&Path> = named.unmatched().filter_map(|variable| variable.path.as_ref()).collect();
        let known: Vec<Path> = self.known_paths().into_iter().filter(|path| !own.contains(path)).collect();
        let mut unmatched = named.unmatched_among(&known);
        for variable in &mut unmatched {
            variable.path = variable.path.as_ref().map(|path| self.shown(path));
        }
        unmatched
    }

    /// Each layer and each place searched in vain, with the number of its values and of those in effect. Costs a merge, and a look at every value.
    pub(crate) fn layer_uses(&self) -> Vec<LayerUse> {
        let options = self.rules.merge_options();
        let explainer = Explainer::new(&self.layers, &self.merged, &options);
        let mut leaves = Vec::new();
        collect_leaves(&self.merged.value, &mut Vec::new(), &mut leaves);
        // The values in effect, by layer, and of `.env` files by file.
        let mut by_layer: HashMap<*const Layer, usize> = HashMap::new();
        let mut by_file: HashMap<Option<Arc<str>>, usize> = HashMap::new();
        for (layer, origin) in leaves.iter().filter_map(|path| explainer.winning_layer(path)) {
            match origin.filter(|origin| origin.kind == SourceKind::Dotenv) {
                Some(origin) => *by_file.entry(origin.file.clone()).or_default() += 1,
                None => *by_layer.entry(std::ptr::from_ref(layer)).or_default() += 1,
            }
        }
        let mut in_file: HashMap<&Option<Arc<str>>, usize> = HashMap::new();
        for variable in &self.dotenv {
            *in_file.entry(&variable.origin.file).or_default() += 1;
        }
        let mut layers = self.layers.iter().zip(&self.merged.assignments);
        let count = |info: &LayerInfo| {
            if info.status != LayerStatus::Found {
                return (0, 0);
            }
            if info.kind == SourceKind::Dotenv {
                let count = |wins: Option<&usize>| wins.copied().unwrap_or_default();
                return (count(in_file.get(&info.file)), count(by_file.get(&info.file)));
            }
            // Every other place that was found is a layer, in the same order.
            let Some((layer, assignments)) = layers.next() else { return (0, 0) };
            let sets = match layer.content.document() {
                Some(document) => count_leaves(document.value()),
                None => assignments.iter().filter(|assignment| assignment.origin.kind != SourceKind::Dotenv).count(),
            };
            (sets, by_layer.get(&std::ptr::from_ref(layer)).copied().unwrap_or_default())
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
