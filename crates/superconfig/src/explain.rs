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

    /// False for a variable or flag that has nothing to do with a path: it is neither above nor below its own.
    fn is_about(&self, path: &[Segment]) -> bool {
        let same = |(a, b): (&Segment, &Segment)| a == b || a.as_index().is_some() && a.as_index() == b.as_index();
        match self.content {
            StepContent::Document(_) => true,
            StepContent::Assignment(assignment) => assignment.path.iter().zip(path).all(same),
        }
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

/// What a step found where it acts, and what it left there: all of it for a document, what is at its path for a
/// variable or flag. (Whole states of thousands of variables would be as many copies of the root.)
struct Change {
    before: Option<Value>,
    after: Option<Value>,
}

impl Change {
    /// Whether there is another value now at a path below where the step acts.
    fn is_seen_at(&self, path: &[Segment]) -> bool {
        let at = |value: &'_ Option<Value>| value.as_ref().and_then(|value| value.at(path)).cloned();
        at(&self.before) != at(&self.after)
    }
}

/// The layers gone through once more, each change kept, so that any number of paths can be explained.
///
/// Making one costs a fold; the changes share whatever a layer left alone.
pub(crate) struct Explainer<'a> {
    steps: Vec<Step<'a>>,
    /// One for each step.
    changes: Vec<Change>,
    /// The value after all steps.
    merged: Value,
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
        let mut merged = Value::Table(Table::new());
        let mut changes = Vec::with_capacity(steps.len());
        for step in &steps {
            let path: &[Segment] = match step.content {
                StepContent::Document(_) => &[],
                StepContent::Assignment(assignment) => &assignment.path,
            };
            let before = merged.at(path).cloned();
            let outcome = step.apply(&mut merged, &mut merger_of(step, arrays));
            changes.push(Change { before, after: merged.at(path).cloned() });
            // A step that fails has been reported by the fold; the steps before it are what is asked about then.
            if outcome.is_err() {
                break;
            }
        }
        Self { steps, changes, merged, arrays, locate }
    }

    /// Explains a path. Costs the path's length in each layer, and one parse of each file that spoke about it.
    pub(crate) fn explain(&self, path: &[Segment]) -> Explanation {
        let path = normalized(&self.merged, path);
        let value = self.merged.at(&path).cloned();
        let words = self.told(self.changes.len(), &path);
        let winner = if value.is_some() { last_effective(&words) } else { None };
        let candidate = |(at, spoken): (usize, Spoken)| Candidate {
            origin: self.origin(&self.steps[at], &spoken.source),
            action: spoken.action,
            value: spoken.value,
        };
        Explanation { path, value, winner, candidates: words.into_iter().map(candidate).collect() }
    }

    /// Where the value came from that a step met at a path.
    pub(crate) fn origin_before(&self, step: usize, path: &[Segment]) -> Option<Origin> {
        // A document may meet what it made itself; variables and flags meet only what is there.
        if let (StepContent::Document(_), Some(change)) = (self.steps.get(step)?.content, self.changes.get(step)) {
            change.before.as_ref()?.at(path)?;
        }
        let mut words = self.told(step.min(self.changes.len()), path);
        let (at, spoken) = words.swap_remove(last_effective(&words)?);
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

    /// What the steps before one say about a path, each word with the number of its step, before anybody asks for
    /// positions.
    fn told(&self, end: usize, path: &[Segment]) -> Vec<(usize, Spoken)> {
        // From the highest layer down, as indexes are those of the merged array: each step tells what it says about
        // the path, and what the path was below it.
        let mut words: Vec<(usize, Spoken)> = Vec::new();
        let mut wanted = path.to_vec();
        for (at, (step, change)) in self.steps.iter().zip(&self.changes[..end]).enumerate().rev() {
            if !step.is_about(&wanted) {
                continue;
            }
            let mut tracer = Tracer { merger: merger_of(step, self.arrays), spoken: Vec::new() };
            let below = tracer.step(step, change, &wanted);
            words.extend(tracer.spoken.into_iter().rev().map(|spoken| (at, spoken)));
            match below {
                Some(below) => wanted = below,
                None => break,
            }
        }
        words.reverse();
        words
    }
}

fn last_effective(words: &[(usize, Spoken)]) -> Option<usize> {
    words.iter().rposition(|(_, spoken)| spoken.effective)
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
