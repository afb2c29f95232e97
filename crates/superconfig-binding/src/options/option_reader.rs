//! A strict deserializer of options, with the path and a suggestion in its errors.

use serde::de::DeserializeOwned;
use std::borrow::Cow;
use superconfig::{
    Error, ErrorCode, FieldNames, Issue, MismatchKind, Path, Segment, TypeMismatch, Value, closest_name, read_options, to_json,
};

/// A reader of options for hosts that spell names one way: `max_wait` or `maxWait`, never both.
///
/// ```
/// use superconfig::FieldNames;
/// use superconfig_binding::options::{LoadOptions, OptionReader};
///
/// let reader = OptionReader::new(FieldNames::CamelCase);
/// let error = reader.parse::<LoadOptions>(r#"{ "watch": { "debounce": 50 } }"#, "load").unwrap_err();
/// assert_eq!(error.message(), "`debounce` is not an option of `watch`");
/// assert_eq!((error.path().unwrap().to_string(), error.hint()), ("watch.debounce".to_owned(), Some("did you mean `debounceMs`?")));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OptionReader {
    names: FieldNames,
}

impl OptionReader {
    /// A reader for one way to spell names.
    pub const fn new(names: FieldNames) -> Self {
        Self { names }
    }

    /// Reads JSON text of options; `of` is what they are options of.
    ///
    /// # Errors
    /// Those of [`OptionReader::read`].
    pub fn parse<T: DeserializeOwned>(self, json: &str, of: &str) -> Result<T, Error> {
        self.read(&crate::parse_json(json)?, of)
    }

    /// Reads options; `of` is what they are options of. Costs one pass.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for an unknown name, with the closest known one; for a value of another kind, with what
    /// belongs there and what was found; and for what is missing. The error has the option's path; where several are wrong,
    /// an issue for each.
    pub fn read<T: DeserializeOwned>(self, options: &Value, of: &str) -> Result<T, Error> {
        read_options(options, self.names).map_err(|mismatches| {
            let mut issues: Vec<Issue> = mismatches.iter().map(|mismatch| self.issue(mismatch, options, of)).collect();
            if issues.len() > 1 {
                return Error::new(ErrorCode::Option, format!("{} options are wrong", issues.len())).with_issues(issues);
            }
            let Some(Issue { path, message, hint, .. }) = issues.pop() else {
                return Error::new(ErrorCode::Option, format!("the options of `{of}` cannot be read"));
            };
            let error = Error::new(ErrorCode::Option, message).with_path(path);
            match hint {
                Some(hint) => error.with_hint(hint),
                None => error,
            }
        })
    }

    fn issue(self, mismatch: &TypeMismatch, options: &Value, of: &str) -> Issue {
        let value = options.at(&mismatch.path);
        let option = OptionName::of(&mismatch.path, of);
        let (name, owner) = (&option.name, &option.owner);
        let mut issue = Issue::new(option.path.clone(), "");
        issue.message = match mismatch.kind {
            MismatchKind::UnknownField(fields) => {
                let known: Vec<Cow<'_, str>> = fields.iter().map(|field| self.names.spell(field)).collect();
                issue.hint = Some(did_you_mean(name, known.iter().map(|name| &**name)).unwrap_or_else(|| {
                    if known.is_empty() { "it has none".to_owned() } else { format!("its options are {}", known.join(", ")) }
                }));
                format!("`{name}` is not an option of `{owner}`")
            }
            MismatchKind::UnknownVariant(kinds) if option.is_source() => {
                let known = || format!("the kinds are {}", kinds.join(", "));
                issue.hint = Some(did_you_mean(name, kinds.iter().copied()).unwrap_or_else(known));
                format!("there is no source of kind {name:?}")
            }
            MismatchKind::UnknownVariant(variants) => {
                let text = value.and_then(Value::as_str);
                issue.hint = text.and_then(|text| did_you_mean(text, variants.iter().copied()));
                issue.expected = Some(if option.is_strategy() { STRATEGIES.to_owned() } else { alternatives(variants) });
                // A word in place of one of a few known ones is no secret.
                issue.found = text.map(|text| format!("{text:?}"));
                option.must_be(&mut issue, value)
            }
            MismatchKind::MissingField(field) => format!("`{name}` needs `{}`", self.names.spell(field)),
            _ => match &mismatch.expected {
                Some(expected) => {
                    issue.expected = Some(in_plain_words(expected).to_owned());
                    option.must_be(&mut issue, value)
                }
                None => mismatch.message.clone(),
            },
        };
        issue
    }
}

/// The strategies of arrays, in words.
const STRATEGIES: &str = "'replace', 'append', 'prepend', 'unique' or { by: key }";

/// The option that a message is about.
struct OptionName<'a> {
    path: &'a Path,
    /// The object that it is an option of.
    owner: String,
    /// Its name, with the indexes of an element.
    name: String,
}

impl<'a> OptionName<'a> {
    fn of(path: &'a Path, root: &str) -> Self {
        let key = |segment: &Segment| match segment {
            Segment::Key(key) => Some(key.to_string()),
            Segment::Index(_) => None,
        };
        let at = path.iter().rposition(|segment| key(segment).is_some());
        let owner = path[..at.unwrap_or_default()].iter().rev().find_map(key).unwrap_or_else(|| root.to_owned());
        let name = match at {
            Some(at) => {
                let indexes = path[at + 1..].iter().filter_map(Segment::as_index).map(|index| format!("[{index}]"));
                key(&path[at]).into_iter().chain(indexes).collect()
            }
            None => root.to_owned(),
        };
        Self { path, owner, name }
    }

    fn is_source(&self) -> bool {
        matches!(&self.path[..], [Segment::Key(first), Segment::Index(_), Segment::Key(_)] if &**first == "sources")
    }

    fn is_strategy(&self) -> bool {
        matches!(&self.path[..], [Segment::Key(first), Segment::Key(_)] if &**first == "arrays")
    }

    /// The message that names what is expected; completes the issue with what was found.
    fn must_be(&self, issue: &mut Issue, value: Option<&Value>) -> String {
        let found = issue.found.get_or_insert_with(|| value.map_or("nothing".to_owned(), display_found));
        let expected = issue.expected.as_deref().unwrap_or_default();
        let Self { owner, name, .. } = self;
        if self.path.is_empty() {
            format!("the options of `{name}` must be {expected}, and are {found}")
        } else if self.is_strategy() {
            format!("the array strategy for `{name}` must be {expected}, and is {found}")
        } else {
            format!("`{name}` of `{owner}` must be {expected}, and is {found}")
        }
    }
}

/// A value of the wrong kind: numbers in full, as their size may be the problem; of all else the kind.
fn display_found(value: &Value) -> String {
    match value {
        Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => to_json(value),
        other => kind_of(other).to_owned(),
    }
}

/// The kind of a value with its article.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Integer(_) | Value::Unsigned(_) => "an integer",
        Value::Float(_) => "a float",
        Value::String(_) | Value::Datetime(_) => "a string",
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
    }
}

fn did_you_mean<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    closest_name(given, known).map(|name| format!("did you mean `{name}`?"))
}

fn alternatives(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// serde's description of the expected type, in plain words.
fn in_plain_words(expected: &str) -> &str {
    match expected {
        "a boolean" => "true or false",
        "a sequence" => "an array",
        "a map" => "a table",
        _ if expected.starts_with("struct ") => "a table",
        other => other,
    }
}
