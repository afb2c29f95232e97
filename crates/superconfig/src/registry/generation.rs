//! One 32-bit generation per entry: a reader compares it with the one it cached from, equal means current. Costs one load
//! from memory.
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

/// The number of words; an entry uses the one at its id modulo this number.
pub const WORD_COUNT: usize = 4096;

/// The words. They are written when a version is published, and by nothing else.
pub static WORDS: [AtomicU32; WORD_COUNT] = [const { AtomicU32::new(0) }; WORD_COUNT];

static NEXT: AtomicU32 = AtomicU32::new(1);

/// Generations of no snapshot, even after four billion publications: the word before the first publication, and the one that
/// host languages read in place of it when a configuration is closed.
const RESERVED: [u32; 2] = [0, u32::MAX];

static MIRRORS: Mutex<Vec<MirrorWords>> = Mutex::new(Vec::new());

/// The number of mirrors, so that without any no thread takes the lock.
static MIRROR_COUNT: AtomicUsize = AtomicUsize::new(0);

/// The words of a mirror.
///
/// The pointer is to the whole array, so its maker has the right to all of it: a pointer to the first word alone may, under
/// the aliasing model, reach no other.
#[derive(Clone, Copy, PartialEq, Eq)]
struct MirrorWords(NonNull<[AtomicU32; WORD_COUNT]>);

// SAFETY: it is only ever used for atomic stores, and the maker of the mirror promised that the memory may be written from
// any thread.
unsafe impl Send for MirrorWords {}

impl MirrorWords {
    /// The caller holds the lock of [`MIRRORS`], or is making the mirror.
    fn copy(self, at: usize) {
        // SAFETY: the pointer is to `WORD_COUNT` words, and `Mirror::new` was promised that they are good until the mirror is
        // dropped. That takes it off the list under the lock that the caller holds, so it has not happened. Others only read the
        // words meanwhile, or write them through another such reference: atomics may be shared for both.
        let words = unsafe { self.0.as_ref() };
        words[at].store(WORDS[at].load(Ordering::Acquire), Ordering::Release);
    }
}

/// Memory of a host that holds a copy of [`WORDS`], from here until this is dropped.
///
/// ```
/// use std::ptr::NonNull;
/// use std::sync::atomic::AtomicU32;
/// use superconfig::generation::{Mirror, WORD_COUNT};
///
/// let words = [const { AtomicU32::new(0) }; WORD_COUNT];
/// // SAFETY: the words are as many, outlive the mirror, and nobody else writes them.
/// let mirror = unsafe { Mirror::new(NonNull::from(&words)) };
/// drop(mirror);
/// ```
pub struct Mirror(MirrorWords);

impl Mirror {
    /// Starts to copy.
    ///
    /// # Safety
    /// From here until the mirror is dropped, `words` must point to words that no other code writes and that may be written
    /// from any thread; the pointer must be valid for all of them.
    ///
    /// ```
    /// use std::ptr::NonNull;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use superconfig::generation::{Mirror, WORD_COUNT, announce};
    ///
    /// let words = [const { AtomicU32::new(0) }; WORD_COUNT];
    /// // SAFETY: the words are as many, outlive the mirror, and nobody else writes them.
    /// let mirror = unsafe { Mirror::new(NonNull::from(&words)) };
    /// let port = superconfig::ConfigRegistry::new().insert(8080_u16)?;
    /// announce(port.id());
    /// assert_ne!(words[port.id().get() as usize % WORD_COUNT].load(Ordering::Relaxed), 0);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub unsafe fn new(words: NonNull<[AtomicU32; WORD_COUNT]>) -> Self {
        let words = MirrorWords(words);
        let mut mirrors = MIRRORS.lock();
        mirrors.push(words);
        MIRROR_COUNT.store(mirrors.len(), Ordering::Relaxed);
        // Together with the one in `publish`: either that sees the mirror, or this sees its word.
        fence(Ordering::SeqCst);
        (0..WORD_COUNT).for_each(|at| words.copy(at));
        Self(words)
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        let mut mirrors = MIRRORS.lock();
        if let Some(at) = mirrors.iter().position(|words| *words == self.0) {
            mirrors.swap_remove(at);
        }
        MIRROR_COUNT.store(mirrors.len(), Ordering::Relaxed);
    }
}

/// Draws a generation for a snapshot that is about to be published.
pub(crate) fn next() -> u32 {
    loop {
        let generation = NEXT.fetch_add(1, Ordering::Relaxed);
        if !RESERVED.contains(&generation) {
            return generation;
        }
    }
}

/// Signals to the readers of a configuration that its snapshot of this generation is published.
pub(crate) fn publish(id: u64, generation: u32) {
    let at = id as usize % WORD_COUNT;
    WORDS[at].store(generation, Ordering::Release);
    fence(Ordering::SeqCst);
    if MIRROR_COUNT.load(Ordering::Relaxed) > 0 {
        MIRRORS.lock().iter().for_each(|words| words.copy(at));
    }
}

/// Announces to readers in a host language that the value of an entry was replaced.
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
    fn generations_skip_reserved_words() {
        let before = NEXT.swap(u32::MAX - 1, Ordering::Relaxed);
        let drawn: Vec<u32> = (0..4).map(|_| next()).collect();
        NEXT.fetch_max(before, Ordering::Relaxed);
        // Other tests may have drawn some of them.
        assert!(drawn.iter().all(|generation| !RESERVED.contains(generation)), "{drawn:?}");
    }

    #[test]
    fn mirrors_hold_earlier_and_later_publications() {
        let words = [const { AtomicU32::new(0) }; WORD_COUNT];
        // Ids that no test reaches.
        let (before, since) = (u64::MAX - 5000, u64::MAX - 4999);
        publish(before, 4_000_000_001);
        // SAFETY: the words outlive the mirror, and only the mirror writes them.
        let mirror = unsafe { Mirror::new(NonNull::from(&words)) };
        publish(since, 4_000_000_002);
        let word = |id: u64| words[id as usize % WORD_COUNT].load(Ordering::Acquire);
        assert_eq!((word(before), word(since)), (4_000_000_001, 4_000_000_002));
        drop(mirror);
        publish(since, 4_000_000_003);
        assert_eq!(word(since), 4_000_000_002);
    }

    #[test]
    fn announced_entry_has_another_word() {
        let registry = crate::registry::ConfigRegistry::new();
        let id = registry.insert(1_u8).unwrap().id();
        let word = || WORDS[id.get() as usize % WORD_COUNT].load(Ordering::Acquire);
        let before = word();
        announce(id);
        assert_ne!(word(), before);
    }
}
