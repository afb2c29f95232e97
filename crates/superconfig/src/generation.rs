//! One word per entry of a registry that tells, for the price of a load from memory, whether what was read still holds.
//!
//! A binding maps [`WORDS`] into its host language. A reader remembers the word that it found before it read, and
//! compares it with the word before using a cached value again. Generations are drawn from one counter and never repeat
//! (they wrap after four billion publications), so entries may share a word: a reader that finds a neighbour's generation
//! takes the slow path once more, remembers that word, and is right all the same.

use crate::registry::HandleId;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many words there are; an entry uses the one at its id modulo this number.
pub const WORD_COUNT: usize = 4096;

/// The words. They are written by [`publish`] alone.
pub static WORDS: [AtomicU32; WORD_COUNT] = [const { AtomicU32::new(0) }; WORD_COUNT];

static NEXT: AtomicU32 = AtomicU32::new(1);

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
    WORDS[id as usize % WORD_COUNT].store(generation, Ordering::Release);
}

/// Tells readers in a host language that the value of an entry was replaced.
pub fn announce(id: HandleId) {
    publish(id.get(), next());
}
