//! The contributions of one merge step to one path, and the paths of that value in the layers below.

use super::array_memo::ArrayMemo;
use super::path_replay::{along, leading_keys};
use super::step_change::StepChange;
use crate::diagnostic::Segment;
use crate::merge::{Action, ArrayStrategy, Assignment, Directive, Document, MergeCursor, Merger, SegmentRef, Step, StepContent};
use crate::value::{FORBIDDEN, Table, Value, ValueIndex};

/// One thing that a step says about a path.
pub(super) struct Contribution {
    pub(super) action: Action,
    pub(super) value: Value,
    /// The path in the step's document.
    pub(super) layer_path: Vec<Segment>,
    /// Whether it changed anything.
    pub(super) effective: bool,
}

impl Contribution {
    /// Whether it sets the value that the contribution in effect below it gives.
    pub(super) fn repeats(&self, below: &Contribution) -> bool {
        self.action == Action::Set && self.value == below.value
    }
}

/// Follows a path through one step by the rules that merged it.
pub(super) struct Tracer<'a> {
    pub(super) merger: Merger<'a>,
    /// The step's number.
    pub(super) number: usize,
    pub(super) memo: &'a ArrayMemo,
    pub(super) contributions: Vec<Contribution>,
}

/// The list of an `_add` or `_remove`, over the value below it, and the rest of the traced path.
struct DirectiveList<'t> {
    below: Option<&'t Value>,
    items: &'t [Value],
    position: TracePosition,
    rest: &'t [Segment],
}

/// The tracer's position in the result and in the layer, and whether values there are set or added.
#[derive(Clone)]
struct TracePosition {
    result_path: Vec<Segment>,
    layer_path: Vec<Segment>,
    action: Action,
}

impl TracePosition {
    fn root() -> Self {
        TracePosition { result_path: Vec::new(), layer_path: Vec::new(), action: Action::Set }
    }

