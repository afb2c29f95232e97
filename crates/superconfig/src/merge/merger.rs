//! The merge of one layer over the value below it: recursion over tables, arrays and directives.

use super::array_rules::ArrayRules;
use super::array_strategy::ArrayStrategy;
use super::cursor::{MergeCursor, SegmentRef};
use super::directive::Directive;
use super::layer::Layer;
use super::merge_note::{MergeNoteKind, MergeNotes};
use crate::diagnostic::Path;
use crate::value::{Exceeded, ExpandedSize, ExpansionBudget, FORBIDDEN, Table, Value, ValueIndex};
use std::collections::HashSet;
use std::sync::Arc;

/// Tables up to this size are merged into a new one where they are shared.
const SMALL: usize = 16;

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Table(_) | Value::Array(_))
}

/// Whether no directive can be in a value.
fn is_flat(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_scalar),
        value => is_scalar(value),
    }
}

/// The error of a layer that cannot be merged.
#[derive(Debug)]
pub(crate) struct MergeFault {
    pub(crate) result_path: Path,
    pub(crate) layer_path: Path,
    pub(crate) kind: MergeFaultKind,
}

#[derive(Debug)]
pub(crate) enum MergeFaultKind {
    /// A directive on something that it cannot act on.
    Directive(Directive, &'static str),
    /// An index more than one past the end of an array of this length.
    Index { length: usize },
    /// The layers have gone through long arrays and tables too often.
    Limit(Exceeded),
}

pub(crate) type MergeResult<T> = Result<T, Box<MergeFault>>;

/// Merges one layer. Tables and arrays that a layer does not touch stay shared with the layer that they came from.
pub(crate) struct Merger<'a> {
    /// Whether directive keys are instructions in this layer.
    pub(crate) directives: bool,
    /// Whether the layer is joined: then a directive never fails.
    joined: bool,
    /// Array strategies per path.
    pub(crate) arrays: &'a ArrayRules,
    /// Findings that become warnings.
    pub(crate) notes: MergeNotes,
    /// Bounds how often layers go through long arrays and tables; a replay of what has been merged needs none.
    budget: Option<&'a ExpansionBudget>,
}

impl<'a> Merger<'a> {
    /// A merger for the steps of a layer.
    pub(crate) fn new(layer: &Layer, arrays: &'a ArrayRules) -> Self {
        Self { joined: layer.fill, ..Self::merging(layer.directives, arrays) }
    }

    /// A merger for values that are merged and not joined.
    pub(crate) fn merging(directives: bool, arrays: &'a ArrayRules) -> Self {
        Self { directives, joined: false, arrays, notes: MergeNotes::default(), budget: None }
    }

    /// The same merger, within a budget.
    pub(crate) fn within(self, budget: Option<&'a ExpansionBudget>) -> Self {
        Self { budget, ..self }
    }
}

