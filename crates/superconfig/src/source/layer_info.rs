//! The state of each layer of a load: loaded, skipped or missing.

use crate::diagnostic::SourceKind;
use crate::format::Format;
use serde::Serialize;
use std::borrow::Cow;
use std::path::Path;
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
    pub path: Option<Arc<Path>>,
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
    /// Present and merged.
    Found,
    /// Not present.
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

/// A layer, or a place searched in vain, with the number of values that it sets.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("port = 80\nhost = 'a'", Format::Toml).text("port = 81", Format::Toml).load()?;
/// let uses = config.snapshot()?.files();
/// assert_eq!(uses.iter().map(|layer| (layer.sets, layer.wins)).collect::<Vec<_>>(), [(2, 1), (1, 1)]);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LayerUse {
    /// The layer, or the place where nothing was found.
    #[serde(flatten)]
    pub info: LayerInfo,
    /// Why others could have written the file, if they could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concern: Option<String>,
    /// The number of its values; an array is one.
    pub sets: usize,
    /// The number of values in effect that are its own.
    pub wins: usize,
}

impl LayerUse {
    pub(crate) fn new(info: LayerInfo, concern: Option<String>, (sets, wins): (usize, usize)) -> Self {
        Self { info, concern, sets, wins }
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
        path: impl Into<Arc<Path>>,
        status: LayerStatus,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let name = name.into();
        Self { kind, file: Some(name.clone()), name, path: Some(path.into()), format: None, status, reason: Some(reason.into()) }
    }
}
