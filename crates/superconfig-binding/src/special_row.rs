//! The rows that an encoded value has for what JSON cannot hold.

use crate::big_integers::BigIntegers;
use crate::encoded_value::Segments;
use serde::Deserialize;
use std::vec::IntoIter;
use superconfig::{Segment, SpecialNumber, Value, to_json};

/// A special: the number of segments that its path has in common with the one before it, the segments that follow, and the number.
#[derive(Debug, Deserialize)]
pub(crate) struct SpecialRow(usize, Segments, SpecialKind, String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SpecialKind {
    /// An integer that a double would round.
    Bigint,
    /// An infinity, NaN or negative zero.
    Number,
    /// A key that no value may have.
    Forbidden,
}

impl SpecialRow {
    /// Whether it is a key that no value may have.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.2 == SpecialKind::Forbidden
    }

    fn number(&self) -> Option<Value> {
        let Self(_, _, kind, text) = self;
        match kind {
            SpecialKind::Bigint => Some(integer(text)),
            SpecialKind::Number => Some(Value::Float(text.parse().unwrap_or(f64::NAN))),
            SpecialKind::Forbidden => None,
        }
    }
}

fn integer(text: &str) -> Value {
    match (text.parse::<i64>(), text.parse::<u64>()) {
        (Ok(number), _) => Value::Integer(number),
        (_, Ok(number)) => Value::Unsigned(number),
        _ => Value::Float(text.parse().unwrap_or(f64::NAN)),
    }
}

