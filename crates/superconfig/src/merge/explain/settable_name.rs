//! The name of a variable or flag that could set a path.

use crate::diagnostic::SourceKind;
use serde::Serialize;
use std::sync::Arc;

/// A variable or flag that could set a path.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("log.level = 'info'", Format::Toml).env("APP").load()?;
/// let names = config.explain("log.level")?.names;
/// assert_eq!(names.iter().map(|name| &*name.name).collect::<Vec<_>>(), ["APP_LOG__LEVEL", "APP_LOG_LEVEL"]);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SettableName {
    /// `Env` for a variable, `Args` for a flag.
    pub kind: SourceKind,
    /// The variable or flag.
    pub name: Arc<str>,
    /// Whether it names a file that holds the value.
    pub file: bool,
    /// Whether it means another path as well, so that setting it is an error.
    pub ambiguous: bool,
}
