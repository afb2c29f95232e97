//! A syntax error of a parser that does not know the text's file.

use crate::diagnostic::{Error, ErrorCode, Origin, Position, SourceKind};
use crate::redaction::snippet;
use crate::value::Exceeded;
use std::borrow::Cow;

/// A syntax error in a text, before its file is added.
pub(crate) struct ParseFault {
    pub(super) code: ErrorCode,
    pub(super) message: String,
    /// Byte offset in the text without its byte order mark.
    pub(super) offset: Option<usize>,
    pub(super) hint: Option<&'static str>,
}

impl ParseFault {
    pub(crate) fn parse(message: impl Into<String>, offset: usize) -> Self {
        Self { code: ErrorCode::Parse, message: message.into(), offset: Some(offset), hint: None }
    }

    pub(crate) fn limit(message: impl Into<String>, offset: Option<usize>) -> Self {
        Self { code: ErrorCode::Limit, message: message.into(), offset, hint: None }
    }

    pub(crate) fn exceeded(exceeded: Exceeded, offset: Option<usize>) -> Self {
        Self::limit(exceeded.to_string(), offset).with_hint(exceeded.hint())
    }

    pub(crate) fn depth(limit: usize, offset: Option<usize>) -> Self {
        Self::limit(format!("arrays and tables nest deeper than the limit of {limit}"), offset)
    }

    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(super) fn into_error(self, text: &str, skipped: usize, format: &str) -> Error {
        let position = self.offset.map(|offset| Position::from_offset(text, offset + skipped));
        let snippet = position.and_then(|position| snippet::render(text, position));
        let mut error = Error::new(self.code, format!("{format}: {}", shorten(&self.message)))
            .with_origin(Origin::new(SourceKind::Text, "text").at(position))
            .with_snippet(snippet);
        if let Some(hint) = self.hint {
            error = error.with_hint(hint);
        }
        error
    }
}

/// A text that may quote a document, with the middle of a long one left out.
pub(super) fn shorten(text: &str) -> Cow<'_, str> {
    const ENDS: usize = 120;
    if text.len() <= 3 * ENDS {
        return text.into();
    }
    format!("{}…{}", &text[..text.floor_char_boundary(ENDS)], &text[text.ceil_char_boundary(text.len() - ENDS)..]).into()
}

/// Refuses what no file of lines means to hold, and what no environment variable can hold.
pub(super) fn refuse_nul(text: &str) -> Result<(), ParseFault> {
    match text.find('\0') {
        Some(at) => Err(ParseFault::parse("the text holds a NUL character", at).with_hint("save the file as UTF-8")),
        None => Ok(()),
    }
}
