//! The encoding of values for a host: JSON text, beside a list of what JSON cannot express.

use crate::options::OptionReader;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use superconfig::{Error, ErrorCode, FieldNames, Limits, Path, Segment, Value, to_json};

/// A value out of JSON text: `{ value, specials }`, where each special is `[segments, kind, text]` for a value that says `null`
/// because JSON has no such number, or that is not there because the key is forbidden.
///
/// ```
/// use superconfig::Value;
/// use superconfig_binding::EncodedValue;
///
/// let text = r#"{ "value": [1, null], "specials": [[[1], "number", "Infinity"]] }"#;
/// let value = EncodedValue::parse(text)?;
/// assert_eq!(value, Value::array(vec![Value::Integer(1), Value::Float(f64::INFINITY)]));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EncodedValue {
    value: Value,
    specials: Vec<(Segments, SpecialKind, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SpecialKind {
    /// An integer that a double would round.
    Bigint,
    /// An infinity, NaN or negative zero.
    Number,
    /// A key that no value may have.
    Forbidden,
}

impl EncodedValue {
    /// Reads a value on its own, such as an entry of the registry.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_LIMIT` for a value that nests deeper than configurations may.
    pub fn parse(json: &str) -> Result<Value, Error> {
        let value = OptionReader::new(FieldNames::Exact).parse::<Self>(json, "value")?.decode();
        Limits::default().check_depth(&value, "the value")?;
        Ok(value)
    }

    /// The paths of the numbers that the host held in its type of big integers.
    pub(crate) fn bigints(&self) -> Vec<Path> {
        let bigint = |(Segments(path), kind, _): &(Segments, SpecialKind, String)| {
            matches!(kind, SpecialKind::Bigint).then(|| path.clone())
        };
        self.specials.iter().filter_map(bigint).collect()
    }

    /// The value, with the specials in it.
    pub fn decode(self) -> Value {
        let mut value = self.value;
        for (Segments(path), kind, text) in self.specials {
            let special = match kind {
                // The parser drops such a key in silence; the merge drops it with a warning.
                SpecialKind::Forbidden => {
                    if let Some((Segment::Key(key), above)) = path.split_last()
                        && let Some(Value::Table(table)) = value.at_mut(above)
                    {
                        table.insert(key.clone(), Value::Null);
                    }
                    continue;
                }
                SpecialKind::Bigint => integer(&text),
                SpecialKind::Number => Value::Float(text.parse().unwrap_or(f64::NAN)),
            };
            if let Some(value) = value.at_mut(&path) {
                *value = special;
            }
        }
        value
    }
}

fn integer(text: &str) -> Value {
    match (text.parse::<i64>(), text.parse::<u64>()) {
        (Ok(number), _) => Value::Integer(number),
        (_, Ok(number)) => Value::Unsigned(number),
        _ => Value::Float(text.parse().unwrap_or(f64::NAN)),
    }
}

/// The way back: the specials of [`JsonText`](superconfig::JsonText) as JSON text.
///
/// ```
/// use superconfig::{JsonText, Value};
/// use superconfig_binding::specials_text;
///
/// let json = JsonText::lossless(&Value::array(vec![Value::Unsigned(u64::MAX)]));
/// assert_eq!(specials_text(&json.specials), r#"[[[0],"bigint","18446744073709551615"]]"#);
/// ```
pub fn specials_text(specials: &[(Vec<Segment>, Value)]) -> String {
    let rows = specials.iter().map(|(path, value)| {
        let segments = path.iter().map(|segment| match segment {
            Segment::Key(key) => Value::String(key.clone()),
            Segment::Index(index) => Value::from(*index as u64),
        });
        let (kind, text) = match value {
            Value::Integer(number) => ("bigint", number.to_string()),
            Value::Unsigned(number) => ("bigint", number.to_string()),
            Value::Float(number) if number.is_nan() => ("number", "NaN".to_owned()),
            Value::Float(number) if *number == f64::INFINITY => ("number", "Infinity".to_owned()),
            Value::Float(number) if *number == f64::NEG_INFINITY => ("number", "-Infinity".to_owned()),
            _ => ("number", "-0".to_owned()),
        };
        Value::array(vec![Value::array(segments.collect()), Value::from(kind), Value::from(text)])
    });
    to_json(&Value::array(rows.collect()))
}

/// A path as an array of keys and indexes.
#[derive(Debug, Default)]
pub(crate) struct Segments(pub(crate) Path);

impl<'de> Deserialize<'de> for Segments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Segments::of(&Value::deserialize(deserializer)?).ok_or_else(|| D::Error::custom(PATH_KIND))
    }
}

