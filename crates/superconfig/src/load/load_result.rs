//! The result of one load: its values, and what explains them.

use super::derivation::Derivations;
use super::rules::Rules;
use super::timings::Timings;
use crate::diagnostic::{Error, Path, Segment, Warning};
use crate::merge::{
    Content, Explainer, Explanation, Layer, MergeOptions, Merged, NamedLayers, ValuesBelow, Variable, explain, values_below,
};
use crate::redaction::SecretRules;
use crate::source::LayerInfo;
use crate::value::{Meter, Value};
use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// The result of one load.
pub(crate) struct LoadResult {
    /// The values for readers: merged, and interpolated where that is enabled.
    pub(crate) value: Value,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) profiles: Box<[String]>,
    pub(crate) searched: Box<[LayerInfo]>,
    /// Files of profiles that are not selected.
    pub(super) unselected: Box<[LayerInfo]>,
    pub(super) layers: Box<[Layer]>,
    pub(super) merged: Merged,
    /// The variables and flags that cannot be used, for the error that a validator's issues are in too.
    pub(super) problems: Vec<Error>,
    pub(crate) rules: Arc<Rules>,
    /// The rules that mask this version's secrets.
    pub(crate) secrets: Arc<SecretRules>,
    /// The variables of `.env` files.
    pub(crate) dotenv: Box<[Variable]>,
    /// What a binding keeps with the version.
    pub(crate) annotation: Option<Arc<dyn Any + Send + Sync>>,
    /// Names that hints about unknown keys have been compared with.
    pub(super) compared: AtomicUsize,
    /// The values below each layer of variables or flags, once something is explained.
    pub(super) below_names: OnceLock<Box<ValuesBelow>>,
}

/// A load until it is published: its result, and what nobody asks for after that.
pub(crate) struct PendingLoad {
    pub(crate) result: LoadResult,
    /// The errors of custom sources that failed in this load; their last values stay in use.
    pub(crate) failed_sources: Vec<Error>,
    /// No custom source failed when it was called last.
    pub(crate) is_whole: bool,
    /// The layers that are still to be computed; until then nothing is merged.
    pub(super) derivations: Option<Box<Derivations>>,
    /// The stages that are over.
    pub(crate) timings: Timings,
    /// The end of the last of them.
    pub(crate) stage_began: Instant,
}

impl Deref for PendingLoad {
    type Target = LoadResult;

    fn deref(&self) -> &LoadResult {
        &self.result
    }
}

impl DerefMut for PendingLoad {
    fn deref_mut(&mut self) -> &mut LoadResult {
        &mut self.result
    }
}

impl PendingLoad {
    /// Ends the checking of the values, and begins to publish them.
    pub(crate) fn begin_publishing(&mut self) {
        let now = Instant::now();
        self.timings.validate = now.saturating_duration_since(self.stage_began);
        self.stage_began = now;
    }
}

impl LoadResult {
    pub(crate) fn measure_layers(&self, meter: &mut Meter) {
        for (_, value) in self.below_names.get().into_iter().flat_map(|below| below.iter()) {
            meter.value(value);
        }
        for layer in &self.layers {
            let is_new = match &layer.content {
                Content::Document(document) => meter.shared(document),
                Content::Stored(stored) => meter.shared(stored),
                _ => false,
            };
            if let (true, Some(document)) = (is_new, layer.content.document()) {
                if let Some(value) = document.known_value() {
                    meter.value(&value);
                }
                if let Some((text, _)) = &document.text {
                    meter.shared(text);
                }
            }
        }
    }

    /// The texts that the layers were parsed from.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.layers.iter().filter_map(|layer| layer.content.document()?.text.as_ref().map(|(text, _)| text))
    }

    /// The provenance of the value at a path, redacted; `None` when no layer contributed.
    pub(crate) fn explain(&self, path: &Path) -> Option<Explanation> {
        let options = self.rules.merge_options();
        let explanation = self.traced(&Explainer::new(&self.layers, &self.merged, &options), path);
        // A schema's output can hold values of no layer.
        if explanation.candidates.is_empty() && self.value.at(path).is_none() {
            return None;
        }
        let named = self.named_layers(&options);
        let misspelt = named.misspelt(std::slice::from_ref(path)).pop().unwrap_or_default();
        Some(self.described(explanation, path, &named, &self.absent(), misspelt))
    }

    /// The names of the variables and flags by path. The first one folds the layers once more.
    pub(super) fn named_layers<'a>(&'a self, options: &MergeOptions<'a>) -> NamedLayers<'a> {
        let below = self.below_names.get_or_init(|| Box::new(values_below(&self.layers, &self.merged, options.arrays)));
        NamedLayers::new(&self.layers, &self.merged, below, options, &self.dotenv)
    }

    pub(super) fn trace(&self, path: &[Segment]) -> Explanation {
        explain(&self.layers, &self.merged, &self.rules.merge_options(), path)
    }

    /// The path in the layers of a value that was copied elsewhere: by a reference to a table, or by a schema that took a
    /// text apart. Without one the path stays as it is.
    pub(super) fn source_path<'p>(&self, path: &'p [Segment]) -> &'p [Segment] {
        let mut above = (1..path.len()).map(|length| &path[..length]);
        let made = above.find(|above| {
            self.merged.value.at(above).is_some_and(|value| !matches!(value, Value::Table(_) | Value::Array(_) | Value::Null))
        });
        made.unwrap_or(path)
    }

    /// The JSON Schema that guides variables.
    pub(crate) fn json_schema(&self) -> Option<&Value> {
        self.rules.schema.as_ref()
    }

    /// The merged value with all secrets masked.
    pub(crate) fn redacted(&self) -> Value {
        self.secrets.redact(&mut Vec::new(), &self.value)
    }
}
