//! Dispatch of a text to its format's parser, and to the search for a path's position.

use super::fault::ParseFault;
use super::format::Format;
use super::parsed::Parsed;
use crate::diagnostic::{Error, ErrorCode, Origin, Position, Segment, SourceKind};
use crate::value::Limits;

/// Parses a text within limits, with warnings.
pub(crate) fn parse_text(text: &str, format: Format, limits: &Limits) -> Result<Parsed, Error> {
    if text.len() > limits.document_bytes {
        let message = format!("the document has {} bytes, more than the limit of {}", text.len(), limits.document_bytes);
        return Err(Error::new(ErrorCode::Limit, message));
    }
    let Some(codec) = format.codec() else {
        return Err(format.not_compiled_in().with_origin(Origin::new(SourceKind::Text, "text")));
    };
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let fail = |fault: ParseFault| fault.into_error(text, text.len() - body.len(), format.as_str());
    // Some parsers would skip this one too.
    if body.starts_with('\u{feff}') && !codec.mark_is_space {
        return Err(fail(ParseFault::parse("there is a second byte order mark", 0)));
    }
    (codec.parse)(body, limits).map_err(fail)
}

/// Reads a file's bytes, which must be UTF-8 with or without a byte order mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Error> {
    let problem = match (other_encoding(bytes), std::str::from_utf8(bytes)) {
        (None, Ok(text)) => return Ok(text),
        (Some(encoding), _) => format!("the text is {encoding}; only UTF-8 is read"),
        (None, Err(error)) => format!("the text is not UTF-8: invalid byte at offset {}", error.valid_up_to()),
    };
    Err(Error::new(ErrorCode::Parse, problem).with_hint("save the file as UTF-8"))
}

/// The encoding that a text is in by its byte order mark or, as it begins with ASCII, by the zeros in its first characters.
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    match &bytes[..bytes.len().min(4)] {
        [0xff, 0xfe, 0, 0] | [0, 0, 0xfe, 0xff] | [1..=255, 0, 0, 0] | [0, 0, 0, 1..=255] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [1..=255, 0, 1..=255, 0] | [0, 1..=255, 0, 1..=255] | [1..=255, 0] | [0, 1..=255] => Some("UTF-16"),
        _ => None,
    }
}

/// Finds the first character of the value at a path in a text that parses.
///
/// Costs a pass over the text up to the value; loading does not pay for it.
pub(crate) fn locate(text: &str, format: Format, path: &[Segment]) -> Option<Position> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offset = (format.codec()?.locate)(body, path)?;
    Some(Position::from_offset(text, offset + (text.len() - body.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "json")]
    #[test]
    fn a_note_for_editors_is_part_of_a_text() {
        let parsed = parse_text("{\"$schema\": \"s\"}", Format::Json, &Limits::default()).unwrap();
        assert_eq!(parsed.value.as_table().map(|table| table.contains_key("$schema")), Some(true));
    }

    #[test]
    fn names_the_encoding_or_the_byte() {
        let utf16 = |text: &str, to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
        let utf32 = |text: &str| text.chars().flat_map(|character| u32::from(character).to_le_bytes()).collect::<Vec<u8>>();
        for (bytes, expected) in [
            (utf16("\u{feff}a: 1", u16::to_le_bytes), "UTF-16"),
            (utf16("\u{feff}a: 1", u16::to_be_bytes), "UTF-16"),
            (utf16("a: 1", u16::to_le_bytes), "UTF-16"),
            (utf16("{\"a\": 1}", u16::to_be_bytes), "UTF-16"),
            (utf32("\u{feff}a: 1"), "UTF-32"),
            (utf32("a: 1"), "UTF-32"),
            (b"a: \xff".to_vec(), "offset 3"),
            // Half of a surrogate pair.
            (b"a: \"\xed\xa0\x80\"".to_vec(), "offset 4"),
            (b"\xef\xbb\xbfa: \xc3".to_vec(), "offset 6"),
        ] {
            let error = decode(&bytes).unwrap_err();
            assert!(error.message().contains(expected), "{error}");
        }
        for text in ["", "a", "\u{feff}a: 1", "a: \0", "\0"] {
            assert_eq!(decode(text.as_bytes()).ok(), Some(text), "{text:?}");
        }
    }
}
