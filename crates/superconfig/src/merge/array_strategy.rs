//! The strategies for merging two arrays.

use crate::value::{Value, ValueIndex};
use std::sync::Arc;

/// The strategy for merging an array of a layer with the array below it.
///
/// ```
/// use superconfig::{ArrayStrategy, Format, SuperConfig};
///
/// let builder = SuperConfig::builder().text("hosts = ['a']", Format::Toml).text("hosts = ['b', 'a']", Format::Toml);
/// assert_eq!(builder.arrays("hosts", ArrayStrategy::Unique).load()?.get::<Vec<String>>("hosts")?, ["a", "b"]);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArrayStrategy {
    /// The layer's array replaces the one below.
    #[default]
    Replace,
    /// The layer's elements come after those below.
    Append,
    /// The layer's elements come before those below.
    Prepend,
    /// The layer's elements that are not there yet come after those below, each once; `1` equals `1.0`.
    Unique,
    /// Tables with the same value of this key are merged; all other elements come after those below.
    By(Arc<str>),
}

impl ArrayStrategy {
    /// The index of each element of `above` in the result over `below`; `Replace` never uses it.
    pub(crate) fn placement(&self, below: &[Value], above: &[Value]) -> Placement {
        let count = below.len();
        match self {
            ArrayStrategy::Replace => Placement { shift: 0, targets: (0..above.len()).map(Some).collect() },
            ArrayStrategy::Append => Placement { shift: 0, targets: (count..count + above.len()).map(Some).collect() },
            ArrayStrategy::Prepend => Placement { shift: above.len(), targets: (0..above.len()).map(Some).collect() },
            ArrayStrategy::Unique => {
                let mut seen: ValueIndex<'_> = below.iter().collect();
                let mut next = count;
                let mut target = |value| {
                    seen.insert(value, next).then(|| {
                        next += 1;
                        next - 1
                    })
                };
                Placement { shift: 0, targets: above.iter().map(&mut target).collect() }
            }
            ArrayStrategy::By(key) => {
                let mut known = ValueIndex::new();
                for (at, value) in below.iter().enumerate() {
                    if let Some(id) = identity(value, key) {
                        known.insert(id, at);
                    }
                }
                let mut next = count;
                let mut target = |value| {
                    let id = identity(value, key);
                    if let Some(found) = id.and_then(|id| known.find(id)) {
                        return Some(found);
                    }
                    if let Some(id) = id {
                        known.insert(id, next);
                    }
                    next += 1;
                    Some(next - 1)
                };
                Placement { shift: 0, targets: above.iter().map(&mut target).collect() }
            }
        }
    }
}

/// The value that identifies an element; `null` identifies nothing, so such elements stay apart.
fn identity<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.as_table()?.get(key).filter(|id| !id.is_null())
}

/// The indexes of two arrays' elements in the result: those below move up by `shift`, each of those above goes to an index
/// of the result, or is dropped.
pub(crate) struct Placement {
    pub(crate) shift: usize,
    pub(crate) targets: Vec<Option<usize>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::assert_linear;

    #[test]
    fn strategies_cost_a_look_at_each_element() {
        let numbers = |size: usize| (0..size as i64).map(Value::Integer).collect::<Vec<_>>();
        let tables = |size: usize| {
            numbers(size).into_iter().map(|number| Value::Table([("id", number)].into_iter().collect())).collect::<Vec<_>>()
        };
        assert_linear("unique", |size| drop(ArrayStrategy::Unique.placement(&numbers(size), &numbers(2 * size))));
        assert_linear("by", |size| drop(ArrayStrategy::By("id".into()).placement(&tables(size), &tables(2 * size))));
    }

    #[test]
    fn unique_of_many_elements_is_quick() {
        let many: Vec<Value> = (0..200_000).map(Value::Integer).collect();
        let placement = ArrayStrategy::Unique.placement(&many, &many);
        assert!(placement.targets.iter().all(Option::is_none));
    }
}
