//! Issues of a validator, attributed to the origins of the values.

use super::load_result::{LoadResult, PendingLoad};
use super::options::Validator;
use crate::diagnostic::{
    Error, ErrorCode, Issue, Origin, Path, PathSet, Position, Segment, Warning, closest_name, printable, span,
};
use crate::merge::{Explainer, Explanation, unusable};
use crate::redaction::{REDACTED, SecretTexts, SecretWords, snippet, without_keys};
use crate::source::panicked;
use crate::value::{ExpansionBudget, FORBIDDEN, SchemaNode, Value, is_forbidden};
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Longer texts are cut in messages.
const MAX_CHARACTERS: usize = 60;

/// The most bytes that the issues of one error may take: paths to thousands of values may be long.
const REPORTED_BYTES: usize = 16 << 20;

/// The most names that the hints about unknown keys of one load are compared with.
const HINTED_NAMES: usize = 1_000_000;

impl PendingLoad {
    /// Replaces the merged values by a validator's output, without the keys that no value may have.
    pub(crate) fn replace(&mut self, output: Option<Value>) -> Result<(), Error> {
        self.check_derived()?;
        match output {
            None => Ok(()),
            Some(mut output @ Value::Table(_)) => {
                let limits = &self.rules.limits;
                ExpansionBudget::new(limits).take(limits.expanded_size(&output, "the output of the schema")?)?;
                let mut forbidden = Vec::new();
                find_forbidden(&output, &mut Path::default(), &mut forbidden);
                for path in forbidden {
                    if let Some((Segment::Key(key), above)) = path.split_last()
                        && let Some(Value::Table(table)) = output.at_mut(above)
                    {
                        table.remove(key);
                    }
                    let message = format!("the key `{FORBIDDEN}` is not allowed and was dropped");
                    let mut warning = Warning::new("forbidden-key", message).with_path(path);
                    self.secrets.hide_keys_in(&mut warning);
                    self.warnings.push(warning);
                }
                self.value = output;
                Ok(())
            }
            Some(other) => {
                let message = format!("a schema must give a table of keys for a configuration, not one {}", other.kind());
                Err(Error::new(ErrorCode::Option, message))
            }
        }
    }

    /// Runs the program's own validator, where there is one.
    pub(crate) fn check(&self, validator: Option<&Validator>) -> Result<Option<Value>, Error> {
        self.check_derived()?;
        let Some(validator) = validator else { return Ok(None) };
        let _span = span!("validate");
        match catch_unwind(AssertUnwindSafe(|| validator(&self.value))) {
            Ok(Ok(output)) => {
                let output = output.limit_depth();
                self.problem().map_or(Ok(Some(output)), Err)
            }
            Ok(Err(issues)) => Err(self.refuse(issues)),
            Err(panic) => {
                let cause = self.secret_texts().mask(panicked(&*panic).to_owned());
                Err(Error::new(ErrorCode::Internal, "the program's own check of the configuration panicked").with_cause(cause))
            }
        }
    }
}

impl LoadResult {
    /// The issue of an unexpected key, with a suggestion: from the given known keys, else from the JSON Schema, else from
    /// the keys beside it.
    pub(crate) fn unknown_key(&self, path: Path, known: Option<&[String]>) -> Issue {
        let Some((Segment::Key(key), above)) = path.split_last() else {
            return Issue::new(path, "the element is unknown");
        };
        let of_schema = if known.is_none() { self.known_keys(above) } else { Vec::new() };
        let known = known.unwrap_or_default().iter().map(String::as_str).chain(of_schema.iter().map(|key| &**key));
        let suggestion = match self.value.at(above) {
            Some(Value::Table(table)) if known.clone().next().is_none() => {
                self.closest(key, table.iter().map(|(name, _)| name).filter(|name| *name != &**key))
            }
            _ => self.closest(key, known),
        };
        let hint = suggestion.map(|suggestion| format!("did you mean `{}`?", printable(suggestion)));
        let message = format!("the key `{}` is unknown", printable(key));
        Issue { hint, ..Issue::new(path, message) }
    }

