//! TOML 1.1.

mod builder;
mod locate;

use self::builder::Builder;
use super::{Fault, Parsed};
use crate::limits::Limits;
use crate::value::Value;
use toml_datetime::{Datetime, DatetimeParseError};
use toml_parser::parser::{EventReceiver, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source};

pub(super) use locate::locate;

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Parsed, Fault> {
    let mut builder = Builder::new(text, limits);
    let mut error = None;
    read(text, &mut builder, &mut error);
    // Of a problem of ours and one of the grammar the earlier one counts; what follows it may be its consequence.
    match (error.as_ref().map(fault), builder.finish()) {
        (None, finished) => finished,
        (Some(fault), Ok(_)) => Err(fault),
        (Some(fault), Err(own)) => Err(if fault.offset < own.offset { fault } else { own }),
    }
}

/// A date or time as RFC 3339 writes it, which always has seconds.
pub(crate) fn datetime(text: &str) -> Result<Value, DatetimeParseError> {
    let mut datetime: Datetime = text.parse()?;
    if let Some(time) = &mut datetime.time {
        time.second.get_or_insert(0);
    }
    Ok(Value::Datetime(datetime.to_string().into()))
}

/// Sends the events of a text.
fn read(text: &str, receiver: &mut dyn EventReceiver, error: &mut dyn ErrorSink) {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    parse_document(&tokens, &mut ValidateWhitespace::new(receiver, source), error);
}

fn fault(error: &ParseError) -> Fault {
    let mut message = error.description().to_owned();
    if let Some(expected) = error.expected() {
        let names: Vec<String> = expected.iter().map(name).collect();
        message = format!("{message}, expected {}", if names.is_empty() { "nothing".to_owned() } else { names.join(", ") });
    }
    Fault::parse(message, error.unexpected().map_or(0, |span| span.start()))
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
