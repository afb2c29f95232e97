//! Text to values: seven formats, one entry.

#[cfg(feature = "dotenv")]
use super::dotenv;
use super::fault::Fault;
use super::format::Format;
#[cfg(feature = "ini")]
use super::ini;
#[cfg(feature = "json")]
use super::json;
use super::parsed::Parsed;
use super::sniff::with_likely_format;
#[cfg(feature = "toml")]
use super::toml;
#[cfg(feature = "yaml")]
use super::yaml;
use crate::diagnostic::{Error, ErrorCode, Position, Segment};
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
/// A `depth` above [`Limits::MAX_DEPTH`] counts for at most 16 levels more: a value of that depth may stand inside others.
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

/// Reads a text within limits, with what was found worth telling.
pub(crate) fn parse_text(text: &str, format: Format, limits: &Limits) -> Result<Parsed, Error> {
    if text.len() > limits.document_bytes {
        let message = format!("the document has {} bytes, more than the limit of {}", text.len(), limits.document_bytes);
        return Err(Error::new(ErrorCode::Limit, message));
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Some parsers would skip this one too. To JSON5 it is white space.
    if body.starts_with('\u{feff}') && format != Format::Json5 {
        let skipped = text.len() - body.len();
        return Err(Fault::parse("there is a second byte order mark", 0).into_error(text, skipped, format));
    }
    let parsed: Result<Parsed, Fault> = match format {
        #[cfg(feature = "json")]
        Format::Json => json::parse(body, json::Dialect::Json, limits),
        #[cfg(feature = "json5")]
        Format::Jsonc => json::parse(body, json::Dialect::Jsonc, limits),
        #[cfg(feature = "json5")]
        Format::Json5 => json::parse(body, json::Dialect::Json5, limits),
        #[cfg(feature = "toml")]
        Format::Toml => toml::parse(body, limits),
        #[cfg(feature = "yaml")]
        Format::Yaml => yaml::parse(body, limits),
        #[cfg(feature = "dotenv")]
        Format::Dotenv => dotenv::parse(body),
        #[cfg(feature = "ini")]
        Format::Ini => ini::parse(body, limits),
        #[allow(unreachable_patterns, reason = "reached when a format's feature is off")]
        _ => Err(Fault {
            code: ErrorCode::Format,
            message: "the format was not compiled in".to_owned(),
            offset: None,
            hint: Some("turn on the cargo feature of the format's name"),
        }),
    };
    parsed.map_err(|fault| fault.into_error(text, text.len() - body.len(), format))
}

/// [`parse_text`] for a format that is known, with the hint which one it looks like where it is another.
pub(crate) fn parse_known(text: &str, format: Format, limits: &Limits) -> Result<Parsed, Error> {
    parse_text(text, format, limits).map_err(|error| with_likely_format(error, text, format, limits))
}

/// Reads a file's bytes, which must be UTF-8 with or without a byte order mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|error| {
        let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        let message = if utf16 {
            "the text is UTF-16; only UTF-8 is read".to_owned()
        } else {
            format!("the text is not UTF-8: invalid byte at offset {}", error.valid_up_to())
        };
        Error::new(ErrorCode::Parse, message).with_hint("save the file as UTF-8")
    })
}

/// Finds the first character of the value at a path in a text that parses.
///
/// Costs a pass over the text up to the value; loading does not pay for it.
pub(crate) fn locate(text: &str, format: Format, path: &[Segment]) -> Option<Position> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offset: Option<usize> = match format {
        #[cfg(feature = "json")]
        Format::Json => json::locate(body, json::Dialect::Json, path),
        #[cfg(feature = "json5")]
        Format::Jsonc => json::locate(body, json::Dialect::Jsonc, path),
        #[cfg(feature = "json5")]
        Format::Json5 => json::locate(body, json::Dialect::Json5, path),
        #[cfg(feature = "toml")]
        Format::Toml => toml::locate(body, path),
        #[cfg(feature = "yaml")]
        Format::Yaml => yaml::locate(body, path),
        #[cfg(feature = "dotenv")]
        Format::Dotenv => dotenv::locate(body, path),
        #[cfg(feature = "ini")]
        Format::Ini => ini::locate(body, path),
        #[allow(unreachable_patterns, reason = "reached when a format's feature is off")]
        _ => None,
    };
    Some(Position::of_offset(text, offset? + (text.len() - body.len())))
}
