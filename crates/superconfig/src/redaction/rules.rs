//! The rules that decide which values are secret.

use super::line_scan::{hides_characters, may_show_secret};
use super::secret_name::{SecretName, contains_words};
use super::secret_words::{REDACTED, without_keys};
use super::url::mask_userinfo;
use crate::diagnostic::{Error, Path, Segment, Warning};
use crate::value::{PathPattern, PatternIndex, SchemaNode, Table, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// The names that are secrets by default and the paths that a program or its schema marks.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretRules {
    patterns: Vec<PathPattern>,
    /// Built where there are many patterns.
    index: Option<Box<PatternIndex>>,
    /// Paths whose values were made of secrets.
    derived: HashSet<Vec<Segment>>,
}

impl SecretRules {
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for a malformed pattern.
    pub(crate) fn new(patterns: &[String], schema: Option<&Value>) -> Result<Self, Error> {
        let mut patterns = patterns.iter().map(|pattern| pattern.parse()).collect::<Result<Vec<PathPattern>, _>>()?;
        patterns.extend(schema.into_iter().flat_map(|schema| SchemaNode::new(schema).secrets()));
        let index = PatternIndex::new(patterns.iter());
        Ok(Self { patterns, index, derived: HashSet::new() })
    }

    /// These rules, and paths whose values were made of secrets.
    pub(crate) fn with_derived(&self, derived: HashSet<Vec<Segment>>) -> Self {
        Self { patterns: self.patterns.clone(), index: self.index.clone(), derived }
    }

    /// True when the value at a path is secret: by its own name or pattern, or by one above it.
    pub(crate) fn is_secret(&self, path: &[Segment], value: &Value) -> bool {
        self.is_below_secret(path) || self.marks(path, Some(value))
    }

    /// True when a path leads into something secret, so that even its keys are hidden.
    pub(crate) fn is_below_secret(&self, path: &[Segment]) -> bool {
        self.visible(path).len() < path.len()
    }

