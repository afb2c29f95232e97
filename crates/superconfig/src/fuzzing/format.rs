//! The fuzz targets `parse_<format>`, `json_agrees` and `path`: invariants of the parsers for any text.

use crate::diagnostic::{ErrorCode, Path, Position, Segment};
use crate::format;
use crate::format::{Format, parse_text, render};
use crate::value::{JsonText, Limits, Value, to_json};

/// The most paths of one document that are located in its text.
const LOCATED: usize = 40;

/// Reads a text and checks what was made of it: within its limits, without forbidden keys, each value found in the
/// text where it is written, and the same after a way through each format that can say it. Warnings and errors have
/// positions inside the text. Of TOML both readers agree, and JSON text that is made without values is that of the values.
pub fn parse(text: &str, format: Format) {
    let limits = Limits { depth: 24, document_bytes: 1 << 20, alias_nodes: 20_000, expanded_bytes: 1 << 20 };
    if format == Format::Toml {
        format::readers_agree(text, &limits);
    }
    let quick = format::json_within(text, format, &limits);
    match parse_text(text, format, &limits) {
        Ok(parsed) => {
            for warning in &parsed.warnings {
                assert!(warning.path.is_some() || matches!(warning.code, "unset-variable" | "more-warnings"), "{warning:?}");
                assert!(
                    is_inside(text, warning.origin.as_ref().and_then(|origin| origin.line.zip(origin.column))),
                    "{warning:?}"
                );
            }
            let mut located = 0;
            parsed.value.walk(&mut Vec::new(), &mut |path, value| {
                assert!(path.len() <= limits.depth, "{path:?}");
                assert!(!matches!(path.last(), Some(Segment::Key(key)) if &**key == "__proto__"));
                located += 1;
                if located <= LOCATED {
                    let position = format::locate(text, format, path);
                    let position = position.unwrap_or_else(|| panic!("{path:?} is nowhere in {text:?}"));
                    assert!(is_inside(text, Some((position.line, position.column))), "{path:?} at {position:?} in {text:?}");
                    assert!(begins(text, format, value, position), "{path:?} is not at {position:?} in {text:?}");
                }
                true
            });
            let json = JsonText::lossless(&parsed.value);
            assert!(quick.is_none_or(|quick| quick == json.text && json.specials.is_empty()), "{text:?}");
            let again = parse_text(&json.text, Format::Json, &Limits { document_bytes: usize::MAX, ..limits });
            let again = again.expect("what was written is read");
            if json.specials.is_empty() {
                assert!(again.value.numeric_eq(&parsed.value), "{text:?}");
                for format in [Format::Json5, Format::Toml, Format::Yaml] {
                    let Ok(written) = render(&parsed.value, format) else { continue };
                    let again = parse_text(&written, format, &Limits { document_bytes: usize::MAX, ..limits });
                    let again = again.unwrap_or_else(|error| panic!("{error} in {written:?}, written from {text:?}"));
                    assert!(again.value.numeric_eq(&parsed.value), "{written:?} is not {text:?}");
                }
            }
        }
        Err(error) => {
            assert_eq!(quick, None, "{error:?} in {text:?}");
            assert!(matches!(error.code(), ErrorCode::Parse | ErrorCode::Limit | ErrorCode::Interpolation), "{error:?}");
            let origin = error.origin();
            assert!(is_inside(text, origin.and_then(|origin| origin.line.zip(origin.column))), "{error:?} in {text:?}");
            assert!(!error.to_string().is_empty());
        }
    }
}

/// True for a character of the text, the end of a line, and for no position at all.
fn is_inside(text: &str, position: Option<(u32, u32)>) -> bool {
    let Some((line, column)) = position else { return true };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let found = text.split(['\n', '\r']).nth(line as usize - 1);
    found.is_some_and(|line| column >= 1 && column as usize <= line.chars().count() + 1)
}

/// Whether the character at a position can begin the value, in the formats where its kind shows.
fn begins(text: &str, format: Format, value: &Value, position: Position) -> bool {
    let toml = format == Format::Toml;
    if !toml && !matches!(format, Format::Json | Format::Jsonc | Format::Json5) {
        return true;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let line = text.split(['\n', '\r']).nth(position.line as usize - 1).unwrap_or_default();
    let Some(character) = line.chars().nth(position.column as usize - 1) else { return toml && value.as_table().is_some() };
    match value {
        Value::Null => character == 'n',
        Value::Bool(value) => character == if *value { 't' } else { 'f' },
        Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => character.is_ascii_digit() || "+-.iInN".contains(character),
        Value::String(_) => "\"'".contains(character),
        Value::Datetime(_) => character.is_ascii_digit(),
        Value::Array(_) => character == '[',
        Value::Table(_) => toml || character == '{',
    }
}

/// Reads a text as JSON with this engine and with serde_json, which must agree on whether it is JSON and on every value.
pub fn json_agrees(text: &str) {
    let limits = Limits { depth: 100, ..Limits::default() };
    let own = parse_text(text, Format::Json, &limits);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match (own, serde_json::from_str::<serde_json::Value>(text)) {
        (Ok(own), Ok(other)) => assert!(agrees(&own.value, &other), "{own:?}, {other:?}"),
        (Err(_), Err(_)) => {}
        // serde_json allows one level more or less; both are far above what is compared.
        (Err(error), Ok(_)) => assert_eq!(error.code(), ErrorCode::Limit, "{error:?}"),
        (Ok(own), Err(error)) => panic!("{own:?}, {error}"),
    }
}

/// The value as serde_json sees it: it keeps `__proto__`, and floats may differ where integers were rounded.
fn agrees(own: &Value, other: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (own, other) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(a), Json::Bool(b)) => a == b,
        (Value::Integer(a), Json::Number(b)) => b.as_i64() == Some(*a),
        (Value::Unsigned(a), Json::Number(b)) => b.as_u64() == Some(*a),
        (Value::Float(a), Json::Number(b)) => b.is_f64() && b.as_f64().map(f64::to_bits) == Some(a.to_bits()),
        (Value::String(a), Json::String(b)) => **a == **b,
        (Value::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agrees(a, b)),
        (Value::Table(a), Json::Object(b)) => {
            a.len() == b.keys().filter(|key| *key != "__proto__").count()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| agrees(value, other)))
        }
        _ => false,
    }
}

/// Reads a path; its text form reads as the same path.
pub fn path(text: &str) {
    if let Ok(path) = text.parse::<Path>() {
        let printed = path.to_string();
        assert_eq!(printed.parse::<Path>().as_ref().map(Path::to_string).ok(), Some(printed.clone()), "{text:?}");
        let Some(value) = crate::value::parse_json(r#"{"a":[{"b.c":1},[2]],"0":{"":null}}"#) else { return };
        let found = value.at(&path).map(to_json);
        let again = printed.parse::<Path>().ok().and_then(|path| value.at(&path).map(to_json));
        assert_eq!(found, again, "{text:?}");
    }
}
