//! The public parser: a text of any format to values.

use super::format::Format;
use super::parse_text::parse_text;
use super::parsed::Parsed;
use super::sniff::with_format_hint;
use crate::diagnostic::Error;
use crate::value::{Limits, Value};

/// Reads one text as a value; any root is fine, no file is touched.
///
/// Costs one pass over the text.
///
/// # Errors
/// `ERR_SUPERCONFIG_PARSE` with line, column and the line itself; `ERR_SUPERCONFIG_LIMIT` for a text that is too
/// large or nests too deep.
///
/// ```
/// use superconfig::{Format, parse};
///
/// let value = parse("servers:\n  - host: a.example", Format::Yaml)?;
/// assert_eq!(value.at(&"servers[0].host".parse::<superconfig::Path>()?).unwrap().as_str(), Some("a.example"));
/// # Ok::<(), superconfig::Error>(())
/// ```
pub fn parse(text: &str, format: Format) -> Result<Value, Error> {
    parse_known(text, format, &Limits::default()).map(|parsed| parsed.value)
}

/// Reads one text as a value within limits of the caller's; see [`parse`].
///
/// A `depth` above [`Limits::MAX_DEPTH`] counts for at most 16 levels more: a value of that depth may become a part of
/// others.
///
/// # Errors
/// Those of [`parse`].
///
/// ```
/// use superconfig::{Format, Limits, parse_within};
///
/// let limits = Limits { depth: 1, ..Limits::default() };
/// assert!(parse_within("[1]", Format::Json, &limits).is_ok());
/// assert!(parse_within("[[1]]", Format::Json, &limits).is_err());
/// ```
pub fn parse_within(text: &str, format: Format, limits: &Limits) -> Result<Value, Error> {
    let limits = Limits { depth: limits.depth.min(Limits::MAX_DEPTH + 16), ..*limits };
    parse_known(text, format, &limits).map(|parsed| parsed.value)
}

/// Writes the value of a text as compact JSON without making the value, where that is possible: for well-formed TOML, and YAML of plain
/// mappings, sequences and scalars, without numbers that a reader of doubles would lose. `None` says nothing about the text, which [`parse`]
/// then reads or rejects.
///
/// Costs one pass over the text: of what [`parse`] and [`JsonText::lossless`](crate::JsonText::lossless) cost, whose text it gives, about half
/// for TOML, and four fifths for YAML.
///
/// ```
/// use superconfig::{Format, json_of};
///
/// assert_eq!(json_of("port = 8080", Format::Toml).as_deref(), Some(r#"{"port":8080}"#));
/// assert_eq!(json_of("port: 8080", Format::Yaml).as_deref(), Some(r#"{"port":8080}"#));
/// assert_eq!(json_of("port = 8080", Format::Ini), None);
/// ```
pub fn json_of(text: &str, format: Format) -> Option<String> {
    json_within(text, format, &Limits::default())
}

/// [`json_of`] within limits.
pub(crate) fn json_within(text: &str, format: Format, limits: &Limits) -> Option<String> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_rejected = text.len() > limits.document_bytes || body.starts_with('\u{feff}');
    if is_rejected { None } else { format.codec()?.json?(body, limits) }
}

/// [`parse_text`] for a known format, with the format that a rejected text resembles as a hint.
pub(crate) fn parse_known(text: &str, format: Format, limits: &Limits) -> Result<Parsed, Error> {
    parse_text(text, format, limits).map_err(|error| with_format_hint(error, text, format, limits))
}

/// [`parse_known`] for a document that is to be a layer: one of YAML that says nothing, which is `null`, is an empty table.
pub(crate) fn parse_document(text: &str, format: Format, limits: &Limits) -> Result<Parsed, Error> {
    let parsed = parse_known(text, format, limits)?;
    #[cfg(feature = "yaml")]
    if format == Format::Yaml
        && parsed.value == Value::Null
        && super::yaml::is_empty_document(text.strip_prefix('\u{feff}').unwrap_or(text))
    {
        return Ok(Parsed { value: Value::Table(crate::value::Table::new()), ..parsed });
    }
    Ok(parsed)
}

#[cfg(all(test, feature = "toml", feature = "yaml"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_as_json_is_what_is_read() {
        let limits = Limits { document_bytes: 20, ..Limits::default() };
        for (format, text) in [(Format::Toml, "a = 1"), (Format::Yaml, "a: 1")] {
            for marks in 0..3 {
                for text in [text.to_owned(), format!("{text} # too long for it")] {
                    let text = format!("{}{text}", "\u{feff}".repeat(marks));
                    let written = json_within(&text, format, &limits);
                    assert_eq!(written.is_some(), parse_text(&text, format, &limits).is_ok(), "{text:?}");
                    assert!(written.is_none_or(|written| written == r#"{"a":1}"#), "{text:?}");
                }
            }
        }
    }
}