    fn child(&self, target: Segment, layer_path: Segment) -> Self {
        let mut next = self.clone();
        next.result_path.push(target);
        next.layer_path.push(layer_path);
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
            StepContent::Document(document) => {
                self.value(change.before.as_ref(), document.value(), TracePosition::root(), target)
            }
            StepContent::Assignment(assignment) if step.layer.fill => {
                let effective = change.is_seen_at(target.get(assignment.path.len()..).unwrap_or_default());
                let from = self.contributions.len();
                self.assignment(assignment, &StepChange { before: None, after: change.after.clone(), is_seen: None }, target);
                self.contributions.retain(|contribution| contribution.action != Action::Remove);
                for contribution in &mut self.contributions[from..] {
                    (contribution.action, contribution.effective) = (Action::Fill, effective);
                }
                Some(target.to_vec())
            }
            StepContent::Assignment(assignment) => self.assignment(assignment, change, target),
        }
    }

    /// A joined layer is one contribution: its own value.
    fn fill(&mut self, document: &Document, target: &[Segment], effective: bool) {
        let own = self.normalized(&along(document.value(), &leading_keys(target)));
        let Some(value) = own.at(target) else { return };
        self.value(None, document.value(), TracePosition::root(), target);
        let layer_path = self
            .contributions
            .drain(..)
            .rfind(|contribution| contribution.action != Action::Remove)
            .map(|contribution| contribution.layer_path);
        if let Some(layer_path) = layer_path {
            self.contributions.push(Contribution { action: Action::Fill, value: value.clone(), layer_path, effective });
        }
    }

    fn normalized(&mut self, value: &Value) -> Value {
        match self.merger.normalize(value, &MergeCursor::ROOT) {
            Ok(Some(normalized)) => normalized,
            _ => value.clone(),
        }
    }

    /// A value of the layer over the value below it.
    fn value(
        &mut self,
        below: Option<&Value>,
        above: &Value,
        position: TracePosition,
        target: &[Segment],
    ) -> Option<Vec<Segment>> {
        let Some(first) = target.first() else {
            let value = self.normalized(above);
            // An array that joins the one below it adds to it; an empty table sets nothing in the table below it.
            let joins = matches!((below, above), (Some(Value::Array(_)), Value::Array(_)))
                && matches!(
                    self.merger.arrays.choose(&position.result_path),
                    ArrayStrategy::Append | ArrayStrategy::Prepend | ArrayStrategy::Unique
                );
            let over_table = below.is_some_and(|below| below.as_table().is_some());
            let effective = !(over_table && value.as_table().is_some_and(Table::is_empty));
            let action = if joins { Action::Add } else { position.action };
            self.contributions.push(Contribution { action, value, layer_path: position.layer_path, effective });
            return Some(Vec::new());
        };
        match (above, first.as_index()) {
            (Value::Table(table), _) => self.table(below, table, position, target),
            (Value::Array(items), Some(index)) => self.array(below, items, position, index, &target[1..]),
            _ => Some(target.to_vec()),
        }
    }

    fn table(
        &mut self,
        below: Option<&Value>,
        above: &Table,
        position: TracePosition,
        target: &[Segment],
    ) -> Option<Vec<Segment>> {
        let (first, rest) = target.split_first()?;
        let key = match first {
            Segment::Key(key) => key.clone(),
            Segment::Index(index) => itoa::Buffer::new().format(*index).into(),
        };
        let below = below.and_then(Value::as_table).and_then(|table| table.get(&key));
        let is_directive =
            |value: &Value| self.merger.directives && value.as_array().is_some() && Directive::from_key(&key).is_some();
        let ordinary = above.get(&key).filter(|value| !is_directive(value) && &*key != FORBIDDEN);
        let list = |directive: Directive| {
            let name = [&*key, directive.suffix()].concat();
            let applies = self.merger.directives && !key.is_empty() && &*key != FORBIDDEN;
            let items = above.get(&name).and_then(Value::as_array).filter(|_| applies)?;
            Some((Segment::from(&*name), items))
        };
        let (added, removed) = (list(Directive::Add), list(Directive::Remove));
        let inner = |tracer: &mut Self, rest: &[Segment]| match ordinary {
            Some(value) => tracer.value(below, value, position.child(first.clone(), Segment::Key(key.clone())), rest),
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
        let middle = self.merged(below, ordinary, &position.child(first.clone(), Segment::Key(key.clone())).result_path);
        let creates = middle.as_ref().is_none_or(Value::is_null);
        let added = added.filter(|_| !creates || Directive::from_key(&key).is_none());
        let mut reversed = Vec::new();
        let mut wanted = Some(rest.to_vec());
        if let Some((name, items)) = removed {
            let more = added.as_ref().map(|(_, more)| self.normalized(&Value::array(more.to_vec())));
            let more = more.as_ref().and_then(Value::as_array);
            let full = match (&middle, more) {
                (Some(Value::Array(own)), Some(more)) => Some(Value::array([own, more].concat())),
                (None | Some(Value::Null), Some(more)) => Some(Value::array(more.to_vec())),
                _ => middle.clone(),
            };
            let position = position.child(first.clone(), name);
            wanted = self.removed(DirectiveList { below: full.as_ref(), items, position, rest }, &mut reversed);
        }
        if let (Some((name, items)), Some(rest)) = (added, wanted.clone()) {
            let position = position.child(first.clone(), name);
            wanted = self.added(DirectiveList { below: middle.as_ref(), items, position, rest: &rest }, &mut reversed);
        }
        if let Some(rest) = wanted {
            wanted = inner(self, &rest);
        }
        reversed.reverse();
        self.contributions.extend(reversed);
        wanted.map(with_key)
    }

    /// The contributions of an added list to a path inside the array; `reversed` is filled from the last to the first.
    fn added(&mut self, list: DirectiveList<'_>, reversed: &mut Vec<Contribution>) -> Option<Vec<Segment>> {
        let DirectiveList { below, items, position, rest } = list;
        let count = below.and_then(Value::as_array).map_or(0, <[Value]>::len);
        let Some(first) = rest.first() else {
            let value = self.normalized(&Value::array(items.to_vec()));
            let effective = !items.is_empty() || below.is_none_or(Value::is_null);
            reversed.push(Contribution { action: Action::Add, value, layer_path: position.layer_path, effective });
            return Some(Vec::new());
        };
        let Some(at) = first.as_index().and_then(|index| index.checked_sub(count)) else { return Some(rest.to_vec()) };
        if let Some(item) = items.get(at) {
            let from = self.contributions.len();
            let position = position.child(first.clone(), Segment::Index(at)).adding();
            self.value(None, item, position, &rest[1..]);
            reversed.extend(self.contributions.drain(from..).rev());
        }
        None
    }

    /// The contribution of a removed list to a path inside the array or table.
    fn removed(&mut self, list: DirectiveList<'_>, reversed: &mut Vec<Contribution>) -> Option<Vec<Segment>> {
        let DirectiveList { below, items, position, rest } = list;
        let Some(first) = rest.first() else {
            let unwanted: Vec<Value> = items.iter().map(|item| self.normalized(item)).collect();
            let index: ValueIndex<'_> = unwanted.iter().collect();
            let stays = |value: &&Value| index.find(value).is_none();
            let effective = match below {
                Some(Value::Array(own)) => own.iter().any(|item| !stays(&item)),
                Some(Value::Table(own)) => unwanted.iter().filter_map(Value::as_str).any(|key| own.contains_key(key)),
                _ => false,
            };
            reversed.push(Contribution {
                action: Action::Remove,
                value: Value::array(unwanted),
                layer_path: position.layer_path,
                effective,
            });
            return Some(Vec::new());
        };
        match (below, first.as_index()) {
            (Some(Value::Array(own)), Some(index)) => {
                let place = (self.number, position.result_path, position.layer_path);
                let kept = self.memo.kept(place, own, items, &mut |item| self.normalized(item));
                let mut rest = rest.to_vec();
                rest[0] = Segment::Index(*kept.get(index)?);
                Some(rest)
            }
            _ => {
                let named = |item: &Value| matches!((item.as_str(), first), (Some(name), Segment::Key(key)) if *name == **key);
                if let Some(at) = items.iter().position(named) {
                    let layer_path = position.child(first.clone(), Segment::Index(at)).layer_path;
                    reversed.push(Contribution { action: Action::Remove, value: items[at].clone(), layer_path, effective: true });
                }
                Some(rest.to_vec())
            }
        }
    }

    fn array(
        &mut self,
        below: Option<&Value>,
        above: &[Value],
        position: TracePosition,
        index: usize,
        rest: &[Segment],
    ) -> Option<Vec<Segment>> {
        let with_index = |index: usize, mut rest: Vec<Segment>| {
            rest.insert(0, Segment::Index(index));
            rest
        };
        let strategy = self.merger.arrays.choose(&position.result_path);
        let own = match below {
            Some(Value::Array(own)) if *strategy != ArrayStrategy::Replace => own,
            _ => {
                if let Some(item) = above.get(index) {
                    self.value(None, item, position.child(Segment::Index(index), Segment::Index(index)), rest);
                }
                // An array replaces the value at the same index before.
                return Some(with_index(index, rest.to_vec()));
            }
        };
        let place = (self.number, position.result_path.clone(), position.layer_path.clone());
        let placement = self.memo.placed(place, strategy, own, above);
        let lower = index.checked_sub(placement.shift).filter(|lower| *lower < own.len());
        // Several elements of the layer can go to one index: each is merged over the result of those before it.
        let hits = placement.sources_of(index);
        let mut states = vec![lower.map(|lower| own[lower].clone())];
        for at in hits.iter().rev().skip(1).rev() {
            let path = position.child(Segment::Index(index), Segment::Index(*at)).result_path;
            states.push(self.merged(states.last().and_then(Option::as_ref), Some(&above[*at]), &path));
        }
        let mut wanted = Some(rest.to_vec());
        let mut reversed = Vec::new();
        for (at, below) in hits.iter().zip(&states).rev() {
            let Some(rest) = wanted else { break };
            let from = self.contributions.len();
            let position = position.child(Segment::Index(index), Segment::Index(*at));
            wanted = match below {
                Some(below) => self.value(Some(below), &above[*at], position, &rest),
                None => self.value(None, &above[*at], position.adding(), &rest),
            };
            reversed.extend(self.contributions.drain(from..).rev());
        }
        self.contributions.extend(reversed.into_iter().rev());
        wanted.and_then(|rest| Some(with_index(lower?, rest)))
    }

    /// A value of the layer over the one below it, at a path of the result.
    fn merged(&mut self, below: Option<&Value>, above: Option<&Value>, path: &[Segment]) -> Option<Value> {
        match (below, above) {
            (Some(below), Some(above)) => {
                let mut value = below.clone();
                with_cursor_at(path, &MergeCursor::ROOT, &mut |cursor| drop(self.merger.merge(&mut value, above, cursor)));
                Some(value)
            }
            (Some(value), None) => Some(value.clone()),
            (None, Some(value)) => Some(self.normalized(value)),
            (None, None) => None,
        }
    }

    /// The contributions of a variable or flag: to its own path, to paths inside its value, and to its parents.
    fn assignment(&mut self, assignment: &Assignment, change: &StepChange, target: &[Segment]) -> Option<Vec<Segment>> {
        let path = &*assignment.path;
        if target.len() < path.len() {
            let value = wrapped(&path[target.len()..], &assignment.value);
            let effective = assignment.action != Action::Remove || change.before != change.after;
            self.contributions.push(Contribution { action: assignment.action, value, layer_path: Vec::new(), effective });
            return Some(target.to_vec());
        }
        let (start, rest) = target.split_at(path.len());
        let below = change.before.as_ref();
        let position = TracePosition { result_path: path.to_vec(), ..TracePosition::root() };
        let items = assignment.value.as_array().unwrap_or_default();
        let mut reversed = Vec::new();
        let lower = match assignment.action {
            Action::Add => self.added(DirectiveList { below, items, position, rest }, &mut reversed),
            Action::Remove => self.removed(DirectiveList { below, items, position, rest }, &mut reversed),
            Action::Set | Action::Fill => self.value(below, &assignment.value, position, rest),
        };
        self.contributions.extend(reversed.into_iter().rev());
        // An element that was appended has nothing below it.
        if below.is_none() && matches!(path.last(), Some(Segment::Index(_))) {
            return None;
        }
        lower.map(|rest| [start, &rest].concat())
    }
}

/// Calls back with the cursor that leads along a path.
fn with_cursor_at(path: &[Segment], cursor: &MergeCursor<'_>, call: &mut dyn FnMut(&MergeCursor<'_>)) {
    let Some((first, rest)) = path.split_first() else { return call(cursor) };
    let segment = match first {
        Segment::Key(key) => SegmentRef::Key(key),
        Segment::Index(index) => SegmentRef::Index(*index),
    };
    with_cursor_at(rest, &cursor.step(Some(segment), None), call);
}

/// A value inside the tables and arrays of a path.
fn wrapped(path: &[Segment], value: &Value) -> Value {
    path.iter().rev().fold(value.clone(), |inner, segment| match segment {
        Segment::Key(key) => Value::Table(Table::from_iter([(key.clone(), inner)])),
        Segment::Index(_) => Value::array(vec![inner]),
    })
}