    /// The closest of some names, of which all hints of a load together compare only so many.
    fn closest<'n>(&self, key: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        let (before, compared) = (self.compared.load(Ordering::Relaxed), Cell::new(0));
        let counted = names.take(HINTED_NAMES.saturating_sub(before)).inspect(|_| compared.set(compared.get() + 1));
        let closest = closest_name(key, counted);
        self.compared.fetch_add(compared.get(), Ordering::Relaxed);
        closest
    }

    /// Whether the JSON Schema declares a path at which there is nothing.
    pub(crate) fn is_optional(&self, path: &[Segment]) -> bool {
        let Some(schema) = &self.rules.schema else { return false };
        let (mut node, mut value) = (SchemaNode::new(schema), Some(&self.value));
        for segment in path {
            value = value.and_then(|value| value.at(std::slice::from_ref(segment)));
            let next = if value.is_some() { node.at(std::slice::from_ref(segment)) } else { node.declared(segment) };
            let Some(next) = next else { return false };
            node = next;
        }
        value.is_none()
    }

    /// The keys that the JSON Schema declares at a path.
    fn known_keys(&self, path: &[Segment]) -> Vec<Arc<str>> {
        let root = self.rules.schema.as_ref().map(SchemaNode::new);
        let mut keys = Vec::new();
        if let Some(node) = root.and_then(|root| root.at(path)) {
            node.for_each_key(&mut |key| keys.push(key.clone()));
        }
        keys
    }

    /// The error for values that a validator rejects. A single issue is the error itself.
    pub(crate) fn refuse(&self, mut issues: Vec<Issue>) -> Error {
        // A text that does not fit is one problem, also where the validator sees it.
        let known: PathSet<'_> = self.problems.iter().filter_map(Error::path).filter(|path| !path.is_empty()).collect();
        issues.retain(|issue| !known.has_at_or_above(&issue.path));
        match self.problem() {
            Some(problem) if issues.is_empty() => problem,
            _ => self.refuse_as(ErrorCode::Validation, issues),
        }
    }

    /// The error for variables and flags that cannot be used, where a validator was to see them first.
    pub(crate) fn problem(&self) -> Option<Error> {
        (!self.problems.is_empty()).then(|| unusable(self.problems.clone()))
    }

    pub(crate) fn refuse_as(&self, code: ErrorCode, issues: Vec<Issue>) -> Error {
        let count = issues.len() + self.problems.len();
        let mut reporter = IssueReporter::new(self);
        let mut left = REPORTED_BYTES;
        let affordable = |issue: &Issue| {
            let taken = left.checked_sub(size_of_report(issue));
            left = taken.unwrap_or_default();
            taken.is_some()
        };
        let unusable = self.problems.iter().cloned().flat_map(Error::into_issues);
        let reported = issues.into_iter().take_while(affordable).map(|issue| reporter.report(issue));
        let mut issues: Vec<Issue> = unusable.chain(reported).collect();
        if issues.len() < count {
            issues.push(Issue::new(Path::new(), format!("{} more problems are not listed", count - issues.len())));
        }
        let [issue] = &issues[..] else {
            return Error::new(code, format!("the configuration has {count} problems")).with_issues(issues);
        };
        let mut error = Error::from_lines(code, issue.message.clone()).with_path(issue.path.clone());
        if let Some(origin) = &issue.origin {
            error = error.with_origin(origin.clone()).with_snippet(self.snippet(origin, &issue.path));
        }
        if let Some(hint) = issue.hint.clone().or_else(|| overridden(&self.trace(&issue.path))) {
            error = error.with_hint(hint);
        }
        error.with_issues(issues)
    }

    /// The source line of an origin; of a secret the key alone.
    fn snippet(&self, origin: &Origin, path: &[Segment]) -> Option<String> {
        let position = Position { line: origin.line?, column: origin.column? };
        let secret = self.merged.value.at(path).is_some_and(|value| self.secrets.is_secret(path, value));
        if secret {
            let key = self.secrets.visible(path).iter().rfind(|segment| matches!(segment, Segment::Key(_)))?;
            return Some(snippet::render_key(position, &Path::from(vec![key.clone()]).to_string()));
        }
        self.layers.iter().rev().find_map(|layer| match layer.content.document() {
            Some(document) if layer.name == origin.source && document.file == origin.file => {
                let text = &document.text.as_ref()?.0;
                if self.secrets.may_show(text, position.line) { None } else { snippet::render_value(text, position) }
            }
            _ => None,
        })
    }

    /// The secrets, with references resolved and unresolved.
    fn secret_texts(&self) -> SecretTexts {
        SecretTexts::new(&self.secrets, &[&self.merged.value, &self.value])
    }
}

/// Adds the paths of forbidden keys, none of them below another.
fn find_forbidden(value: &Value, path: &mut Path, found: &mut Vec<Path>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Segment::Index(index));
                find_forbidden(item, path, found);
                path.pop();
            }
        }
        Value::Table(table) => {
            for (key, item) in table.entries() {
                path.push(Segment::Key(key.clone()));
                if is_forbidden(key) {
                    found.push(path.clone());
                } else {
                    find_forbidden(item, path, found);
                }
                path.pop();
            }
        }
        _ => {}
    }
}

