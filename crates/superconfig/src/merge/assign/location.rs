//! Locations in the layers below.

use super::key_index::{KeyIndex, is_separator, normalize_key};
use crate::value::{KindSet, SchemaAddress, SchemaNode, Table, Value, ValueKind};
use std::sync::Arc;

/// A location in the layers below: the value there, and the schema's node.
#[derive(Clone)]
pub(crate) struct Location<'a> {
    pub(crate) value: Option<&'a Value>,
    pub(crate) schema: Option<SchemaNode<'a>>,
}

/// The addresses of a location's value and schemas.
pub(super) type Address = (Option<usize>, Option<SchemaAddress>);

impl<'a> Location<'a> {
    pub(super) fn address(&self) -> Address {
        (self.value.map(|value| std::ptr::from_ref(value).addr()), self.schema.as_ref().map(SchemaNode::address))
    }

    pub(super) fn table(&self) -> Option<&'a Table> {
        self.value.and_then(Value::as_table)
    }

    pub(crate) fn child(&self, key: &str) -> Location<'a> {
        Location {
            value: self.table().and_then(|table| table.get(key)),
            schema: self.schema.as_ref().and_then(|schema| schema.key(key)),
        }
    }

    pub(crate) fn element(&self, index: usize) -> Location<'a> {
        let items = self.value.and_then(Value::as_array).unwrap_or_default();
        Location { value: items.get(index), schema: self.schema.as_ref().and_then(|schema| schema.element(index)) }
    }

    /// The expected types: the schema's, else that of the value; `None` where neither gives any.
    pub(crate) fn kinds(&self) -> Option<KindSet> {
        let of_schema = self.schema.as_ref().map(SchemaNode::kinds).filter(|kinds| kinds.is_known());
        of_schema.or_else(|| self.value.and_then(ValueKind::of).map(KindSet::of))
    }

    /// The expected type, where there is only one.
    pub(crate) fn kind(&self) -> Option<ValueKind> {
        match self.schema.as_ref().map(SchemaNode::kinds).filter(|kinds| kinds.is_known()) {
            Some(kinds) => kinds.only(),
            None => self.value.and_then(ValueKind::of),
        }
    }

    /// True for an array, and where the schema allows one and there is no value yet.
    pub(super) fn is_array(&self) -> bool {
        match self.value {
            Some(Value::Array(_)) => true,
            None | Some(Value::Null) => self.is_array_by_schema(),
            Some(_) => false,
        }
    }

    fn is_array_by_schema(&self) -> bool {
        let kinds = self.schema.as_ref().map(SchemaNode::kinds).filter(|kinds| kinds.is_known());
        kinds.is_some_and(|kinds| kinds.has(ValueKind::Array))
    }

    /// A segment of digits as the index of an array that is there or that the schema allows.
    pub(super) fn index(&self, segment: &str) -> Option<usize> {
        let is_digits = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits || !self.is_array() {
            return None;
        }
        // Where a table is allowed as well, the digits are a key if that table can have it.
        let is_key = |schema: &SchemaNode<'_>| schema.kinds().has(ValueKind::Table) && schema.key(segment).is_some();
        if self.value.is_none_or(Value::is_null) && self.schema.as_ref().is_some_and(is_key) {
            return None;
        }
        // A larger number is past the end of any array, which is the error that it then gets.
        Some(segment.parse().unwrap_or(usize::MAX))
    }

    /// The keys that a segment of a name matches: the key spelled so, else all that differ only in case, `_` and `-`.
    pub(super) fn matching_keys(&self, segment: &str, known: &KeyIndex<'a>) -> Matches<'a> {
        let mut matches = Matches::None;
        if let Some(table) = self.table() {
            let mut visit = |key: &'a Arc<str>| {
                matches.add(key, segment);
                **key == *segment
            };
            let exact = match known.of(table) {
                Some(names) => names.keys(&normalize_key(segment).collect::<String>()).iter().copied().find(|key| visit(key)),
                None => table.entries().iter().map(|(key, _)| key).find(|key| visit(key)),
            };
            if let Some(key) = exact {
                return Matches::One(key);
            }
        }
        if let Some(schema) = &self.schema {
            let mut exact = None;
            schema.for_each_key(&mut |key| match **key == *segment {
                true => exact = Some(key),
                false => matches.add(key, segment),
            });
            if let Some(key) = exact {
                return Matches::One(key);
            }
        }
        matches
    }

    /// True where neither a layer nor the schema has anything.
    pub(super) fn is_unknown(&self) -> bool {
        self.value.is_none() && self.schema.is_none()
    }
}

/// The keys that a segment can match; nearly always none or one.
pub(super) enum Matches<'a> {
    None,
    One(&'a Arc<str>),
    Many(Vec<&'a Arc<str>>),
}

impl<'a> Matches<'a> {
    #[inline]
    fn add(&mut self, key: &'a Arc<str>, segment: &str) {
        if may_be_equal(key, segment) && equal_names(key, segment) {
            self.add_equal(key);
        }
    }

    fn add_equal(&mut self, key: &'a Arc<str>) {
        match self {
            Matches::None => *self = Matches::One(key),
            Matches::One(first) if *first != key => *self = Matches::Many(vec![first, key]),
            Matches::Many(keys) if !keys.contains(&key) => keys.push(key),
            _ => {}
        }
    }
}

/// False for names that differ in their first letter, as most do.
#[inline]
fn may_be_equal(a: &str, b: &str) -> bool {
    match (a.as_bytes().first(), b.as_bytes().first()) {
        (Some(x), Some(y)) => x.eq_ignore_ascii_case(y) || !x.is_ascii_alphanumeric() || !y.is_ascii_alphanumeric(),
        _ => true,
    }
}

/// Compares names ignoring case, `_` and `-`.
fn equal_names(a: &str, b: &str) -> bool {
    let is_letter = |byte: &u8| !is_separator(char::from(*byte));
    // Most that are equal differ in nothing but case.
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    let (mut letters_a, mut letters_b) = (a.bytes(), b.bytes());
    loop {
        match (letters_a.find(is_letter), letters_b.find(is_letter)) {
            (Some(x), Some(y)) if x.is_ascii() && y.is_ascii() => {
                if !x.eq_ignore_ascii_case(&y) {
                    return false;
                }
            }
            (Some(_), Some(_)) => return normalize_key(a).eq(normalize_key(b)),
            (None, None) => return true,
            _ => return false,
        }
    }
}
