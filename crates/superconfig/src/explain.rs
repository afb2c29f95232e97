//! Which layers spoke about a value, found by going through the layers again when somebody asks.

mod tracer;

use crate::format::Format;
use crate::layer::{Content, Document, Layer};
use crate::merge::{ArrayStrategy, Assignment, MergeOptions, Merged, Merger, PathPattern, Trail, filled};
use crate::origin::{Origin, Position};
use crate::value::{Path, Segment, Table, Value};
use tracer::{Spoken, Tracer};

/// What a layer does to a value.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// assert_eq!(config.explain("server.port")?.winner().unwrap().action, superconfig::Action::Set);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It sets it.
    Set,
    /// It adds elements.
    Add,
    /// It removes elements, or the key.
    Remove,
    /// It sets it unless something is there (`join`).
    Fill,
}

impl Action {
    /// The action as it is called in every language: `set`, `add`, `remove` or `fill`.
    ///
    /// ```
    /// assert_eq!(superconfig::Action::Fill.as_str(), "fill");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Set => "set",
            Action::Add => "add",
            Action::Remove => "remove",
            Action::Fill => "fill",
        }
    }
}

/// One layer's word about a value.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// let candidate = &config.explain("server.port")?.candidates[0];
/// assert_eq!(candidate.value, superconfig::Value::Integer(8080));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The layer, and within it the file and position or the variable.
    pub origin: Origin,
    /// What the layer does.
    pub action: Action,
    /// What the layer says: the value, or what is added or removed.
    pub value: Value,
}

/// Where a value comes from and what it overrides.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// let explanation = config.explain("server.port")?;
/// assert_eq!(explanation.value, Some(superconfig::Value::Integer(8080)));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The path; indexes stand for the elements of the merged array.
    pub path: Path,
    /// The merged value; `None` where there is none.
    pub value: Option<Value>,
    /// Every layer that spoke about the path, from the lowest to the highest.
    pub candidates: Vec<Candidate>,
    /// Which candidate is in effect: the last that changed the value. For a table the last that set anything in it.
    pub winner: Option<usize>,
}

impl Explanation {
    /// The candidate that is in effect.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.explain("server.port")?.winner().unwrap().origin.line, Some(2));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn winner(&self) -> Option<&Candidate> {
        self.candidates.get(self.winner?)
    }
}

/// Finds the position of a path in a text of a format: the value's first character.
pub(crate) type Locate<'a> = dyn Fn(&str, Format, &[Segment]) -> Option<Position> + 'a;

/// Explains one path; for many of them keep an [`Explainer`].
pub(crate) fn explain(layers: &[Layer], merged: &Merged, options: &MergeOptions<'_>, path: &[Segment]) -> Explanation {
    Explainer::new(layers, merged, options).explain(path)
}

/// One thing that was merged: a document, or one variable or flag.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) content: StepContent<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum StepContent<'a> {
    Document(&'a Document),
    Assignment(&'a Assignment),
}

impl<'a> Step<'a> {
    /// The steps of a layer, in the order in which they apply.
    pub(crate) fn of_layer(layer: &'a Layer, assignments: &'a [Assignment]) -> impl Iterator<Item = Step<'a>> {
        let document = match &layer.content {
            Content::Document(document) => Some(StepContent::Document(document)),
            _ => None,
        };
        document.into_iter().chain(assignments.iter().map(StepContent::Assignment)).map(move |content| Step { layer, content })
    }

    /// Merges the step over what lies below it.
    pub(crate) fn apply(&self, root: &mut Value, merger: &mut Merger<'_>) -> crate::merge::Outcome<()> {
        match self.content {
            StepContent::Assignment(assignment) => merger.assign(root, assignment, self.layer.fill),
            StepContent::Document(document) if !self.layer.fill => merger.merge(root, &document.value, &Trail::ROOT),
            StepContent::Document(document) => {
                let own = merger.normalize(&document.value, &Trail::ROOT)?;
                if let (Value::Table(below), Value::Table(above)) = (&*root, own.as_ref().unwrap_or(&document.value))
                    && let Some(table) = filled(below, above)
                {
                    *root = Value::Table(table);
                }
                Ok(())
            }
        }
    }
}

/// What was said about a path, each word with the number of its step, before anybody asks for positions.
struct Told {
    path: Path,
    value: Option<Value>,
    words: Vec<(usize, Spoken)>,
    winner: Option<usize>,
}