/// Turns a validator's issues into reported ones: with origins, without secrets.
///
/// Costs one replay of the layers and a search for each secret, and then the length of each issue.
struct IssueReporter<'l> {
    loaded: &'l LoadResult,
    secrets: SecretTexts,
    explainer: Explainer<'l>,
    /// The words of secrets that several issues may share, by path.
    words: HashMap<Path, SecretWords>,
}

impl<'l> IssueReporter<'l> {
    fn new(loaded: &'l LoadResult) -> Self {
        let explainer = Explainer::new(&loaded.layers, &loaded.merged, &loaded.rules.merge_options());
        Self { loaded, secrets: loaded.secret_texts(), explainer, words: HashMap::new() }
    }

    fn report(&mut self, mut issue: Issue) -> Issue {
        let (loaded, rules) = (self.loaded, &self.loaded.secrets);
        // A missing key has the origin of its table.
        issue.origin = issue
            .origin
            .or_else(|| (1..=issue.path.len()).rev().find_map(|length| self.explainer.origin_of(&issue.path[..length])));
        // A validator sees references resolved.
        let value = loaded.value.at(&issue.path).or_else(|| loaded.merged.value.at(&issue.path));
        let is_secret = value.is_some_and(|value| rules.is_secret(&issue.path, value));
        issue.found = match (issue.found, value) {
            (_, Some(_)) if is_secret => Some(REDACTED.to_owned()),
            (Some(found), value) if value.is_none_or(|value| quotes(&found, value)) => Some(self.secrets.mask(found)),
            (_, value) => value.map(|value| self.secrets.mask(display_path(value))),
        };
        if let (Some(found), false, Some((rest, kind))) = (&issue.found, is_secret, issue.message.rsplit_once(", found "))
            && (KINDS.contains(&kind) || kind.starts_with("integer `") || kind.starts_with("floating point `"))
        {
            issue.message = format!("{rest}, found {found}");
        }
        issue.message = self.secrets.mask(issue.message);
        issue.expected = issue.expected.map(|expected| self.secrets.mask(expected));
        if let (true, Some(value)) = (is_secret, value) {
            let words = self.words.entry(issue.path.clone()).or_insert_with(|| match value.as_str() {
                Some(text) => SecretWords::new(text),
                None => SecretWords::new(&format!("{value:?}")),
            });
            issue.message = words.mask(&issue.message);
        }
        let visible = rules.visible(&issue.path);
        if visible.len() < issue.path.len() {
            // Keys below a secret are as secret as the values, and a hint could name others.
            issue.message = without_keys(issue.message, &issue.path[visible.len()..]);
            issue.hint = None;
            issue.path = Path::from(visible.to_vec());
        }
        issue
    }
}

/// Roughly the size of an issue in an error, in bytes.
fn size_of_report(issue: &Issue) -> usize {
    let segment = |segment: &Segment| match segment {
        Segment::Key(key) => key.len() + 1,
        Segment::Index(_) => 4,
    };
    issue.path.iter().map(segment).sum::<usize>() + issue.message.len() + issue.hint.as_ref().map_or(0, String::len) + 100
}

/// The kinds of values as messages name them.
const KINDS: [&str; 6] = ["a boolean", "an integer", "a float", "a string", "a date or time", "another string"];

/// Whether a text shows a value and not only its kind.
fn quotes(text: &str, value: &Value) -> bool {
    match value {
        Value::Array(_) | Value::Table(_) | Value::Null => true,
        Value::String(own) | Value::Datetime(own) => text.contains(&**own),
        other => text.contains(&format!("{other:?}")),
    }
}

/// A short description of a value for a message.
fn display_path(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Table(_) => "a table".to_owned(),
        Value::String(text) | Value::Datetime(text) if text.chars().count() > MAX_CHARACTERS => {
            format!("the {} {:?}…", value.kind(), text.chars().take(MAX_CHARACTERS).collect::<String>())
        }
        other => format!("the {} {other:?}", other.kind()),
    }
}

/// The value that the value in effect overrides.
fn overridden(explanation: &Explanation) -> Option<String> {
    let winner = explanation.winner?;
    let below = explanation.candidates[..winner].last()?;
    Some(format!("set by {}, overriding {}", explanation.candidates[winner].origin, below.origin))
}
