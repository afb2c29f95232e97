//! Sets of types.

use super::kind::ValueKind;
use super::value::Value;
use std::ops::{BitAnd, BitOr};

/// A set of the types that a schema allows; `null` counts as one here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KindSet(u8);

/// In the order in which they are named.
const KINDS: [ValueKind; 6] =
    [ValueKind::Bool, ValueKind::Number, ValueKind::Array, ValueKind::Table, ValueKind::String, ValueKind::Datetime];

impl KindSet {
    pub(crate) const NONE: KindSet = KindSet(0);
    pub(crate) const NULL: KindSet = KindSet(1);
    /// Every type of JSON, as of a schema that restricts nothing.
    pub(crate) const ALL: KindSet = KindSet(0b11_1111);

    /// The set of one type.
    pub(crate) fn of(kind: ValueKind) -> KindSet {
        KindSet(match kind {
            ValueKind::Bool => 1 << 1,
            ValueKind::Number => 1 << 2,
            ValueKind::Array => 1 << 3,
            ValueKind::Table => 1 << 4,
            ValueKind::String => 1 << 5,
            ValueKind::Datetime => 1 << 6,
        })
    }

    /// The type that JSON has for a value: that of a date or time is text.
    pub(crate) fn from_value(value: &Value) -> KindSet {
        match ValueKind::of(value) {
            None => KindSet::NULL,
            Some(ValueKind::Datetime) => KindSet::of(ValueKind::String),
            Some(kind) => KindSet::of(kind),
        }
    }

    /// The set for a type name of JSON Schema; an unknown one restricts nothing.
    pub(crate) fn from_name(name: &str) -> KindSet {
        KindSet::of(match name {
            "null" => return KindSet::NULL,
            "boolean" => ValueKind::Bool,
            "number" | "integer" => ValueKind::Number,
            "array" => ValueKind::Array,
            "object" => ValueKind::Table,
            "string" => ValueKind::String,
            _ => return KindSet::ALL,
        })
    }

    pub(crate) fn has(self, kind: ValueKind) -> bool {
        self & KindSet::of(kind) != KindSet::NONE
    }

    pub(crate) fn has_null(self) -> bool {
        self & KindSet::NULL != KindSet::NONE
    }

    /// Whether the types are restricted, and to more than `null`.
    pub(crate) fn is_known(self) -> bool {
        self != KindSet::ALL && self & KindSet(!KindSet::NULL.0) != KindSet::NONE
    }

    /// The one type besides `null`.
    pub(crate) fn only(self) -> Option<ValueKind> {
        let mut kinds = self.iter();
        kinds.next().filter(|_| kinds.next().is_none())
    }

    /// The types besides `null`.
    pub(crate) fn iter(self) -> impl Iterator<Item = ValueKind> {
        KINDS.into_iter().filter(move |kind| self.has(*kind))
    }

    /// The types with their articles, for messages.
    pub(crate) fn names(self) -> String {
        let null = self.has_null().then_some("null");
        let names: Vec<&str> = self.iter().map(ValueKind::name).chain(null).collect();
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => names.concat(),
        }
    }
}

impl BitOr for KindSet {
    type Output = KindSet;

    fn bitor(self, other: KindSet) -> KindSet {
        KindSet(self.0 | other.0)
    }
}

impl BitAnd for KindSet {
    type Output = KindSet;

    fn bitand(self, other: KindSet) -> KindSet {
        KindSet(self.0 & other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_have_names_and_differ() {
        let set = |names: &[&str]| names.iter().fold(KindSet::NONE, |set, name| set | KindSet::from_name(name));
        assert_eq!(set(&["integer", "null"]).only(), Some(ValueKind::Number));
        assert_eq!(set(&["string", "number"]).only(), None);
        assert_eq!(set(&["string", "number", "boolean", "null"]).names(), "a boolean, a number, a string or null");
        assert_eq!(set(&["array"]).names(), "an array");
        for unknown in [KindSet::ALL, KindSet::NONE, KindSet::NULL, set(&["string", "surprise"])] {
            assert!(!unknown.is_known(), "{unknown:?}");
        }
    }
}
