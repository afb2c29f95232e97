//! A value as JSON text, with what JSON cannot say beside it.

use super::{Segment, Value};

/// The largest integer up to which a double holds every integer: 2^53 − 1.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// JSON text of one value.
pub struct JsonText {
    /// The text, compact. Where a value has no JSON form for a reader of doubles it says `null`.
    pub text: String,
    /// Path and value of each such place: integers beyond ±(2^53 − 1), infinities, NaN and negative zero.
    pub specials: Vec<(Vec<Segment>, Value)>,
}

impl JsonText {
    /// Writes a value for a reader whose numbers are doubles; whatever such a reader would lose goes to `specials`.
    ///
    /// Costs one pass over the value.
    pub fn lossless(value: &Value) -> Self {
        let mut writer = Writer { text: String::with_capacity(64), specials: Vec::new(), path: Vec::new(), separate: true };
        writer.value(value);
        Self { text: writer.text, specials: writer.specials }
    }
}

/// Writes a value as plain compact JSON: integers in full; infinities and NaN, which JSON lacks, as `null`.
pub fn to_json(value: &Value) -> String {
    let mut writer = Writer { text: String::new(), specials: Vec::new(), path: Vec::new(), separate: false };
    writer.value(value);
    writer.text
}

/// Appends a JSON string with quotes.
fn write_json_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x00..=0x1f => {
                out.push_str(&text[plain_from..at]);
                out.push_str("\\u00");
                out.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
                out.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
                plain_from = at + 1;
                continue;
            }
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        out.push_str(escape);
        plain_from = at + 1;
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

struct Writer {
    text: String,
    specials: Vec<(Vec<Segment>, Value)>,
    path: Vec<Segment>,
    /// Whether lossy places go to `specials`.
    separate: bool,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(true) => self.text.push_str("true"),
            Value::Bool(false) => self.text.push_str("false"),
            Value::Integer(number) if self.separate && number.unsigned_abs() > MAX_SAFE_INTEGER => self.special(value),
            Value::Integer(number) => self.text.push_str(itoa::Buffer::new().format(*number)),
            Value::Unsigned(_) if self.separate => self.special(value),
            Value::Unsigned(number) => self.text.push_str(itoa::Buffer::new().format(*number)),
            Value::Float(number) if self.separate && (!number.is_finite() || *number == 0.0 && number.is_sign_negative()) => {
                self.special(value);
            }
            Value::Float(number) if !number.is_finite() => self.text.push_str("null"),
            Value::Float(number) => self.text.push_str(zmij::Buffer::new().format_finite(*number)),
            Value::String(text) | Value::Datetime(text) => write_json_string(&mut self.text, text),
            Value::Array(items) => {
                self.text.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.text.push(',');
                    }
                    self.path.push(Segment::Index(at));
                    self.value(item);
                    self.path.pop();
                }
                self.text.push(']');
            }
            Value::Table(table) => {
                self.text.push('{');
                for (at, (key, item)) in table.entries().iter().enumerate() {
                    if at > 0 {
                        self.text.push(',');
                    }
                    write_json_string(&mut self.text, key);
                    self.text.push(':');
                    self.path.push(Segment::Key(key.clone()));
                    self.value(item);
                    self.path.pop();
                }
                self.text.push('}');
            }
        }
    }

    fn special(&mut self, value: &Value) {
        self.text.push_str("null");
        self.specials.push((self.path.clone(), value.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Table;

    #[test]
    fn escapes_what_json_must() {
        let mut out = String::new();
        write_json_string(&mut out, "a\"\\\n\r\t\u{1}\u{1f}é\u{2028}");
        assert_eq!(out, "\"a\\\"\\\\\\n\\r\\t\\u0001\\u001fé\u{2028}\"");
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), "a\"\\\n\r\t\u{1}\u{1f}é\u{2028}");
    }

    #[test]
    fn names_each_place_that_doubles_would_lose() {
        let safe = Value::Integer(9_007_199_254_740_991);
        let beyond = Value::Integer(-9_007_199_254_740_992);
        let list = vec![safe, beyond, Value::Unsigned(u64::MAX), Value::Float(f64::NAN), Value::Float(-0.0), Value::Float(1e21)];
        let table: Table = [("a", Value::array(list))].into_iter().collect();
        let json = JsonText::lossless(&Value::Table(table.clone()));
        assert_eq!(json.text, r#"{"a":[9007199254740991,null,null,null,null,1e+21]}"#);
        let places: Vec<_> = json.specials.iter().map(|(path, _)| path[1].clone()).collect();
        assert_eq!(places, [1, 2, 3, 4].map(Segment::Index));
        let plain = to_json(&Value::Table(table));
        assert_eq!(plain, r#"{"a":[9007199254740991,-9007199254740992,18446744073709551615,null,-0.0,1e+21]}"#);
    }
}
