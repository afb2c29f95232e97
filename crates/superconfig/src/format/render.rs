//! The public writer: values as text of a format.

use super::codec::Codec;
use super::format::Format;
use crate::diagnostic::{Error, ErrorCode};
use crate::value::Value;

/// Writes a value as text of a format; parsing the text gives the same value again.
///
/// Costs one pass over the value. What a format lacks:
/// - JSON and JSONC have no infinities and no NaN: they are written as `null`. JSON5 has them.
/// - TOML has no `null`: that is an error, as leaving it out would give another value. Tables come after the other keys of
///   a table, because TOML wants it so.
/// - dotenv has text only: tables are spelled out in names (`server.port` is `SERVER__PORT`), arrays and empty tables are
///   written as JSON. [`Builder::env`](crate::Builder::env) reads that back with the types and the spelling of the values below.
/// - INI is not written.
///
/// # Errors
/// `ERR_SUPERCONFIG_FORMAT`, with the path, for a value that the format cannot express, and for a format whose Cargo feature
/// is not enabled.
///
/// ```
/// use superconfig::{Format, parse, render};
///
/// let value = parse("server: { port: 8080, names: [a, 'yes'] }", Format::Yaml)?;
/// assert_eq!(render(&value, Format::Toml)?, "[server]\nport = 8080\nnames = [\"a\", \"yes\"]\n");
/// assert_eq!(render(&value, Format::Yaml)?, "server:\n  port: 8080\n  names:\n    - a\n    - \"yes\"\n");
/// assert_eq!(render(&value, Format::Dotenv)?, "SERVER__PORT=8080\nSERVER__NAMES='[\"a\",\"yes\"]'\n");
/// # Ok::<(), superconfig::Error>(())
/// ```
pub fn render(value: &Value, format: Format) -> Result<String, Error> {
    match format.codec() {
        Some(Codec { render: Some(render), .. }) => render(value),
        Some(_) => {
            let error = Error::new(ErrorCode::Format, format!("values are not written as {format}"));
            let names: Vec<&str> = Format::ALL.into_iter().filter(|format| format.is_written()).map(Format::as_str).collect();
            Err(error.with_hint(format!("the formats are {}", names.join(", "))))
        }
        None => Err(format.not_compiled_in()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::parse;
    use crate::value::Table;
    use proptest::prelude::*;

    #[cfg(all(feature = "toml", feature = "dotenv"))]
    #[test]
    fn names_that_are_written_out_each_time_are_bounded() {
        let nested = |value: Value| (0..4).fold(value, |inner, _| Value::Table(Table::from_iter([("k".repeat(100_000), inner)])));
        let leaves = Value::Table((0..1_000).map(|number| (format!("l{number}"), Value::Integer(1))).collect());
        let table = Value::Table(Table::from_iter([("x".to_owned(), Value::Integer(1))]));
        let tables = Value::Table((0..1_000).map(|number| (format!("t{number}"), table.clone())).collect());
        for (value, format) in [(nested(leaves), Format::Dotenv), (nested(tables), Format::Toml)] {
            assert_eq!(render(&value, format).unwrap_err().code(), ErrorCode::Limit, "{format}");
            assert!(render(&value, Format::Json).is_ok());
        }
    }

    /// Texts with a special meaning in some format or position, and any others.
    fn text() -> impl Strategy<Value = String> {
        let tricky = [
            "",
            " ",
            "yes",
            "no",
            "on",
            "~",
            "null",
            "true",
            "007",
            "1e5",
            "0x10",
            "1_000",
            "+1",
            ".5",
            "-.inf",
            ".nan",
            "12:30",
            "2020-01-02",
            "- a",
            "a: b",
            "a #b",
            "#a",
            "a:",
            "'",
            "\"",
            "`",
            "\\",
            "${A}",
            "$A",
            "%",
            "@",
            "!x",
            "&x",
            "*x",
            "|",
            ">",
            "{",
            "[",
            "---",
            "...",
            "? a",
            "<<",
            "=",
            "a\nb",
            "a\nb\n",
            "\na",
            "a\n\n",
            " a\nb",
            "a\n b",
            "a\n\tb",
            "a\r\nb",
            "\t",
            "a ",
            "a\u{85}b",
            "a\u{2028}b",
            "\u{feff}a",
            "\u{0}",
            "\u{7f}",
            "é",
            "🦀",
            "\"\"\"",
            "a\"\"\"\nb\"",
            "'''",
            "a\\\nb",
            "a \nb",
            "export A",
            "inf",
            "nan",
            "__proto",
            "k_add",
        ];
        prop_oneof![prop::sample::select(tricky.to_vec()).prop_map(str::to_owned), any::<String>(), "[a-z]{1,6}", "[ -~\n]{0,12}"]
    }

    fn scalar() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Integer),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter_map("a NaN has many forms", |float| (!float.is_nan()).then_some(Value::Float(float))),
            text().prop_map(Value::from),
        ]
    }

    fn table(leaf: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
        let value = leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::array),
                prop::collection::vec((text(), inner), 0..4).prop_map(|entries| Table::from_iter(entries).into()),
            ]
        });
        // `__proto__` is dropped by every parser.
        prop::collection::vec((text(), value), 0..5).prop_map(|entries| Table::from_iter(entries).into())
    }

    fn comes_back(value: &Value, format: Format) {
        let text = render(value, format).unwrap();
        let back = parse(&text, format).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(&back, value, "as {format}:\n{text}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(400)))]

        #[test]
        fn yaml_comes_back(value in table(prop_oneof![scalar(), Just(Value::Null), Just(Value::Float(f64::NAN))])) {
            comes_back(&value, Format::Yaml);
        }

        #[test]
        fn toml_comes_back(value in table(prop_oneof![scalar(), Just(Value::Float(f64::NAN)), Just(Value::Datetime("1979-05-27T07:32:00Z".into()))])) {
            comes_back(&value, Format::Toml);
        }

        #[test]
        fn json_comes_back(value in table(prop_oneof![scalar(), Just(Value::Null)].prop_filter("JSON has no infinities", |value| !matches!(value, Value::Float(float) if !float.is_finite())))) {
            comes_back(&value, Format::Json);
            comes_back(&value, Format::Jsonc);
        }

        #[test]
        fn json5_comes_back(value in table(prop_oneof![scalar(), Just(Value::Null), Just(Value::Float(f64::NAN)), Just(Value::Float(f64::NEG_INFINITY))])) {
            comes_back(&value, Format::Json5);
        }

        #[test]
        fn dotenv_comes_back_as_text(texts in prop::collection::vec(text(), 0..5)) {
            prop_assume!(texts.iter().all(|text| !text.contains('\0')));
            let nested = |at: usize, text: &String| (format!("k{at}"), Table::from_iter([("in", Value::from(text.as_str()))]).into());
            let value = Table::from_iter(texts.iter().enumerate().map(|(at, text)| nested(at, text))).into();
            let expected = Table::from_iter(texts.iter().enumerate().map(|(at, text)| (format!("K{at}__IN"), Value::from(text.as_str()))));
            let text = render(&value, Format::Dotenv).unwrap();
            prop_assert_eq!(parse(&text, Format::Dotenv).unwrap(), expected.into(), "{}", text);
        }
    }

    #[test]
    fn unsupported_values_are_errors_with_a_path() {
        let value = parse("a: [1, { b: null }]", Format::Yaml).unwrap();
        let error = render(&value, Format::Toml).unwrap_err();
        assert_eq!((error.code(), error.path().unwrap().to_string()), (ErrorCode::Format, "a[1].b".to_owned()));
        let nul = Table::from_iter([("a", Value::from("\0"))]).into();
        assert_eq!(render(&nul, Format::Dotenv).unwrap_err().path().unwrap().to_string(), "a");
        assert_eq!(render(&Value::Integer(1), Format::Toml).unwrap_err().code(), ErrorCode::Format);
        assert_eq!(render(&Value::Integer(1), Format::Dotenv).unwrap_err().code(), ErrorCode::Format);
        assert_eq!(render(&value, Format::Ini).unwrap_err().code(), ErrorCode::Format);
        for names in ["a b: 1", "a.b: 1", "a__b: 1", "_a: 1", "a_: 1", "'': 1", "é: 1", "'1': 1", "a-b: 1\na_b: 2", "A: 1\na: 2"]
        {
            let value = parse(names, Format::Yaml).unwrap();
            assert_eq!(render(&value, Format::Dotenv).unwrap_err().code(), ErrorCode::Format, "{names}");
        }
    }

    #[test]
    fn any_root_comes_back_as_yaml_and_json() {
        for text in ["1", "null", "[]", "{}", "[[1, [2]], [], {}]", "\"a\\nb\"", "[{ a: [{ b: 1, c: [] }] }]"] {
            let value = parse(text, Format::Yaml).unwrap();
            comes_back(&value, Format::Yaml);
            comes_back(&value, Format::Json);
        }
    }

    #[test]
    fn long_keys_and_deep_values_come_back() {
        let long = Table::from_iter([("k".repeat(5000), Value::Integer(1))]).into();
        comes_back(&long, Format::Yaml);
        comes_back(&long, Format::Toml);
        let deep =
            |levels| (0..levels).fold(Value::Integer(1), |inner, _| Table::from_iter([("a", Value::array(vec![inner]))]).into());
        comes_back(&deep(60), Format::Yaml);
        comes_back(&deep(30), Format::Toml);
    }
}
