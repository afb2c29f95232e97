//! Where a value stands: `server.ports[0]`.

use super::error::{Error, ErrorCode};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// One step of a [`Path`].
///
/// ```
/// use superconfig::{Path, Segment};
///
/// let path: Path = "servers[0]".parse()?;
/// assert_eq!(path[1], Segment::Index(0));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// A table's key. On an array, a key of decimal digits counts as an index.
    Key(Arc<str>),
    /// An array's index, from 0.
    Index(usize),
}

impl Segment {
    /// The segment as an index into an array, if it can be one.
    ///
    /// ```
    /// use superconfig::Segment;
    ///
    /// assert_eq!(Segment::Index(3).as_index(), Some(3));
    /// ```
    pub fn as_index(&self) -> Option<usize> {
        match self {
            Segment::Index(index) => Some(*index),
            Segment::Key(key) if key.bytes().all(|byte| byte.is_ascii_digit()) && (key.len() == 1 || !key.starts_with('0')) => {
                key.parse().ok()
            }
            Segment::Key(_) => None,
        }
    }
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Segment::Key(key.into())
    }
}

/// A path from the root to a value: dotted (`db.pool.max`), with indexes (`servers[0]` or `servers.0`) and quotes
/// for keys that hold dots (`a."b.c"`). The empty text is the root.
///
/// ```
/// use superconfig::Path;
///
/// let path: Path = r#"hosts."a.example"[0]"#.parse()?;
/// assert_eq!(path.len(), 3);
/// assert_eq!(path.to_string(), r#"hosts."a.example"[0]"#);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The root.
    ///
    /// ```
    /// assert!(superconfig::Path::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// This path and one more segment.
    ///
    /// ```
    /// use superconfig::Path;
    ///
    /// assert_eq!(Path::new().join("server").join("port").to_string(), "server.port");
    /// ```
    pub fn join(&self, segment: impl Into<Segment>) -> Self {
        let mut longer = self.clone();
        longer.push(segment.into());
        longer
    }

    /// Appends a segment.
    ///
    /// ```
    /// use superconfig::{Path, Segment};
    ///
    /// let mut path = Path::new();
    /// path.push(Segment::Index(0));
    /// assert_eq!(path.len(), 1);
    /// ```
    pub fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    /// Takes the last segment off.
    ///
    /// ```
    /// use superconfig::{Path, Segment};
    ///
    /// let mut path = Path::new().join("a");
    /// assert_eq!(path.pop(), Some(Segment::from("a")));
    /// assert_eq!(path.pop(), None);
    /// ```
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }
}

impl std::ops::Deref for Path {
    type Target = [Segment];

    fn deref(&self) -> &[Segment] {
        &self.0
    }
}

impl From<Vec<Segment>> for Path {
    fn from(segments: Vec<Segment>) -> Self {
        Self(segments)
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

/// Serializes as its text.
impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    let plain =
                        !key.is_empty() && !key.contains(['.', '[', ']', '"', '\'', '\\']) && !key.contains(char::is_control);
                    if plain {
                        f.write_str(key)?;
                    } else {
                        write_quoted(f, key)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    f.write_str("\"")?;
    for character in key.chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("\"")
}

impl std::str::FromStr for Path {
    type Err = Error;

    /// # Errors
    /// `ERR_SUPERCONFIG_PATH` for an empty segment, an unclosed quote or bracket, or text after either.
    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = |what: &str| {
            Error::new(ErrorCode::Path, format!("the path {text:?} {what}"))
                .with_hint("write `a.b`, `list[0]`, or quote a key that is empty or holds dots: `a.\"b.c\"`")
        };
        let mut segments = Vec::new();
        let mut rest = text;
        // True where a key must come: at the start and after a dot.
        let mut expects_key = true;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                if expects_key && !segments.is_empty() {
                    return Err(malformed("has an empty segment"));
                }
                if let Some(quote) = inner.chars().next().filter(|c| *c == '"' || *c == '\'') {
                    let (key, after) = quoted(&inner[1..], quote).ok_or_else(|| malformed("has an unclosed quote"))?;
                    segments.push(Segment::Key(key.into()));
                    rest = after.strip_prefix(']').ok_or_else(|| malformed("has an unclosed bracket"))?;
                } else {
                    let (digits, after) = inner.split_once(']').ok_or_else(|| malformed("has an unclosed bracket"))?;
                    let canonical = digits.len() == 1 || !digits.starts_with('0');
                    let index = digits.parse().ok().filter(|_| canonical && digits.bytes().all(|byte| byte.is_ascii_digit()));
                    segments.push(Segment::Index(index.ok_or_else(|| malformed("has an index that is not a whole number"))?));
                    rest = after;
                }
                expects_key = false;
            } else if let Some(after) = rest.strip_prefix('.') {
                if expects_key {
                    return Err(malformed("has an empty segment"));
                }
                expects_key = true;
                rest = after;
                continue;
            } else {
                if !expects_key {
                    return Err(malformed("lacks a dot between two segments"));
                }
                if let Some(quote) = rest.chars().next().filter(|c| *c == '"' || *c == '\'') {
                    let (key, after) = quoted(&rest[1..], quote).ok_or_else(|| malformed("has an unclosed quote"))?;
                    segments.push(Segment::Key(key.into()));
                    rest = after;
                } else {
                    let end = rest.find(['.', '[']).unwrap_or(rest.len());
                    segments.push(Segment::Key(rest[..end].into()));
                    rest = &rest[end..];
                }
                expects_key = false;
            }
        }
        if expects_key && !segments.is_empty() {
            return Err(malformed("ends with a dot"));
        }
        Ok(Path(segments))
    }
}

/// Reads up to the closing quote; a backslash makes the next character plain, `\n`, `\r` and `\t` are what they
/// are everywhere.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => key.push(match characters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            }),
            _ if character == quote => return Some((key, &text[at + quote.len_utf8()..])),
            _ => key.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Segment {
        text.into()
    }

    #[test]
    fn reads_every_notation() {
        let cases = [
            ("", vec![]),
            ("a", vec![key("a")]),
            ("a.b.c", vec![key("a"), key("b"), key("c")]),
            ("a[0].b", vec![key("a"), Segment::Index(0), key("b")]),
            ("a.0", vec![key("a"), key("0")]),
            ("a.\"b.c\"", vec![key("a"), key("b.c")]),
            ("a['b.c'][2]", vec![key("a"), key("b.c"), Segment::Index(2)]),
            ("\"\"", vec![key("")]),
            ("a.\"\\\"\"", vec![key("a"), key("\"")]),
            ("ключ.值", vec![key("ключ"), key("值")]),
        ];
        for (text, expected) in cases {
            assert_eq!(&*text.parse::<Path>().unwrap(), &expected[..], "{text}");
        }
    }

    #[test]
    fn refuses_what_has_no_meaning() {
        for text in ["a..b", ".a", "a.", "a[", "a[x]", "a[01]", "a[-1]", "\"a", "a[0]b", "a.[0]", "\"a\"b"] {
            assert_eq!(text.parse::<Path>().unwrap_err().code(), ErrorCode::Path, "{text}");
        }
    }

    #[test]
    fn what_it_prints_it_reads() {
        for segments in
            [vec![key("")], vec![key("a.b"), Segment::Index(7)], vec![key("it's"), key("\\\"\n[]")], vec![key("a"), key("0")]]
        {
            let path = Path(segments);
            assert_eq!(path.to_string().parse::<Path>().unwrap(), path);
        }
    }
}
