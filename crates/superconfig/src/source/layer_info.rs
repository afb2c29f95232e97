//! The state of each layer of a load: loaded, skipped or missing.

use crate::diagnostic::SourceKind;
use crate::format::Format;
use serde::Serialize;
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

/// The state of one source, or of one file of it, in a load. Serializes without its `path`.
///
/// ```
/// use superconfig::{FileOptions, LayerStatus, SuperConfig};
///
/// let options = FileOptions { optional: true, ..FileOptions::default() };
/// let config = SuperConfig::builder().file_with("not-there.toml", options).load()?;
/// assert_eq!(config.snapshot()?.layers()[0].status, LayerStatus::Missing);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LayerInfo {
    /// The kind of the source.
    pub kind: SourceKind,
    /// The file as given or found, a pattern such as `config/local.*` where nothing matched, or the layer's name.
    pub name: Arc<str>,
    /// The file as given or found; `None` for what is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<str>>,
    /// The absolute path of the file, which need not exist. For a pattern, `*` and all.
    #[serde(skip)]
    pub path: Option<PathBuf>,
    /// The format that a file or text was read in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The layer's status.
    pub status: LayerStatus,
    /// The reason why it did not take part, or the part of it that did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'static, str>>,
}

/// The status of a layer in a load.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// assert_eq!(config.snapshot()?.layers()[0].status, superconfig::LayerStatus::Found);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LayerStatus {
    /// It exists and took part.
    Found,
    /// It is not there.
    Missing,
    /// Not consulted (no profile selected), or present without a section for this configuration.
    Skipped,
}

impl LayerStatus {
    /// The status as it is called in every language: `found`, `missing` or `skipped`.
    ///
    /// ```
    /// assert_eq!(superconfig::LayerStatus::Skipped.as_str(), "skipped");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            LayerStatus::Found => "found",
            LayerStatus::Missing => "missing",
            LayerStatus::Skipped => "skipped",
        }
    }
}

impl LayerInfo {
    /// A layer that took part and is no file.
    pub(crate) fn found(kind: SourceKind, name: Arc<str>) -> Self {
        Self { kind, name, file: None, path: None, format: None, status: LayerStatus::Found, reason: None }
    }

    /// A file that did not take part.
    pub(crate) fn absent(
        kind: SourceKind,
        name: impl Into<Arc<str>>,
        path: PathBuf,
        status: LayerStatus,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let name = name.into();
        Self { kind, file: Some(name.clone()), name, path: Some(path), format: None, status, reason: Some(reason.into()) }
    }
}