impl Segments {
    fn of(value: &Value) -> Option<Self> {
        let segment = |value: &Value| match value {
            Value::String(key) => Some(Segment::Key(key.clone())),
            Value::Integer(index) => usize::try_from(*index).ok().map(Segment::Index),
            _ => None,
        };
        value.as_array()?.iter().map(segment).collect::<Option<Path>>().map(Segments)
    }
}

/// Reads a path from the JSON text of an array of keys and indexes.
///
/// ```
/// assert_eq!(superconfig_binding::parse_segments(r#"["servers", 0]"#)?, "servers[0]".parse()?);
/// # Ok::<(), superconfig::Error>(())
/// ```
///
/// # Errors
/// `ERR_SUPERCONFIG_PATH` for anything else.
pub fn parse_segments(json: &str) -> Result<Path, Error> {
    let Some(Segments(path)) = Segments::of(&crate::parse_json(json)?) else {
        return Err(Error::new(ErrorCode::Path, PATH_KIND));
    };
    Ok(path)
}

const PATH_KIND: &str = "a path is an array of strings and whole numbers from 0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specials_replace_nulls() {
        let text = r#"{"value":{"a":[null,null,null],"b":{}},"specials":[[["a",0],"bigint","-9007199254740993"],[["a",1],"number","-0"],[["a",2],"number","NaN"],[["b","__proto__"],"forbidden",""],[["gone","x"],"number","1"]]}"#;
        let value = EncodedValue::parse(text).unwrap();
        let a = value.at(&["a".into()]).unwrap().as_array().unwrap();
        assert_eq!(a[..2], [Value::Integer(-9_007_199_254_740_993), Value::Float(-0.0)]);
        assert!(matches!(a[2], Value::Float(number) if number.is_nan()));
        assert_eq!(value.at(&["b".into(), "__proto__".into()]), Some(&Value::Null));
        assert_eq!(integer("18446744073709551615"), Value::Unsigned(u64::MAX));
        assert_eq!(integer("1e3"), Value::Float(1000.0));
    }

    #[test]
    fn specials_round_trip() {
        let floats = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0].map(Value::Float);
        let list: Vec<Value> = floats.into_iter().chain([Value::Integer(i64::MIN), Value::Unsigned(u64::MAX)]).collect();
        let value = Value::Table([("a b", Value::array(list))].into_iter().collect());
        let json = superconfig::JsonText::lossless(&value);
        let text = format!(r#"{{"value":{},"specials":{}}}"#, json.text, specials_text(&json.specials));
        assert_eq!(EncodedValue::parse(&text).unwrap(), value);
    }

    #[test]
    fn malformed_encoded_values_are_rejected() {
        let message = |text: &str| EncodedValue::parse(text).unwrap_err().to_string();
        assert!(message(r#"{"value":1,"special":[]}"#).contains("did you mean `specials`?"));
        assert!(message(r#"{"specials":[[[-1],"number","1"]]}"#).contains("a path is an array of strings and whole numbers"));
        assert!(message(r#"{"specials":[[[],"letter","1"]]}"#).contains("'bigint', 'number' or 'forbidden'"));
        let deep = format!(r#"{{"value":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
        assert_eq!(EncodedValue::parse(&deep).unwrap_err().code(), superconfig::ErrorCode::Limit);
    }
}
