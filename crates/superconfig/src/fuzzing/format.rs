//! What the fuzz targets `parse_<format>`, `json_agrees` and `path` run: texts of any kind, checked against what
//! always holds.

use crate::error::ErrorCode;
use crate::format::{self, Format, parse_text};
use crate::limits::Limits;
use crate::value::{JsonText, Path, Segment, Value, to_json};

/// Paths of one document that are looked for in its text.
const LOCATED: usize = 40;

/// Reads a text and checks what was made of it: within its limits, without forbidden keys, each value found in the
/// text, and the same after a way through JSON. An error has a position inside the text.
pub fn parse(text: &str, format: Format) {
    let limits = Limits { depth: 24, document_bytes: 1 << 20, alias_nodes: 20_000 };
    match parse_text(text, format, &limits) {
        Ok(parsed) => {
            for warning in &parsed.warnings {
                let path = warning.path.as_ref().filter(|_| warning.code != "unset-variable");
                assert!(path.is_some() || warning.code == "unset-variable" || warning.code == "more-warnings", "{warning:?}");
            }
            let mut looked = 0;
            visit(&parsed.value, &mut Vec::new(), &mut |path, _| {
                assert!(path.len() <= limits.depth, "{path:?}");
                assert!(!matches!(path.last(), Some(Segment::Key(key)) if &**key == "__proto__"));
                looked += 1;
                if looked <= LOCATED {
                    let position = format::locate(text, format, path);
                    assert!(position.is_some(), "{path:?} is nowhere in {text:?}");
                }
            });
            let json = JsonText::lossless(&parsed.value);
            let again = parse_text(&json.text, Format::Json, &Limits { document_bytes: usize::MAX, ..limits });
            let again = again.expect("what was written is read");
            if json.specials.is_empty() {
                assert!(again.value.loosely_equals(&parsed.value), "{text:?}");
            }
        }
        Err(error) => {
            assert!(matches!(error.code(), ErrorCode::Parse | ErrorCode::Limit | ErrorCode::Interpolation), "{error:?}");
            let line = error.origin().and_then(|origin| origin.line).unwrap_or(1) as usize;
            assert!(line <= text.split(['\n', '\r']).count(), "{error:?} in {text:?}");
            assert!(!error.to_string().is_empty());
        }
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
        let shown = path.to_string();
        assert_eq!(shown.parse::<Path>().as_ref().map(Path::to_string).ok(), Some(shown.clone()), "{text:?}");
        let Some(value) = crate::value::parse_json(r#"{"a":[{"b.c":1},[2]],"0":{"":null}}"#) else { return };
        let found = value.at(&path).map(to_json);
        let again = shown.parse::<Path>().ok().and_then(|path| value.at(&path).map(to_json));
        assert_eq!(found, again, "{text:?}");
    }
}

fn visit(value: &Value, path: &mut Vec<Segment>, seen: &mut dyn FnMut(&[Segment], &Value)) {
    seen(path, value);
    match value {
        Value::Table(table) => {
            for (key, value) in table.entries() {
                path.push(Segment::Key(key.clone()));
                visit(value, path, seen);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                path.push(Segment::Index(at));
                visit(value, path, seen);
                path.pop();
            }
        }
        _ => {}
    }
}
