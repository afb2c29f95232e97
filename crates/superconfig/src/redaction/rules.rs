//! Which values must not be shown.

use super::line_scan::may_show_secret;
use crate::diagnostic::{Error, Segment};
use crate::value::{Hints, PathPattern, Table, Value};
use std::collections::HashSet;

/// What a secret shows as.
pub(crate) const REDACTED: &str = "[redacted]";

/// Words in a row that make a name a secret's, in lower case and singular.
const NAMES: [&[&str]; 8] =
    [&["password"], &["passwd"], &["secret"], &["token"], &["api", "key"], &["apikey"], &["private", "key"], &["credential"]];

/// The names that are secrets by default and the paths that a program or its schema marks.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretRules {
    patterns: Vec<PathPattern>,
    /// Paths whose values were made of secrets.
    derived: HashSet<Vec<Segment>>,
}

impl SecretRules {
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for a malformed pattern.
    pub(crate) fn new(patterns: &[String], schema: Option<&Value>) -> Result<Self, Error> {
        let mut patterns = patterns.iter().map(|pattern| pattern.parse()).collect::<Result<Vec<PathPattern>, _>>()?;
        patterns.extend(schema.into_iter().flat_map(|schema| Hints::new(schema).secrets()));
        Ok(Self { patterns, derived: HashSet::new() })
    }

    /// These rules, and paths whose values were made of secrets.
    pub(crate) fn with_derived(&self, derived: HashSet<Vec<Segment>>) -> Self {
        Self { patterns: self.patterns.clone(), derived }
    }

    /// True when the value at a path must not be shown: because of its own name or pattern, or of one above it.
    pub(crate) fn is_secret(&self, path: &[Segment], value: &Value) -> bool {
        (1..=path.len()).any(|length| {
            let prefix = &path[..length];
            let own = length == path.len();
            let by_name = match prefix.last() {
                Some(Segment::Key(key)) => name_is_secret(key, if own { Some(value) } else { None }),
                _ => false,
            };
            by_name || self.patterns.iter().any(|pattern| pattern.matches(prefix)) || self.derived.contains(prefix)
        })
    }

    /// An error about a text, without the line that it shows where what the program marks could be on it.
    pub(crate) fn conceal(&self, error: Error, text: &str) -> Error {
        let line = error.snippet().and(error.origin()).and_then(|origin| origin.line);
        match line {
            Some(line) if self.may_show(text, line) => error.with_snippet(None),
            _ => error,
        }
    }

    /// True when a line of a text, counted from 1, could hold what the program marks.
    pub(crate) fn may_show(&self, text: &str, line: u32) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let keys: Option<Vec<String>> = self.patterns.iter().map(|pattern| Some(pattern.last_key()?.to_lowercase())).collect();
        // One that marks everything leaves no line to show.
        let Some(keys) = keys else { return true };
        let names = |line: &str| {
            let line = line.to_lowercase();
            keys.iter().any(|key| line.contains(key))
        };
        may_show_secret(text, line as usize - 1, &names)
    }

    /// A copy of a value with everything secret replaced; what holds no secret stays shared.
    pub(crate) fn redact(&self, path: &mut Vec<Segment>, value: &Value) -> Value {
        if self.is_secret(path, value) {
            return masked(value);
        }
        match value {
            Value::Table(table) => {
                let mut copy = Table::with_capacity(table.len());
                for (key, value) in table.entries() {
                    path.push(Segment::Key(key.clone()));
                    copy.insert(key.clone(), self.redact(path, value));
                    path.pop();
                }
                Value::Table(copy)
            }
            Value::Array(items) => {
                let mut copy = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    path.push(Segment::Index(at));
                    copy.push(self.redact(path, item));
                    path.pop();
                }
                Value::array(copy)
            }
            Value::String(text) => mask_userinfo(text).map_or_else(|| value.clone(), Value::from),
            other => other.clone(),
        }
    }
}

/// Everything below a secret is secret, but its shape may show; `null` hides nothing.
fn masked(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        _ => Value::from(REDACTED),
    }
}

/// Masks `user:password` of each URL in a text; `None` where there is none. Costs one pass.
///
/// ```
/// let masked = superconfig::mask_userinfo("cannot reach db://me:hunter2@host/x");
/// assert_eq!(masked.as_deref(), Some("cannot reach db://[redacted]@host/x"));
/// assert_eq!(superconfig::mask_userinfo("https://example.com"), None);
/// ```
pub fn mask_userinfo(text: &str) -> Option<String> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (scheme, after) = rest.split_at(start + "://".len());
        shown.push_str(scheme);
        rest = after;
        if let Some(at) = userinfo(after) {
            shown.push_str(REDACTED);
            rest = &after[at..];
        }
    }
    shown.push_str(rest);
    (shown.len() != text.len() || shown != text).then_some(shown)
}

