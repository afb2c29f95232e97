//! What one step says about one path, and what that path was below it.

use super::step_change::StepChange;
use crate::diagnostic::Segment;
use crate::merge::{Action, ArrayStrategy, Assignment, Directive, Document, MergeCursor, Merger, SegmentRef, Step, StepContent};
use crate::value::{FORBIDDEN, Table, Value, ValueIndex};

/// One thing that a step says about a path.
pub(super) struct Contribution {
    pub(super) action: Action,
    pub(super) value: Value,
    /// Where it stands in the step's document.
    pub(super) source: Vec<Segment>,
    /// Whether it changed anything.
    pub(super) effective: bool,
}

/// Follows a path through one step by the rules that merged it.
pub(super) struct Tracer<'a> {
    pub(super) merger: Merger<'a>,
    pub(super) spoken: Vec<Contribution>,
}

/// Where the tracer stands in the result and in the layer, and whether what it meets there is set or added.
#[derive(Clone)]
struct TracePosition {
    at: Vec<Segment>,
    source: Vec<Segment>,
    action: Action,
}

impl TracePosition {
    fn root() -> Self {
        TracePosition { at: Vec::new(), source: Vec::new(), action: Action::Set }
    }

    fn down(&self, target: Segment, source: Segment) -> Self {
        let mut next = self.clone();
        next.at.push(target);
        next.source.push(source);
        next
    }

    fn adding(mut self) -> Self {
        self.action = Action::Add;
        self
    }
}