    /// The visible part of a path: down to the first secret on the way and no further.
    pub(crate) fn visible<'p>(&self, path: &'p [Segment]) -> &'p [Segment] {
        (1..path.len()).map(|length| &path[..length]).find(|above| self.marks(above, None)).unwrap_or(path)
    }

    /// Whether a table at a path is a secret, the keys in it included.
    pub(crate) fn hides_keys_of(&self, path: &[Segment]) -> bool {
        self.marks(path, None)
    }

    /// Whether a path itself is marked, whatever is above it. Without a value it is that of a table or an array.
    fn marks(&self, path: &[Segment], value: Option<&Value>) -> bool {
        let name = match path.last() {
            Some(Segment::Key(key)) => SecretName::of(key),
            _ => SecretName::No,
        };
        let is_number = matches!(value, Some(Value::Bool(_) | Value::Integer(_) | Value::Unsigned(_) | Value::Float(_)));
        name > (if is_number { SecretName::UnlessNumber } else { SecretName::No })
            || self.matches(path)
            || self.derived.contains(path)
    }

    fn matches(&self, path: &[Segment]) -> bool {
        match &self.index {
            Some(index) => index.candidates(path).any(|at| self.patterns[at].matches(path)),
            None => self.patterns.iter().any(|pattern| pattern.matches(path)),
        }
    }

    /// True when a text could contain a secret of the value at a path that it was coerced for: text for a table or an array
    /// may hold all that is below it.
    pub(crate) fn text_may_hold_secret(&self, path: &[Segment], text: &str) -> bool {
        let is_named = |pattern: &PathPattern| match pattern.last_key() {
            Some(key) if pattern.ends_with_key() => contains_folded(text, &key.to_lowercase()),
            _ => true,
        };
        line_may_hold_secret(text)
            || hides_characters(text)
            || self.patterns.iter().any(|pattern| pattern.may_match_below(path) && is_named(pattern))
    }

    /// True when the name of a variable or a file says that it holds a secret: by an entry, or by the last key of a pattern.
    pub(crate) fn names_secret(&self, name: &str) -> bool {
        SecretName::is_in(name)
            || self.patterns.iter().any(|pattern| pattern.last_key().is_some_and(|key| contains_words(name, key)))
    }

    /// An error that names no key below a secret: the paths that it is about end there.
    pub(crate) fn without_hidden_keys(&self, error: Error) -> Error {
        error.with_visible_paths(&|path, texts| self.hide_keys(path, texts))
    }

    /// The same for a warning.
    pub(crate) fn hide_keys_in(&self, warning: &mut Warning) {
        if let Some(path) = &mut warning.path {
            self.hide_keys(path, &mut [&mut warning.message]);
        }
    }

    /// Cuts a path at the first secret on the way, also in texts about it, which lose the keys behind it.
    fn hide_keys(&self, path: &mut Path, texts: &mut [&mut String]) {
        let visible = self.visible(path);
        if visible.len() == path.len() {
            return;
        }
        let (whole, hidden) = (path.to_string(), path[visible.len()..].to_vec());
        let visible = Path::from(visible.to_vec());
        for text in texts {
            let cut = text.replace(&whole, &visible.to_string());
            **text = without_keys(cut, &hidden);
        }
        *path = visible;
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
        let names = |line: &str| keys.iter().any(|key| contains_folded(line, key));
        may_show_secret(text, line as usize - 1, &names)
    }

    /// A copy of a value with everything secret replaced; what holds no secret stays shared.
    pub(crate) fn redact(&self, path: &mut Vec<Segment>, value: &Value) -> Value {
        if self.is_below_secret(path) {
            return masked(value);
        }
        self.redacted(path, value).unwrap_or_else(|| value.clone())
    }

    /// The redacted value, nothing above which is secret; `None` where it is the same.
    fn redacted(&self, path: &mut Vec<Segment>, value: &Value) -> Option<Value> {
        if !path.is_empty() && self.marks(path, Some(value)) {
            return Some(masked(value));
        }
        match value {
            Value::Table(table) => {
                let mut copy: Option<Table> = None;
                for (key, value) in table.entries() {
                    path.push(Segment::Key(key.clone()));
                    if let Some(new) = self.redacted(path, value) {
                        copy.get_or_insert_with(|| table.clone()).insert(key.clone(), new);
                    }
                    path.pop();
                }
                copy.map(Value::Table)
            }
            Value::Array(items) => {
                let mut copy: Option<Vec<Value>> = None;
                for (at, item) in items.iter().enumerate() {
                    path.push(Segment::Index(at));
                    if let Some(new) = self.redacted(path, item) {
                        copy.get_or_insert_with(|| items.to_vec())[at] = new;
                    }
                    path.pop();
                }
                copy.map(Value::array)
            }
            Value::String(text) => mask_userinfo(text).map(Value::from),
            _ => None,
        }
    }

    /// Calls back with each scalar that is secret, below a path that is not.
    pub(crate) fn for_each_secret(&self, path: &mut Vec<Segment>, value: &Value, call: &mut dyn FnMut(&Value)) {
        value.walk(path, &mut |path, value| {
            let is_secret = !path.is_empty() && self.marks(path, Some(value));
            if is_secret {
                for_each_scalar(value, call);
            }
            !is_secret
        });
    }
}

fn for_each_scalar(value: &Value, call: &mut dyn FnMut(&Value)) {
    match value {
        Value::Table(_) | Value::Array(_) => value.children().for_each(|(_, child)| for_each_scalar(child, call)),
        scalar => call(scalar),
    }
}

/// Everything below a secret is secret, but `null` hides nothing.
fn masked(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        _ => Value::from(REDACTED),
    }
}

/// True when a text could show a secret: a name of one, or the user part of a URL, occurs in it.
pub(crate) fn line_may_hold_secret(line: &str) -> bool {
    SecretName::is_in(line) || mask_userinfo(line).is_some()
}

