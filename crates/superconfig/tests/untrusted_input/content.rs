//! Characters, keys and numbers that parsers often get wrong.

use super::small_stack::read;
use superconfig::{ErrorCode, Format, SuperConfig, Value, parse};

#[test]
fn nul_is_rejected() {
    for (format, text) in [
        (Format::Json, "\0{}"),
        (Format::Json, "{}\0"),
        (Format::Json, "\"a\0b\""),
        (Format::Jsonc, "[\0]"),
        (Format::Json5, "[\0]"),
        (Format::Toml, "a = 1\0"),
        (Format::Toml, "a = \"x\0y\""),
        (Format::Toml, "# \0"),
        (Format::Yaml, "a: \0b"),
        (Format::Yaml, "a: 1\n\0b: 2"),
        (Format::Yaml, "\"a\0b\""),
        (Format::Yaml, "# \0\na: 1"),
        (Format::Dotenv, "A\0=1"),
        (Format::Dotenv, "A=x\0y"),
        (Format::Ini, "[a\0]"),
        (Format::Ini, "a\0=1"),
        (Format::Ini, "a=x\0y"),
    ] {
        assert_eq!(read(text.to_owned(), format).0, Err(ErrorCode::Parse), "{format}: {text:?}");
    }
    assert_eq!(parse("\"\\u0000\"", Format::Json).unwrap(), Value::from("\0"));
}

#[test]
fn lone_surrogates_are_rejected() {
    for (format, open, close) in [
        (Format::Json, "[\"", "\"]"),
        (Format::Json, "{\"", "\": 1}"),
        (Format::Jsonc, "[\"", "\"]"),
        (Format::Json5, "['", "']"),
        (Format::Json5, "{", ": 1}"),
        (Format::Toml, "a = \"", "\""),
        (Format::Yaml, "a: \"", "\""),
    ] {
        for escapes in [
            "\\ud800",
            "\\uDFFF",
            "\\udc00\\ud800",
            "\\ud800x",
            "\\ud83d\\u0041",
            "\\ud83d\\ud83d\\ude00",
            "\\ud83d\\",
            "\\ud83d\\u",
            "\\ud83d\\ude0",
        ] {
            let (outcome, _) = read(format!("{open}{escapes}{close}"), format);
            assert_eq!(outcome, Err(ErrorCode::Parse), "{format}: {open}{escapes}{close}");
        }
    }
    let pair = parse("[\"\\ud83d\\ude00\"]", Format::Json).unwrap();
    assert_eq!(pair, Value::array(vec!["😀".into()]));
}

#[test]
fn proto_keys_are_dropped_with_a_warning() {
    for (format, text, dropped) in [
        (Format::Json, "{\"a\": {\"__proto__\": {\"x\": 1}, \"b\": 1}, \"__proto__\": 1}", 2),
        (Format::Json, "{\"a\": {\"b\": 1}, \"\\u005f_proto__\": {}}", 1),
        (Format::Jsonc, "{\"a\": {\"b\": 1, \"__proto__\": []}}", 1),
        (Format::Json5, "{a: {b: 1, __proto__: 1, '__proto__': 2, \\u005f_proto__: 3}}", 3),
        (Format::Toml, "[a]\nb = 1\n__proto__ = {x = 1}\n[__proto__]\nc = 1", 2),
        (Format::Toml, "a.b = 1\na.__proto__.c = 1\n[[__proto__]]", 2),
        (Format::Yaml, "a:\n  b: 1\n  __proto__: {x: 1}\n__proto__: 1", 2),
        (Format::Yaml, "x: &x {__proto__: {y: 1}}\na: {<<: *x, b: 1}\n\"__proto__\": *x", 2),
        (Format::Ini, "[a]\nb = 1\n__proto__ = 1\n[__proto__]\nc = 1\n[a.__proto__.c]", 4),
    ] {
        let value = parse(text, format).unwrap();
        assert_eq!(value.at(&"a.b".parse::<superconfig::Path>().unwrap()), Some(&Value::Integer(1)), "{format}: {text}");
        assert!(!format!("{value:?}").contains("__proto__"), "{format}: {value:?}");
        let config = SuperConfig::builder().text(text, format).load().unwrap();
        let snapshot = config.snapshot().unwrap();
        let warnings = snapshot.warnings();
        let found = warnings.iter().filter(|warning| warning.code == "forbidden-key").count();
        assert_eq!(found, dropped, "{format}: {text}: {warnings:?}");
    }
}

#[test]
fn numbers_at_the_limits_of_their_types() {
    let max = Value::Unsigned(u64::MAX);
    let beyond = Value::Float(18446744073709551616.0);
    let infinite = Value::Float(f64::INFINITY);
    let zero =
        |format: Format| if matches!(format, Format::Toml | Format::Yaml) { Value::Integer(0) } else { Value::Float(-0.0) };
    for format in [Format::Json, Format::Jsonc, Format::Json5, Format::Toml, Format::Yaml, Format::Ini] {
        let read = |number: &str| {
            let text = match format {
                Format::Toml | Format::Ini => format!("a = {number}"),
                Format::Yaml => format!("a: {number}"),
                _ => format!("{{\"a\": {number}}}"),
            };
            parse(&text, format).map(|value| value.as_table().unwrap().get("a").unwrap().clone())
        };
        assert_eq!(read("9223372036854775807").unwrap(), Value::Integer(i64::MAX), "{format}");
        assert_eq!(read("-9223372036854775808").unwrap(), Value::Integer(i64::MIN), "{format}");
        if format == Format::Ini {
            // Only what is canonical is a number there.
            assert_eq!(read("18446744073709551616").unwrap(), Value::from("18446744073709551616"));
            for text in ["1e400", "-0", "-0.0"] {
                assert_eq!(read(text).unwrap(), Value::from(text));
            }
            continue;
        }
        assert_eq!(read("18446744073709551615").unwrap(), max, "{format}");
        assert_eq!(read("18446744073709551616").unwrap(), beyond, "{format}");
        let huge = read("1e400");
        match format {
            Format::Toml | Format::Yaml => assert_eq!(huge.unwrap(), infinite, "{format}"),
            _ => assert_eq!(huge.unwrap_err().code(), ErrorCode::Parse, "{format}"),
        }
        assert_eq!(read("1e-400").unwrap(), Value::Float(0.0), "{format}");
        let found = read("-0").unwrap();
        assert_eq!(format!("{found:?}"), format!("{:?}", zero(format)), "{format}");
        assert_eq!(format!("{:?}", read("-0.0").unwrap()), format!("{:?}", Value::Float(-0.0)), "{format}");
    }
}
