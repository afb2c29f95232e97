//! An interner of keys that repeat in many tables.

use std::sync::Arc;

/// The number of keys remembered; each has one possible slot.
const SLOTS: usize = 64;

/// The recent keys of a document: neighbouring tables mostly have the same, which then share their memory and cost a
/// comparison instead of an allocation.
pub(super) struct KeyInterner([Option<Arc<str>>; SLOTS]);

impl KeyInterner {
    pub(super) fn new() -> Self {
        Self([const { None }; SLOTS])
    }

    /// The key, shared with the last one that was the same where that is still remembered.
    pub(super) fn intern(&mut self, key: &str) -> Arc<str> {
        let slot = &mut self.0[slot(key.as_bytes())];
        match slot {
            Some(known) if **known == *key => known.clone(),
            _ => slot.insert(key.into()).clone(),
        }
    }
}

/// Keys of one table mostly differ in their length, or at their ends.
fn slot(key: &[u8]) -> usize {
    let (Some(first), Some(last)) = (key.first(), key.last()) else { return 0 };
    (key.len() + usize::from(*first) * 7 + usize::from(key[key.len() / 2]) * 3 + usize::from(*last) * 13) % SLOTS
}
