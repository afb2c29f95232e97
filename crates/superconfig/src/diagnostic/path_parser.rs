//! The parser of path texts.

use super::error::{Error, ErrorCode};
use super::path::{Path, Segment};

impl std::str::FromStr for Path {
    type Err = Error;

    /// # Errors
    /// `ERR_SUPERCONFIG_PATH` for an empty segment, an unclosed quote or bracket, or text after either.
    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = |what: &str| {
            Error::new(ErrorCode::Path, format!("the path {text:?} {what}"))
                .with_hint("write `a.b`, `list[0]`, or quote a key that is empty or holds dots: `a.\"b.c\"`")
        };
        let mut segments = Vec::new();
        let mut rest = text;
        // True where a key must come: at the start and after a dot.
        let mut expects_key = true;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                if expects_key && !segments.is_empty() {
                    return Err(malformed("has an empty segment"));
                }
                if let Some(quote) = inner.chars().next().filter(|c| *c == '"' || *c == '\'') {
                    let (key, after) = quoted(&inner[1..], quote).ok_or_else(|| malformed("has an unclosed quote"))?;
                    segments.push(Segment::Key(key.into()));
                    rest = after.strip_prefix(']').ok_or_else(|| malformed("has an unclosed bracket"))?;
                } else {
                    let (digits, after) = inner.split_once(']').ok_or_else(|| malformed("has an unclosed bracket"))?;
                    let canonical = digits.len() == 1 || !digits.starts_with('0');
                    let index = digits.parse().ok().filter(|_| canonical && digits.bytes().all(|byte| byte.is_ascii_digit()));
                    segments.push(Segment::Index(index.ok_or_else(|| malformed("has an index that is not a whole number"))?));
                    rest = after;
                }
                expects_key = false;
            } else if let Some(after) = rest.strip_prefix('.') {
                if expects_key {
                    return Err(malformed("has an empty segment"));
                }
                expects_key = true;
                rest = after;
                continue;
            } else {
                if !expects_key {
                    return Err(malformed("lacks a dot between two segments"));
                }
                if let Some(quote) = rest.chars().next().filter(|c| *c == '"' || *c == '\'') {
                    let (key, after) = quoted(&rest[1..], quote).ok_or_else(|| malformed("has an unclosed quote"))?;
                    segments.push(Segment::Key(key.into()));
                    rest = after;
                } else {
                    let end = rest.find(['.', '[']).unwrap_or(rest.len());
                    segments.push(Segment::Key(rest[..end].into()));
                    rest = &rest[end..];
                }
                expects_key = false;
            }
        }
        if expects_key && !segments.is_empty() {
            return Err(malformed("ends with a dot"));
        }
        Ok(Path::from(segments))
    }
}

/// Reads up to the closing quote; a backslash makes the next character plain, `\n`, `\r` and `\t` are what they
/// are everywhere, and `\u{1b}` is the character of that number.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut characters = text.char_indices();
    let numbered = |rest: &str| {
        let digits = rest.strip_prefix("u{")?;
        let end = digits.bytes().take(7).position(|byte| byte == b'}')?;
        Some((char::from_u32(u32::from_str_radix(&digits[..end], 16).ok()?)?, end + 3))
    };
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => key.push(match (characters.next()?.1, numbered(&text[at + 1..])) {
                ('n', _) => '\n',
                ('r', _) => '\r',
                ('t', _) => '\t',
                ('u', Some((character, length))) => {
                    // What is between the braces, and these.
                    characters.nth(length - 2);
                    character
                }
                (other, _) => other,
            }),
            _ if character == quote => return Some((key, &text[at + quote.len_utf8()..])),
            _ => key.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Segment {
        text.into()
    }

    #[test]
    fn reads_every_notation() {
        let cases = [
            ("", vec![]),
            ("a", vec![key("a")]),
            ("a.b.c", vec![key("a"), key("b"), key("c")]),
            ("a[0].b", vec![key("a"), Segment::Index(0), key("b")]),
            ("a.0", vec![key("a"), key("0")]),
            ("a.\"b.c\"", vec![key("a"), key("b.c")]),
            ("a['b.c'][2]", vec![key("a"), key("b.c"), Segment::Index(2)]),
            ("\"\"", vec![key("")]),
            ("a.\"\\\"\"", vec![key("a"), key("\"")]),
            ("ключ.值", vec![key("ключ"), key("值")]),
        ];
        for (text, expected) in cases {
            assert_eq!(&*text.parse::<Path>().unwrap(), &expected[..], "{text}");
        }
    }

    #[test]
    fn malformed_paths_are_rejected() {
        for text in ["a..b", ".a", "a.", "a[", "a[x]", "a[01]", "a[-1]", "\"a", "a[0]b", "a.[0]", "\"a\"b"] {
            assert_eq!(text.parse::<Path>().unwrap_err().code(), ErrorCode::Path, "{text}");
        }
    }

    #[test]
    fn printed_paths_parse_back() {
        for segments in [
            vec![key("")],
            vec![key("a.b"), Segment::Index(7)],
            vec![key("it's"), key("\\\"\n[]\u{1b}]\u{9b}u{1}")],
            vec![key("a"), key("0")],
        ] {
            let path = Path::from(segments);
            assert_eq!(path.to_string().parse::<Path>().unwrap(), path);
        }
    }
}
