//! The results of custom sources: values, texts by path, or documents.

use crate::format::Format;
use crate::merge::SourceTexts;
use crate::value::Value;
use std::sync::Arc;

/// The result of a custom source.
///
/// ```
/// use superconfig::{SourceData, Table, Value};
///
/// let data = SourceData::from(Value::from(Table::from_iter([("port", Value::Integer(80))])));
/// assert!(matches!(data, SourceData::Values(_)));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SourceData {
    /// A table of values.
    Values(Value),
    /// Texts by path: typed, placed and bounded as environment variables are, and explained by their keys.
    Texts(SourceTexts),
    /// Documents, each of which is a layer, later ones winning. They are parsed under the limits of the configuration, and explained
    /// by key, line and column.
    Documents(Vec<SourceDocument>),
}

impl From<Value> for SourceData {
    fn from(value: Value) -> Self {
        Self::Values(value)
    }
}

impl SourceData {
    /// The same with values that nest too deep cut off, as they could not even be dropped.
    pub(crate) fn limit_depth(self) -> Self {
        match self {
            Self::Values(value) => Self::Values(value.limit_depth()),
            other => other,
        }
    }
}

/// A document of a custom source.
///
/// ```
/// use superconfig::SourceDocument;
///
/// let document = SourceDocument { text: "port: 80".into(), ..SourceDocument::named("shop/config.yaml") };
/// assert_eq!(&*document.name, "shop/config.yaml");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDocument {
    /// The key under which the source holds it; its extension names the format where `format` does not.
    pub name: Arc<str>,
    /// The document.
    pub text: Arc<str>,
    /// The format; by default detected from the name's extension, then from the content.
    pub format: Option<Format>,
    /// The revision of the key, where the source has one.
    pub revision: Option<Arc<str>>,
    /// The keys of the path below which its values are; empty for the root.
    pub at: Vec<String>,
}

impl SourceDocument {
    /// An empty document of a name.
    ///
    /// ```
    /// assert!(superconfig::SourceDocument::named("a.toml").text.is_empty());
    /// ```
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: "".into(), format: None, revision: None, at: Vec::new() }
    }
}
