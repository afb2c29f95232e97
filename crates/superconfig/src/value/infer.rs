//! Type inference for untyped texts: variables, INI values and lone `${env:…}` references.

use super::value::Value;

/// Reads a text as the value that it spells: `true` and `false`, `null`, canonical decimal integers within 64 signed
/// bits, decimals that print again as they were written, and JSON where it starts with `[` or `{`. Everything else stays
/// text: `007`, `+1`, `1e5`, `NaN`, `yes` and `0x10` are too often identifiers, `1.10` and `1.0` versions.
pub(crate) fn infer(text: &str) -> Value {
    match text.as_bytes().first() {
        Some(b't' | b'f' | b'n') => match text {
            "true" => return Value::Bool(true),
            "false" => return Value::Bool(false),
            "null" => return Value::Null,
            _ => {}
        },
        Some(b'-' | b'0'..=b'9') => {
            if let Some(number) = decimal(text) {
                return number;
            }
        }
        Some(b'[' | b'{') => {
            if let Some(value) = parse_json(text) {
                return value;
            }
        }
        _ => {}
    }
    Value::from(text)
}

/// Reads `-?(0|[1-9]\d*)` within i64 and `-?(0|[1-9]\d*)\.\d+`, where the number prints again as it was written.
fn decimal(text: &str) -> Option<Value> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    if !digits(unsigned) || unsigned.len() > 1 && unsigned.starts_with('0') {
        return None;
    }
    match fraction {
        // Integers have no negative zero.
        None => text.parse().ok().filter(|_| text != "-0").map(Value::Integer),
        Some(fraction) if digits(fraction) && !fraction.ends_with('0') && text.len() <= LONGEST_DECIMAL => {
            text.parse().ok().filter(|float: &f64| float.to_string() == text).map(Value::Float)
        }
        Some(_) => None,
    }
}

/// Characters of the longest decimal that a double can print as: a sign, `0.`, 323 zeros and 17 digits.
const LONGEST_DECIMAL: usize = 343;

/// Reads a whole text as JSON; `None` when it is not, or nests deeper than the default limit.
#[cfg(feature = "json")]
pub(crate) fn parse_json(text: &str) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde::Deserialize::deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// Without the JSON parser no text is JSON.
#[cfg(not(feature = "json"))]
pub(crate) fn parse_json(_: &str) -> Option<Value> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_only_what_is_canonical() {
        let cases = [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
            ("0", Value::Integer(0)),
            ("-17", Value::Integer(-17)),
            ("9223372036854775807", Value::Integer(i64::MAX)),
            ("1.5", Value::Float(1.5)),
            ("0.5", Value::Float(0.5)),
            ("-0.5", Value::Float(-0.5)),
            ("0.1", Value::Float(0.1)),
            ("0.0000001", Value::Float(1e-7)),
            ("0.30000000000000004", Value::Float(0.30000000000000004)),
            #[cfg(feature = "json")]
            ("[1, \"a\"]", Value::array(vec![Value::Integer(1), "a".into()])),
            #[cfg(feature = "json")]
            ("{\"a\": null}", Value::Table([("a", Value::Null)].into_iter().collect())),
        ];
        for (text, expected) in cases {
            assert_eq!(infer(text), expected, "{text}");
        }
    }

    #[cfg(feature = "json")]
    #[test]
    fn rounds_numbers_in_json_to_the_nearest_float() {
        // The nearest is the one below, which quick parsers miss.
        let digits = "2".repeat(98);
        assert_eq!(infer(&format!("[{digits}]")), Value::array(vec![Value::Float(2.222222222222222e97)]));
    }

    #[test]
    fn leaves_everything_else_text() {
        let texts = [
            "",
            " 1",
            "1 ",
            "007",
            "+1",
            "1e5",
            "NaN",
            "yes",
            "0x10",
            "True",
            "NULL",
            "-",
            ".5",
            "5.",
            "1.2.3",
            "01.5",
            "1.10",
            "1.0",
            "-1.50",
            "-0",
            "-0.0",
            "0.0",
            "1.00000000000000000001",
            "0.1000000000000000055511151231257827",
            "12345678901234567.5",
            "-01",
            "9223372036854775808",
            "[1",
            "{a: 1}",
            "[1] x",
            "1_000",
            "٣",
            "--1",
        ];
        for text in texts {
            assert_eq!(infer(text), Value::from(text), "{text}");
        }
        let huge = format!("1{}.0", "0".repeat(400));
        assert_eq!(infer(&huge), Value::from(&*huge));
        let deep = "[".repeat(100_000);
        assert_eq!(infer(&deep), Value::from(&*deep));
    }
}
