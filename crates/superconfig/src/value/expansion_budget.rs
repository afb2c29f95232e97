//! The shared budget of a load's expansions.

use super::expanded_size::ExpandedSize;
use super::limits::Limits;
use crate::diagnostic::{Error, ErrorCode};
use std::cell::Cell;
use std::fmt;

/// The bound on all that YAML aliases, references in values and in `.env` files, the files that variables name, variables
/// that several paths are mapped to, and shared parts of values from code produce together in one load, beyond what the texts
/// and parts themselves hold; and on how often layers go through long arrays.
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

#[cfg(test)]
mod tests {
    use super::*;

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
