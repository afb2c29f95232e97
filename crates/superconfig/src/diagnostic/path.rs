//! The path of a value in a configuration, such as `server.ports[0]`.

use super::printable::{is_obeyed, write_escape};
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
                    let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"', '\'', '\\']) && !key.contains(is_obeyed);
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
            obeyed if is_obeyed(obeyed) => write_escape(f, obeyed)?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("\"")
}
