//! An index of values by numeric equality (1 equals 1.0), as `_remove` and the array strategies need it.

use super::value::Value;
use crate::diagnostic::count_steps;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hash, Hasher};

/// Up to this many values comparing each is quicker than hashing.
const HASH_FROM: usize = 16;

/// Values by [`Value::numeric_eq`], each with a number of the caller's; quick however many there are.
pub(crate) struct ValueIndex<'a> {
    list: Vec<(&'a Value, usize)>,
    hashed: Option<(RandomState, HashTable<usize>)>,
}

impl<'a> ValueIndex<'a> {
    pub(crate) fn new() -> Self {
        Self { list: Vec::new(), hashed: None }
    }

    /// The number given with the first equal value.
    pub(crate) fn find(&self, value: &Value) -> Option<usize> {
        count_steps(if self.hashed.is_some() { 1 } else { self.list.len() });
        match &self.hashed {
            None => self.list.iter().find(|(own, _)| own.numeric_eq(value)).map(|(_, number)| *number),
            Some((hasher, table)) => {
                let equals = |at: &usize| self.list[*at].0.numeric_eq(value);
                table.find(numeric_hash(hasher, value), equals).map(|at| self.list[*at].1)
            }
        }
    }

    /// Adds a value; of equal ones the first is kept. True when it was new.
    pub(crate) fn insert(&mut self, value: &'a Value, number: usize) -> bool {
        if self.find(value).is_some() {
            return false;
        }
        self.list.push((value, number));
        if self.hashed.is_none() && self.list.len() > HASH_FROM {
            self.hashed = Some((RandomState::default(), HashTable::new()));
            (0..self.list.len()).for_each(|at| self.index(at));
        } else {
            self.index(self.list.len() - 1);
        }
        true
    }

    fn index(&mut self, at: usize) {
        if let Some((hasher, table)) = &mut self.hashed {
            let list = &self.list;
            let hash_of = |at: &usize| numeric_hash(hasher, list[*at].0);
            table.insert_unique(hash_of(&at), at, hash_of);
        }
    }
}

impl<'a> FromIterator<&'a Value> for ValueIndex<'a> {
    fn from_iter<I: IntoIterator<Item = &'a Value>>(values: I) -> Self {
        let mut index = ValueIndex::new();
        for (number, value) in values.into_iter().enumerate() {
            index.insert(value, number);
        }
        index
    }
}

/// Equal for values that are equal by [`Value::numeric_eq`].
fn numeric_hash(hasher: &RandomState, value: &Value) -> u64 {
    let mut state = hasher.build_hasher();
    match value {
        Value::Null => 0u8.hash(&mut state),
        Value::Bool(value) => value.hash(&mut state),
        // All numbers by the float nearest to them: neighbours may collide, equals never differ. Adding zero makes -0 zero.
        Value::Integer(value) => (*value as f64 + 0.0).to_bits().hash(&mut state),
        Value::Unsigned(value) => (*value as f64 + 0.0).to_bits().hash(&mut state),
        Value::Float(value) => (*value + 0.0).to_bits().hash(&mut state),
        Value::String(text) | Value::Datetime(text) => text.hash(&mut state),
        Value::Array(items) => items.iter().for_each(|item| numeric_hash(hasher, item).hash(&mut state)),
        // Tables are equal whatever their order, so their entries are summed up.
        Value::Table(table) => {
            let sum = table
                .iter()
                .fold(0u64, |sum, (key, value)| sum.wrapping_add(hasher.hash_one((key, numeric_hash(hasher, value)))));
            sum.hash(&mut state);
        }
    }
    state.finish()
}

impl Value {
    /// Equality across number types: `1` equals `1.0`; strings equal datetimes of the same text. Tables are equal
    /// whatever their order.
    ///
    /// ```
    /// use superconfig::Value;
    ///
    /// assert!(Value::Integer(1).numeric_eq(&Value::Float(1.0)));
    /// ```
    pub fn numeric_eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Integer(a), Value::Float(b)) | (Value::Float(b), Value::Integer(a)) => integer_equals_float(*a as i128, *b),
            (Value::Unsigned(a), Value::Float(b)) | (Value::Float(b), Value::Unsigned(a)) => integer_equals_float(*a as i128, *b),
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::String(a) | Value::Datetime(a), Value::String(b) | Value::Datetime(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.numeric_eq(b)),
            (Value::Table(a), Value::Table(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| a.numeric_eq(b)))
            }
            _ => self == other,
        }
    }
}

fn integer_equals_float(integer: i128, float: f64) -> bool {
    // A float equals an integer when it is that integer exactly; rounding the integer to f64 would make neighbours equal.
    float.fract() == 0.0 && float.abs() < 2f64.powi(65) && float as i128 == integer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_are_found_below_and_above_the_threshold() {
        for size in [3, 1000] {
            let values: Vec<Value> = (0..size).map(Value::Integer).collect();
            let index: ValueIndex<'_> = values.iter().collect();
            assert_eq!(index.find(&Value::Float(2.0)), Some(2), "size {size}");
            assert_eq!(index.find(&Value::Float(-0.0)), Some(0), "size {size}");
            assert_eq!(index.find(&Value::Float(2.5)), None);
            assert_eq!(index.find(&Value::from("2")), None);
        }
    }

    #[test]
    fn hashes_agree_wherever_values_are_equal() {
        let hasher = RandomState::default();
        let table = |entries: &[(&str, Value)]| Value::Table(entries.iter().cloned().collect());
        let pairs = [
            (Value::Integer(1), Value::Float(1.0)),
            (Value::Unsigned(1 << 63), Value::Float(2f64.powi(63))),
            (Value::Float(0.0), Value::Float(-0.0)),
            (Value::from("2024-01-01"), Value::Datetime("2024-01-01".into())),
            (Value::array(vec![Value::Integer(1)]), Value::array(vec![Value::Float(1.0)])),
            (table(&[("a", Value::Integer(1)), ("b", Value::Null)]), table(&[("b", Value::Null), ("a", Value::Float(1.0))])),
        ];
        for (one, two) in pairs {
            assert!(one.numeric_eq(&two), "{one:?} {two:?}");
            assert_eq!(numeric_hash(&hasher, &one), numeric_hash(&hasher, &two), "{one:?} {two:?}");
        }
    }
}
