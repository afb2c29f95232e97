//! The JSON text of a value, with a list of what JSON cannot express.

use super::value::Value;
use crate::diagnostic::{Segment, count_steps};
use std::sync::Arc;

/// The largest integer up to which a double holds every integer: 2^53 − 1.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// JSON text of one value.
///
/// ```
/// use superconfig::{JsonText, Value};
///
/// let json = JsonText::lossless(&Value::array(vec![Value::Float(f64::INFINITY)]));
/// assert_eq!((&*json.text, json.specials.len()), ("[null]", 1));
/// ```
pub struct JsonText {
    /// The text, compact. Where a value has no JSON form for a reader of doubles it says `null`.
    pub text: String,
    /// Each lossy number in the order of the text: integers beyond ±(2^53 − 1), infinities, NaN and negative zero.
    pub specials: Vec<SpecialNumber>,
}

/// A number that JSON text loses. Its path begins with that of the number before it in a list, so that all paths together are no
/// larger than the value, however deep it nests.
///
/// ```
/// use superconfig::{JsonText, Segment, Value};
///
/// let json = JsonText::lossless(&Value::array(vec![Value::array(vec![Value::Float(-0.0), Value::Float(f64::NAN)])]));
/// assert_eq!((json.specials[0].shared, &*json.specials[0].rest), (0, &[Segment::Index(0), Segment::Index(0)][..]));
/// assert_eq!((json.specials[1].shared, &*json.specials[1].rest), (1, &[Segment::Index(1)][..]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SpecialNumber {
    /// The number of segments that its path has in common with the one before it; 0 for the first.
    pub shared: usize,
    /// The segments that follow those.
    pub rest: Vec<Segment>,
    /// The number.
    pub value: Value,
}

impl JsonText {
    /// Writes a value for a reader whose numbers are doubles; whatever such a reader would lose goes to `specials`.
    ///
    /// Costs one pass over the value.
    ///
    /// ```
    /// use superconfig::{JsonText, Value};
    ///
    /// assert!(JsonText::lossless(&Value::Integer(1)).specials.is_empty());
    /// ```
    pub fn lossless(value: &Value) -> Self {
        let mut writer = JsonWriter::lossless(256);
        writer.value(value);
        Self { text: writer.text, specials: writer.specials }
    }
}

/// Writes a value as plain compact JSON: integers in full; infinities and NaN, which JSON lacks, as `null`.
///
/// ```
/// use superconfig::{Value, to_json};
///
/// assert_eq!(to_json(&Value::array(vec![Value::Null, Value::Bool(true)])), "[null,true]");
/// ```
pub fn to_json(value: &Value) -> String {
    let mut writer = JsonWriter::default();
    writer.value(value);
    writer.text
}

/// [`to_json`] with the words that JSON5 has for infinities and NaN.
pub(crate) fn to_json5(value: &Value) -> String {
    let mut writer = JsonWriter { json5: true, ..JsonWriter::default() };
    writer.value(value);
    writer.text
}

/// Appends a JSON string with quotes.
fn write_json_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = escaped_at(rest.as_bytes()) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let byte = special.as_bytes()[0];
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                out.push_str("\\u00");
                out.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
                out.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
            }
        }
        rest = &special[1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// The offset of the first byte that JSON wants escaped; it is always a character of its own.
fn escaped_at(bytes: &[u8]) -> Option<usize> {
    let is_escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let (words, tail) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        if may_hold_escaped(u64::from_ne_bytes(*word))
            && let Some(inside) = word.iter().position(is_escaped)
        {
            return Some(at * 8 + inside);
        }
    }
    tail.iter().position(is_escaped).map(|inside| words.len() * 8 + inside)
}

/// Whether one of eight bytes is below 0x20, a quote or a backslash; wrong only in saying yes too often.
fn may_hold_escaped(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGH;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, 0x20) | equal(b'"') | equal(b'\\') != 0
}

/// A segment on the way to a value; made into one that owns its key only where it is needed.
enum Step<'a> {
    Key(&'a Arc<str>),
    Index(usize),
}

/// A step of the path that is being written.
struct Frame<'a> {
    step: Step<'a>,
    /// Whether the path of a special has it already.
    is_listed: bool,
}

/// Writes values one behind the other.
#[derive(Default)]
pub(crate) struct JsonWriter<'a> {
    pub(crate) text: String,
    pub(crate) specials: Vec<SpecialNumber>,
    path: Vec<Frame<'a>>,
    /// Whether lossy numbers go to `specials`.
    separate: bool,
    /// Whether infinities and NaN have words.
    json5: bool,
}

