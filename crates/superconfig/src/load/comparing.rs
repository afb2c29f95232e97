//! Differences of two loads, with the origins of both sides.

use super::load_result::LoadResult;
use crate::diagnostic::Path;
use crate::merge::{ArrayRules, ComparedSide, ComparedValue, Difference, DifferingPath, Explainer, compare};
use crate::redaction::SecretRules;

impl LoadResult {
    /// The values that differ in another load, with their origins, redacted by the rules of both.
    pub(crate) fn differences(&self, other: &LoadResult) -> Vec<Difference> {
        let side = |load: &'_ LoadResult| -> (ArrayRules, _) { (load.rules.arrays.clone(), load.secrets.clone()) };
        let (own, others) = (side(self), side(other));
        let sides = [&own, &others].map(|(arrays, secrets)| ComparedSide { secrets, arrays });
        let found = compare(&self.value, &other.value, sides);
        if found.is_empty() {
            return Vec::new();
        }
        let secrets = [&*self.secrets, &*other.secrets];
        let (before_explainer, after_explainer) = (self.explainer(), other.explainer());
        let difference = |DifferingPath { kind, before, after }: DifferingPath| {
            let path = after.clone().or_else(|| before.clone()).unwrap_or_default();
            let compared = |load: &LoadResult, explainer: &Explainer<'_>, path: Option<Path>| {
                path.and_then(|path| load.compared(&path, explainer, secrets))
            };
            let before = compared(self, &before_explainer, before);
            let after = compared(other, &after_explainer, after);
            Difference { path, kind, before, after }
        };
        found.into_iter().map(difference).collect()
    }

    /// The replayed merge of this load.
    pub(crate) fn explainer(&self) -> Explainer<'_> {
        Explainer::new(&self.layers, &self.merged, &self.rules.merge_options())
    }

    fn compared(&self, path: &Path, explainer: &Explainer<'_>, secrets: [&SecretRules; 2]) -> Option<ComparedValue> {
        let value = self.value.at(path)?;
        let redacted = secrets.iter().fold(value.clone(), |value, rules| rules.redact(&mut path.to_vec(), &value));
        let origin = explainer.origin_of(path).or_else(|| explainer.origin_of(self.source_path(path)));
        Some(ComparedValue { value: redacted, origin })
    }
}
