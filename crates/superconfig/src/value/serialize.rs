//! Serialization of values through serde.

use super::handover;
use super::table::Table;
use super::value::Value;
use serde::ser::{Serialize, Serializer};

/// A datetime is written as its text.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        handover::offer(self, || serializer.serialize_newtype_struct(handover::NAME, &Plain(self)))
    }
}

/// A table, with its keys in their order.
impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, Plain(value))))
    }
}

/// A value for serializers of others.
struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Integer(value) => serializer.serialize_i64(*value),
            Value::Unsigned(value) => serializer.serialize_u64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::String(text) | Value::Datetime(text) => serializer.serialize_str(text),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Plain)),
            Value::Table(table) => table.serialize(serializer),
        }
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::value::parse_json;

    #[test]
    fn serializers_of_others_see_plain_values() {
        let text = r#"{"b":[1,-2,0.5,null,true,"x"],"a":{"c":18446744073709551615}}"#;
        let value = parse_json(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        assert_eq!(serde_json::to_string(value.as_table().unwrap()).unwrap(), text);
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);
        assert_eq!(serde_json::to_string(&Value::Datetime("2020-01-02".into())).unwrap(), r#""2020-01-02""#);
    }
}