/// Where the `@` after the user part stands in what follows `://`.
fn userinfo(after: &str) -> Option<usize> {
    let authority = &after[..after.find(['/', '?', '#']).unwrap_or(after.len())];
    if let Some(at) = authority.rfind('@') {
        return Some(at);
    }
    // What is no port after a colon is a password, with characters in it that should have been escaped.
    let port = authority.rsplit_once(':').filter(|(host, _)| !host.starts_with('['))?.1;
    if port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    after.split(|character: char| character.is_whitespace() || "\"'`<>".contains(character)).next()?.rfind('@')
}

/// True when a text could show a secret: a word of the names occurs in it.
pub(crate) fn line_may_hold_secret(line: &str) -> bool {
    text_names_secret(line) || mask_userinfo(line).is_some()
}

/// True when a word of the names occurs in a text, such as the name of a variable or of a file.
pub(crate) fn text_names_secret(text: &str) -> bool {
    name_is_secret(text, None)
}

/// A number or boolean counts only where the name ends with an entry in the singular: `maxTokens: 4096` is no secret.
fn name_is_secret(name: &str, value: Option<&Value>) -> bool {
    let words = words(name);
    let plain = matches!(value, Some(Value::Bool(_) | Value::Integer(_) | Value::Unsigned(_) | Value::Float(_)));
    NAMES.iter().any(|entry| {
        words.windows(entry.len()).enumerate().any(|(at, run)| {
            let last = entry.len() - 1;
            let same = run[..last].iter().zip(&entry[..last]).all(|(word, wanted)| word == wanted);
            let singular = same && run[last] == entry[last];
            let plural = same && run[last].strip_suffix('s') == Some(entry[last]);
            if plain { singular && at + entry.len() == words.len() } else { singular || plural }
        })
    })
}

/// Cuts a name at case changes and at everything that is neither letter nor digit.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut previous_lower = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
        let starts = character.is_uppercase() && (previous_lower || next_lower);
        if (starts || !character.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        previous_lower = character.is_lowercase() || character.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_secrets_by_their_words() {
        for name in [
            "password",
            "dbPassword",
            "API-KEY",
            "apikey",
            "tokens",
            "GITHUB_TOKEN",
            "private_key",
            "awsCredentials",
            "DBPassword",
        ] {
            assert!(name_is_secret(name, Some(&Value::from("x"))), "{name}");
        }
        for name in ["tokenizer", "passwords2x", "keyboard", "privateer", "secretary", "monkey"] {
            assert!(!name_is_secret(name, Some(&Value::from("x"))), "{name}");
        }
        let number = Value::Integer(8);
        assert!(name_is_secret("password", Some(&number)));
        assert!(!name_is_secret("maxTokens", Some(&number)));
        assert!(!name_is_secret("passwordMinLength", Some(&number)));
    }

    #[test]
    fn hides_the_user_part_of_each_url_alone() {
        let masked = |text: &str| mask_userinfo(text).unwrap_or_else(|| text.to_owned());
        for (text, expected) in [
            ("amqp://u:p@a/x,amqp://u:p@b/y", "amqp://[redacted]@a/x,amqp://[redacted]@b/y"),
            ("mongodb://u:p@a,b:1/x", "mongodb://[redacted]@a,b:1/x"),
            ("postgres://u:p/w#1@a/x", "postgres://[redacted]@a/x"),
            ("redis://:p@a", "redis://[redacted]@a"),
            ("jdbc:pg://u:p@q@a", "jdbc:pg://[redacted]@a"),
            ("http://a/?to=ftp://u:p@b", "http://a/?to=ftp://[redacted]@b"),
            ("http://a:8080/p@b", "http://a:8080/p@b"),
            ("http://a/p@b:c@d", "http://a/p@b:c@d"),
            ("http://[::1]/p@b", "http://[::1]/p@b"),
            ("http://[::1]:80/p@b", "http://[::1]:80/p@b"),
            ("a@b, no scheme", "a@b, no scheme"),
            ("://", "://"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn redacts_below_secrets_and_in_urls() {
        let rules = SecretRules::new(&["db.pin".into(), "**.seed".into()], None).unwrap();
        let text = r#"{"db":{"pin":1,"url":"postgres://u:p@h/d"},"credentials":{"user":"u"},"a":{"b":{"seed":[1]}},"port":1}"#;
        let shown = rules.redact(&mut Vec::new(), &crate::value::parse_json(text).unwrap());
        let expected = r#"{"db":{"pin":"[redacted]","url":"postgres://[redacted]@h/d"},"credentials":"[redacted]","a":{"b":{"seed":"[redacted]"}},"port":1}"#;
        assert_eq!(crate::value::to_json(&shown), expected);
    }
}
