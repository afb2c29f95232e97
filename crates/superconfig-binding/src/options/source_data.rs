//! The results of the host's sources that are no values: texts and documents.

use super::kinds::SharedText;
use serde::Deserialize;
use superconfig::{Error, Format, SourceData, SourceDocument, SourceText, SourceTexts, TextTyping};

/// Texts by path: `{ "texts": [{ "path": ["port"], "text": "80", "key": "/shop/port" }], "typing": "known" }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostTexts {
    /// The texts.
    texts: Vec<HostText>,
    /// The types that they get.
    #[serde(default)]
    typing: TextTyping,
    /// Whether segments match known keys that differ in case, `_` and `-` alone.
    #[serde(default)]
    loose: bool,
}

/// One text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HostText {
    path: Vec<String>,
    text: SharedText,
    key: SharedText,
    #[serde(default)]
    revision: Option<SharedText>,
}

/// One document: `{ "name": "shop/config.yaml", "text": "port: 80" }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostDocument {
    name: SharedText,
    text: SharedText,
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    revision: Option<SharedText>,
    #[serde(default)]
    at: Vec<String>,
}

impl From<HostTexts> for SourceTexts {
    fn from(HostTexts { texts, typing, loose }: HostTexts) -> Self {
        let texts = texts.into_iter().map(|HostText { path, text, key, revision }| SourceText {
            path,
            text: text.0,
            key: key.0,
            revision: revision.map(|SharedText(revision)| revision),
        });
        Self { texts: texts.collect(), typing, loose }
    }
}

/// The documents as the engine takes them.
///
/// # Errors
/// `ERR_SUPERCONFIG_FORMAT` for a format that there is not.
pub(super) fn into_data(documents: Vec<HostDocument>) -> Result<SourceData, Error> {
    let document = |HostDocument { name, text, format, revision, at }: HostDocument| {
        let format = format.as_deref().map(str::parse::<Format>).transpose()?;
        Ok(SourceDocument { name: name.0, text: text.0, format, revision: revision.map(|SharedText(revision)| revision), at })
    };
    documents.into_iter().map(document).collect::<Result<_, Error>>().map(SourceData::Documents)
}
