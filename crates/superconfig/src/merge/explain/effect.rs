//! The effect of each value of each layer: whether readers see it.

use super::explainer::Explainer;
use crate::diagnostic::{Origin, Path, Segment};
use crate::merge::{Action, Directive, Document, Layer, StepContent};
use crate::value::Value;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The most layers that are traced for the effects of all values.
const TRACED_STEPS: usize = 50_000_000;

/// The effect of a value that a layer sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The value is part of the result.
    Used,
    /// The value equals that of the layers below.
    Redundant,
    /// Higher layers replace or remove the value.
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
    /// Costs a look at each layer of each merged value, and at those of each value of a layer that is not in effect; without searching
    /// for positions.
    pub(crate) fn effects(&self) -> Option<Vec<LayerValue<'a>>> {
        self.effects_within(TRACED_STEPS)
    }

    fn effects_within(&self, most_steps: usize) -> Option<Vec<LayerValue<'a>>> {
        let mut left = most_steps;
        let mut take = |path: &[Segment]| {
            left = left.checked_sub(1 + self.steps_about(path))?;
            Some(())
        };
        let mut used: Vec<BTreeSet<Vec<Segment>>> = vec![BTreeSet::new(); self.steps().len()];
        for (step, path) in self.setters(&mut take)? {
            used[step].insert(path);
        }
        let mut all = Vec::new();
        // The values that are not in effect, by path: thousands of layers may set the same one.
        let mut ineffective: HashMap<Path, Vec<usize>> = HashMap::new();
        for (at, (step, used)) in self.steps().iter().zip(&used).enumerate() {
            let mut push = |is_used: bool, path: Path, root: &'a [Segment], file, variable| {
                if !is_used {
                    ineffective.entry(path.clone()).or_default().push(all.len());
                }
                let effect = if is_used { Effect::Used } else { Effect::Overridden };
                all.push(LayerValue { layer: step.layer, step: at, path, root, file, variable, effect });
            };
            match step.content {
                StepContent::Assignment(assignment) => {
                    let is_used = !used.is_empty() || assignment.action == Action::Remove;
                    push(is_used, assignment.path.clone(), &[], None, assignment.origin.variable.as_ref());
                }
                StepContent::Document(document) => {
                    let mut found = Vec::new();
                    leaves(document.value(), &mut Vec::new(), step.layer.directives, &mut found);
                    for (path, is_removal) in found {
                        // What is above a value in effect is in effect as well.
                        let is_above = |used: &Vec<Segment>| used.starts_with(&path);
                        let is_used = is_removal || used.range(path.clone()..).next().is_some_and(is_above);
                        push(is_used, path.into(), &document.root, document.file.as_ref(), None);
                    }
                }
            }
        }
        for (path, values) in ineffective {
            take(&path)?;
            let repeating = self.repeating(&path);
            for at in values {
                if repeating.contains(&all[at].step) {
                    all[at].effect = Effect::Redundant;
                }
            }
        }
        Some(all)
    }

    /// The steps and paths in them whose values are in effect, of each scalar of the result and each empty table or array.
    fn setters(&self, take: &mut impl FnMut(&[Segment]) -> Option<()>) -> Option<HashSet<(usize, Vec<Segment>)>> {
        let mut setters = Some(HashSet::new());
        self.merged().walk(&mut Vec::new(), &mut |path, value| {
            let is_leaf = value.children().next().is_none();
            if is_leaf && take(path).is_none() {
                setters = None;
            }
            if let (true, Some(setters)) = (is_leaf, &mut setters) {
                setters.extend(self.setter(path));
            }
            !is_leaf && setters.is_some()
        });
        setters
    }

    /// The path, or the part of it down to the closest one above that has a value.
    pub(crate) fn present_part<'p>(&self, path: &'p [Segment]) -> Option<&'p [Segment]> {
        (1..=path.len()).rev().map(|length| &path[..length]).find(|path| self.merged().at(path).is_some())
    }

    /// The origin of the value in effect at a path: where it was set first.
    pub(crate) fn setter_origin(&self, path: &[Segment]) -> Option<Origin> {
        let (step, source) = self.setter(path)?;
        Some(self.origin_in(step, &source))
    }
}

/// The paths of the values in a document, without empty tables, and whether each is a list of what to remove.
fn leaves(value: &Value, path: &mut Vec<Segment>, directives: bool, found: &mut Vec<(Vec<Segment>, bool)>) {
    let Value::Table(table) = value else {
        let is_directive = directives && value.as_array().is_some();
        let is_removal = is_directive
            && matches!(path.last(), Some(Segment::Key(key)) if matches!(Directive::from_key(key), Some((_, Directive::Remove))));
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
        // Eleven merged values; those that are overridden have the path of one of them.
        let most = (1..).find(|most| explainer.effects_within(*most).is_some()).unwrap();
        assert_eq!(explainer.effects_within(most).map(|effects| effects.len()), Some(20));
        assert!((31..=132).contains(&most) && explainer.effects_within(0).is_none(), "{most}");
    }
}
