//! The effect of each value of each layer: whether readers see it.

use super::explainer::Explainer;
use crate::diagnostic::{Origin, Path, Segment};
use crate::merge::{Action, Directive, Document, Layer, StepContent};
use crate::value::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// The most layers that are looked at for the effects of all values.
const TRACED_STEPS: usize = 50_000_000;

/// The effect of a value that a layer sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It is part of the result.
    Used,
    /// It equals what is below it.
    Redundant,
    /// Higher layers replace or remove it.
    Overridden,
}

/// A value that a layer sets: a scalar, an array as a whole, or that of a variable or flag.
pub(crate) struct LayerValue<'a> {
    pub(crate) layer: &'a Layer,
    /// The index of its step, for [`Explainer::origin_in`].
    pub(crate) step: usize,
    /// The path in the layer.
    pub(crate) path: Path,
    /// The path of its root in the document, e.g. that of a profile's section.
    pub(crate) root: &'a [Segment],
    pub(crate) file: Option<&'a Arc<str>>,
    pub(crate) variable: Option<&'a Arc<str>>,
    pub(crate) effect: Effect,
}

impl<'a> Explainer<'a> {
    /// The layers that are documents, in order.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&'a Layer, &'a Document)> {
        self.steps().iter().filter_map(|step| match step.content {
            StepContent::Document(document) => Some((step.layer, document)),
            StepContent::Assignment(_) => None,
        })
    }

    /// Every value of every layer, in order; `None` where there are so many values and layers that it takes too long.
    ///
    /// Costs a look at each layer for each merged value, and for each value of a layer that is not in effect; without searching for
    /// positions.
    pub(crate) fn effects(&self) -> Option<Vec<LayerValue<'a>>> {
        self.effects_within(TRACED_STEPS)
    }

    fn effects_within(&self, most_steps: usize) -> Option<Vec<LayerValue<'a>>> {
        let mut left = most_steps;
        let mut take = move || {
            left = left.checked_sub(self.steps().len())?;
            Some(())
        };
        let mut used: Vec<HashSet<Vec<Segment>>> = vec![HashSet::new(); self.steps().len()];
        for (step, path) in self.setters(&mut take)? {
            // What is above a value in effect is in effect as well.
            used[step].extend((0..=path.len()).map(|length| path[..length].to_vec()));
        }
        let mut all = Vec::new();
        for (at, (step, used)) in self.steps().iter().zip(&used).enumerate() {
            let mut effect = |is_used: bool, path: &[Segment]| {
                Some(match is_used {
                    true => Effect::Used,
                    false => {
                        take()?;
                        if self.repeats(at, path) { Effect::Redundant } else { Effect::Overridden }
                    }
                })
            };
            let mut push = |path: Path, root: &'a [Segment], file, variable, effect| {
                all.push(LayerValue { layer: step.layer, step: at, path, root, file, variable, effect });
            };
            match step.content {
                StepContent::Assignment(assignment) => {
                    let is_used = !used.is_empty() || assignment.action == Action::Remove;
                    let effect = effect(is_used, &assignment.path)?;
                    push(assignment.path.clone(), &[], None, assignment.origin.variable.as_ref(), effect);
                }
                StepContent::Document(document) => {
                    let mut found = Vec::new();
                    leaves(&document.value, &mut Vec::new(), step.layer.directives, &mut found);
                    for (path, is_removal) in found {
                        let effect = effect(is_removal || used.contains(&path), &path)?;
                        push(path.into(), &document.root, document.file.as_ref(), None, effect);
                    }
                }
            }
        }
        Some(all)
    }

    /// The steps and paths in them whose values are in effect, of each scalar of the result and each empty table or array.
    fn setters(&self, take: &mut impl FnMut() -> Option<()>) -> Option<HashSet<(usize, Vec<Segment>)>> {
        let mut setters = Some(HashSet::new());
        self.merged().walk(&mut Vec::new(), &mut |path, value| {
            let is_leaf = value.children().next().is_none();
            if is_leaf && take().is_none() {
                setters = None;
            }
            if let (true, Some(setters)) = (is_leaf, &mut setters) {
                setters.extend(self.setter(path));
            }
            !is_leaf && setters.is_some()
        });
        setters
    }

    /// The origin of the value in effect at a path, or at the closest one above it that has a value: where it was set first.
    pub(crate) fn setter_at_or_above(&self, path: &[Segment]) -> Option<Origin> {
        let path = (1..=path.len()).rev().map(|length| &path[..length]).find(|path| self.merged().at(path).is_some())?;
        let (step, source) = self.setter(path)?;
        Some(self.origin_in(step, &source))
    }
}

/// The paths of the values in a document, without empty tables, and whether each is a list of what to remove.
fn leaves(value: &Value, path: &mut Vec<Segment>, directives: bool, found: &mut Vec<(Vec<Segment>, bool)>) {
    let Value::Table(table) = value else {
        let is_directive = directives && value.as_array().is_some();
        let is_removal = is_directive
            && matches!(path.last(), Some(Segment::Key(key)) if matches!(Directive::of_key(key), Some((_, Directive::Remove))));
        found.push((path.clone(), is_removal));
        return;
    };
    for (key, value) in table.entries() {
        path.push(Segment::Key(key.clone()));
        leaves(value, path, directives, found);
        path.pop();
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::diagnostic::SourceKind;
    use crate::merge::{Content, MergeOptions, fold};
    use crate::value::parse_json;

    #[test]
    fn effects_are_given_up_where_they_take_too_long() {
        let layer = |at: usize| {
            let document = Document::of(parse_json(&format!(r#"{{"a":{at},"k{at}":1}}"#)).unwrap());
            let content = Content::Document(Arc::new(document));
            Layer { kind: SourceKind::Text, name: "layer".into(), fill: false, directives: true, content }
        };
        let layers: Vec<Layer> = (0..10).map(layer).collect();
        let merged = fold(&layers, &MergeOptions::default()).unwrap();
        let explainer = Explainer::new(&layers, &merged, &MergeOptions::default());
        // Eleven merged values and nine that are overridden, each in ten layers.
        assert_eq!(explainer.effects_within(200).map(|effects| effects.len()), Some(20));
        assert!(explainer.effects_within(199).is_none() && explainer.effects_within(0).is_none());
    }
}