impl Tracer<'_> {
    /// Collects what the step says about a path of its result; gives the path that this was below the step, unless the
    /// value began here.
    pub(super) fn step(&mut self, step: &Step<'_>, change: &StepChange, target: &[Segment]) -> Option<Vec<Segment>> {
        match step.content {
            StepContent::Document(document) if step.layer.fill => {
                self.fill(document, target, change.is_seen_at(target));
                Some(target.to_vec())
            }
            StepContent::Document(document) => self.value(change.before.as_ref(), &document.value, TracePosition::root(), target),
            StepContent::Assignment(assignment) if step.layer.fill => {
                let effective = change.is_seen_at(target.get(assignment.path.len()..).unwrap_or_default());
                let from = self.spoken.len();
                self.assignment(assignment, &StepChange { before: None, after: change.after.clone() }, target);
                self.spoken.retain(|spoken| spoken.action != Action::Remove);
                for spoken in &mut self.spoken[from..] {
                    (spoken.action, spoken.effective) = (Action::Fill, effective);
                }
                Some(target.to_vec())
            }
            StepContent::Assignment(assignment) => self.assignment(assignment, change, target),
        }
    }

    /// A layer that fills holes is one word: what it is by itself.
    fn fill(&mut self, document: &Document, target: &[Segment], effective: bool) {
        let own = self.normalized(&document.value);
        let Some(value) = own.at(target) else { return };
        self.value(None, &document.value, TracePosition::root(), target);
        let source = self.spoken.drain(..).rfind(|spoken| spoken.action != Action::Remove).map(|spoken| spoken.source);
        if let Some(source) = source {
            self.spoken.push(Contribution { action: Action::Fill, value: value.clone(), source, effective });
        }
    }

    fn normalized(&mut self, value: &Value) -> Value {
        match self.merger.normalize(value, &MergeCursor::ROOT) {
            Ok(Some(normalized)) => normalized,
            _ => value.clone(),
        }
    }

    /// A value of the layer over the value below it.
    fn value(&mut self, below: Option<&Value>, above: &Value, place: TracePosition, target: &[Segment]) -> Option<Vec<Segment>> {
        let Some(first) = target.first() else {
            let value = self.normalized(above);
            // An array that joins the one below it adds to it; an empty table sets nothing in the table below it.
            let joins = matches!((below, above), (Some(Value::Array(_)), Value::Array(_)))
                && matches!(
                    ArrayStrategy::choose(self.merger.arrays, &place.at),
                    ArrayStrategy::Append | ArrayStrategy::Prepend | ArrayStrategy::Unique
                );
            let over_table = below.is_some_and(|below| below.as_table().is_some());
            let effective = !(over_table && value.as_table().is_some_and(Table::is_empty));
            let action = if joins { Action::Add } else { place.action };
            self.spoken.push(Contribution { action, value, source: place.source, effective });
            return Some(Vec::new());
        };
        match (above, first.as_index()) {
            (Value::Table(table), _) => self.table(below, table, place, target),
            (Value::Array(items), Some(index)) => self.array(below, items, place, index, &target[1..]),
            _ => Some(target.to_vec()),
        }
    }

    fn table(&mut self, below: Option<&Value>, above: &Table, place: TracePosition, target: &[Segment]) -> Option<Vec<Segment>> {
        let (first, rest) = target.split_first()?;
        let key = match first {
            Segment::Key(key) => key.clone(),
            Segment::Index(index) => itoa::Buffer::new().format(*index).into(),
        };
        let below = below.and_then(Value::as_table).and_then(|table| table.get(&key));
        let is_directive =
            |value: &Value| self.merger.directives && value.as_array().is_some() && Directive::of_key(&key).is_some();
        let ordinary = above.get(&key).filter(|value| !is_directive(value) && &*key != FORBIDDEN);
        let list = |directive: Directive| {
            let name = [&*key, directive.suffix()].concat();
            let applies = self.merger.directives && !key.is_empty() && &*key != FORBIDDEN;
            let items = above.get(&name).and_then(Value::as_array).filter(|_| applies)?;
            Some((Segment::from(&*name), items))
        };
        let (added, removed) = (list(Directive::Add), list(Directive::Remove));
        let inner = |tracer: &mut Self, rest: &[Segment]| match ordinary {
            Some(value) => tracer.value(below, value, place.down(first.clone(), Segment::Key(key.clone())), rest),
            None => Some(rest.to_vec()),
        };
        let with_key = |mut rest: Vec<Segment>| {
            rest.insert(0, first.clone());
            rest
        };
        if added.is_none() && removed.is_none() {
            return inner(self, rest).map(with_key);
        }
        // The value between the layer's own value and its directives, and between `_add` and `_remove`.
        let middle = self.merged(below, ordinary, &place.down(first.clone(), Segment::Key(key.clone())).at);
        let creates = middle.as_ref().is_none_or(Value::is_null);
        let added = added.filter(|_| !creates || Directive::of_key(&key).is_none());
        let mut words = Vec::new();
        let mut wanted = Some(rest.to_vec());
        if let Some((name, items)) = removed {
            let full = match (&middle, &added) {
                (Some(Value::Array(own)), Some((_, more))) => Some(Value::array([own, *more].concat())),
                (None | Some(Value::Null), Some((_, more))) => Some(Value::array(more.to_vec())),
                _ => middle.clone(),
            };
            let place = place.down(first.clone(), name);
            wanted = self.removed(full.as_ref(), items, place, rest, &mut words);
        }
        if let (Some((name, items)), Some(rest)) = (added, wanted.clone()) {
            let place = place.down(first.clone(), name);
            wanted = self.added(middle.as_ref(), items, place, &rest, &mut words);
        }
        if let Some(rest) = wanted {
            wanted = inner(self, &rest);
        }
        words.reverse();
        self.spoken.extend(words);
        wanted.map(with_key)
    }

    /// What adding a list says about a path inside the array; `words` is filled from the last to the first.
    fn added(
        &mut self,
        below: Option<&Value>,
        items: &[Value],
        place: TracePosition,
        rest: &[Segment],
        words: &mut Vec<Contribution>,
    ) -> Option<Vec<Segment>> {
        let count = below.and_then(Value::as_array).map_or(0, <[Value]>::len);
        let Some(first) = rest.first() else {
            let value = self.normalized(&Value::array(items.to_vec()));
            let effective = !items.is_empty() || below.is_none_or(Value::is_null);
            words.push(Contribution { action: Action::Add, value, source: place.source, effective });
            return Some(Vec::new());
        };
        let Some(at) = first.as_index().and_then(|index| index.checked_sub(count)) else { return Some(rest.to_vec()) };
        if let Some(item) = items.get(at) {
            let from = self.spoken.len();
            let place = place.down(first.clone(), Segment::Index(at)).adding();
            self.value(None, item, place, &rest[1..]);
            words.extend(self.spoken.drain(from..).rev());
        }
        None
    }

    /// What removing a list says about a path inside the array or table.
    fn removed(
        &mut self,
        below: Option<&Value>,
        items: &[Value],
        place: TracePosition,
        rest: &[Segment],
        words: &mut Vec<Contribution>,
    ) -> Option<Vec<Segment>> {
        let gone: Vec<Value> = items.iter().map(|item| self.normalized(item)).collect();
        let index: ValueIndex<'_> = gone.iter().collect();
        let stays = |value: &&Value| index.find(value).is_none();
        let Some(first) = rest.first() else {
            let effective = match below {
                Some(Value::Array(own)) => own.iter().any(|item| !stays(&item)),
                Some(Value::Table(own)) => gone.iter().filter_map(Value::as_str).any(|key| own.contains_key(key)),
                _ => false,
            };
            words.push(Contribution {
                action: Action::Remove,
                value: Value::array(gone.clone()),
                source: place.source,
                effective,
            });
            return Some(Vec::new());
        };
        match (below, first.as_index()) {
            (Some(Value::Array(own)), Some(index)) => {
                let (kept, _) = own.iter().enumerate().filter(|(_, item)| stays(item)).nth(index)?;
                let mut rest = rest.to_vec();
                rest[0] = Segment::Index(kept);
                Some(rest)
            }
            _ => {
                let named = |item: &Value| matches!((item.as_str(), first), (Some(name), Segment::Key(key)) if *name == **key);
                if let Some(at) = items.iter().position(named) {
                    let source = place.down(first.clone(), Segment::Index(at)).source;
                    words.push(Contribution { action: Action::Remove, value: items[at].clone(), source, effective: true });
                }
                Some(rest.to_vec())
            }
        }
    }

    fn array(
        &mut self,
        below: Option<&Value>,
        above: &[Value],
        place: TracePosition,
        index: usize,
        rest: &[Segment],
    ) -> Option<Vec<Segment>> {
        let with_index = |index: usize, mut rest: Vec<Segment>| {
            rest.insert(0, Segment::Index(index));
            rest
        };
        let strategy = ArrayStrategy::choose(self.merger.arrays, &place.at);
        let own = match below {
            Some(Value::Array(own)) if *strategy != ArrayStrategy::Replace => own,
            _ => {
                if let Some(item) = above.get(index) {
                    self.value(None, item, place.down(Segment::Index(index), Segment::Index(index)), rest);
                }
                // What an array replaces is what stood at the same index before.
                return Some(with_index(index, rest.to_vec()));
            }
        };
        let placement = strategy.place(own, above);
        let lower = index.checked_sub(placement.shift).filter(|lower| *lower < own.len());
        // Several elements of the layer can go to one place: each over what the ones before it made there.
        let hits: Vec<usize> = (0..above.len()).filter(|at| placement.targets[*at] == Some(index)).collect();
        let mut states = vec![lower.map(|lower| own[lower].clone())];
        for at in hits.iter().rev().skip(1).rev() {
            let path = place.down(Segment::Index(index), Segment::Index(*at)).at;
            states.push(self.merged(states.last().and_then(Option::as_ref), Some(&above[*at]), &path));
        }
        let mut wanted = Some(rest.to_vec());
        let mut words = Vec::new();
        for (at, below) in hits.iter().zip(&states).rev() {
            let Some(rest) = wanted else { break };
            let from = self.spoken.len();
            let place = place.down(Segment::Index(index), Segment::Index(*at));
            wanted = match below {
                Some(below) => self.value(Some(below), &above[*at], place, &rest),
                None => self.value(None, &above[*at], place.adding(), &rest),
            };
            words.extend(self.spoken.drain(from..).rev());
        }
        self.spoken.extend(words.into_iter().rev());
        wanted.and_then(|rest| Some(with_index(lower?, rest)))
    }

    /// A value of the layer over the one below it, at a path of the result.
    fn merged(&mut self, below: Option<&Value>, above: Option<&Value>, path: &[Segment]) -> Option<Value> {
        match (below, above) {
            (Some(below), Some(above)) => {
                let mut value = below.clone();
                at_path(path, &MergeCursor::ROOT, &mut |trail| drop(self.merger.merge(&mut value, above, trail)));
                Some(value)
            }
            (Some(value), None) => Some(value.clone()),
            (None, Some(value)) => Some(self.normalized(value)),
            (None, None) => None,
        }
    }

    /// What a variable or flag says: about its own path, about what is inside its value, and about what holds it.
    fn assignment(&mut self, assignment: &Assignment, change: &StepChange, target: &[Segment]) -> Option<Vec<Segment>> {
        let path = &*assignment.path;
        if target.len() < path.len() {
            let value = wrapped(&path[target.len()..], &assignment.value);
            let effective = assignment.action != Action::Remove || change.before != change.after;
            self.spoken.push(Contribution { action: assignment.action, value, source: Vec::new(), effective });
            return Some(target.to_vec());
        }
        let (start, rest) = target.split_at(path.len());
        let below = change.before.as_ref();
        let place = TracePosition { at: path.to_vec(), ..TracePosition::root() };
        let items = assignment.value.as_array().unwrap_or_default();
        let mut words = Vec::new();
        let lower = match assignment.action {
            Action::Add => self.added(below, items, place, rest, &mut words),
            Action::Remove => self.removed(below, items, place, rest, &mut words),
            Action::Set | Action::Fill => self.value(below, &assignment.value, place, rest),
        };
        self.spoken.extend(words.into_iter().rev());
        // An element that was appended has nothing below it.
        if below.is_none() && matches!(path.last(), Some(Segment::Index(_))) {
            return None;
        }
        lower.map(|rest| [start, &rest].concat())
    }
}

/// Calls back with the trail that leads along a path.
fn at_path(path: &[Segment], trail: &MergeCursor<'_>, call: &mut dyn FnMut(&MergeCursor<'_>)) {
    let Some((first, rest)) = path.split_first() else { return call(trail) };
    let hop = match first {
        Segment::Key(key) => SegmentRef::Key(key),
        Segment::Index(index) => SegmentRef::Index(*index),
    };
    at_path(rest, &trail.hop(Some(hop), None), call);
}

/// A value inside the tables and arrays of a path.
fn wrapped(path: &[Segment], value: &Value) -> Value {
    path.iter().rev().fold(value.clone(), |inner, segment| match segment {
        Segment::Key(key) => Value::Table(Table::from_iter([(key.clone(), inner)])),
        Segment::Index(_) => Value::array(vec![inner]),
    })
}
