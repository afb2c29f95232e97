//! The encoding of values for a host: JSON text, beside a list of what JSON cannot express.

use crate::big_integers::BigIntegers;
use crate::options::OptionReader;
use crate::special_row::{SpecialRow, insert_specials};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use superconfig::{Error, ErrorCode, FieldNames, Limits, Path, Segment, Value};

/// A value out of JSON text: `{ value, specials }`, where each special is `[shared, segments, kind, text]` for a value that says
/// `null` because JSON has no such number, or that is not there because the key is forbidden. Its path is the first `shared` segments
/// of the path before it and then `segments`, so that all of them together are no larger than the value.
///
/// ```
/// use superconfig::Value;
/// use superconfig_binding::EncodedValue;
///
/// let text = r#"{ "value": [1, null], "specials": [[0, [1], "number", "Infinity"]] }"#;
/// let value = EncodedValue::parse(text)?;
/// assert_eq!(value, Value::array(vec![Value::Integer(1), Value::Float(f64::INFINITY)]));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EncodedValue {
    value: Value,
    specials: Vec<SpecialRow>,
}

impl EncodedValue {
    /// Reads a value on its own, such as an entry of the registry. Forbidden keys are dropped, as there is nothing to warn.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_LIMIT` for a value that nests deeper than configurations may.
    pub fn parse(json: &str) -> Result<Value, Error> {
        let mut encoded = OptionReader::new(FieldNames::Exact).parse::<Self>(json, "value")?;
        encoded.specials.retain(|row| !row.is_forbidden());
        let value = encoded.decode();
        Limits::default().check_depth(&value, "the value")?;
        Ok(value)
    }

    /// The value, with the specials in it.
    pub fn decode(self) -> Value {
        self.decode_marked().0
    }

    /// The same, with the places of the integers in it that the host held in its type of big integers.
    pub(crate) fn decode_marked(self) -> (Value, BigIntegers) {
        let Self { mut value, specials } = self;
        let big_integers = insert_specials(&mut value, specials);
        (value, big_integers)
    }
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
    fn malformed_encoded_values_are_rejected() {
        let message = |text: &str| EncodedValue::parse(text).unwrap_err().to_string();
        assert!(message(r#"{"value":1,"special":[]}"#).contains("did you mean `specials`?"));
        assert!(message(r#"{"specials":[[0,[-1],"number","1"]]}"#).contains("a path is an array of strings and whole numbers"));
        assert!(message(r#"{"specials":[[0,[],"letter","1"]]}"#).contains("'bigint', 'number' or 'forbidden'"));
        let deep = format!(r#"{{"value":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
        assert_eq!(EncodedValue::parse(&deep).unwrap_err().code(), superconfig::ErrorCode::Limit);
    }
}