/// The layers gone through once more, each state kept, so that any number of paths can be explained.
///
/// Making one costs a fold; the states share whatever a layer left alone.
pub(crate) struct Explainer<'a> {
    steps: Vec<Step<'a>>,
    /// The merged value before each step, and at the end after all.
    states: Vec<Value>,
    arrays: &'a [(PathPattern, ArrayStrategy)],
    locate: Option<&'a Locate<'a>>,
}

impl<'a> Explainer<'a> {
    /// Gives up positions, each of which may cost a parse of a whole text.
    pub(crate) fn without_positions(&mut self) {
        self.locate = None;
    }

    /// Goes through the layers of a fold.
    pub(crate) fn new(layers: &'a [Layer], merged: &'a Merged, options: &MergeOptions<'a>) -> Self {
        let steps = layers.iter().zip(&merged.assignments).flat_map(|(layer, made)| Step::of_layer(layer, made));
        Self::of_steps(steps.collect(), options.arrays, options.locate)
    }

    pub(crate) fn of_steps(
        steps: Vec<Step<'a>>,
        arrays: &'a [(PathPattern, ArrayStrategy)],
        locate: Option<&'a Locate<'a>>,
    ) -> Self {
        let mut state = Value::Table(Table::new());
        let mut states = Vec::with_capacity(steps.len() + 1);
        for step in &steps {
            states.push(state.clone());
            // A step that fails has been reported by the fold; the steps before it are what is asked about then.
            if step.apply(&mut state, &mut merger_of(step, arrays)).is_err() {
                break;
            }
        }
        if states.len() == steps.len() {
            states.push(state);
        }
        Self { steps, states, arrays, locate }
    }

    /// Explains a path. Costs the path's length in each layer, and one parse of each file that spoke about it.
    pub(crate) fn explain(&self, path: &[Segment]) -> Explanation {
        let Told { path, value, words, winner } = self.told(self.states.len() - 1, path);
        let candidate = |(at, spoken): (usize, Spoken)| Candidate {
            origin: self.origin(&self.steps[at], &spoken.source),
            action: spoken.action,
            value: spoken.value,
        };
        Explanation { path, value, winner, candidates: words.into_iter().map(candidate).collect() }
    }

    /// Where the value came from that a step found at a path.
    pub(crate) fn origin_before(&self, step: usize, path: &[Segment]) -> Option<Origin> {
        let Told { mut words, winner, .. } = self.told(step.min(self.states.len() - 1), path);
        let (at, spoken) = words.swap_remove(winner?);
        Some(self.origin(&self.steps[at], &spoken.source))
    }

    /// A place in a step.
    pub(crate) fn origin_in(&self, step: usize, source: &[Segment]) -> Origin {
        match self.steps.get(step) {
            Some(step) => self.origin(step, source),
            None => Origin::new(crate::origin::SourceKind::Custom, "unknown"),
        }
    }

    fn origin(&self, step: &Step<'_>, source: &[Segment]) -> Origin {
        let document = match step.content {
            StepContent::Assignment(assignment) => return assignment.origin.clone(),
            StepContent::Document(document) => document,
        };
        let mut origin = Origin::new(step.layer.kind, step.layer.name.clone());
        origin.file.clone_from(&document.file);
        let position = match (&document.text, self.locate) {
            (Some((text, format)), Some(locate)) => {
                let path: Vec<Segment> = document.root.iter().chain(source).cloned().collect();
                locate(text, *format, &path)
            }
            _ => None,
        };
        origin.at(position)
    }

    /// What the steps before one say about a path.
    fn told(&self, end: usize, path: &[Segment]) -> Told {
        let state = &self.states[end];
        let path = normalized(state, path);
        let value = state.at(&path).cloned();
        // From the highest layer down, as indexes are those of the merged array: each step tells what it says about
        // the path, and what the path was below it.
        let mut words: Vec<(usize, Spoken)> = Vec::new();
        let mut target = Some(path.to_vec());
        for (at, step) in self.steps[..end].iter().enumerate().rev() {
            let Some(wanted) = target else { break };
            let mut tracer = Tracer { merger: merger_of(step, self.arrays), spoken: Vec::new() };
            target = tracer.step(step, &self.states[at], &self.states[at + 1], &wanted);
            words.extend(tracer.spoken.into_iter().rev().map(|spoken| (at, spoken)));
        }
        words.reverse();
        let winner = if value.is_some() { words.iter().rposition(|(_, spoken)| spoken.effective) } else { None };
        Told { path, value, words, winner }
    }
}

fn merger_of<'a>(step: &Step<'_>, arrays: &'a [(PathPattern, ArrayStrategy)]) -> Merger<'a> {
    Merger { directives: step.layer.directives, arrays, notes: Vec::new() }
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
