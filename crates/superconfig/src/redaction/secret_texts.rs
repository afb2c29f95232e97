//! Masks secret values in foreign texts, such as a schema's message or the cause of an error.

use super::rules::SecretRules;
use super::secret_words::{REDACTED, SHORTEST};
use super::url::mask_userinfo;
use crate::diagnostic::count_steps;
use crate::value::{Value, to_json};
use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::noncontiguous::NFA;
use aho_corasick::{Input, MatchKind};
use std::collections::{BTreeMap, HashSet};

/// The most bytes of one secret that are searched for, and of all together unless they are very many.
const LONGEST: usize = 1 << 10;
const MOST_BYTES: usize = 4 << 20;

/// The secrets of a configuration, in the forms in which a message may quote them.
///
/// Finding all of them in a text costs one pass over it, however many they are.
pub(crate) struct SecretTexts {
    /// Finds their starts; `None` where there are none.
    searcher: Option<NFA>,
    /// For each start whether a secret goes on behind it.
    is_cut: Vec<bool>,
    /// Whether no searcher could be made: then everything is masked.
    hides_all: bool,
}

impl SecretTexts {
    /// The secrets of some values.
    pub(crate) fn new(rules: &SecretRules, values: &[&Value]) -> Self {
        let mut texts = Vec::new();
        // A text that is shared by many values is the same secret.
        let mut shared = HashSet::new();
        for value in values {
            rules.for_each_secret(&mut Vec::new(), value, &mut |secret| match secret {
                Value::String(text) | Value::Datetime(text) if !shared.insert(text.as_ptr()) => {}
                Value::String(text) | Value::Datetime(text) => add(text, &mut texts),
                Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => add(&to_json(secret), &mut texts),
                _ => {}
            });
        }
        Self::from_texts(&texts)
    }

    fn from_texts(texts: &[SecretText]) -> Self {
        let longest = (MOST_BYTES / texts.len().max(1)).clamp(SHORTEST, LONGEST);
        // By start, so that each is there once.
        let mut starts: BTreeMap<&str, bool> = BTreeMap::new();
        for SecretText { text, is_cut } in texts {
            let start = &text[..text.ceil_char_boundary(longest.min(text.len()))];
            *starts.entry(start).or_default() |= *is_cut || start.len() < text.len();
        }
        if starts.is_empty() {
            return Self { searcher: None, is_cut: Vec::new(), hides_all: false };
        }
        count_steps(starts.keys().map(|start| start.len()).sum());
        // The longest first: one may be the start of another.
        let searcher = NFA::builder().match_kind(MatchKind::LeftmostLongest).build(starts.keys()).ok();
        Self { hides_all: searcher.is_none(), searcher, is_cut: starts.into_values().collect() }
    }

    /// A text without these secrets and without the user parts of URLs.
    ///
    /// After the start of a long secret the rest of the text is masked too.
    pub(crate) fn mask(&self, text: String) -> String {
        let text = match &self.searcher {
            _ if self.hides_all => REDACTED.to_owned(),
            Some(searcher) => self.without_secrets(searcher, text),
            None => text,
        };
        mask_userinfo(&text).unwrap_or(text)
    }

    fn without_secrets(&self, searcher: &NFA, text: String) -> String {
        count_steps(text.len());
        let Ok(all) = searcher.try_find_iter(Input::new(&text)) else { return REDACTED.to_owned() };
        let mut masked = String::new();
        let mut copied = 0;
        for found in all {
            masked.push_str(&text[copied..found.start()]);
            masked.push_str(REDACTED);
            copied = found.end();
            if self.is_cut[found.pattern()] {
                return masked;
            }
        }
        if copied == 0 {
            return text;
        }
        masked.push_str(&text[copied..]);
        masked
    }
}

/// A secret in one of its forms, or the start of a long one.
struct SecretText {
    text: String,
    is_cut: bool,
}

/// Adds a secret plain, and as it is written in quotes.
fn add(secret: &str, texts: &mut Vec<SecretText>) {
    if secret.len() < SHORTEST {
        return;
    }
    let start = &secret[..secret.ceil_char_boundary(LONGEST.min(secret.len()))];
    let is_cut = start.len() < secret.len();
    for quoted in [to_json(&Value::from(start)), format!("{start:?}")] {
        let inner = &quoted[1..quoted.len() - 1];
        if inner != start {
            texts.push(SecretText { text: inner.to_owned(), is_cut });
        }
    }
    texts.push(SecretText { text: start.to_owned(), is_cut });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::assert_linear;
    use crate::value::parse_json;

    fn texts_of<'s>(secrets: impl IntoIterator<Item = &'s str>) -> SecretTexts {
        let mut texts = Vec::new();
        secrets.into_iter().for_each(|secret| add(secret, &mut texts));
        SecretTexts::from_texts(&texts)
    }

    fn masked(secrets: &[&str], text: &str) -> String {
        texts_of(secrets.iter().copied()).mask(text.to_owned())
    }

    #[test]
    fn secrets_are_found_plain_and_as_they_are_quoted() {
        let value =
            parse_json(r#"{"password":"a\"b\nc","token":12345,"pin":"p","tokens":{"x":["deep secret"]},"port":8080}"#).unwrap();
        let texts = SecretTexts::new(&SecretRules::default(), &[&value]);
        for (text, expected) in [
            ("not \"a\\\"b\\nc\" but 8080", "not \"[redacted]\" but 8080"),
            ("a\"b\nc12345", "[redacted][redacted]"),
            ("p deep secret", "p [redacted]"),
            ("at x://u:p@h", "at x://[redacted]@h"),
        ] {
            assert_eq!(texts.mask(text.to_owned()), expected);
        }
    }

    #[test]
    fn the_longest_secret_is_masked_where_several_begin() {
        assert_eq!(masked(&["abcd", "abcdefgh", "cdef"], "xabcdefghx abcdx"), "x[redacted]x [redacted]x");
        assert_eq!(masked(&[], "abcd"), "abcd");
    }

    #[test]
    fn everything_after_the_start_of_a_long_secret_is_masked() {
        let long = "é".repeat(3_000);
        assert_eq!(masked(&[&long], &format!("not {long} here")), "not [redacted]");
        assert_eq!(masked(&[&long], "not éééé here"), "not éééé here");
    }

    #[test]
    fn masking_costs_the_secrets_and_the_text() {
        let secrets = |size: usize| (0..size).map(|at| format!("secret-{at:08}")).collect::<Vec<_>>();
        assert_linear("many secrets, many messages", |size| {
            let texts = texts_of(secrets(size).iter().map(String::as_str));
            (0..size).for_each(|at| drop(texts.mask(format!("not secret-{at:08} at all"))));
        });
    }

    #[test]
    fn many_secrets_are_matched_by_prefix() {
        let texts: Vec<String> = (0..200_000).map(|at| format!("{at:06}-{}", "x".repeat(40))).collect();
        let found = texts_of(texts.iter().map(String::as_str)).mask(format!("not 000123-{} here", "x".repeat(40)));
        assert_eq!(found, "not [redacted]");
    }
}
