//! What a check said about merged values, told with the places that they come from.

use super::loader::Loaded;
use super::options::Validator;
use crate::diagnostic::{Error, ErrorCode, Issue, Origin, Position, Segment};
use crate::merge::{Content, Explanation};
use crate::redaction::{REDACTED, mask_userinfo, snippet};
use crate::source::panicked;
use crate::value::{Hints, Value, to_json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Longer texts are cut in messages.
const SHOWN_CHARACTERS: usize = 60;

impl Loaded {
    /// Puts what a check gave in the place of the merged values.
    pub(crate) fn replace(&mut self, output: Option<Value>) -> Result<(), Error> {
        match output {
            None => Ok(()),
            Some(output @ Value::Table(_)) => {
                self.value = output;
                Ok(())
            }
            Some(other) => {
                let message = format!("a schema must give a table of keys for a configuration, not one {}", other.kind());
                Err(Error::new(ErrorCode::Option, message))
            }
        }
    }

    /// Runs the program's own check, where there is one.
    pub(crate) fn check(&self, validator: Option<&Validator>) -> Result<Option<Value>, Error> {
        let Some(validator) = validator else { return Ok(None) };
        match catch_unwind(AssertUnwindSafe(|| validator(&self.value))) {
            Ok(Ok(output)) => Ok(Some(output)),
            Ok(Err(issues)) => Err(self.refuse(issues)),
            Err(panic) => {
                let cause = masked(panicked(&*panic).to_owned(), &self.secret_texts());
                Err(Error::new(ErrorCode::Internal, "the program's own check of the configuration panicked").with_cause(cause))
            }
        }
    }

    /// The keys that the schema knows at a path.
    pub(crate) fn known_keys(&self, path: &[Segment]) -> Vec<Arc<str>> {
        let root = self.rules.schema.as_ref().map(Hints::new);
        let at = path.iter().try_fold(root, |hints, segment| match segment {
            Segment::Key(key) => Some(hints?.key(key)),
            Segment::Index(_) => Some(hints?.items()),
        });
        let mut keys = Vec::new();
        if let Some(hints) = at.flatten() {
            hints.for_each_key(&mut |key| keys.push(key.clone()));
        }
        keys
    }

    /// The error for values that a check refuses. A single issue is the error itself.
    pub(crate) fn refuse(&self, issues: Vec<Issue>) -> Error {
        self.refuse_as(ErrorCode::Validation, issues)
    }

    pub(crate) fn refuse_as(&self, code: ErrorCode, issues: Vec<Issue>) -> Error {
        let secrets = self.secret_texts();
        let issues: Vec<Issue> = issues.into_iter().map(|issue| self.told(issue, &secrets)).collect();
        let [issue] = &issues[..] else {
            return Error::new(code, format!("the configuration has {} problems", issues.len())).with_issues(issues);
        };
        let mut error = Error::new(code, issue.message.clone()).with_path(issue.path.clone());
        if let Some(origin) = &issue.origin {
            error = error.with_origin(origin.clone()).with_snippet(self.snippet(origin, &issue.path));
        }
        if let Some(hint) = issue.hint.clone().or_else(|| overridden(&self.trace(&issue.path))) {
            error = error.with_hint(hint);
        }
        error.with_issues(issues)
    }

    fn told(&self, mut issue: Issue, secrets: &[String]) -> Issue {
        // What is missing is told with the table that it is missing in.
        issue.origin = issue.origin.or_else(|| {
            (1..=issue.path.len()).rev().find_map(|length| self.origin(&issue.path.iter().take(length).cloned().collect()))
        });
        // A check sees references resolved.
        let value = self.value.at(&issue.path).or_else(|| self.merged.value.at(&issue.path));
        let secret = value.is_some_and(|value| self.secrets.is_secret(&issue.path, value));
        issue.found = match (issue.found, value) {
            (_, Some(_)) if secret => Some(REDACTED.to_owned()),
            (Some(found), _) => Some(masked(found, secrets)),
            (None, value) => value.map(|value| masked(shown(value), secrets)),
        };
        issue.message = masked(issue.message, secrets);
        if let (true, Some(value)) = (secret, value) {
            let text = value.as_str().map_or_else(|| format!("{value:?}"), str::to_owned);
            issue.message = without_quotes(&issue.message, &text);
        }
        issue
    }

    /// The line of the file that an origin stands for, unless it could show a secret.
    fn snippet(&self, origin: &Origin, path: &[Segment]) -> Option<String> {
        let position = Position { line: origin.line?, column: origin.column? };
        let secret = self.merged.value.at(path).is_some_and(|value| self.secrets.is_secret(path, value));
        if secret {
            return None;
        }
        self.layers.iter().rev().find_map(|layer| match &layer.content {
            Content::Document(document) if layer.name == origin.source && document.file == origin.file => {
                let text = &document.text.as_ref()?.0;
                if self.secrets.may_show(text, position.line) { None } else { snippet::render_value(text, position) }
            }
            _ => None,
        })
    }

    /// The texts of all secrets that are long enough to be found in a message without masking ordinary words, with
    /// references resolved and not, plain and as they stand in quotes.
    fn secret_texts(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.gather_secrets(&self.merged.value, &mut Vec::new(), &mut found);
        self.gather_secrets(&self.value, &mut Vec::new(), &mut found);
        // The longest first: one may be part of another.
        found.sort_by_key(|text| std::cmp::Reverse(text.len()));
        found
    }

    fn gather_secrets(&self, value: &Value, path: &mut Vec<Segment>, found: &mut Vec<String>) {
        match value {
            Value::Table(table) => {
                for (key, value) in table.entries() {
                    path.push(Segment::Key(key.clone()));
                    self.gather_secrets(value, path, found);
                    path.pop();
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    path.push(Segment::Index(at));
                    self.gather_secrets(item, path, found);
                    path.pop();
                }
            }
            Value::Null | Value::Bool(_) => {}
            _ if self.secrets.is_secret(path, value) => {
                let text = value.as_str().map_or_else(|| to_json(value), str::to_owned);
                if text.len() < 4 {
                    return;
                }
                for quoted in [to_json(&Value::from(&*text)), format!("{text:?}")] {
                    found.push(quoted.trim_matches('"').to_owned());
                }
                found.push(text);
            }
            _ => {}
        }
    }
}

/// A text without secrets, and without the user parts of URLs.
fn masked(text: String, secrets: &[String]) -> String {
    let text =
        secrets.iter().fold(text, |text, secret| if text.contains(secret) { text.replace(secret, REDACTED) } else { text });
    mask_userinfo(&text).unwrap_or(text)
}

/// A message about a secret without what it quotes of it: the whole, or words that are part of it, in whatever case, as
/// a check may have trimmed or changed it first.
fn without_quotes(message: &str, secret: &str) -> String {
    let message = if secret.is_empty() { message.to_owned() } else { message.replace(secret, REDACTED) };
    let secret = secret.to_lowercase();
    let is_delimiter = |character: char| character.is_whitespace() || "\"'`()[]{}<>,;:".contains(character);
    let pieces = message.split_inclusive(is_delimiter).map(|piece| {
        let word = piece.trim_end_matches(is_delimiter);
        let quotes = word.len() >= 4 && word != REDACTED.trim_matches(is_delimiter) && secret.contains(&word.to_lowercase());
        if quotes { format!("{REDACTED}{}", &piece[word.len()..]) } else { piece.to_owned() }
    });
    pieces.collect()
}

/// A value in words for a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Table(_) => "a table".to_owned(),
        Value::String(text) | Value::Datetime(text) if text.chars().count() > SHOWN_CHARACTERS => {
            format!("the {} {:?}…", value.kind(), text.chars().take(SHOWN_CHARACTERS).collect::<String>())
        }
        other => format!("the {} {other:?}", other.kind()),
    }
}

/// What the value in effect took the place of.
fn overridden(explanation: &Explanation) -> Option<String> {
    let winner = explanation.winner?;
    let below = explanation.candidates[..winner].last()?;
    Some(format!("set by {}, overriding {}", explanation.candidates[winner].origin, below.origin))
}
