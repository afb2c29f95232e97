//! Texts that a custom source holds by path, typed as environment variables are.

use std::sync::Arc;

/// One text of a custom source, with the path that it sets.
///
/// ```
/// use superconfig::SourceText;
///
/// let text = SourceText {
///     path: vec!["server".into(), "port".into()],
///     text: "8080".into(),
///     key: "/shop/server/port".into(),
///     revision: Some("1042".into()),
/// };
/// assert_eq!(&*text.key, "/shop/server/port");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// The segments of the path.
    pub path: Vec<String>,
    /// The text.
    pub text: Arc<str>,
    /// The key as the source spells it, for explanations and errors.
    pub key: Arc<str>,
    /// The revision of the key, where the source has one.
    pub revision: Option<Arc<str>>,
}

/// The texts of a custom source, and how they become values.
///
/// ```
/// use superconfig::{SourceTexts, TextTyping};
///
/// assert_eq!(SourceTexts::default().typing, TextTyping::Known);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceTexts {
    /// The texts, in any order.
    pub texts: Vec<SourceText>,
    /// The types that they get.
    pub typing: TextTyping,
    /// Whether a segment matches a known key that differs from it in case, `_` and `-` alone.
    pub loose: bool,
}

/// The types that texts get.
///
/// ```
/// assert_eq!(superconfig::TextTyping::default(), superconfig::TextTyping::Known);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextTyping {
    /// The type that the schema or the value below has; where there is none, what the text spells.
    #[default]
    Known,
    /// What the text spells, whatever is below.
    Infer,
    /// Text.
    Text,
}
