//! Text to values: seven formats, one entry.

#[cfg(feature = "dotenv")]
pub(crate) mod dotenv;
#[cfg(feature = "ini")]
mod ini;
#[cfg(feature = "json")]
mod json;
#[cfg(any(feature = "simd", feature = "toml", feature = "yaml"))]
mod keys;
mod likely;
mod notes;
mod number;
pub(crate) mod snippet;
#[cfg(feature = "toml")]
pub(crate) mod toml;
#[cfg(feature = "yaml")]
mod yaml;

pub(crate) use self::likely::with_likely_format;
use self::notes::Notes;
use crate::error::{Error, ErrorCode};
use crate::limits::Limits;
use crate::origin::{Origin, Position, SourceKind};
use crate::value::{Segment, Value};
use crate::warning::Warning;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A format of configuration text.
///
/// ```
/// use superconfig::{Format, parse};
///
/// assert_eq!(parse("[1, 2]", Format::Json)?, parse("- 1\n- 2", Format::Yaml)?);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 8259, strict.
    Json,
    /// JSON with comments and trailing commas.
    Jsonc,
    /// JSON5 1.0.
    Json5,
    /// TOML 1.1.
    Toml,
    /// YAML 1.2, core schema, one document.
    Yaml,
    /// `NAME=value` lines.
    Dotenv,
    /// Sections of `key = value` lines.
    Ini,
}

impl Format {
    /// All formats in the order in which files of one name load.
    pub const ALL: [Format; 7] =
        [Format::Json, Format::Jsonc, Format::Json5, Format::Toml, Format::Yaml, Format::Dotenv, Format::Ini];

    /// The format's name: `json`, `jsonc`, `json5`, `toml`, `yaml`, `dotenv` or `ini`.
    ///
    /// ```
    /// assert_eq!(superconfig::Format::Json5.as_str(), "json5");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Jsonc => "jsonc",
            Format::Json5 => "json5",
            Format::Toml => "toml",
            Format::Yaml => "yaml",
            Format::Dotenv => "dotenv",
            Format::Ini => "ini",
        }
    }

    /// Tells the format from a file's name: its extension in any case, or `.env` and `.env.*`.
    ///
    /// ```
    /// use superconfig::Format;
    ///
    /// assert_eq!(Format::of_file_name("app.YML"), Some(Format::Yaml));
    /// assert_eq!(Format::of_file_name("app.conf"), None);
    /// ```
    pub fn of_file_name(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        if name == ".env" || name.starts_with(".env.") {
            return Some(Format::Dotenv);
        }
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "json" => Some(Format::Json),
            "jsonc" => Some(Format::Jsonc),
            "json5" => Some(Format::Json5),
            "toml" => Some(Format::Toml),
            "yaml" | "yml" => Some(Format::Yaml),
            "env" => Some(Format::Dotenv),
            "ini" => Some(Format::Ini),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    /// # Errors
    /// `ERR_SUPERCONFIG_FORMAT` for any other name.
    fn from_str(name: &str) -> Result<Self, Error> {
        Format::ALL.into_iter().find(|format| format.as_str() == name).ok_or_else(|| {
            let names = Format::ALL.map(Format::as_str).join(", ");
            Error::new(ErrorCode::Format, format!("{name:?} is not a format")).with_hint(format!("the formats are {names}"))
        })
    }
}

/// What a parser makes of a text.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub value: Value,
    pub warnings: Vec<Warning>,
}

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

/// Finds out what a text without a telling name is: the first of JSON, TOML, YAML and dotenv that reads it as a table.
pub(crate) fn detect(text: &str, limits: &Limits) -> Result<(Format, Parsed), Error> {
    for format in [Format::Json, Format::Toml, Format::Yaml, Format::Dotenv] {
        match parse_text(text, format, limits) {
            Ok(parsed) if matches!(parsed.value, Value::Table(_)) => return Ok((format, parsed)),
            Err(error) if error.code() == ErrorCode::Limit => return Err(error),
            _ => {}
        }
    }
    Err(Error::new(ErrorCode::Format, "the text is neither JSON, TOML, YAML nor dotenv").with_hint("name the format explicitly"))
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

/// Why a text cannot be read, before it is known whose text it is.
pub(crate) struct Fault {
    code: ErrorCode,
    message: String,
    /// Byte offset in the text without its byte order mark.
    offset: Option<usize>,
    hint: Option<&'static str>,
}

impl Fault {
    pub(crate) fn parse(message: impl Into<String>, offset: usize) -> Self {
        Self { code: ErrorCode::Parse, message: message.into(), offset: Some(offset), hint: None }
    }

    pub(crate) fn limit(message: impl Into<String>, offset: Option<usize>) -> Self {
        Self { code: ErrorCode::Limit, message: message.into(), offset, hint: None }
    }

    pub(crate) fn depth(limit: usize, offset: Option<usize>) -> Self {
        Self::limit(format!("arrays and tables nest deeper than the limit of {limit}"), offset)
    }

    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    fn into_error(self, text: &str, skipped: usize, format: Format) -> Error {
        let position = self.offset.map(|offset| Position::of_offset(text, offset + skipped));
        let snippet = position.and_then(|position| snippet::render(text, position));
        let mut error = Error::new(self.code, format!("{}: {}", format.as_str(), shorten(&self.message)))
            .with_origin(Origin::new(SourceKind::Text, "text").at(position))
            .with_snippet(snippet);
        if let Some(hint) = self.hint {
            error = error.with_hint(hint);
        }
        error
    }
}

/// A text that may quote what a document holds, without its middle where nobody would read it all.
fn shorten(text: &str) -> Cow<'_, str> {
    const ENDS: usize = 120;
    if text.len() <= 3 * ENDS {
        return text.into();
    }
    format!("{}…{}", &text[..text.floor_char_boundary(ENDS)], &text[text.ceil_char_boundary(text.len() - ENDS)..]).into()
}

/// Refuses what no file of lines means to hold, and what no environment variable can hold.
#[cfg(any(feature = "dotenv", feature = "ini"))]
fn refuse_nul(text: &str) -> Result<(), Fault> {
    match text.find('\0') {
        Some(at) => Err(Fault::parse("the text holds a NUL character", at).with_hint("save the file as UTF-8")),
        None => Ok(()),
    }
}

/// True for the key that would change an object's prototype in JavaScript; it is dropped from every source.
fn is_forbidden(key: &str) -> bool {
    key == crate::merge::FORBIDDEN
}

/// Reads a dotenv text as its assignments, before their references are expanded. Their offsets are those in the text.
#[cfg(feature = "dotenv")]
pub(crate) fn dotenv_entries(text: &str) -> Result<Vec<dotenv::Entry>, Error> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let mut entries = dotenv::parse_entries(body).map_err(|fault| fault.into_error(text, skipped, Format::Dotenv))?;
    entries.iter_mut().for_each(|entry| entry.offset += skipped);
    Ok(entries)
}
