//! The parser of TOML 1.1.

use super::builder::DocumentBuilder;
use crate::format::{ParseFault, Parsed};
use crate::value::Limits;
use toml_parser::parser::{EventReceiver, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source};

pub(in crate::format) fn parse(text: &str, limits: &Limits) -> Result<Parsed, ParseFault> {
    let mut builder = DocumentBuilder::new(text, limits);
    let mut error = None;
    read(text, &mut builder, &mut error);
    // Of a problem of ours and one of the grammar the earlier one counts; what follows it may be its consequence.
    match (error.as_ref().map(fault), builder.finish()) {
        (None, finished) => finished,
        (Some(fault), Ok(_)) => Err(fault),
        (Some(fault), Err(own)) => Err(if fault.offset < own.offset { fault } else { own }),
    }
}

/// Sends the events of a text.
pub(super) fn read(text: &str, receiver: &mut dyn EventReceiver, error: &mut dyn ErrorSink) {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    parse_document(&tokens, &mut ValidateWhitespace::new(receiver, source), error);
}

fn fault(error: &ParseError) -> ParseFault {
    let mut message = error.description().to_owned();
    if let Some(expected) = error.expected() {
        let names: Vec<String> = expected.iter().map(name).collect();
        message = format!("{message}, expected {}", if names.is_empty() { "nothing".to_owned() } else { names.join(", ") });
    }
    ParseFault::parse(message, error.unexpected().map_or(0, |span| span.start()))
}

fn name(expected: &Expected) -> String {
    match expected {
        Expected::Literal("\n") => "newline".to_owned(),
        Expected::Literal("`") => "'`'".to_owned(),
        Expected::Literal(text) => format!("`{}`", text.escape_debug()),
        Expected::Description(text) => (*text).to_owned(),
        _ => "something else".to_owned(),
    }
}
