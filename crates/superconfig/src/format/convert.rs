//! The conversion of a document from one format to another.

use super::ascii::render_ascii;
use super::format::Format;
use super::indent::indent;
use super::parse::parse_document;
use super::render::render;
use crate::diagnostic::{Error, ErrorCode, Path, Segment};
use crate::redaction::SecretRules;
use crate::value::{Limits, Value};
use serde::Serialize;

/// The most values that are left out for names that a format cannot spell, each of which costs another attempt; fewer of a long text.
const MOST_ATTEMPTS: usize = 1_000;
const WRITTEN_BYTES: usize = 64 << 20;

/// The most bytes that the paths of the losses may take: thousands of values may be below a long path.
const LISTED_BYTES: usize = 16 << 20;

/// A document in another format.
///
/// ```
/// use superconfig::{Format, convert};
///
/// let converted = convert("a: 1\nb: null", Format::Yaml, Format::Toml, true)?;
/// assert_eq!((&*converted.text, converted.losses[0].path.to_string()), ("a = 1\n", "b".to_owned()));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Converted {
    /// The text in the other format.
    pub text: String,
    /// The values that the other format does not hold as they are.
    pub losses: Vec<Loss>,
}

/// A value that a format does not hold as it is.
///
/// ```
/// use superconfig::{Format, convert};
///
/// let converted = convert("a = inf", Format::Toml, Format::Json, true)?;
/// assert_eq!(converted.losses[0].message, "it is infinite, which JSON has no number for: it is written as null");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Loss {
    /// The path, down to a secret and no further.
    pub path: Path,
    /// The change to the value, and its reason.
    pub message: String,
}

/// Reads a text of one format and writes it in another: keeps the order of the keys and what the other format can hold, and lists
/// what it cannot. JSON and its kin have a line for each key and element. Comments are not kept. Directives stay the keys that they are.
///
/// Unless `secrets` is set, what is secret by its name is written as `[redacted]`. Costs a parse, and a pass over the values.
///
/// # Errors
/// Those of [`parse`](crate::parse); `ERR_SUPERCONFIG_FORMAT` for a format that is not written, and for a root that it cannot have.
///
/// ```
/// use superconfig::{Format, convert};
///
/// let converted = convert("[db]\npassword = 'x'\nport = 1", Format::Toml, Format::Json, false)?;
/// assert_eq!(converted.text, "{\n  \"db\": {\n    \"password\": \"[redacted]\",\n    \"port\": 1\n  }\n}\n");
/// assert!(converted.losses.is_empty());
/// # Ok::<(), superconfig::Error>(())
/// ```
pub fn convert(text: &str, from: Format, to: Format, secrets: bool) -> Result<Converted, Error> {
    convert_with(text, from, to, &ConvertOptions { secrets, ..ConvertOptions::default() })
}

/// The options of a conversion: which values are secrets, and whether they are shown.
///
/// ```
/// use superconfig::{ConvertOptions, Format, convert_with};
///
/// let options = ConvertOptions { patterns: vec!["**.pin".into()], ..ConvertOptions::default() };
/// assert_eq!(convert_with("pin: 1234", Format::Yaml, Format::Toml, &options)?.text, "pin = \"[redacted]\"\n");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ConvertOptions {
    /// Whether secrets are written as they are.
    pub secrets: bool,
    /// Patterns of paths that are secrets beside those that are so by their names, as [`Builder::secrets`](crate::Builder::secrets) takes them.
    pub patterns: Vec<String>,
    /// A JSON Schema that marks secrets.
    pub json_schema: Option<Value>,
    /// Whether escapes stand for what is not ASCII; dotenv has none, and keeps its values.
    pub ascii: bool,
}

