//! The size of what expansions produce.

use super::value::Value;

/// The size of a value when it is written out, shared parts counted each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExpandedSize {
    /// Scalars, arrays and tables.
    pub(crate) values: usize,
    /// Bytes of texts and keys.
    pub(crate) bytes: usize,
}

impl ExpandedSize {
    /// The size of a text.
    pub(crate) fn text(bytes: usize) -> Self {
        Self { values: 0, bytes }
    }

    /// The size of a value, counted until either number is larger than in `enough`. Costs a visit to each value up to there.
    pub(crate) fn of(value: &Value, enough: Self) -> Self {
        let mut size = Self::default();
        size.add_value(value, enough);
        size
    }

    fn add_value(&mut self, value: &Value, enough: Self) {
        self.add(Self { values: 1, bytes: value.as_str().map_or(0, str::len) });
        match value {
            Value::Array(items) => {
                for item in items.iter() {
                    if self.exceeds(enough) {
                        return;
                    }
                    self.add_value(item, enough);
                }
            }
            Value::Table(table) => {
                for (key, value) in table {
                    if self.exceeds(enough) {
                        return;
                    }
                    self.add(Self::text(key.len()));
                    self.add_value(value, enough);
                }
            }
            _ => {}
        }
    }

    /// Adds another size, without ever wrapping.
    pub(crate) fn add(&mut self, other: Self) {
        self.values = self.values.saturating_add(other.values);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// The size of going through an array or table of some elements: sixteen of them as one value.
    pub(crate) fn of_pass(elements: usize) -> Self {
        Self { values: elements / 16, bytes: 0 }
    }

    /// The growth since an earlier size.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self { values: self.values - earlier.values, bytes: self.bytes - earlier.bytes }
    }

    fn exceeds(self, other: Self) -> bool {
        self.values > other.values || self.bytes > other.bytes
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::value::parse_json;

    const ALL: ExpandedSize = ExpandedSize { values: usize::MAX, bytes: usize::MAX };

    #[test]
    fn a_size_counts_values_texts_and_keys() {
        let value = parse_json(r#"{"ab":["cde",1],"f":null}"#).unwrap();
        assert_eq!(ExpandedSize::of(&value, ALL), ExpandedSize { values: 5, bytes: 6 });
        let shared = Value::array(vec![value; 3]);
        assert_eq!(ExpandedSize::of(&shared, ALL), ExpandedSize { values: 16, bytes: 18 });
    }

    #[test]
    fn counting_stops_at_the_limit() {
        let doubled = (0..100).fold(Value::Null, |inner, _| Value::array(vec![inner.clone(), inner]));
        let size = ExpandedSize::of(&doubled, ExpandedSize { values: 1_000, bytes: 1_000 });
        assert!((1_000..1_200).contains(&size.values), "{size:?}");
    }
}
