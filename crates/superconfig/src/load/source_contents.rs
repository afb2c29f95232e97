//! Checks and parses the results of custom sources into the contents of layers.

use super::file_cache::parse_layer;
use super::rules::Rules;
use crate::diagnostic::{Error, ErrorCode, Origin, SourceKind, StoredKey};
use crate::format::Format;
use crate::merge::{Content, Document, SourceTexts, StoredDocument};
use crate::source::{SourceData, SourceDocument, failed};
use crate::value::{ExpansionBudget, Table, Value};
use std::sync::Arc;

/// The contents of a custom source's layers, in order; at least one.
pub(super) fn contents_of(rules: &Rules, name: &Arc<str>, data: SourceData) -> Result<Vec<Content>, Error> {
    match data {
        SourceData::Values(value) => Ok(vec![Content::Document(Arc::new(checked(rules, name, value)?))]),
        SourceData::Texts(texts) => {
            check_size(rules, name, &texts)?;
            Ok(vec![Content::Texts(Arc::new(texts))])
        }
        SourceData::Documents(documents) => {
            let mut problems = Vec::new();
            let mut contents = Vec::with_capacity(documents.len());
            for document in documents {
                match parse(rules, name, document) {
                    Ok(content) => contents.push(content),
                    Err(error) => problems.push(error),
                }
            }
            if let Some(first) = problems.first() {
                Error::together(first.code(), "documents cannot be read", problems)?;
            }
            if contents.is_empty() {
                contents.push(Content::Document(Arc::new(Document::of(Value::Table(Table::new())))));
            }
            Ok(contents)
        }
    }
}

/// The values as a document, with what their shared parts make of the budget.
fn checked(rules: &Rules, name: &Arc<str>, value: Value) -> Result<Document, Error> {
    match &value {
        Value::Table(_) => {
            let expanded = rules.limits.expanded_size(&value, "what it gave").and_then(|size| {
                ExpansionBudget::new(&rules.limits).take(size)?;
                Ok(size)
            });
            let expanded = expanded.map_err(|error| error.with_origin(Origin::new(SourceKind::Custom, name.clone())))?;
            let mut document = Document::of(value);
            document.expanded = expanded;
            Ok(document)
        }
        other => Err(failed(name, format_args!("it gave one {}, not a table of keys", other.kind()))),
    }
}

fn check_size(rules: &Rules, name: &Arc<str>, texts: &SourceTexts) -> Result<(), Error> {
    let bytes: usize = texts.texts.iter().map(|text| text.text.len() + text.key.len()).sum();
    match bytes <= rules.limits.document_bytes {
        true => Ok(()),
        false => Err(too_large("the texts are", rules).with_origin(Origin::new(SourceKind::Custom, name.clone()))),
    }
}

fn too_large(what: &str, rules: &Rules) -> Error {
    let message = format!("{what} larger than {} bytes", rules.limits.document_bytes);
    Error::new(ErrorCode::Limit, message).with_hint("the limit `document_bytes` can be raised")
}

fn parse(rules: &Rules, source: &Arc<str>, given: SourceDocument) -> Result<Content, Error> {
    let SourceDocument { name, text, format, revision, at } = given;
    let key = Arc::new(StoredKey { key: name.clone(), revision });
    let located = |error: Error| {
        let error = error.in_source(SourceKind::Custom, source, Some(name.clone()));
        let mut origin = error.origin().cloned().unwrap_or_else(|| Origin::new(SourceKind::Custom, source.clone()));
        origin.stored = Some(key.clone());
        error.with_origin(origin)
    };
    if text.len() > rules.limits.document_bytes {
        return Err(located(too_large("the document is", rules)));
    }
    let chosen = format.or_else(|| Format::from_file_name(&name));
    let document = parse_layer(text, chosen, Some(name.clone()), rules).map_err(located)?;
    let mount = at.len();
    let below = |value, segment: String| Value::Table(Table::from_iter([(Arc::from(segment), value)]));
    let value = at.into_iter().rev().fold(document.value().clone(), below);
    rules.limits.check_depth(&value, "the document").map_err(located)?;
    let document = document.with_value(value);
    Ok(Content::Stored(Arc::new(StoredDocument { document, key, mount })))
}