/// The same as [`convert`], for a document of a configuration that marks secrets of its own. A pattern holds for the directives of its
/// key as well.
///
/// # Errors
/// Those of [`convert`]; `ERR_SUPERCONFIG_OPTION` for a malformed pattern.
///
/// ```
/// use superconfig::{ConvertOptions, Format, convert_with};
///
/// let options = ConvertOptions { patterns: vec!["db.hosts".into()], ..ConvertOptions::default() };
/// let converted = convert_with("db: { hosts_add: [a] }", Format::Yaml, Format::Toml, &options)?;
/// assert_eq!(converted.text, "[db]\nhosts_add = \"[redacted]\"\n");
/// # Ok::<(), superconfig::Error>(())
/// ```
pub fn convert_with(text: &str, from: Format, to: Format, options: &ConvertOptions) -> Result<Converted, Error> {
    let rules = SecretRules::new(&with_directives(&options.patterns), options.json_schema.as_ref())?;
    let parsed = parse_document(text, from, &Limits::default()).map_err(|error| rules.conceal(error, text))?;
    let mut losses: Vec<Loss> = parsed
        .warnings
        .into_iter()
        .map(|mut warning| {
            rules.hide_keys_in(&mut warning);
            Loss { path: warning.path.unwrap_or_default(), message: warning.message }
        })
        .collect();
    let mut value = if options.secrets { parsed.value } else { rules.redact(&mut Vec::new(), &parsed.value) };
    let (mut bytes, mut more) = (0, 0);
    let mut note = |path: &[Segment], message: &str| {
        let segment = |segment: &Segment| if let Segment::Key(key) = segment { key.len() } else { 8 };
        bytes += path.iter().map(segment).sum::<usize>();
        match bytes > LISTED_BYTES {
            true => more += 1,
            false => losses.push(Loss { path: rules.visible(path).to_vec().into(), message: message.to_owned() }),
        }
    };
    fit(&mut value, to, &mut Vec::new(), &mut note);
    if more > 0 {
        losses.push(Loss { path: Path::new(), message: format!("{more} more values are not listed") });
    }
    let attempts = (WRITTEN_BYTES / text.len().max(1)).clamp(10, MOST_ATTEMPTS);
    for _ in 0..attempts {
        let rendered = if options.ascii { render_ascii(&value, to) } else { render(&value, to) };
        let error = match rendered {
            Ok(text) if matches!(to, Format::Json | Format::Jsonc | Format::Json5) => {
                return Ok(Converted { text: indent(&text), losses });
            }
            Ok(text) => return Ok(Converted { text, losses }),
            Err(error) => error,
        };
        let path = error.path().filter(|path| !path.is_empty() && error.code() == ErrorCode::Format).cloned();
        let Some((Segment::Key(key), above)) = path.as_ref().and_then(|path| path.split_last()) else {
            return Err(rules.without_hidden_keys(error));
        };
        let removed = value.at_mut(above).is_some_and(|value| match value {
            Value::Table(table) => table.remove(key).is_some(),
            _ => false,
        });
        if !removed {
            return Err(rules.without_hidden_keys(error));
        }
        let error = rules.without_hidden_keys(error);
        let message = format!("it is left out: {}", error.message());
        losses.push(Loss { path: error.path().cloned().unwrap_or_default(), message });
    }
    Err(Error::new(ErrorCode::Limit, format!("more than {attempts} names cannot be written as {to}")))
}

/// The patterns, each with those of the directives of its key.
fn with_directives(patterns: &[String]) -> Vec<String> {
    let is_plain = |pattern: &&String| pattern.ends_with(|last: char| last.is_alphanumeric() || last == '_');
    let directives = patterns.iter().filter(is_plain).flat_map(|pattern| [format!("{pattern}_add"), format!("{pattern}_remove")]);
    patterns.iter().cloned().chain(directives).collect()
}

