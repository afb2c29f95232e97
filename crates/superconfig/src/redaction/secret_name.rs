//! The rule by which a key's, variable's or file's name marks a secret.

use crate::diagnostic::count_steps;

/// Words that mark a secret anywhere in a name, in lower case and singular.
const NAMES: [&str; 10] =
    ["password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "credential", "authorization", "salt"];

/// The same for the last word alone.
const LAST_NAMES: [&str; 2] = ["pass", "auth"];

/// Words right before `key` that make both together a secret's name.
const KEY_QUALIFIERS: [&str; 12] =
    ["api", "private", "access", "secret", "encryption", "signing", "session", "app", "auth", "master", "service", "license"];

/// Words after a secret's name that say something about it: `tokenEndpoint` is an address, `passwordFile` a path.
const SUBJECTS: [&str; 15] = [
    "endpoint",
    "url",
    "uri",
    "file",
    "path",
    "expiry",
    "ttl",
    "timeout",
    "limit",
    "length",
    "count",
    "algorithm",
    "policy",
    "header",
    "type",
];

/// The meaning of a name for its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SecretName {
    /// Names no secret.
    No,
    /// Names a secret unless the value is a number or a boolean: `maxTokens`.
    UnlessNumber,
    /// Names a secret of any type, as it ends with an entry in the singular.
    Always,
}

impl SecretName {
    /// Judges a name of any spelling: `dbPassword`, `API-KEY`, `auth.token`.
    ///
    /// Words end at case changes and at whatever is neither letter nor digit. Digits at the end of a word do not count
    /// (`password2`), but for `pass` and `auth`. Costs one pass over the name and allocates nothing.
    pub(crate) fn of(name: &str) -> Self {
        let mut found = SecretName::No;
        let (mut before, mut last) = ("", "");
        for written in words(name) {
            let word = written.trim_end_matches(|character: char| character.is_ascii_digit());
            if word.is_empty() {
                continue;
            }
            found = match entry(before, word) {
                Some(Number::Singular) => SecretName::Always,
                Some(Number::Plural) => SecretName::UnlessNumber,
                None if SUBJECTS.iter().any(|subject| number(word, subject).is_some()) => SecretName::No,
                None => found.min(SecretName::UnlessNumber),
            };
            (before, last) = (word, written);
        }
        match LAST_NAMES.iter().find_map(|name| number(last, name)) {
            Some(Number::Singular) => SecretName::Always,
            Some(Number::Plural) => SecretName::UnlessNumber,
            None => found,
        }
    }

    /// True when some name in a text names a secret: a line of a document, the name of a variable or of a file.
    ///
    /// Where one name ends and the next begins is a guess, which rather finds too many. Costs one pass over the text.
    pub(crate) fn is_in(text: &str) -> bool {
        let is_inside = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
        let names = text.split(|character| !is_inside(character)).flat_map(|names| names.split("__"));
        let mut last = "";
        names.into_iter().any(|name| SecretName::of(name) != SecretName::No)
            // A key may have spaces in it: `api key`.
            || words(text).any(|word| entry(std::mem::replace(&mut last, word), word).is_some_and(|_| number(word, "key").is_some()))
    }
}

/// Whether a name contains the words of a key in a row, ignoring case. Costs the product of both lengths; keys are the
/// program's.
pub(super) fn contains_words(name: &str, key: &str) -> bool {
    let lower = |text: &str| words(text).map(str::to_lowercase).collect::<Vec<_>>();
    let (name, key) = (lower(name), lower(key));
    !key.is_empty() && name.windows(key.len()).any(|run| run == key)
}

/// Whether a word equals an entry in the singular or the plural.
enum Number {
    Singular,
    Plural,
}

/// Whether a word is an entry, or the `key` of one with the word before it.
fn entry(before: &str, word: &str) -> Option<Number> {
    NAMES.iter().find_map(|name| number(word, name)).or_else(|| {
        let key = number(word, "key")?;
        KEY_QUALIFIERS.iter().any(|qualifier| same(before, qualifier)).then_some(key)
    })
}

