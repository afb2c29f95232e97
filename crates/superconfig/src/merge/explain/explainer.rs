//! Replays a merge to collect the layers that contributed to a value.

use super::array_memo::ArrayMemo;
use super::explanation::{Candidate, Explanation};
use super::path_replay::PathReplay;
use super::step_index::StepIndex;
use super::tracer::{Contribution, Tracer};
use crate::diagnostic::{Origin, Path, Segment, count_steps};
use crate::merge::{ArrayRules, Content, Layer, Locate, MergeOptions, Merged, Merger, Step, StepContent};
use crate::value::{Table, Value};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

/// The most searches for positions in the texts of all layers, each of which may cost a parse of a whole text; and the bytes
/// searched in any case, so that small files have all of theirs.
const SEARCHES: usize = 100;
const SEARCHED_BYTES: usize = 4 << 20;

/// The steps looked at for the origins of issues and warnings in any case, beside as many searches through all of them.
const TRACED_STEPS: usize = 250_000;

/// The number of steps, and of paths that are replayed, up to which all steps are looked at for each path: quicker than an index.
const FEW: usize = 8;

/// Explains one path; for many of them keep an [`Explainer`].
pub(crate) fn explain(layers: &[Layer], merged: &Merged, options: &MergeOptions<'_>, path: &[Segment]) -> Explanation {
    Explainer::new(layers, merged, options).explain(path)
}

/// The steps of a merge, to be replayed for the paths that are explained.
///
/// A replay follows the tables along one path and leaves the rest of each layer alone, so that wide layers cost no more than narrow
/// ones. The last one is kept: paths into one array need no other. From the ninth on an index finds the steps that are about a path,
/// so that many paths cost no more than their own layers.
pub(crate) struct Explainer<'a> {
    steps: Vec<Step<'a>>,
    /// The value after all steps.
    merged: Value,
    arrays: &'a ArrayRules,
    locate: Option<&'a Locate<'a>>,
    /// Bytes that may still be searched for positions.
    searchable: Cell<usize>,
    /// Steps that may still be looked at for the origins of issues and warnings.
    traceable: Cell<usize>,
    replay: RefCell<Option<Rc<Replayed>>>,
    /// How many paths have been replayed.
    replayed: Cell<usize>,
    index: OnceCell<StepIndex<'a>>,
}

/// A replay, and what the paths that it serves have in common.
struct Replayed {
    replay: PathReplay,
    arrays: ArrayMemo,
}

impl<'a> Explainer<'a> {
    /// Goes through the layers of a fold.
    pub(crate) fn new(layers: &'a [Layer], merged: &'a Merged, options: &MergeOptions<'a>) -> Self {
        let steps = layers.iter().zip(&merged.assignments).flat_map(|(layer, assigned)| Step::of_layer(layer, assigned));
        Self { merged: merged.value.clone(), ..Self::from_steps(steps.collect(), options.arrays, options.locate) }
    }