/// Takes out what a format has no word for.
fn fit(value: &mut Value, to: Format, path: &mut Vec<Segment>, note: &mut dyn FnMut(&[Segment], &str)) {
    let is_left_out = |value: &Value| to == Format::Toml && value.is_null();
    match value {
        Value::Table(table) => {
            let keys: Vec<_> = table.iter().map(|(key, _)| std::sync::Arc::<str>::from(key)).collect();
            for key in keys {
                path.push(Segment::Key(key.clone()));
                match table.get_mut(&key) {
                    Some(value) if is_left_out(value) => {
                        note(path, "it is left out: TOML has no null");
                        table.remove(&key);
                    }
                    Some(value) => fit(value, to, path, note),
                    None => {}
                }
                path.pop();
            }
        }
        Value::Array(items) => {
            let mut kept = Vec::with_capacity(items.len());
            for (at, item) in items.iter().enumerate() {
                path.push(Segment::Index(at));
                if is_left_out(item) {
                    note(path, "it is left out: TOML has no null");
                } else {
                    let mut item = item.clone();
                    fit(&mut item, to, path, note);
                    kept.push(item);
                }
                path.pop();
            }
            *value = Value::array(kept);
        }
        Value::Float(number) if !number.is_finite() && matches!(to, Format::Json | Format::Jsonc) => {
            let what = if number.is_nan() { "not a number" } else { "infinite" };
            note(path, &format!("it is {what}, which JSON has no number for: it is written as null"));
            *value = Value::Null;
        }
        Value::Unsigned(_) if to == Format::Toml => {
            note(path, "it is larger than the integers that every reader of TOML takes, up to 9223372036854775807");
        }
        Value::Datetime(_) if to != Format::Toml => note(path, &format!("it is a date, which is text as {to}")),
        _ => {}
    }
}

#[cfg(all(test, feature = "default"))]
mod tests {
    use super::*;

    fn converted(text: &str, from: Format, to: Format) -> (String, Vec<String>) {
        let Converted { text, losses } = convert(text, from, to, true).unwrap();
        (text, losses.iter().map(|loss| format!("{}: {}", loss.path, loss.message)).collect())
    }

    #[test]
    fn keeps_the_order_and_says_what_is_lost() {
        let (text, losses) = converted("z: 1\na: { n: ~, l: [1, ~, 2], k_add: [1] }", Format::Yaml, Format::Toml);
        assert_eq!(text, "z = 1\n\n[a]\nl = [1, 2]\nk_add = [1]\n");
        assert_eq!(losses, ["a.n: it is left out: TOML has no null", "a.l[1]: it is left out: TOML has no null"]);
        let (text, losses) = converted("d = 2020-01-02\ni = -inf\nx = nan", Format::Toml, Format::Json);
        assert_eq!(text, "{\n  \"d\": \"2020-01-02\",\n  \"i\": null,\n  \"x\": null\n}\n");
        assert_eq!(losses.len(), 3);
        let (text, losses) = converted(r#"{"a":{"b c":1,"é":2,"d":3},"a":{"b c":1,"d":4}}"#, Format::Json, Format::Dotenv);
        assert_eq!(text, "A__D=4\n");
        assert_eq!(losses.len(), 2, "{losses:?}");
        assert_eq!(converted("", Format::Yaml, Format::Toml), (String::new(), vec![]));
        let (text, losses) = converted("a: 18446744073709551615", Format::Yaml, Format::Toml);
        assert_eq!((&*text, losses.len()), ("a = 18446744073709551615\n", 1));
    }

    #[test]
    fn secrets_are_masked_unless_they_are_asked_for() {
        let text = "tokens:\n  'a b c d': 1\n  c: ~\nurl: http://u:p@h/";
        let masked = convert(text, Format::Yaml, Format::Toml, false).unwrap();
        assert_eq!(masked.text, "tokens = \"[redacted]\"\nurl = \"http://[redacted]@h/\"\n");
        let plain = convert(text, Format::Yaml, Format::Dotenv, true).unwrap();
        assert_eq!(plain.losses[0].path.to_string(), "tokens");
        assert!(!plain.losses[0].message.contains("a b c d"), "{}", plain.losses[0].message);
        assert!(convert("a = 1", Format::Toml, Format::Ini, true).is_err());
        assert!(convert("[1]", Format::Json, Format::Toml, true).is_err());
    }
}