impl Merger<'_> {
    /// Merges a value of the layer over the value in `slot`.
    pub(crate) fn merge(&mut self, slot: &mut Value, above: &Value, cursor: &MergeCursor<'_>) -> MergeResult<()> {
        match (&mut *slot, above) {
            (Value::Table(below), Value::Table(above)) => return self.merge_table(below, above, cursor),
            (Value::Array(below), Value::Array(above)) if !self.arrays.is_empty() => {
                return self.merge_array(below, above, cursor);
            }
            _ => {}
        }
        *slot = self.replaced(slot, above, cursor)?;
        Ok(())
    }

    /// The value of the layer where it replaces the one below.
    fn replaced(&mut self, below: &Value, above: &Value, cursor: &MergeCursor<'_>) -> MergeResult<Value> {
        if is_scalar(below) && is_scalar(above) {
            return Ok(above.clone());
        }
        self.note_conflict(below, above, cursor);
        self.normalized_or_clone(above, cursor)
    }

    /// Notes a change between table, array and scalar; `null` never counts.
    pub(super) fn note_conflict(&mut self, below: &Value, above: &Value, cursor: &MergeCursor<'_>) {
        let shape = |value: &Value| match value {
            Value::Table(_) => 0,
            Value::Array(_) => 1,
            _ => 2,
        };
        if shape(below) != shape(above) && !below.is_null() && !above.is_null() {
            self.notes.add(cursor, MergeNoteKind::TypeConflict { below: below.kind(), above: above.kind() });
        }
    }

    /// The directive that a key is, if its value makes it one.
    fn directive<'k>(&self, key: &'k str, value: &Value) -> Option<(&'k str, Directive)> {
        match value {
            Value::Array(_) if self.directives => Directive::from_key(key),
            _ => None,
        }
    }

    pub(crate) fn merge_table(&mut self, below: &mut Table, above: &Table, cursor: &MergeCursor<'_>) -> MergeResult<()> {
        if below.is_empty() {
            *below = self.normalize_table(above, cursor)?.unwrap_or_else(|| above.clone());
            return Ok(());
        }
        let directives = if below.len().max(above.len()) <= SMALL && !below.is_unique() {
            self.merge_small(below, above, cursor)?
        } else {
            self.merge_large(below, above, cursor)?
        };
        if directives { self.apply_directives(below, above, cursor) } else { Ok(()) }
    }

    /// Builds the merged table anew: one that is shared would be copied anyway, and this way what the layer replaces is not. True when the layer has directives.
    fn merge_small(&mut self, below: &mut Table, above: &Table, cursor: &MergeCursor<'_>) -> MergeResult<bool> {
        let entries = above.entries();
        let mut merged = Vec::with_capacity(below.len().max(entries.len()));
        let mut directives = false;
        let mut seen = [false; SMALL];
        for (at, (key, old)) in below.entries().iter().enumerate() {
            // Layers of the same form have their keys at the same indexes.
            let same = |(name, _): &(Arc<str>, Value)| **name == **key;
            let position = if entries.get(at).is_some_and(same) { Some(at) } else { entries.iter().position(same) };
            let value = match position.map(|found| (found, &entries[found].1)) {
                Some((found, value)) if self.directive(key, value).is_none() && &**key != FORBIDDEN => {
                    seen[found] = true;
                    match (old, value) {
                        (old, value) if is_scalar(old) && is_scalar(value) => value.clone(),
                        (Value::Array(_), Value::Array(_)) if self.arrays.is_empty() => {
                            self.normalized_or_clone(value, &cursor.key(key))?
                        }
                        (Value::Table(_), Value::Table(_)) | (Value::Array(_), Value::Array(_)) => {
                            let mut slot = old.clone();
                            self.merge(&mut slot, value, &cursor.key(key))?;
                            slot
                        }
                        (old, value) => self.replaced(old, value, &cursor.key(key))?,
                    }
                }
                _ => old.clone(),
            };
            merged.push((Arc::clone(key), value));
        }
        for ((key, value), _) in entries.iter().zip(seen).filter(|(_, seen)| !seen) {
            if self.directive(key, value).is_some() {
                directives = true;
            } else if &**key == FORBIDDEN {
                self.notes.add(&cursor.key(key), MergeNoteKind::Forbidden);
            } else {
                let value = self.normalized_or_clone(value, &cursor.key(key))?;
                merged.push((Arc::clone(key), value));
            }
        }
        *below = Table::from_distinct(merged);
        Ok(directives)
    }

    /// Changes the table in place. True when the layer has directives.
    fn merge_large(&mut self, below: &mut Table, above: &Table, cursor: &MergeCursor<'_>) -> MergeResult<bool> {
        let mut directives = false;
        let merged = below.entries_mut();
        for (at, (key, value)) in above.entries().iter().enumerate() {
            if self.directive(key, value).is_some() {
                directives = true;
            } else if &**key == FORBIDDEN {
                self.notes.add(&cursor.key(key), MergeNoteKind::Forbidden);
            } else if let Some(slot) = merged.get_mut_near(at, key) {
                if is_scalar(slot) && is_scalar(value) {
                    *slot = value.clone();
                } else {
                    self.merge(slot, value, &cursor.key(key))?;
                }
            } else {
                let value = self.normalized_or_clone(value, &cursor.key(key))?;
                merged.push(Arc::clone(key), value);
            }
        }
        Ok(directives)
    }

    fn merge_array(&mut self, below: &mut Arc<Vec<Value>>, above: &[Value], cursor: &MergeCursor<'_>) -> MergeResult<()> {
        let strategy = self.arrays.choose(&cursor.result_path());
        if *strategy == ArrayStrategy::Replace {
            *below = Arc::new(self.normalized_elements(above, cursor)?);
            return Ok(());
        }
        if *strategy != ArrayStrategy::Append {
            self.take_pass(below.len(), cursor)?;
        }
        let placement = strategy.placement(below, above);
        if placement.targets.iter().all(Option::is_none) {
            return Ok(());
        }
        if placement.shift > 0 {
            let items = self.normalized_elements(above, cursor)?;
            Arc::make_mut(below).splice(0..0, items);
            return Ok(());
        }
        let items = Arc::make_mut(below);
        for (at, target) in placement.targets.iter().enumerate() {
            let Some(target) = *target else { continue };
            let here = cursor.step(Some(SegmentRef::Index(target)), Some(SegmentRef::Index(at)));
            match items.get_mut(target) {
                Some(slot) => self.merge(slot, &above[at], &here)?,
                None => items.push(self.normalized_or_clone(&above[at], &here)?),
            }
        }
        Ok(())
    }

    /// Applies the directives of one level: first what is added, then what is removed.
    fn apply_directives(&mut self, below: &mut Table, above: &Table, cursor: &MergeCursor<'_>) -> MergeResult<()> {
        for wanted in [Directive::Add, Directive::Remove] {
            for (key, value) in above.entries() {
                if let (Some((stem, directive)), Value::Array(list)) = (self.directive(key, value), value)
                    && directive == wanted
                {
                    let here = cursor.step(Some(SegmentRef::Key(stem)), Some(SegmentRef::Key(key)));
                    self.apply_directive(below, stem, directive, list, &here)?;
                }
            }
        }
        Ok(())
    }

    /// Applies one directive to the key `stem` of a table.
    fn apply_directive(
        &mut self,
        table: &mut Table,
        stem: &str,
        directive: Directive,
        list: &[Value],
        cursor: &MergeCursor<'_>,
    ) -> MergeResult<()> {
        if stem == FORBIDDEN {
            self.notes.add(cursor, MergeNoteKind::Forbidden);
            return Ok(());
        }
        if table.get(stem).is_none_or(Value::is_null) {
            // A created `x_add` would be an instruction itself wherever the result is read again.
            if directive == Directive::Remove || Directive::from_key(stem).is_some() {
                // In a joined layer `_remove` does nothing, so a missing target is not worth a warning.
                if !self.joined || directive == Directive::Add {
                    self.notes.add(cursor, MergeNoteKind::NoTarget(directive));
                }
            } else {
                if !table.contains_key(stem) {
                    self.notes.add(cursor, MergeNoteKind::NewKey);
                }
                let items = self.normalized_elements(list, cursor)?;
                table.insert(stem, Value::array(items));
            }
            return Ok(());
        }
        match table.get_mut(stem) {
            Some(slot) => self.apply_list(slot, directive, list, cursor),
            None => Ok(()),
        }
    }

    /// Adds to, or removes from, a value that is there.
    pub(super) fn apply_list(
        &mut self,
        slot: &mut Value,
        directive: Directive,
        list: &[Value],
        cursor: &MergeCursor<'_>,
    ) -> MergeResult<()> {
        match (directive, &mut *slot) {
            (Directive::Add, Value::Array(items)) => {
                let first = items.len();
                let added = list.iter().enumerate().map(|(at, item)| {
                    self.normalized_or_clone(item, &cursor.step(Some(SegmentRef::Index(first + at)), Some(SegmentRef::Index(at))))
                });
                let added = added.collect::<MergeResult<Vec<_>>>()?;
                Arc::make_mut(items).extend(added);
            }
            (Directive::Remove, Value::Array(items)) => {
                self.take_pass(items.len(), cursor)?;
                let unwanted = self.normalized_elements(list, cursor)?;
                let unwanted: ValueIndex<'_> = unwanted.iter().collect();
                if items.iter().any(|item| unwanted.find(item).is_some()) {
                    Arc::make_mut(items).retain(|item| unwanted.find(item).is_none());
                }
            }
            (Directive::Remove, Value::Table(table)) => {
                let unwanted: HashSet<&str> = list.iter().filter_map(Value::as_str).collect();
                if unwanted.iter().any(|key| table.contains_key(key)) {
                    self.take_pass(table.len(), cursor)?;
                    table.retain(|key, _| !unwanted.contains(key));
                }
            }
            _ if self.joined => {}
            (_, other) => {
                let kind = MergeFaultKind::Directive(directive, other.kind());
                return Err(Box::new(MergeFault { result_path: cursor.result_path(), layer_path: cursor.layer_path(), kind }));
            }
        }
        Ok(())
    }

    /// Takes a pass through an array or table below out of the budget: its cost is not that of the layer. Never inlined: few
    /// layers have what needs one, and the merge of tables is smaller without it.
    #[inline(never)]
    fn take_pass(&self, elements: usize, cursor: &MergeCursor<'_>) -> MergeResult<()> {
        let Some(budget) = self.budget else { return Ok(()) };
        budget.take(ExpandedSize::of_pass(elements)).map_err(|exceeded| {
            let kind = MergeFaultKind::Limit(exceeded);
            Box::new(MergeFault { result_path: cursor.result_path(), layer_path: cursor.layer_path(), kind })
        })
    }

    fn normalized_elements(&mut self, list: &[Value], cursor: &MergeCursor<'_>) -> MergeResult<Vec<Value>> {
        list.iter().enumerate().map(|(at, item)| self.normalized_or_clone(item, &cursor.index(at))).collect()
    }

    pub(super) fn normalized_or_clone(&mut self, value: &Value, cursor: &MergeCursor<'_>) -> MergeResult<Value> {
        if is_flat(value) {
            return Ok(value.clone());
        }
        Ok(self.normalize(value, cursor)?.unwrap_or_else(|| value.clone()))
    }

    /// A value of the layer merged over nothing: its directives applied, forbidden keys removed. `None` when that changes
    /// nothing, so that the layer's own value can be shared.
    pub(crate) fn normalize(&mut self, value: &Value, cursor: &MergeCursor<'_>) -> MergeResult<Option<Value>> {
        match value {
            Value::Table(table) => Ok(self.normalize_table(table, cursor)?.map(Value::Table)),
            Value::Array(items) => {
                let mut changed: Option<Vec<Value>> = None;
                for (at, item) in items.iter().enumerate() {
                    let new = if is_scalar(item) { None } else { self.normalize(item, &cursor.index(at))? };
                    match (&mut changed, new) {
                        (None, None) => {}
                        (Some(out), new) => out.push(new.unwrap_or_else(|| item.clone())),
                        (None, Some(new)) => {
                            let mut out = Vec::with_capacity(items.len());
                            out.extend_from_slice(&items[..at]);
                            out.push(new);
                            changed = Some(out);
                        }
                    }
                }
                Ok(changed.map(Value::array))
            }
            _ => Ok(None),
        }
    }

    fn normalize_table(&mut self, table: &Table, cursor: &MergeCursor<'_>) -> MergeResult<Option<Table>> {
        let mut changed: Option<Table> = None;
        let mut directives = false;
        let entries = table.entries();
        let before = |at: usize| entries[..at].iter().cloned().collect::<Table>();
        for (at, (key, value)) in entries.iter().enumerate() {
            if &**key == FORBIDDEN {
                self.notes.add(&cursor.key(key), MergeNoteKind::Forbidden);
                changed.get_or_insert_with(|| before(at));
                continue;
            }
            let new = match value {
                Value::Array(_) if self.directive(key, value).is_some() => {
                    directives = true;
                    changed.get_or_insert_with(|| before(at));
                    continue;
                }
                value if is_flat(value) => None,
                value => self.normalize(value, &cursor.key(key))?,
            };
            if changed.is_some() || new.is_some() {
                let value = new.unwrap_or_else(|| value.clone());
                changed.get_or_insert_with(|| before(at)).insert(Arc::clone(key), value);
            }
        }
        if let (true, Some(out)) = (directives, &mut changed) {
            self.apply_directives(out, table, cursor)?;
        }
        Ok(changed)
    }
}