impl<'a> JsonWriter<'a> {
    /// A writer for a reader whose numbers are doubles.
    pub(crate) fn lossless(capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity), separate: true, ..Self::default() }
    }

    /// Appends a string with quotes.
    #[cfg(any(feature = "toml", feature = "yaml"))]
    pub(crate) fn string(&mut self, text: &str) {
        write_json_string(&mut self.text, text);
    }

    /// Appends a value that is no array and no table.
    pub(crate) fn scalar(&mut self, value: &Value) {
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
            Value::Float(number) if !number.is_finite() && self.json5 => {
                let positive = if *number > 0.0 { "Infinity" } else { "-Infinity" };
                self.text.push_str(if number.is_nan() { "NaN" } else { positive });
            }
            Value::Float(number) if !number.is_finite() => self.text.push_str("null"),
            Value::Float(number) => self.text.push_str(zmij::Buffer::new().format_finite(*number)),
            Value::String(text) | Value::Datetime(text) => write_json_string(&mut self.text, text),
            Value::Array(_) | Value::Table(_) => {}
        }
    }

    fn value(&mut self, value: &'a Value) {
        match value {
            Value::Array(items) => {
                self.text.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.text.push(',');
                    }
                    self.path.push(Frame { step: Step::Index(at), is_listed: false });
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
                    self.path.push(Frame { step: Step::Key(key), is_listed: false });
                    self.value(item);
                    self.path.pop();
                }
                self.text.push('}');
            }
            scalar => self.scalar(scalar),
        }
    }

    fn special(&mut self, value: &Value) {
        self.text.push_str("null");
        let shared = self.path.iter().rposition(|frame| frame.is_listed).map_or(0, |last| last + 1);
        let segment = |frame: &mut Frame<'_>| {
            frame.is_listed = true;
            match frame.step {
                Step::Key(key) => Segment::Key(Arc::clone(key)),
                Step::Index(index) => Segment::Index(index),
            }
        };
        let rest: Vec<Segment> = self.path[shared..].iter_mut().map(segment).collect();
        count_steps(1 + rest.len());
        self.specials.push(SpecialNumber { shared, rest, value: value.clone() });
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
    fn finds_what_to_escape_at_any_offset() {
        for byte in 0..=0x7f_u8 {
            for at in 0..20 {
                let mut text = "abcdefgh ü ~!#[]é".to_owned();
                text.extend(std::iter::repeat_n('z', 8));
                let at = (at..).find(|at| text.is_char_boundary(*at)).unwrap();
                text.insert(at, char::from(byte));
                let mut out = String::new();
                write_json_string(&mut out, &text);
                assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn specials_hold_each_number_that_doubles_would_lose() {
        let safe = Value::Integer(9_007_199_254_740_991);
        let beyond = Value::Integer(-9_007_199_254_740_992);
        let list = vec![safe, beyond, Value::Unsigned(u64::MAX), Value::Float(f64::NAN), Value::Float(-0.0), Value::Float(1e21)];
        let table: Table = [("a", Value::array(list))].into_iter().collect();
        let json = JsonText::lossless(&Value::Table(table.clone()));
        assert_eq!(json.text, r#"{"a":[9007199254740991,null,null,null,null,1e+21]}"#);
        let paths: Vec<_> = json.specials.iter().map(|special| (special.shared, special.rest.clone())).collect();
        let first = (0, vec![Segment::from("a"), Segment::Index(1)]);
        assert_eq!(paths, [first, (1, vec![Segment::Index(2)]), (1, vec![Segment::Index(3)]), (1, vec![Segment::Index(4)])]);
        let plain = to_json(&Value::Table(table));
        assert_eq!(plain, r#"{"a":[9007199254740991,-9007199254740992,18446744073709551615,null,-0.0,1e+21]}"#);
    }

    /// A path was written in full for each number, so that deep ones took their depth times their number.
    #[test]
    fn paths_of_specials_are_no_larger_than_the_value() {
        use crate::diagnostic::assert_linear;
        let nested = |depth: usize, inner: Value| {
            (0..depth).fold(inner, |inner, level| Value::Table([(format!("key{level}"), inner)].into_iter().collect()))
        };
        for special in [Value::Unsigned(u64::MAX), Value::Float(-0.0), Value::Float(f64::NAN)] {
            assert_linear("as many numbers as levels above them", |size| {
                let value = nested(size / 4, Value::array(vec![special.clone(); size]));
                drop(JsonText::lossless(&value));
            });
        }
        let shared = nested(2, Value::array(vec![Value::Float(-0.0); 2]));
        let twice = Value::array(vec![shared.clone(), shared]);
        let shared: Vec<_> = JsonText::lossless(&twice).specials.iter().map(|special| special.shared).collect();
        assert_eq!(shared, [0, 3, 0, 3], "the same table at two places has two paths");
    }
}
