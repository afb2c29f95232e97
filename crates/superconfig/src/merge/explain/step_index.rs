//! An index of the steps of a merge by the paths that they are about.

use crate::diagnostic::{Segment, count_steps};
use crate::merge::{Action, Directive, Step, StepContent};
use crate::value::Value;
use std::collections::HashMap;

/// The most steps above a key that is a number, as it could be the index of an element.
const STEPS_ABOVE: usize = 100;

/// The steps of a merge by path, so that thousands of paths are not looked for in thousands of layers each.
#[derive(Default)]
pub(super) struct StepIndex<'a> {
    root: IndexedPath<'a>,
}

/// The steps that are about one path.
#[derive(Default)]
struct IndexedPath<'a> {
    children: HashMap<&'a str, IndexedPath<'a>>,
    /// Those that set something here or below, ascending.
    setting: Vec<usize>,
    /// Those of them after which there is nothing below, ascending: they put something else than a table here, or remove it.
    wiping: Vec<usize>,
    /// Those of joined layers, ascending.
    filling: Vec<usize>,
    /// Those that remove elements or keys of what is here, ascending.
    removing: Vec<usize>,
}

impl<'a> StepIndex<'a> {
    /// Costs a visit to each value of the layers.
    pub(super) fn new(steps: &[Step<'a>]) -> Self {
        let mut index = Self::default();
        for (number, step) in steps.iter().enumerate() {
            let mark = StepMark { number, fills: step.layer.fill };
            let assignment = match step.content {
                StepContent::Document(document) => {
                    index.root.add(&document.value, mark);
                    continue;
                }
                StepContent::Assignment(assignment) => assignment,
            };
            let mut at = &mut index.root;
            let mut is_whole = true;
            for segment in assignment.path.iter() {
                at.note(mark);
                let Segment::Key(key) = segment else {
                    is_whole = false;
                    break;
                };
                at = at.children.entry(key).or_default();
            }
            match assignment.action {
                Action::Set | Action::Fill if is_whole => at.add(&assignment.value, mark),
                Action::Remove if is_whole => at.add_list(Directive::Remove, &assignment.value, mark),
                _ => at.wipe(mark),
            }
        }
        index
    }

    /// The steps that say anything about a path, and those that tell what these found there, ascending. Costs a lookup for each segment,
    /// and a search for each of the steps in each segment that is not a table in all layers.
    pub(super) fn steps_about(&self, path: &[Segment]) -> Vec<usize> {
        let mut at = Some(&self.root);
        let mut above = Vec::new();
        let mut found = Vec::new();
        for segment in path {
            let (Some(node), Segment::Key(key)) = (at, segment) else { break };
            if segment.as_index().is_some() {
                let lists = [&node.setting, &node.filling, &node.removing];
                found.extend(lists.into_iter().flat_map(|steps| steps.iter().rev().take(STEPS_ABOVE)));
            }
            if !(node.wiping.is_empty() && node.filling.is_empty()) {
                above.push(node);
            }
            at = node.children.get(&**key);
        }
        let own: Vec<usize> = at.into_iter().flat_map(IndexedPath::all).collect();
        for node in above {
            for end in own.iter().copied().chain([usize::MAX]) {
                count_steps(1);
                let set = node.setting.partition_point(|step| *step < end).checked_sub(1).map(|at| node.setting[at]);
                let wiped = node.wiping.partition_point(|step| *step < end).checked_sub(1).map(|at| node.wiping[at]);
                // Joined layers meet what the first of them left.
                let filled = node.filling.get(node.filling.partition_point(|step| Some(*step) < set)).filter(|step| **step < end);
                found.extend(set.into_iter().chain(wiped).chain(filled.copied()));
            }
        }
        found.extend(own);
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// A step's number, and whether its layer is joined.
#[derive(Clone, Copy)]
struct StepMark {
    number: usize,
    fills: bool,
}

impl<'a> IndexedPath<'a> {
    fn all(&self) -> impl Iterator<Item = usize> {
        self.setting.iter().chain(&self.filling).chain(&self.removing).copied()
    }

    fn note(&mut self, step: StepMark) {
        count_steps(1);
        push(if step.fills { &mut self.filling } else { &mut self.setting }, step.number);
    }

    fn wipe(&mut self, step: StepMark) {
        self.note(step);
        if !step.fills {
            push(&mut self.wiping, step.number);
        }
    }

    fn add(&mut self, value: &'a Value, step: StepMark) {
        let Value::Table(table) = value else { return self.wipe(step) };
        self.note(step);
        for (key, value) in table.entries() {
            self.children.entry(key).or_default().add(value, step);
            if let (Value::Array(_), Some((stem, directive))) = (value, Directive::of_key(key)) {
                self.children.entry(stem).or_default().add_list(directive, value, step);
            }
        }
    }

    fn add_list(&mut self, directive: Directive, list: &'a Value, step: StepMark) {
        if directive == Directive::Add {
            return self.wipe(step);
        }
        count_steps(1);
        push(&mut self.removing, step.number);
        for name in list.as_array().into_iter().flatten().filter_map(Value::as_str) {
            self.children.entry(name).or_default().wipe(step);
        }
    }
}

/// Adds a step once to a list that ascends.
fn push(steps: &mut Vec<usize>, step: usize) {
    if steps.last() != Some(&step) {
        steps.push(step);
    }
}
