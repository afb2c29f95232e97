//! A non-fatal finding of a load, for example a duplicate key.

use super::origin::Origin;
use super::path::Path;
use super::printable::printable_line;
use serde::Serialize;
use std::fmt;

/// A probable mistake, found while loading. Warnings are collected, never printed.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text(r#"{ "a": 1, "a": 2 }"#, Format::Json).load()?;
/// assert_eq!(config.snapshot()?.warnings()[0].code, "duplicate-key");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Warning {
    /// A stable name such as `type-conflict` or `duplicate-key`.
    pub code: &'static str,
    /// The finding, in one sentence; holds no secret value.
    pub message: String,
    /// The path in question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// The origin of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl Warning {
    /// Makes a warning without path and origin. What a terminal would obey, and ends of lines, are escaped in its message.
    ///
    /// ```
    /// use superconfig::Warning;
    ///
    /// let warning = Warning::new("renamed-key", "`prot` is called `port` now");
    /// assert_eq!(warning.code, "renamed-key");
    /// ```
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: printable_line(message.into()), path: None, origin: None }
    }

    /// This warning with a path.
    ///
    /// ```
    /// use superconfig::Warning;
    ///
    /// let warning = Warning::new("renamed-key", "`prot` is called `port` now").with_path("prot".parse()?);
    /// assert_eq!(warning.path.unwrap().to_string(), "prot");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    #[must_use]
    pub fn with_path(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }

    /// This warning with its origin.
    ///
    /// ```
    /// use superconfig::{Origin, SourceKind, Warning};
    ///
    /// let warning = Warning::new("renamed-key", "`prot` is called `port` now").with_origin(Origin::new(SourceKind::File, "app.toml"));
    /// assert_eq!(&*warning.origin.unwrap().source, "app.toml");
    /// ```
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            write!(f, "{origin}: ")?;
        }
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        write!(f, "{} ({})", self.message, self.code)
    }
}