/// Puts the values of `above` that `below` lacks into it; what lacks none stays shared.
pub(crate) fn fill(below: &mut Table, above: &Table) {
    if !below.is_unique() {
        if let Some(table) = filled(below, above) {
            *below = table;
        }
        return;
    }
    for (key, value) in above.entries() {
        if !below.contains_key(key) {
            below.insert(Arc::clone(key), value.clone());
        } else if let (Value::Table(above), Some(Value::Table(below))) = (value, below.get_mut(key)) {
            fill(below, above);
        }
    }
}

/// Whether `above` has a value that `below` lacks.
pub(crate) fn lacks(below: &Table, above: &Table) -> bool {
    above.iter().any(|(key, value)| match (below.get(key), value) {
        (None, _) => true,
        (Some(Value::Table(below)), Value::Table(above)) => lacks(below, above),
        _ => false,
    })
}

/// The values of `above` that `below` lacks; `None` when there are none, so that nothing is copied.
fn filled(below: &Table, above: &Table) -> Option<Table> {
    let mut result: Option<Table> = None;
    for (key, value) in above.entries() {
        let new = match (below.get(key), value) {
            (None, value) => value.clone(),
            (Some(Value::Table(below)), Value::Table(above)) => match filled(below, above) {
                Some(table) => Value::Table(table),
                None => continue,
            },
            (Some(_), _) => continue,
        };
        result.get_or_insert_with(|| below.clone()).insert(Arc::clone(key), new);
    }
    result
}