/// Whether a text contains one that is in lower case, ignoring case.
fn contains_folded(text: &str, lower: &str) -> bool {
    let text = if text.chars().any(char::is_uppercase) { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) };
    text.contains(lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{parse_json, to_json};

    fn rules(patterns: &[&str]) -> SecretRules {
        SecretRules::new(&patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>(), None).unwrap()
    }

    fn path(text: &str) -> crate::diagnostic::Path {
        text.parse().unwrap()
    }

    #[test]
    fn redacts_below_secrets_and_in_urls() {
        let rules = rules(&["db.pin", "**.seed"]);
        let text = r#"{"db":{"pin":1,"url":"postgres://u:p@h/d"},"credentials":{"user":"u"},"a":{"b":{"seed":[1]}},"port":1}"#;
        let redacted = rules.redact(&mut Vec::new(), &parse_json(text).unwrap());
        let expected = r#"{"db":{"pin":"[redacted]","url":"postgres://[redacted]@h/d"},"credentials":"[redacted]","a":{"b":{"seed":"[redacted]"}},"port":1}"#;
        assert_eq!(to_json(&redacted), expected);
        let inner = parse_json(r#"{"user":"u"}"#).unwrap();
        assert_eq!(rules.redact(&mut path("credentials").to_vec(), &inner), Value::from(REDACTED));
        assert_eq!(rules.redact(&mut path("credentials.user").to_vec(), &Value::from("u")), Value::from(REDACTED));
    }

    #[test]
    fn values_without_secrets_stay_shared() {
        let value = parse_json(r#"{"a":[{"b":1}],"c":{"password":"x"}}"#).unwrap();
        let redacted = rules(&[]).redact(&mut Vec::new(), &value);
        let list = |value: &Value| value.at(&path("a")).unwrap().as_array().unwrap().as_ptr();
        assert_eq!(list(&value), list(&redacted));
    }

    #[test]
    fn a_path_is_visible_down_to_the_first_secret() {
        let rules = rules(&["db.pins"]);
        for (whole, redacted) in [
            ("tokens.abc.x", "tokens"),
            ("a.tokens[0].x", "a.tokens"),
            ("tokens", "tokens"),
            ("db.pins.x", "db.pins"),
            ("maxTokens.x", "maxTokens"),
            ("tokenEndpoint.x", "tokenEndpoint.x"),
            ("db.pin.x", "db.pin.x"),
        ] {
            assert_eq!(rules.visible(&path(whole)), &*path(redacted), "{whole}");
        }
    }

    #[test]
    fn text_for_a_table_may_hold_secrets_below_it() {
        let marked = rules(&["**.pin", "db.*", "list[*].code"]);
        for (target, text) in [
            ("x", r#"{"pin":"S",}"#),
            ("x", r#"{"PIN":"S",}"#),
            ("x", r#"{"p\u0069n":"S",}"#),
            ("db", "S"),
            ("list", r#"[{"code":"S",}]"#),
            ("x", r#"{"password":"S",}"#),
        ] {
            assert!(marked.text_may_hold_secret(&path(target), text), "{target} {text}");
        }
        for (target, text) in [("port", "eighty"), ("x", "{\"a\":1,}"), ("list", "[1"), ("other", r#"{"code":1,}"#)] {
            assert!(!marked.text_may_hold_secret(&path(target), text), "{target} {text}");
        }
    }

    #[test]
    fn patterns_also_match_names_of_variables_and_files() {
        let marked = rules(&["**.pinCode", "db.*"]);
        for name in ["API_TOKEN", "PIN_CODE", "app-pin-code.txt", "/run/secrets/x", "MY_DB"] {
            assert!(marked.names_secret(name), "{name}");
        }
        for name in ["PIN", "CODE_PIN", "PINCODES", "HOME"] {
            assert!(!marked.names_secret(name), "{name}");
        }
    }
}
