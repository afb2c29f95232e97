//! The count of handles that refer to an entry.

use super::sync::{AtomicUsize, Ordering, fence};

/// Counts references; once it has reached zero it never rises again.
///
/// A handle that is found by id may meet an entry whose last handle is just being dropped. Counting up only from a number
/// above zero makes one of the two win: either the new handle counts before the last one is dropped, or the entry is
/// removed. An entry's name counts as a reference of its own, so a named entry never reaches zero.
pub(super) struct ReferenceCount(AtomicUsize);

impl ReferenceCount {
    pub(super) fn new(references: usize) -> Self {
        Self(AtomicUsize::new(references))
    }

    /// Counts one more for a caller that holds a reference already.
    pub(super) fn acquire(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one more unless the count is zero.
    pub(super) fn try_acquire(&self) -> bool {
        let more = |references| if references == 0 { None } else { Some(references + 1) };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// Counts one less; true for the last, which then sees all that the others did before they went.
    pub(super) fn release(&self) -> bool {
        let last = self.0.fetch_sub(1, Ordering::Release) == 1;
        if last {
            fence(Ordering::Acquire);
        }
        last
    }

    pub(super) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
