//! Masks the words of a message that are part of a secret, or the keys of a path.

pub(crate) use crate::diagnostic::REDACTED;
use crate::diagnostic::{Segment, count_steps, printable};

/// Shorter secrets are found in ordinary words.
pub(super) const SHORTEST: usize = 4;

/// A message without the keys of a path, whatever else it says of them.
pub(crate) fn without_keys(message: String, path: &[Segment]) -> String {
    path.iter().fold(message, |message, segment| match segment {
        // An error has escapes for what a terminal would obey.
        Segment::Key(key) if key.len() >= SHORTEST => message.replace(&**key, REDACTED).replace(&*printable(key), REDACTED),
        Segment::Key(key) => pieces(&message, |word| word == &**key || word == printable(key)),
        Segment::Index(_) => message,
    })
}

/// A message with the words that are chosen masked.
fn pieces(message: &str, is_hidden: impl Fn(&str) -> bool) -> String {
    let is_delimiter = |character: char| character.is_whitespace() || "\"'`()[]{}<>,;:".contains(character);
    let pieces = message.split_inclusive(is_delimiter).map(|piece| {
        let word = piece.trim_end_matches(is_delimiter);
        let is_masked = word == REDACTED.trim_matches(is_delimiter);
        if !is_masked && is_hidden(word) { format!("{REDACTED}{}", &piece[word.len()..]) } else { piece.to_owned() }
    });
    pieces.collect()
}

/// Finds words that are part of one secret, in whatever case, as a check may have trimmed or changed it first.
pub(crate) struct SecretWords {
    secret: String,
    /// One bit for each run of four bytes of the secret, by its hash. A word all runs of which are there counts as part of it:
    /// now and then one that is not, never the other way round.
    runs: Vec<u64>,
}

impl SecretWords {
    pub(crate) fn new(secret: &str) -> Self {
        let lower = secret.to_lowercase();
        count_steps(lower.len());
        let mut runs = vec![0; (lower.len() / 4).next_power_of_two().max(16)];
        for run in lower.as_bytes().windows(SHORTEST) {
            let bit = bit_of(run, runs.len());
            runs[bit / 64] |= 1 << (bit % 64);
        }
        Self { secret: secret.to_owned(), runs }
    }

    /// A message without what it quotes of the secret: the whole, or words that are part of it. Costs one pass.
    pub(crate) fn mask(&self, message: &str) -> String {
        count_steps(message.len());
        let message = if self.secret.is_empty() { message.to_owned() } else { message.replace(&self.secret, REDACTED) };
        pieces(&message, |word| self.may_contain(&word.to_lowercase()))
    }

    fn may_contain(&self, word: &str) -> bool {
        let has = |run: &[u8]| {
            let bit = bit_of(run, self.runs.len());
            self.runs[bit / 64] >> (bit % 64) & 1 == 1
        };
        word.len() >= SHORTEST && word.len() <= 2 * self.secret.len() && word.as_bytes().windows(SHORTEST).all(has)
    }
}

/// The bit of a run of four bytes among those of some words; the number of words is a power of two.
fn bit_of(run: &[u8], words: usize) -> usize {
    let mut bytes = [0; SHORTEST];
    bytes.copy_from_slice(run);
    let mixed = u64::from(u32::from_le_bytes(bytes)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize & (words * 64 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::assert_linear;

    #[test]
    fn parts_of_a_secret_are_masked_in_any_case() {
        let words = SecretWords::new("Canary-7f3a Ünder");
        assert_eq!(words.mask("odd: CANARY-7F3A, \"7f3a ünder\"!"), "odd: [redacted], \"[redacted] [redacted]\"!");
        assert_eq!(words.mask("Canary-7f3a Ünder"), REDACTED);
        assert_eq!(words.mask("expected a string (anchor)"), "expected a string (anchor)");
        assert_eq!(SecretWords::new("").mask("x"), "x");
    }

    #[test]
    fn keys_are_masked_short_ones_as_words_alone() {
        let path: crate::diagnostic::Path = "abcd.x[0]".parse().unwrap();
        assert_eq!(
            without_keys("abcde: \"x\" is next to x".to_owned(), &path),
            "[redacted]e: \"[redacted]\" is next to [redacted]"
        );
    }

    #[test]
    fn masking_a_long_message_costs_one_pass() {
        assert_linear("a long secret, a long message", |size| {
            let words = SecretWords::new(&"ab ".repeat(size));
            words.mask(&"abab ba ".repeat(size));
        });
    }
}