    /// Goes through steps, of which there may be no result: for origins before one of them.
    pub(crate) fn from_steps(steps: Vec<Step<'a>>, arrays: &'a ArrayRules, locate: Option<&'a Locate<'a>>) -> Self {
        let text_bytes = |step: &Step<'_>| match step.content {
            StepContent::Document(document) => document.text.as_ref().map_or(0, |(text, _)| text.len()),
            StepContent::Assignment(_) => 0,
        };
        let searchable = steps.iter().map(text_bytes).sum::<usize>().saturating_mul(SEARCHES).saturating_add(SEARCHED_BYTES);
        let traceable = steps.len().saturating_mul(SEARCHES).saturating_add(TRACED_STEPS);
        let (searchable, traceable) = (Cell::new(searchable), Cell::new(traceable));
        Self {
            steps,
            merged: Value::Table(Table::new()),
            arrays,
            locate,
            searchable,
            traceable,
            replay: RefCell::default(),
            replayed: Cell::default(),
            index: OnceCell::new(),
        }
    }

    /// The replay of all steps for a path.
    fn replay(&self, path: &[Segment]) -> Rc<Replayed> {
        let mut kept = self.replay.borrow_mut();
        match &*kept {
            Some(replayed) if replayed.replay.serves(path) => Rc::clone(replayed),
            _ => Rc::clone(kept.insert(Rc::new(Replayed { replay: self.new_replay(path), arrays: ArrayMemo::default() }))),
        }
    }

    fn new_replay(&self, path: &[Segment]) -> PathReplay {
        let replayed = self.replayed.get() + 1;
        self.replayed.set(replayed);
        let all = || PathReplay::new(&self.steps, 0..self.steps.len(), self.arrays, path);
        if replayed <= FEW || self.steps.len() <= FEW {
            return all();
        }
        let index = self.index.get_or_init(|| StepIndex::new(&self.steps));
        let Some(numbers) = index.steps_about(path) else { return all() };
        let replay = PathReplay::new(&self.steps, numbers.into_iter(), self.arrays, path);
        // A removal may need what a step that is not about the path left for it, such as a table where a scalar was.
        if replay.has_failed { all() } else { replay }
    }

    /// Explains a path. Costs a merge of what each layer has along it, and one parse of each file that contributed.
    pub(crate) fn explain(&self, path: &[Segment]) -> Explanation {
        let path = normalized(&self.merged, path);
        let value = self.merged.at(&path).cloned();
        let contributions = self.contributions_to(self.steps.len(), &path);
        let winner = if value.is_some() { last_effective(&contributions) } else { None };
        let candidate = |(at, contribution): (usize, Contribution)| Candidate {
            origin: self.origin(&self.steps[at], &contribution.layer_path),
            action: contribution.action,
            value: contribution.value,
        };
        Explanation {
            path,
            value,
            winner,
            candidates: contributions.into_iter().map(candidate).collect(),
            unreached: Vec::new(),
            names: Vec::new(),
            schema: None,
        }
    }

    /// The layer whose value is in effect at a path, and the file of the variable that it is from if that is a `.env` file.
    pub(crate) fn winning_layer(&self, path: &[Segment]) -> Option<(&'a Layer, Option<&'a Origin>)> {
        let contributions = self.contributions_to(self.steps.len(), path);
        let step = self.steps[contributions[last_effective(&contributions)?].0];
        let origin = match step.content {
            StepContent::Assignment(assignment) => Some(&assignment.origin),
            StepContent::Document(_) => None,
        };
        Some((step.layer, origin))
    }

    /// The origin of the value in effect at a path; `None` where there is none, or no layer set it, or too many were looked for.
    pub(crate) fn origin_of(&self, path: &[Segment]) -> Option<Origin> {
        let path = normalized(&self.merged, path);
        self.merged.at(&path)?;
        self.may_trace(&path).then(|| self.last_origin(self.steps.len(), &path)).flatten()
    }

    /// The lowest step that set the value in effect at a path of the result, and the path in its layer: higher ones repeat it.
    pub(super) fn setter(&self, path: &[Segment]) -> Option<(usize, Vec<Segment>)> {
        let mut contributions = self.contributions_to(self.steps.len(), path);
        let mut lowest = last_effective(&contributions)?;
        while let Some(below) = repeated(&contributions, lowest) {
            lowest = below;
        }
        let (at, contribution) = contributions.swap_remove(lowest);
        Some((at, contribution.layer_path))
    }

    /// The steps that set a path to the value that it has below them.
    pub(super) fn repeating(&self, path: &[Segment]) -> HashSet<usize> {
        let mut repeating = HashSet::new();
        let mut below: Option<&Contribution> = None;
        let contributions = self.contributions_to(self.steps.len(), path);
        for (step, own) in contributions.iter().filter(|(_, contribution)| contribution.effective) {
            // Of several contributions of a step the last one counts.
            match below.is_some_and(|below| own.repeats(below)) {
                true => repeating.insert(*step),
                false => repeating.remove(step),
            };
            below = Some(own);
        }
        repeating
    }

    /// The number of steps that are about a path.
    pub(super) fn steps_about(&self, path: &[Segment]) -> usize {
        self.replay(path).replay.len()
    }

    /// The value after all steps.
    pub(crate) fn merged(&self) -> &Value {
        &self.merged
    }

    pub(super) fn steps(&self) -> &[Step<'a>] {
        &self.steps
    }

    /// The origin of the value that a step found at a path; `None` as for [`origin_of`](Self::origin_of).
    pub(crate) fn origin_before(&self, step: usize, path: &[Segment]) -> Option<Origin> {
        let content = self.steps.get(step)?.content;
        // A document may meet what it made itself; variables and flags meet only what is there.
        let is_there = || matches!(content, StepContent::Assignment(_)) || self.replay(path).replay.has_before(step, path);
        (self.may_trace(path) && is_there()).then(|| self.last_origin(step, path)).flatten()
    }

    fn may_trace(&self, path: &[Segment]) -> bool {
        let left = self.traceable.get();
        if left > 0 {
            self.traceable.set(left.saturating_sub(1 + self.replay(path).replay.len()));
        }
        left > 0
    }

    fn last_origin(&self, end: usize, path: &[Segment]) -> Option<Origin> {
        let mut contributions = self.contributions_to(end, path);
        let (at, contribution) = contributions.swap_remove(last_effective(&contributions)?);
        Some(self.origin(&self.steps[at], &contribution.layer_path))
    }

    /// The origin of a path in a step's layer.
    pub(crate) fn origin_in(&self, step: usize, source: &[Segment]) -> Origin {
        match self.steps.get(step) {
            Some(step) => self.origin(step, source),
            None => Origin::new(crate::diagnostic::SourceKind::Custom, "unknown"),
        }
    }

    fn origin(&self, step: &Step<'_>, source: &[Segment]) -> Origin {
        let document = match step.content {
            StepContent::Assignment(assignment) => return assignment.origin.clone(),
            StepContent::Document(document) => document,
        };
        let mut origin = Origin::new(step.layer.kind, step.layer.name.clone());
        origin.file.clone_from(&document.file);
        let mut source = source;
        if let Content::Stored(stored) = &step.layer.content {
            origin.stored = Some(stored.key.clone());
            // Above where it is mounted there is nothing of it.
            source = source.get(stored.mount..).unwrap_or_default();
        }
        let position = match (&document.text, self.locate) {
            (Some((text, format)), Some(locate)) if self.may_search(text) => {
                let path: Vec<Segment> = document.root.iter().chain(source).cloned().collect();
                locate(text, *format, &path)
            }
            _ => None,
        };
        origin.at(position)
    }

    fn may_search(&self, text: &str) -> bool {
        let left = self.searchable.get().checked_sub(text.len());
        self.searchable.set(left.unwrap_or_default());
        left.is_some()
    }

    /// Collects what each step before `end` contributes to the path, with the step's index. Positions are resolved later.
    fn contributions_to(&self, end: usize, path: &[Segment]) -> Vec<(usize, Contribution)> {
        // From the highest layer down, as indexes are those of the merged array: each step gives its contribution to the
        // path, and the path's counterpart below it.
        let mut contributions: Vec<(usize, Contribution)> = Vec::new();
        let mut wanted = path.to_vec();
        let replayed = self.replay(path);
        let replay = &replayed.replay;
        for at in replay.steps_before(end).rev() {
            let step = &self.steps[at];
            count_steps(1);
            if !step.is_about(&wanted) {
                continue;
            }
            if replay.is_forgotten(at) {
                break;
            }
            let Some(change) = replay.change(at) else { continue };
            let merger = Merger::new(step.layer, self.arrays);
            let mut tracer = Tracer { merger, number: at, memo: &replayed.arrays, contributions: Vec::new() };
            let below = tracer.step(step, change, &wanted);
            contributions.extend(tracer.contributions.into_iter().rev().map(|contribution| (at, contribution)));
            match below {
                Some(below) => wanted = below,
                None => break,
            }
        }
        contributions.reverse();
        contributions
    }
}

fn last_effective(contributions: &[(usize, Contribution)]) -> Option<usize> {
    contributions.iter().rposition(|(_, contribution)| contribution.effective)
}

/// The contribution in effect below one, where both set the same value.
fn repeated(contributions: &[(usize, Contribution)], at: usize) -> Option<usize> {
    let below = last_effective(&contributions[..at])?;
    contributions[at].1.repeats(&contributions[below].1).then_some(below)
}

/// The path with the indexes of arrays as indexes and the keys of tables as keys, however they were written.
fn normalized(root: &Value, path: &[Segment]) -> Path {
    let mut at = Some(root);
    let segments = path.iter().map(|segment| {
        let fitting = match (at, segment, segment.as_index()) {
            (Some(Value::Array(_)), _, Some(index)) => Segment::Index(index),
            (Some(Value::Table(_)), Segment::Index(index), _) => Segment::from(itoa::Buffer::new().format(*index)),
            _ => segment.clone(),
        };
        at = at.and_then(|value| value.child(&fitting));
        fitting
    });
    segments.collect()
}
