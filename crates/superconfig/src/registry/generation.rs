//! One 32-bit generation per entry: a reader compares it with the one it cached from, equal means current. Costs one load
//! from memory.
//!
//! A binding maps [`WORDS`] into its host language. A reader remembers the word that it found before it read, and
//! compares it with the word before using a cached value again. Generations are drawn from one counter and never repeat
//! (they wrap after four billion publications), so entries may share a word: a reader that finds a neighbour's generation
//! takes the slow path once more, remembers that word, and is right all the same.
//!
//! A host that cannot map foreign memory gives memory of its own, a [`Mirror`], into which every publication is copied. And a
//! host that is to look at one word for all of its configurations gives one, an [`OutdatedWord`].

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

static MIRRORS: HostMemory<[AtomicU32; WORD_COUNT]> = HostMemory::new();

static OUTDATED_WORDS: HostMemory<AtomicU32> = HostMemory::new();

/// Memory of hosts, of one kind, that publications are written into.
struct HostMemory<T> {
    pieces: Mutex<Vec<Piece<T>>>,
    /// How many there are, so that without any no thread takes the lock.
    count: AtomicUsize,
}

/// A piece of it, whose maker promised that it is good until it is removed.
///
/// The pointer is to the whole, so its maker has the right to all of it: a pointer to the first word alone may, under the
/// aliasing model, reach no other.
struct Piece<T>(NonNull<T>);

// SAFETY: it is only ever used for atomic stores, and its maker promised that the memory may be written from any thread.
unsafe impl<T: Sync> Send for Piece<T> {}

impl<T> HostMemory<T> {
    const fn new() -> Self {
        Self { pieces: Mutex::new(Vec::new()), count: AtomicUsize::new(0) }
    }

    /// Adds a piece, and writes into it what was published before.
    ///
    /// # Safety
    /// From here until it is removed the pointer must be valid for all of the piece, and others may use that only as atomics.
    unsafe fn add(&self, piece: NonNull<T>, write: impl Fn(&T)) {
        let mut pieces = self.pieces.lock();
        pieces.push(Piece(piece));
        self.count.store(pieces.len(), Ordering::Relaxed);
        // Together with the one in `publish`: either that sees the piece, or this, and the host afterwards, its word.
        fence(Ordering::SeqCst);
        // SAFETY: the caller promises it.
        write(unsafe { piece.as_ref() });
    }

    fn remove(&self, piece: NonNull<T>) {
        let mut pieces = self.pieces.lock();
        if let Some(at) = pieces.iter().position(|other| other.0 == piece) {
            pieces.swap_remove(at);
        }
        self.count.store(pieces.len(), Ordering::Relaxed);
    }

    /// Writes into each piece.
    fn write(&self, write: impl Fn(&T)) {
        if self.count.load(Ordering::Relaxed) > 0 {
            // SAFETY: `add` was promised that a piece is good until it is removed, which takes the lock that is held here, so it
            // has not happened.
            self.pieces.lock().iter().for_each(|piece| write(unsafe { piece.0.as_ref() }));
        }
    }
}

/// Copies a word into a mirror, under the lock of [`MIRRORS`].
fn copy(at: usize, mirror: &[AtomicU32; WORD_COUNT]) {
    mirror[at].store(WORDS[at].load(Ordering::Acquire), Ordering::Release);
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
pub struct Mirror(NonNull<[AtomicU32; WORD_COUNT]>);

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
        // SAFETY: the caller promises it.
        unsafe { MIRRORS.add(words, |mirror| (0..WORD_COUNT).for_each(|at| copy(at, mirror))) };
        Self(words)
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        MIRRORS.remove(self.0);
    }
}

/// A word of a host that is set to 1 with each version of a configuration after its first, and when one is closed that has other
/// users, from here until this is dropped. Its host sets it back to 0, and only then looks at [`WORDS`], or at a [`Mirror`] of them.
///
/// Whatever a host keeps of its configurations, it is good while this one word, whose address never changes, is 0. What a version
/// concerns the host has to find out, so entries of the registry, which change more often, leave the word alone.
///
/// ```
/// use std::ptr::NonNull;
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use superconfig::generation::OutdatedWord;
///
/// let word = AtomicU32::new(0);
/// // SAFETY: the word outlives this, and all use it as an atomic.
/// let outdated = unsafe { OutdatedWord::new(NonNull::from(&word)) };
/// superconfig::SuperConfig::builder().load()?.close();
/// assert_eq!(word.swap(0, Ordering::AcqRel), 1);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct OutdatedWord(NonNull<AtomicU32>);

impl OutdatedWord {
    /// Starts to set it.
    ///
    /// # Safety
    /// From here until this is dropped, `word` must be valid, may be written from any thread, and is used by others only as an
    /// atomic.
    ///
    /// ```
    /// # use superconfig::generation::OutdatedWord;
    /// let word = std::sync::atomic::AtomicU32::new(0);
    /// // SAFETY: the word outlives this, and all use it as an atomic.
    /// drop(unsafe { OutdatedWord::new(std::ptr::NonNull::from(&word)) });
    /// ```
    pub unsafe fn new(word: NonNull<AtomicU32>) -> Self {
        // What was published before it, its host finds at its first look at the other words.
        // SAFETY: the caller promises it.
        unsafe { OUTDATED_WORDS.add(word, |_| ()) };
        Self(word)
    }
}

impl Drop for OutdatedWord {
    fn drop(&mut self) {
        OUTDATED_WORDS.remove(self.0);
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
    MIRRORS.write(|mirror| copy(at, mirror));
}

/// Signals to hosts, after [`publish`], that what they keep of a configuration is outdated. Not after its first version, before
/// which nobody has kept anything of it.
pub(crate) fn outdate() {
    OUTDATED_WORDS.write(|word| word.store(1, Ordering::Release));
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
    fn words_of_hosts_are_set_until_they_are_dropped() {
        let word = AtomicU32::new(0);
        // SAFETY: the word outlives it, and all use it as an atomic.
        let outdated = unsafe { OutdatedWord::new(NonNull::from(&word)) };
        outdate();
        assert_eq!(word.load(Ordering::Acquire), 1);
        drop(outdated);
        word.store(0, Ordering::Release);
        outdate();
        assert_eq!(word.load(Ordering::Acquire), 0);
    }

    #[test]
    fn words_of_hosts_miss_nothing_while_they_come_and_go() {
        const LAST: u32 = if cfg!(miri) { 20 } else { 1000 };
        let newest = [const { AtomicU32::new(0) }; 2];
        std::thread::scope(|scope| {
            for (newest, id) in newest.iter().zip(u64::MAX - 4000..) {
                scope.spawn(move || {
                    for version in 1..=LAST {
                        newest.store(version, Ordering::Relaxed);
                        publish(id, next());
                        outdate();
                    }
                });
                scope.spawn(move || {
                    let mut kept = 0;
                    while kept != LAST {
                        let word = Box::new(AtomicU32::new(0));
                        // SAFETY: the word outlives it, and all use it as an atomic.
                        let outdated = unsafe { OutdatedWord::new(NonNull::from(&*word)) };
                        kept = newest.load(Ordering::Relaxed);
                        // Forever, were what is published from here on not told.
                        while kept != LAST && word.swap(0, Ordering::AcqRel) == 0 {
                            std::thread::yield_now();
                        }
                        drop(outdated);
                    }
                });
            }
        });
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
