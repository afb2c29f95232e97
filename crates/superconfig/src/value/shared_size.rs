//! The size of values whose parts may be shared, found in the time of their parts.

use super::expanded_size::ExpandedSize;
use super::value::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Values up to this size are measured as if nothing in them were shared, and produce nothing: values, and texts and keys in
/// steps of 256 bytes.
const SMALL: isize = 4_096;

/// Shorter keys are small beside the values that they name.
const LONG_KEY: usize = 64;

impl Value {
    /// True when arrays and tables nest deeper than a limit. Looks no deeper than that, so it is safe on any value. Costs a visit
    /// to each part, however often it is shared.
    pub(crate) fn nests_deeper_than(&self, limit: usize) -> bool {
        let quick = self.nests_deeper_within(limit);
        quick.unwrap_or_else(|| SharedParts::default().measure(self, limit).is_none())
    }

    /// The size that shared parts add to a value where it is written out, beyond the parts themselves; `None` for one that nests
    /// deeper than a limit. What is small adds nothing. Costs a visit to each part.
    pub(crate) fn expanded_size(&self, limit: usize) -> Option<ExpandedSize> {
        match self.nests_deeper_within(limit) {
            Some(is_deeper) => (!is_deeper).then(ExpandedSize::default),
            None => SharedParts::default().measure(self, limit).map(|measure| measure.written.since(measure.parts)),
        }
    }

    /// Whether it nests deeper than a limit; `None` when it is not small.
    fn nests_deeper_within(&self, limit: usize) -> Option<bool> {
        let mut left = SMALL;
        let is_over = self.is_over(limit, &mut left);
        if left < 0 { None } else { Some(is_over) }
    }

    /// Whether it nests deeper than a limit or is larger than what is left, which is then negative.
    fn is_over(&self, limit: usize, left: &mut isize) -> bool {
        match self {
            Value::Array(items) => are_over(items.iter().map(|item| (0, item)), limit, left),
            Value::Table(table) => are_over(table.entries().iter().map(|(key, item)| (key.len(), item)), limit, left),
            Value::String(text) => {
                *left -= (text.len() >> 8) as isize;
                *left < 0
            }
            _ => false,
        }
    }
}

/// The same for an array or table of these elements, each with the length of its key. Inlined: of what is merged every value passes here.
#[inline(always)]
fn are_over<'v>(elements: impl ExactSizeIterator<Item = (usize, &'v Value)>, limit: usize, left: &mut isize) -> bool {
    *left -= elements.len() as isize;
    if limit == 0 || *left < 0 {
        return true;
    }
    let mut text = 0;
    for (key, element) in elements {
        text += key >> 8;
        match element {
            Value::Array(_) | Value::Table(_) if element.is_over(limit - 1, left) => return true,
            Value::String(string) => text += string.len() >> 8,
            _ => {}
        }
    }
    *left -= text as isize;
    *left < 0
}

/// The size of a part of a value.
#[derive(Clone, Copy, Default)]
struct Measure {
    /// Nested arrays and tables.
    levels: usize,
    /// The size of what no other part has had before.
    parts: ExpandedSize,
    /// The size when it is written out.
    written: ExpandedSize,
}

impl Measure {
    fn add(&mut self, inner: Measure) {
        self.levels = self.levels.max(inner.levels + 1);
        self.parts.add(inner.parts);
        self.written.add(inner.written);
    }

    fn add_text(&mut self, bytes: usize, is_new: bool) {
        self.parts.add(ExpandedSize::text(if is_new { bytes } else { 0 }));
        self.written.add(ExpandedSize::text(bytes));
    }
}

/// The parts that others may share, by address.
#[derive(Default)]
struct SharedParts {
    sizes: HashMap<usize, Measure>,
    texts: HashSet<usize>,
}

impl SharedParts {
    /// Measures a value; `None` for one that nests deeper than a limit.
    fn measure(&mut self, value: &Value, limit: usize) -> Option<Measure> {
        let one = ExpandedSize { values: 1, bytes: 0 };
        let mut measure = Measure { levels: 0, parts: one, written: one };
        let address = match value {
            Value::Array(items) => (Arc::strong_count(items) > 1).then(|| Arc::as_ptr(items).addr()),
            Value::Table(table) => table.shared_address(),
            Value::String(text) => {
                measure.add_text(text.len(), self.is_new(text));
                return Some(measure);
            }
            _ => return Some(measure),
        };
        if let Some(known) = address.and_then(|address| self.sizes.get(&address)) {
            return (known.levels <= limit).then_some(Measure { parts: ExpandedSize::default(), ..*known });
        }
        measure.levels = 1;
        let limit = limit.checked_sub(1)?;
        match value {
            Value::Array(items) => {
                for item in items.iter() {
                    measure.add(self.measure(item, limit)?);
                }
            }
            Value::Table(table) => {
                for (key, item) in table.entries() {
                    measure.add_text(key.len(), key.len() < LONG_KEY || self.is_new(key));
                    measure.add(self.measure(item, limit)?);
                }
            }
            _ => {}
        }
        if let Some(address) = address {
            self.sizes.insert(address, measure);
        }
        Some(measure)
    }

    fn is_new(&mut self, text: &Arc<str>) -> bool {
        Arc::strong_count(text) == 1 || self.texts.insert(text.as_ptr().addr())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Table;

    fn doubled(levels: usize) -> Value {
        (0..levels).fold(Value::Null, |inner, _| Value::array(vec![inner.clone(), inner]))
    }

    #[test]
    fn parts_count_once_and_copies_each_time() {
        let row = Value::array((0..9_999).map(Value::Integer).collect());
        assert_eq!(Value::array(vec![row.clone()]).expanded_size(128), Some(ExpandedSize::default()));
        assert_eq!(Value::array(vec![row; 4]).expanded_size(128), Some(ExpandedSize { values: 30_000, bytes: 0 }));
        let text = Value::from("x".repeat(1 << 20));
        assert_eq!(Value::array(vec![text; 3]).expanded_size(128), Some(ExpandedSize::text(2 << 20)));
        let key: Arc<str> = "k".repeat(1 << 20).into();
        let table = || Value::Table(Table::from_iter([(key.clone(), Value::Null)]));
        assert_eq!(Value::array(vec![table(), table()]).expanded_size(128), Some(ExpandedSize::text(1 << 20)));
        let key: Arc<str> = "name".into();
        let table = |_| Value::Table(Table::from_iter([(key.clone(), Value::Null)]));
        assert_eq!(Value::array((0..9_999).map(table).collect()).expanded_size(128), Some(ExpandedSize::default()));
    }

    #[test]
    fn levels_are_exact_whatever_is_shared() {
        for levels in [1, 2, 10, 30, 100, 512] {
            let value = doubled(levels);
            assert!(!value.nests_deeper_than(levels) && value.nests_deeper_than(levels - 1), "{levels}");
            assert_eq!(value.expanded_size(levels - 1), None);
        }
        assert!(doubled(100).expanded_size(128).is_some_and(|size| size.values == usize::MAX - 102));
        let wide = Value::array((0..10_000).map(Value::Integer).collect());
        assert!(!wide.nests_deeper_than(1) && wide.nests_deeper_than(0));
    }
}
