//! An interner of keys that repeat in many tables.

use std::cell::Cell;
use std::sync::Arc;

/// The number of keys remembered; each has one possible slot.
const SLOTS: usize = 256;
/// Longer keys are not remembered, so that a thread keeps 16 KiB of keys at most.
const LONGEST: usize = 64;

type Slots = Box<[Option<Arc<str>>]>;

thread_local! {
    /// What the thread's last document has left.
    static RECENT: Cell<Slots> = Cell::default();
}

/// The recent keys of a thread's documents: neighbouring tables mostly have the same, and so have the files of a configuration. They
/// then share their memory, and cost a comparison instead of an allocation.
pub(super) struct KeyInterner(Slots);

impl KeyInterner {
    pub(super) fn new() -> Self {
        let recent = RECENT.try_with(Cell::take).unwrap_or_default();
        // The first document of a thread, or one within another.
        Self(if recent.is_empty() { vec![None; SLOTS].into() } else { recent })
    }

    /// The key, shared with the last one that was the same where that is still remembered.
    pub(super) fn intern(&mut self, key: &str) -> Arc<str> {
        if key.len() > LONGEST {
            return key.into();
        }
        let slot = &mut self.0[slot(key.as_bytes())];
        match slot {
            Some(known) if **known == *key => known.clone(),
            _ => slot.insert(key.into()).clone(),
        }
    }
}

impl Drop for KeyInterner {
    fn drop(&mut self) {
        // A thread that is ending keeps nothing.
        let _ = RECENT.try_with(|recent| recent.set(std::mem::take(&mut self.0)));
    }
}

/// Keys of one table mostly differ in their length, or at their ends.
fn slot(key: &[u8]) -> usize {
    let (Some(first), Some(last)) = (key.first(), key.last()) else { return 0 };
    (key.len() + usize::from(*first) * 7 + usize::from(key[key.len() / 2]) * 3 + usize::from(*last) * 13) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_shared(key: &str) -> bool {
        let of_first = KeyInterner::new().intern(key);
        let of_second = KeyInterner::new().intern(key);
        Arc::ptr_eq(&of_first, &of_second)
    }

    #[test]
    fn documents_of_a_thread_share_keys_that_are_not_long() {
        assert!(is_shared("timeoutSeconds"));
        assert!(is_shared(""));
        assert!(!is_shared(&"k".repeat(LONGEST + 1)));
    }

    #[test]
    fn documents_within_one_another_have_keys_of_their_own() {
        let mut outer = KeyInterner::new();
        let (key, inner) = (outer.intern("port"), KeyInterner::new().intern("port"));
        assert_eq!(key, inner);
        assert!(!Arc::ptr_eq(&key, &inner));
    }
}
