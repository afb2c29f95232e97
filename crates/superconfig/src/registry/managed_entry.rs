//! An entry that its owner fills and empties, as live handles need.

use super::empty_reason::EmptyReason;
use super::slot::Slot;
use crate::diagnostic::Error;
use std::sync::{Arc, Weak};

/// The end of an entry from which it is filled. It does not keep the entry.
pub(crate) struct ManagedEntry<T> {
    slot: Weak<Slot<T>>,
}

impl<T> ManagedEntry<T> {
    pub(super) fn new(slot: &Arc<Slot<T>>) -> Self {
        Self { slot: Arc::downgrade(slot) }
    }

    /// Whether the entry can still have readers.
    pub(crate) fn is_read(&self) -> bool {
        self.slot.strong_count() > 0
    }

    /// Puts a value in, or why there is none. Gives back what the entry held, for the caller to drop without a lock.
    pub(crate) fn fill(&self, filling: Result<T, Error>) -> Option<Arc<T>> {
        self.slot.upgrade()?.fill(filling.map_err(|why| EmptyReason { why, closed: false }))
    }

    /// Ends the entry: later reads fail with this error.
    pub(crate) fn end(&self, why: Error) -> Option<Arc<T>> {
        self.slot.upgrade()?.fill(Err(EmptyReason { why, closed: true }))
    }
}
