//! The origin of a value or a problem: source, position in its text, and key.

use super::printable::printable;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// The kind of source that a layer was made from.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// assert_eq!(config.explain("server.port")?.winner().unwrap().origin.kind, superconfig::SourceKind::Text);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SourceKind {
    /// Values given as defaults in code.
    Defaults,
    /// A file.
    File,
    /// Text given in code.
    Text,
    /// A dotenv file that supplied a variable.
    Dotenv,
    /// The environment.
    Env,
    /// Command-line flags.
    Args,
    /// Values given as overrides in code.
    Override,
    /// A custom source.
    Custom,
}

impl SourceKind {
    /// The kind as it is called in every language: `defaults`, `file`, `text`, `dotenv`, `env`, `args`, `override`
    /// or `custom`.
    ///
    /// ```
    /// assert_eq!(superconfig::SourceKind::Override.as_str(), "override");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            SourceKind::Defaults => "defaults",
            SourceKind::File => "file",
            SourceKind::Text => "text",
            SourceKind::Dotenv => "dotenv",
            SourceKind::Env => "env",
            SourceKind::Args => "args",
            SourceKind::Override => "override",
            SourceKind::Custom => "custom",
        }
    }
}

/// A position in a text: 1-based line and column; a column counts characters, a tab is one, a byte order mark none.
///
/// ```
/// use superconfig::Position;
///
/// assert_eq!(Position::from_offset("a\nbc", 3), Position { line: 2, column: 2 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The character within the line, from 1.
    pub column: u32,
}

impl Position {
    /// Finds the position of a byte offset; LF, CRLF and a lone CR end lines. An offset past the end is the end.
    ///
    /// Costs one pass over the text before the offset.
    ///
    /// ```
    /// use superconfig::Position;
    ///
    /// assert_eq!(Position::from_offset("é = 1", 3), Position { line: 1, column: 3 });
    /// ```
    pub fn from_offset(text: &str, offset: usize) -> Self {
        Cursor::new(text).advance(offset)
    }
}

/// Counts lines and columns along a text, for offsets in ascending order.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    position: Position,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, position: Position { line: 1, column: 1 } }
    }

    /// The position of an offset; of one before the last that of the last.
    pub(crate) fn advance(&mut self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let bytes = self.text.as_bytes();
        // A CRLF is one line ending: no position is between its halves.
        if offset > 0 && bytes[offset - 1..].starts_with(b"\r\n") {
            offset -= 1;
        }
        while self.at < offset {
            let byte = bytes[self.at];
            if byte == b'\n' || byte == b'\r' && bytes.get(self.at + 1) != Some(&b'\n') {
                self.position = Position { line: self.position.line + 1, column: 1 };
            } else if byte & 0xc0 != 0x80 {
                self.position.column += 1;
            }
            self.at += 1;
        }
        self.position
    }
}

/// The origin of a value or a problem: a layer, and within it a file with a position, or a variable.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// let origin = config.explain("server.port")?.winner().unwrap().origin.clone();
/// assert_eq!((origin.line, origin.column), (Some(2), Some(8)));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Origin {
    /// The kind of the source.
    pub kind: SourceKind,
    /// The layer's name: the file as it was given, `env`, `defaults`, or the name given in code.
    pub source: Arc<str>,
    /// The file, as it was given or found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<str>>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The environment variable or flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<Arc<str>>,
    /// The key of a custom source that holds texts or documents by keys.
    #[serde(flatten)]
    pub stored: Option<Arc<StoredKey>>,
}

/// The key under which a custom source holds a text or a document.
///
/// ```
/// use superconfig::{Origin, SourceKind, StoredKey};
///
/// let mut origin = Origin::new(SourceKind::Custom, "etcd");
/// origin.stored = Some(StoredKey { key: "/shop/port".into(), revision: Some("1042".into()) }.into());
/// assert_eq!(origin.to_string(), "/shop/port (etcd)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredKey {
    /// The key, as the source spells it.
    pub key: Arc<str>,
    /// The revision of what it holds, where the source has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<Arc<str>>,
}

impl Origin {
    /// An origin that only names its layer.
    ///
    /// ```
    /// use superconfig::{Origin, SourceKind};
    ///
    /// assert_eq!(Origin::new(SourceKind::Custom, "flags").to_string(), "flags");
    /// ```
    pub fn new(kind: SourceKind, source: impl Into<Arc<str>>) -> Self {
        Self { kind, source: source.into(), file: None, line: None, column: None, variable: None, stored: None }
    }

    /// This origin at a position.
    ///
    /// ```
    /// use superconfig::{Origin, Position, SourceKind};
    ///
    /// let origin = Origin::new(SourceKind::Text, "inline").at(Some(Position { line: 2, column: 8 }));
    /// assert_eq!(origin.to_string(), "inline:2:8");
    /// ```
    #[must_use]
    pub fn at(mut self, position: Option<Position>) -> Self {
        self.line = position.map(|position| position.line);
        self.column = position.map(|position| position.column);
        self
    }
}

/// Prints `file:line:column`, the variable, or the layer's name, with a source's key before it; both file and variable for a dotenv
/// value.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (None, None, Some(stored)) = (&self.file, &self.variable, &self.stored) {
            return write!(f, "{} ({})", printable(&stored.key), printable(&self.source));
        }
        f.write_str(&printable(match (&self.file, &self.variable) {
            (Some(file), _) => file,
            (None, Some(variable)) => variable,
            (None, None) => &self.source,
        }))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        match (&self.file, &self.variable) {
            (Some(_), Some(variable)) => write!(f, " ({})", printable(variable)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let cases = [
            ("abc", 0, (1, 1)),
            ("abc", 99, (1, 4)),
            ("a\nbc", 3, (2, 2)),
            ("a\r\nbc", 3, (2, 1)),
            ("a\r\nbc", 2, (1, 2)),
            ("a\rbc", 2, (2, 1)),
            ("\u{feff}abc", 3, (1, 1)),
            ("\u{feff}abc", 0, (1, 1)),
            ("ключ = 1", 11, (1, 8)),
            ("\ta", 1, (1, 2)),
        ];
        for (text, offset, (line, column)) in cases {
            assert_eq!(Position::from_offset(text, offset), Position { line, column }, "{text:?} at {offset}");
        }
    }
}
