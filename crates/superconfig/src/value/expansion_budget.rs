//! The shared budget of a load's expansions.

use super::limits::Limits;
use super::value::Value;
use crate::diagnostic::{Error, ErrorCode};
use std::cell::Cell;
use std::fmt;

/// The size of a value when it is written out, shared parts counted each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExpandedSize {
    /// Scalars, arrays and tables.
    pub(crate) values: usize,
    /// Bytes of texts and keys.
    pub(crate) bytes: usize,
}

impl ExpandedSize {
    /// The size of a text.
    pub(crate) fn text(bytes: usize) -> Self {
        Self { values: 0, bytes }
    }

    /// The size of a value, counted until either number is larger than in `enough`. Costs a visit to each value up to there.
    pub(crate) fn of(value: &Value, enough: Self) -> Self {
        let mut size = Self::default();
        size.add_value(value, enough);
        size
    }

    fn add_value(&mut self, value: &Value, enough: Self) {
        self.add(Self { values: 1, bytes: value.as_str().map_or(0, str::len) });
        match value {
            Value::Array(items) => {
                for item in items.iter() {
                    if self.exceeds(enough) {
                        return;
                    }
                    self.add_value(item, enough);
                }
            }
            Value::Table(table) => {
                for (key, value) in table {
                    if self.exceeds(enough) {
                        return;
                    }
                    self.add(Self::text(key.len()));
                    self.add_value(value, enough);
                }
            }
            _ => {}
        }
    }

    /// Adds another size, without ever wrapping.
    pub(crate) fn add(&mut self, other: Self) {
        self.values = self.values.saturating_add(other.values);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// The growth since an earlier size.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self { values: self.values - earlier.values, bytes: self.bytes - earlier.bytes }
    }

    fn exceeds(self, other: Self) -> bool {
        self.values > other.values || self.bytes > other.bytes
    }
}

/// The bound on all that YAML aliases, references in values and in `.env` files, and the files that variables name produce
/// together in one load, beyond what the texts themselves hold.
///
/// An expansion calls [`take`](Self::take) before it takes memory. One budget serves a whole load, so that no part of it
/// starts anew.
#[derive(Debug)]
pub(crate) struct ExpansionBudget {
    most: ExpandedSize,
    taken: Cell<ExpandedSize>,
}

impl ExpansionBudget {
    /// The whole of what the limits allow.
    pub(crate) fn new(limits: &Limits) -> Self {
        let most = ExpandedSize { values: limits.alias_nodes, bytes: limits.expanded_bytes };
        Self { most, taken: Cell::default() }
    }

    /// Takes what an expansion is about to produce; nothing is produced when this fails.
    ///
    /// # Errors
    /// When it is more than is left.
    pub(crate) fn take(&self, size: ExpandedSize) -> Result<(), Exceeded> {
        let mut taken = self.taken.get();
        taken.add(size);
        if taken.values > self.most.values {
            return Err(Exceeded::Values(self.most.values));
        }
        if taken.bytes > self.most.bytes {
            return Err(Exceeded::Bytes(self.most.bytes));
        }
        self.taken.set(taken);
        Ok(())
    }

    /// The size taken so far.
    pub(crate) fn taken(&self) -> ExpandedSize {
        self.taken.get()
    }

    /// The size left.
    pub(crate) fn left(&self) -> ExpandedSize {
        self.most.since(self.taken.get())
    }
}

/// An expansion that would produce more than is left of the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exceeded {
    /// More values than these in one load.
    Values(usize),
    /// More bytes than these in one load.
    Bytes(usize),
}

impl Exceeded {
    /// A hint how to stay within the limit.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Exceeded::Values(_) => "the limit `aliasNodes` can be raised",
            Exceeded::Bytes(_) => "the limit `expandedBytes` can be raised",
        }
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exceeded::Values(most) => write!(f, "expansions produce more than {most} values in one load"),
            Exceeded::Bytes(most) => write!(f, "expansions produce more than {most} bytes of text in one load"),
        }
    }
}

impl From<Exceeded> for Error {
    fn from(exceeded: Exceeded) -> Self {
        Error::new(ErrorCode::Limit, exceeded.to_string()).with_hint(exceeded.hint())
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::value::parse_json;

    const ALL: ExpandedSize = ExpandedSize { values: usize::MAX, bytes: usize::MAX };

    #[test]
    fn a_size_counts_values_texts_and_keys() {
        let value = parse_json(r#"{"ab":["cde",1],"f":null}"#).unwrap();
        assert_eq!(ExpandedSize::of(&value, ALL), ExpandedSize { values: 5, bytes: 6 });
        let shared = Value::array(vec![value; 3]);
        assert_eq!(ExpandedSize::of(&shared, ALL), ExpandedSize { values: 16, bytes: 18 });
    }

    #[test]
    fn counting_stops_at_the_limit() {
        let doubled = (0..100).fold(Value::Null, |inner, _| Value::array(vec![inner.clone(), inner]));
        let size = ExpandedSize::of(&doubled, ExpandedSize { values: 1_000, bytes: 1_000 });
        assert!((1_000..1_200).contains(&size.values), "{size:?}");
    }

    #[test]
    fn failed_take_leaves_the_budget() {
        let limits = Limits { alias_nodes: 10, expanded_bytes: 100, ..Limits::default() };
        let budget = ExpansionBudget::new(&limits);
        budget.take(ExpandedSize { values: 4, bytes: 60 }).unwrap();
        assert_eq!(budget.take(ExpandedSize::text(41)), Err(Exceeded::Bytes(100)));
        assert_eq!(budget.take(ExpandedSize { values: 7, bytes: 0 }), Err(Exceeded::Values(10)));
        assert_eq!(budget.take(ExpandedSize::text(usize::MAX)), Err(Exceeded::Bytes(100)));
        assert_eq!(budget.left(), ExpandedSize { values: 6, bytes: 40 });
        budget.take(budget.left()).unwrap();
        let error = Error::from(budget.take(ExpandedSize::text(1)).unwrap_err());
        assert_eq!((error.code(), error.hint()), (ErrorCode::Limit, Some("the limit `expandedBytes` can be raised")));
    }
}