/// The specials of a [`JsonText`](superconfig::JsonText) as the JSON text of an array of `[shared, segments, kind, text]`.
///
/// ```
/// use superconfig::{JsonText, Value};
/// use superconfig_binding::specials_text;
///
/// let json = JsonText::lossless(&Value::array(vec![Value::Unsigned(u64::MAX)]));
/// assert_eq!(specials_text(&json.specials), r#"[[0,[0],"bigint","18446744073709551615"]]"#);
/// ```
pub fn specials_text(specials: &[SpecialNumber]) -> String {
    let rows = specials.iter().map(|SpecialNumber { shared, rest, value }| {
        let segments = rest.iter().map(|segment| match segment {
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
        Value::array(vec![Value::from(*shared as u64), Value::array(segments.collect()), Value::from(kind), Value::from(text)])
    });
    to_json(&Value::array(rows.collect()))
}

/// Puts the specials into a value; gives the places of its big integers. Costs the size of the rows.
pub(crate) fn insert_specials(value: &mut Value, rows: Vec<SpecialRow>) -> BigIntegers {
    let mut inserter = Inserter { rows: rows.into_iter(), row: None, shared: 0, path: Vec::new() };
    inserter.advance();
    inserter.insert_below(value, 0)
}

/// A walk through the value along the paths of the rows.
struct Inserter {
    rows: IntoIter<SpecialRow>,
    /// The next special; none at the end.
    row: Option<SpecialRow>,
    /// The segments that its path shares with the one before it.
    shared: usize,
    /// Its path.
    path: Vec<Segment>,
}

impl Inserter {
    fn advance(&mut self) {
        self.row = self.rows.next();
        if let Some(SpecialRow(shared, Segments(rest), ..)) = &self.row {
            self.shared = (*shared).min(self.path.len());
            self.path.truncate(self.shared);
            self.path.extend_from_slice(rest);
        }
    }

    /// Puts in the next special and all that follow it at and below `slot`, whose path is the first `depth` segments of its path.
    fn insert_below(&mut self, slot: &mut Value, depth: usize) -> BigIntegers {
        let mut marks = BigIntegers::default();
        loop {
            let Some(row) = &self.row else { return marks.sorted() };
            match (self.path.get(depth), row.number()) {
                (None, number) => {
                    if let (SpecialKind::Bigint, Some(number)) = (row.2, &number) {
                        marks = BigIntegers::of(number);
                    }
                    *slot = number.unwrap_or_default();
                    self.advance();
                }
                // The parser drops such a key in silence; the merge drops it with a warning.
                (Some(Segment::Key(key)), None) if self.path.len() == depth + 1 => {
                    if let Value::Table(table) = slot {
                        table.insert(key.clone(), Value::Null);
                    }
                    self.advance();
                }
                (Some(segment), _) => {
                    let segment = segment.clone();
                    match slot.at_mut(std::slice::from_ref(&segment)) {
                        Some(child) => {
                            let below = self.insert_below(child, depth + 1);
                            marks.add(segment, below);
                        }
                        // There is nothing to put it in.
                        None => self.skip_below(depth + 1),
                    }
                }
            }
            if self.shared < depth {
                return marks.sorted();
            }
        }
    }

    fn skip_below(&mut self, depth: usize) {
        self.advance();
        while self.row.is_some() && self.shared >= depth {
            self.advance();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodedValue;
    use crate::options::OptionReader;
    use superconfig::FieldNames;

    fn decode(value: &str, specials: &str) -> Value {
        let text = format!(r#"{{"value":{value},"specials":{specials}}}"#);
        OptionReader::new(FieldNames::Exact).parse::<EncodedValue>(&text, "value").unwrap().decode()
    }

    #[test]
    fn specials_replace_nulls() {
        let value = decode(
            r#"{"a":[null,null,null],"b":{},"c":{"d":[[null]],"e":null}}"#,
            r#"[[0,["a",0],"bigint","-9007199254740993"],[1,[1],"number","-0"],[1,[2],"number","NaN"],[0,["b","__proto__"],"forbidden",""],
                [0,["gone","x"],"number","1"],[1,["y",0],"number","1"],[0,["c","d",0,0],"bigint","18446744073709551615"],[1,["e"],"number","Infinity"]]"#,
        );
        let a = value.at(&["a".into()]).unwrap().as_array().unwrap();
        assert_eq!(a[..2], [Value::Integer(-9_007_199_254_740_993), Value::Float(-0.0)]);
        assert!(matches!(a[2], Value::Float(number) if number.is_nan()));
        assert_eq!(value.at(&["b".into(), "__proto__".into()]), Some(&Value::Null));
        assert_eq!(to_json(value.child(&"c".into()).unwrap()), r#"{"d":[[18446744073709551615]],"e":null}"#);
        assert_eq!(value.as_table().unwrap().len(), 3);
        assert_eq!(integer("18446744073709551615"), Value::Unsigned(u64::MAX));
        assert_eq!(integer("1e3"), Value::Float(1000.0));
        assert_eq!(decode("null", r#"[[0,[],"number","-0"]]"#), Value::Float(-0.0));
        // Nothing writes such rows.
        assert_eq!(
            decode("[null]", r#"[[7,[0],"bigint","1"],[9,[0],"bigint","2"],[9,[],"bigint","3"]]"#),
            Value::array(vec![1_u64.into()])
        );
    }

    #[test]
    fn specials_round_trip() {
        let floats = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0].map(Value::Float);
        let list: Vec<Value> = floats.into_iter().chain([Value::Integer(i64::MIN), Value::Unsigned(u64::MAX)]).collect();
        let inner = Value::Table([("a b", Value::array(list))].into_iter().collect());
        let value = Value::Table([("x", inner.clone()), ("y", Value::array(vec![1_u64.into(), inner]))].into_iter().collect());
        let json = superconfig::JsonText::lossless(&value);
        assert_eq!(decode(&json.text, &specials_text(&json.specials)), value);
    }

    /// Paths were written in full, so that keys of kilobytes above a list were written for each of its numbers.
    #[test]
    fn specials_are_no_larger_than_the_value() {
        let size = |count: usize| {
            let list = Value::array(vec![Value::Float(-0.0); count]);
            let nested = |inner, level| Value::Table([(format!("{level}{}", "k".repeat(count)), inner)].into_iter().collect());
            let value = (0..count.min(100)).fold(list, nested);
            let json = superconfig::JsonText::lossless(&value);
            let text = specials_text(&json.specials);
            assert!(text.len() < 4 * json.text.len() + 64 * count, "{count}: {} and {}", text.len(), json.text.len());
            text.len()
        };
        let ratio = size(8_000) as f64 / size(4_000) as f64;
        assert!(ratio < 2.2, "twice the input takes {ratio:.2} times the text");
    }
}