fn number(word: &str, singular: &str) -> Option<Number> {
    // Most words differ in their first character.
    if !word.starts_with(|first: char| singular.starts_with(first.to_ascii_lowercase()) || !first.is_ascii()) {
        return None;
    }
    if same(word, singular) {
        return Some(Number::Singular);
    }
    let (stem, ending) = match singular.as_bytes() {
        [.., before, b'y'] if !b"aeiou".contains(before) => (&singular[..singular.len() - 1], "ies"),
        [.., b's'] => (singular, "es"),
        _ => (singular, "s"),
    };
    let (start, end) = word.split_at_checked(word.len().checked_sub(ending.len())?)?;
    (same(start, stem) && same(end, ending)).then_some(Number::Plural)
}

/// Compares a word with one in lower case.
fn same(word: &str, lower: &str) -> bool {
    if word.is_ascii() { word.eq_ignore_ascii_case(lower) } else { word.chars().flat_map(char::to_lowercase).eq(lower.chars()) }
}

/// Cuts a name into its words.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|character: char| !character.is_alphanumeric());
        let mut characters = rest.char_indices().peekable();
        let mut after_lower = false;
        let mut end = rest.len();
        while let Some((at, character)) = characters.next() {
            let starts = at > 0 && character.is_uppercase() && (after_lower || is_followed_by_lower(&mut characters.clone()));
            if starts || !character.is_alphanumeric() {
                end = at;
                break;
            }
            after_lower = character.is_lowercase() || character.is_numeric();
        }
        let (word, after) = rest.split_at(end);
        count_steps(end + 1);
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// Whether a capital begins a word of small letters; the `s` of `APIKEYs` is none.
fn is_followed_by_lower(rest: &mut dyn Iterator<Item = (usize, char)>) -> bool {
    match rest.next() {
        Some((_, 's')) => rest.next().is_some_and(|(_, after)| after.is_lowercase()),
        Some((_, next)) => next.is_lowercase(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_case_changes_and_punctuation() {
        let cut = |name| words(name).collect::<Vec<_>>();
        assert_eq!(cut("dbPassword"), ["db", "Password"]);
        assert_eq!(cut("DBPassword.API-KEY_x"), ["DB", "Password", "API", "KEY", "x"]);
        assert_eq!(cut("s3SecretKey2"), ["s3", "Secret", "Key2"]);
        assert_eq!(cut("APIKEYs"), ["APIKEYs"]);
        assert_eq!(cut("APISecret"), ["API", "Secret"]);
        assert_eq!(cut("JWTs"), ["JWTs"]);
        assert_eq!(cut("éÉtat__"), ["é", "État"]);
        assert_eq!(cut("--"), Vec::<&str>::new());
    }

    #[test]
    fn judging_costs_the_length_of_the_name() {
        for unit in ["a", "A", "aB", "_", "key", "Access", "token_endpoint_", "é", "ſ", "1"] {
            crate::diagnostic::assert_linear(unit, |size| {
                SecretName::of(&unit.repeat(size));
                SecretName::is_in(&format!("{} ", unit.repeat(8)).repeat(size));
            });
        }
    }

    #[test]
    fn text_names_a_secret_if_any_word_does() {
        for text in [
            "password = 1",
            "\"smtp_pass\": x",
            "APP_TOKEN__ENDPOINT",
            "token.endpoint = 1",
            "api key: x",
            "-----BEGIN RSA PRIVATE KEY-----",
            "/run/secrets/x",
            "secret # of a file",
            "auth:",
        ] {
            assert!(SecretName::is_in(text), "{text}");
        }
        for text in ["tokenEndpoint = 1", "passwordFile: /x", "bypass = compass", "author: x", "port = 80 # keyboard"] {
            assert!(!SecretName::is_in(text), "{text}");
        }
    }
}
