//! A merge once more, along one path.

use super::step_change::StepChange;
use crate::diagnostic::{Path, Segment, count_steps};
use crate::merge::merger::lacks;
use crate::merge::{ArrayRules, Directive, MergeCursor, Merger, Step, StepContent};
use crate::value::{Table, Value};

/// The most elements of earlier states of an array that are kept, some hundred megabytes: where there are more, the lowest layers are
/// not explained.
const KEPT_ELEMENTS: usize = 4 << 20;

/// The changes of each step to what lies on a path.
///
/// The tables along its leading keys hold nothing else, so that wide layers cost no more than narrow ones. What is at the end of these
/// keys is whole where the path goes on into an array; else only as much of it is kept as tells what a layer did to it, so that it
/// can be changed in place.
pub(super) struct PathReplay {
    /// The leading keys of the path.
    keys: Path,
    /// Whether the path goes on behind them.
    is_whole: bool,
    /// Those of the steps that are about the path, by the number of the step, up to one that fails: the fold has reported it.
    changes: Vec<(usize, Option<StepChange>)>,
    /// The first step whose change is kept.
    first: usize,
    /// Whether it ends at a step that fails.
    pub(super) has_failed: bool,
}

impl PathReplay {
    /// Merges steps along a path: those with the given numbers, in which is everything about it. Costs the length of its leading keys
    /// in each step, and what the layers have at their end.
    pub(super) fn new(steps: &[Step<'_>], numbers: impl Iterator<Item = usize>, arrays: &ArrayRules, path: &[Segment]) -> Self {
        let keys = leading_keys(path);
        let is_whole = keys.len() < path.len();
        let mut root = Value::Table(Table::new());
        let mut replay = Self { keys, is_whole, changes: Vec::new(), first: 0, has_failed: false };
        let (mut kept, mut dropped) = (0, 0);
        for number in numbers {
            let step = &steps[number];
            count_steps(1 + replay.keys.len());
            if !step.is_about(&replay.keys) {
                make_table_beside(step, &mut root, &replay.keys, &mut Merger::new(step.layer, arrays));
                continue;
            }
            let (change, has_failed) = replay.apply(step, &mut root, &mut Merger::new(step.layer, arrays));
            kept += change.elements(&replay.keys);
            replay.changes.push((number, Some(change)));
            while kept > KEPT_ELEMENTS && dropped + 1 < replay.changes.len() {
                let change = replay.changes[dropped].1.take();
                kept -= change.map_or(0, |change| change.elements(&replay.keys));
                dropped += 1;
                replay.first = replay.changes[dropped].0;
            }
            replay.has_failed = has_failed;
            if has_failed {
                break;
            }
        }
        replay
    }

    /// The numbers of the steps that are about the path, before one.
    pub(super) fn steps_before(&self, end: usize) -> impl DoubleEndedIterator<Item = usize> {
        self.changes[..self.changes.partition_point(|(number, _)| *number < end)].iter().map(|(number, _)| *number)
    }

    /// How many steps are about the path.
    pub(super) fn len(&self) -> usize {
        self.changes.len()
    }

    /// Applies a step; true where it failed.
    fn apply(&self, step: &Step<'_>, root: &mut Value, merger: &mut Merger<'_>) -> (StepChange, bool) {
        let document = match step.content {
            StepContent::Document(document) => document,
            StepContent::Assignment(assignment) => {
                let before = root.at(&assignment.path).cloned();
                let failed = step.apply(root, merger).is_err();
                return (StepChange { before, after: root.at(&assignment.path).cloned(), is_seen: None }, failed);
            }
        };
        let own = along(document.value(), &self.keys);
        if self.is_whole {
            let before = Some(root.clone());
            let failed = step.apply_document(root, &own, merger).is_err();
            return (StepChange { before, after: Some(root.clone()), is_seen: None }, failed);
        }
        if step.layer.fill {
            let normalized = merger.normalize(&own, &MergeCursor::ROOT).ok().flatten().unwrap_or_else(|| own.clone());
            let (was_there, is_lacking) = match (root.at(&self.keys), normalized.at(&self.keys)) {
                (Some(Value::Table(below)), Some(Value::Table(above))) => (true, lacks(below, above)),
                (below, _) => (below.is_some(), false),
            };
            let failed = step.apply_document(root, &own, merger).is_err();
            let is_seen = is_lacking || !was_there && root.at(&self.keys).is_some();
            return (StepChange { before: None, after: None, is_seen: Some(is_seen) }, failed);
        }
        let before = Some(self.reduced(root, &own));
        let failed = step.apply_document(root, &own, merger).is_err();
        (StepChange { before, after: None, is_seen: Some(true) }, failed)
    }

    /// Whether it is the replay for a path.
    pub(super) fn serves(&self, path: &[Segment]) -> bool {
        *self.keys == *leading_keys(path) && (self.is_whole || path.len() == self.keys.len())
    }

    /// The change of a step.
    pub(super) fn change(&self, step: usize) -> Option<&StepChange> {
        let at = self.changes.binary_search_by_key(&step, |(number, _)| *number).ok()?;
        self.changes[at].1.as_ref()
    }

    /// Whether the changes of a step and those before it are kept no more.
    pub(super) fn is_forgotten(&self, step: usize) -> bool {
        step < self.first
    }

    /// Whether a step found a value at a path.
    pub(super) fn has_before(&self, step: usize, path: &[Segment]) -> bool {
        let Some(change) = self.change(step) else { return false };
        change.before.as_ref().is_some_and(|before| before.at(path).is_some())
    }

    /// The values along the keys, and at their end what a layer can remove: it matters for nothing else what else a table or an array
    /// there holds.
    fn reduced(&self, root: &Value, layer: &Value) -> Value {
        let removed = match self.keys.split_last() {
            Some((Segment::Key(key), above)) => {
                let name = [&**key, Directive::Remove.suffix()].concat();
                layer.at(above).and_then(Value::as_table).and_then(|table| table.get(&name)).and_then(Value::as_array)
            }
            _ => None,
        };
        let end = match (root.at(&self.keys), removed) {
            (Some(Value::Table(table)), removed) => {
                let names = removed.unwrap_or_default().iter().filter_map(Value::as_str);
                let present = names.filter_map(|name| table.get(name).map(|value| (name, value.clone())));
                Some(Value::Table(present.collect()))
            }
            (Some(Value::Array(_)), None) => Some(Value::array(Vec::new())),
            (end, _) => end.cloned(),
        };
        replaced(root, &self.keys, end)
    }
}

/// Applies a variable or flag that sets another key in a table along the keys: all that it does to the path is that there is a
/// table now.
fn make_table_beside(step: &Step<'_>, root: &mut Value, keys: &[Segment], merger: &mut Merger<'_>) {
    let StepContent::Assignment(assignment) = step.content else { return };
    let shared = assignment.path.iter().zip(keys).take_while(|(own, key)| own == key).count();
    let table = &keys[..shared];
    if !matches!(root.at(table), Some(Value::Table(_))) {
        // Where it fails the fold has reported it.
        let _ = step.apply(root, merger);
        if let Some(Value::Table(_)) = root.at(table) {
            *root = replaced(root, table, Some(Value::Table(Table::new())));
        }
    }
}

/// The keys of a path up to its first index.
pub(super) fn leading_keys(path: &[Segment]) -> Path {
    path.iter().take_while(|segment| matches!(segment, Segment::Key(_))).cloned().collect()
}

/// A layer's value with nothing in its tables along the keys but these and their directives.
pub(super) fn along(value: &Value, keys: &[Segment]) -> Value {
    let (Value::Table(table), Some((Segment::Key(key), rest))) = (value, keys.split_first()) else { return value.clone() };
    let mut kept = Table::new();
    if let Some(inner) = table.get(key) {
        kept.insert(key.clone(), along(inner, rest));
    }
    for directive in [Directive::Add, Directive::Remove] {
        let name = [&**key, directive.suffix()].concat();
        if let Some(list @ Value::Array(_)) = table.get(&name) {
            kept.insert(name, list.clone());
        }
    }
    Value::Table(kept)
}

/// The tables along the keys, with another value at their end.
fn replaced(value: &Value, keys: &[Segment], end: Option<Value>) -> Value {
    let Some((Segment::Key(key), rest)) = keys.split_first() else { return end.unwrap_or_default() };
    let Value::Table(table) = value else { return value.clone() };
    let inner = table.get(key).map(|inner| (key.clone(), replaced(inner, rest, end)));
    Value::Table(inner.into_iter().collect())
}
