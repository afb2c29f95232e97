//! One word per entry of a registry that tells, for the price of a load from memory, whether what was read still holds.
//!
//! A binding maps [`WORDS`] into its host language. A reader remembers the word that it found before it read, and
//! compares it with the word before using a cached value again. Generations are drawn from one counter and never repeat
//! (they wrap after four billion publications), so entries may share a word: a reader that finds a neighbour's generation
//! takes the slow path once more, remembers that word, and is right all the same.
//!
//! A host that cannot map foreign memory gives memory of its own, a [`Mirror`], into which every publication is copied.

use super::handle_id::HandleId;
use parking_lot::Mutex;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering, fence};

/// How many words there are; an entry uses the one at its id modulo this number.
pub const WORD_COUNT: usize = 4096;

/// The words. They are written when a version is published, and by nothing else.
pub static WORDS: [AtomicU32; WORD_COUNT] = [const { AtomicU32::new(0) }; WORD_COUNT];

static NEXT: AtomicU32 = AtomicU32::new(1);

static MIRRORS: Mutex<Vec<Place>> = Mutex::new(Vec::new());

/// How many mirrors there are, so that where there are none nobody takes the lock.
static MIRROR_COUNT: AtomicUsize = AtomicUsize::new(0);

/// Where a mirror's words are.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place(NonNull<AtomicU32>);

// SAFETY: whoever made the mirror promised that the memory may be written from any thread.
unsafe impl Send for Place {}

impl Place {
    fn copy(self, at: usize) {
        // SAFETY: it is one of `WORD_COUNT` words that are good as long as the mirror is listed, and it is listed as long as
        // the lock of the list is held here.
        let word = unsafe { self.0.add(at).as_ref() };
        word.store(WORDS[at].load(Ordering::Acquire), Ordering::Release);
    }
}

/// Memory of a host that holds a copy of [`WORDS`], from here until this is dropped.
///
/// ```
/// use std::ptr::NonNull;
/// use std::sync::atomic::AtomicU32;
/// use superconfig::generation::{Mirror, WORD_COUNT};
///
/// let words: Vec<AtomicU32> = (0..WORD_COUNT).map(|_| AtomicU32::new(0)).collect();
/// // SAFETY: the words are as many, outlive the mirror, and nobody else writes them.
/// let mirror = unsafe { Mirror::new(NonNull::from(&words[0])) };
/// drop(mirror);
/// ```
pub struct Mirror(Place);

impl Mirror {
    /// Starts to copy.
    ///
    /// # Safety
    /// From here until the mirror is dropped, `words` must point to [`WORD_COUNT`] words that nobody else writes and that
    /// may be written from any thread.
    ///
    /// ```
    /// use std::ptr::NonNull;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use superconfig::generation::{Mirror, WORD_COUNT, announce};
    ///
    /// let words: Vec<AtomicU32> = (0..WORD_COUNT).map(|_| AtomicU32::new(0)).collect();
    /// // SAFETY: the words are as many, outlive the mirror, and nobody else writes them.
    /// let mirror = unsafe { Mirror::new(NonNull::from(&words[0])) };
    /// let port = superconfig::ConfigRegistry::new().insert(8080_u16)?;
    /// announce(port.id());
    /// assert_ne!(words[port.id().get() as usize % WORD_COUNT].load(Ordering::Relaxed), 0);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub unsafe fn new(words: NonNull<AtomicU32>) -> Self {
        let place = Place(words);
        let mut mirrors = MIRRORS.lock();
        mirrors.push(place);
        MIRROR_COUNT.store(mirrors.len(), Ordering::Relaxed);
        // Together with the one in `publish`: either that sees the mirror, or this sees its word.
        fence(Ordering::SeqCst);
        (0..WORD_COUNT).for_each(|at| place.copy(at));
        Self(place)
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        let mut mirrors = MIRRORS.lock();
        if let Some(at) = mirrors.iter().position(|place| *place == self.0) {
            mirrors.swap_remove(at);
        }
        MIRROR_COUNT.store(mirrors.len(), Ordering::Relaxed);
    }
}

/// Draws a generation for a snapshot that is about to be published.
pub(crate) fn next() -> u32 {
    loop {
        // Zero is the word of a configuration that never published: no snapshot may carry it.
        let generation = NEXT.fetch_add(1, Ordering::Relaxed);
        if generation != 0 {
            return generation;
        }
    }
}

/// Tells readers of a configuration that its snapshot of this generation is in place.
pub(crate) fn publish(id: u64, generation: u32) {
    let at = id as usize % WORD_COUNT;
    WORDS[at].store(generation, Ordering::Release);
    fence(Ordering::SeqCst);
    if MIRROR_COUNT.load(Ordering::Relaxed) > 0 {
        MIRRORS.lock().iter().for_each(|place| place.copy(at));
    }
}

/// Tells readers in a host language that the value of an entry was replaced.
///
/// ```
/// use superconfig::generation::{WORD_COUNT, WORDS, announce};
///
/// let port = superconfig::ConfigRegistry::new().insert(8080_u16)?;
/// announce(port.id());
/// assert_ne!(WORDS[port.id().get() as usize % WORD_COUNT].load(std::sync::atomic::Ordering::Relaxed), 0);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub fn announce(id: HandleId) {
    publish(id.get(), next());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_holds_what_was_published_before_and_since() {
        let words: Vec<AtomicU32> = (0..WORD_COUNT).map(|_| AtomicU32::new(0)).collect();
        // Ids that no test reaches.
        let (before, since) = (u64::MAX - 5000, u64::MAX - 4999);
        publish(before, 4_000_000_001);
        // SAFETY: the words outlive the mirror, and only the mirror writes them.
        let mirror = unsafe { Mirror::new(NonNull::from(&words[0])) };
        publish(since, 4_000_000_002);
        let word = |id: u64| words[id as usize % WORD_COUNT].load(Ordering::Acquire);
        assert_eq!((word(before), word(since)), (4_000_000_001, 4_000_000_002));
        drop(mirror);
        publish(since, 4_000_000_003);
        assert_eq!(word(since), 4_000_000_002);
    }
}
