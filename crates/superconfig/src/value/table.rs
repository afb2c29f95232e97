//! A table that keeps insertion order and is cheap to share.

use super::value::Value;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Tables up to this size are searched in order: quicker than hashing, and no index to build or to keep.
const INDEX_FROM: usize = 16;

/// Keys with values in order of insertion; cloning shares, changing a shared table copies that one level.
///
/// ```
/// use superconfig::{Table, Value};
///
/// let mut table = Table::new();
/// table.insert("host", "localhost".into());
/// table.insert("port", Value::Integer(8080));
/// assert_eq!(table.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["host", "port"]);
/// ```
#[derive(Clone, Default)]
pub struct Table(Arc<Entries>);

#[derive(Clone, Default)]
pub(crate) struct Entries {
    list: Vec<(Arc<str>, Value)>,
    index: Option<Box<Index>>,
}

#[derive(Clone, Default)]
struct Index {
    hasher: RandomState,
    positions: HashTable<u32>,
}

impl Entries {
    /// The number of a key's entry.
    fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            None => self.list.iter().position(|(name, _)| **name == *key),
            Some(index) => {
                let found = index.positions.find(index.hasher.hash_one(key), |&at| *self.list[at as usize].0 == *key);
                found.map(|&at| at as usize)
            }
        }
    }

    /// The value of a key that is likely at a position, to be changed: tables that are merged mostly have their keys in one order.
    pub(crate) fn get_mut_near(&mut self, likely: usize, key: &str) -> Option<&mut Value> {
        let is_there = self.list.get(likely).is_some_and(|(name, _)| **name == *key);
        let at = if is_there { likely } else { self.position(key)? };
        Some(&mut self.list[at].1)
    }

    /// Adds a key that is not there.
    pub(crate) fn push(&mut self, key: Arc<str>, value: Value) {
        self.list.push((key, value));
        match &mut self.index {
            Some(index) => {
                let at = self.list.len() - 1;
                let hash = index.hasher.hash_one(&*self.list[at].0);
                let list = &self.list;
                index.positions.insert_unique(hash, at as u32, |&at| index.hasher.hash_one(&*list[at as usize].0));
            }
            None if self.list.len() > INDEX_FROM => self.rebuild(),
            None => {}
        }
    }

    fn rebuild(&mut self) {
        if self.list.len() <= INDEX_FROM {
            self.index = None;
            return;
        }
        let mut index = Index { hasher: RandomState::default(), positions: HashTable::with_capacity(self.list.len()) };
        for (at, (key, _)) in self.list.iter().enumerate() {
            let hash = index.hasher.hash_one(&**key);
            index.positions.insert_unique(hash, at as u32, |&at| index.hasher.hash_one(&*self.list[at as usize].0));
        }
        self.index = Some(Box::new(index));
    }
}

impl Table {
    /// Makes an empty table.
    ///
    /// ```
    /// assert!(superconfig::Table::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes an empty table with room for `capacity` keys.
    ///
    /// ```
    /// assert_eq!(superconfig::Table::with_capacity(8).len(), 0);
    /// ```
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Arc::new(Entries { list: Vec::with_capacity(capacity), index: None }))
    }

    /// The number of keys.
    ///
    /// ```
    /// use superconfig::{Table, Value};
    ///
    /// let table = Table::from_iter([("port", Value::Integer(80))]);
    /// assert_eq!(table.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.0.list.len()
    }

    /// True without any key.
    ///
    /// ```
    /// use superconfig::{Table, Value};
    ///
    /// let table = Table::from_iter([("port", Value::Integer(80))]);
    /// assert!(!table.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.list.is_empty()
    }

    /// The value of a key.
    ///
    /// ```
    /// use superconfig::{Table, Value};
    ///
    /// let table = Table::from_iter([("port", Value::Integer(80))]);
    /// assert_eq!(table.get("port"), Some(&Value::Integer(80)));
    /// ```
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.position(key).map(|at| &self.0.list[at].1)
    }

    /// True when the key is there.
    ///
    /// ```
    /// use superconfig::{Table, Value};
    ///
    /// let table = Table::from_iter([("port", Value::Integer(80))]);
    /// assert!(!table.contains_key("host"));
    /// ```
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.position(key).is_some()
    }

    /// The value of a key, to be changed; a table that is shared is copied first.
    ///
    /// ```
    /// use superconfig::{Table, Value};
    ///
    /// let mut table = Table::from_iter([("port", Value::Integer(80))]);
    /// *table.get_mut("port").unwrap() = Value::Null;
    /// assert!(table.get("port").unwrap().is_null());
    /// ```
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let at = self.0.position(key)?;
        Some(&mut Arc::make_mut(&mut self.0).list[at].1)
    }

    /// Sets a key and gives back the value that it had; an existing key keeps its position in the order.
    ///
    /// ```
    /// use superconfig::{Table, Value};
    ///
    /// let mut table = Table::from_iter([("port", Value::Integer(80))]);
    /// assert_eq!(table.insert("port", Value::Integer(81)), Some(Value::Integer(80)));
    /// ```
    pub fn insert(&mut self, key: impl Into<Arc<str>> + AsRef<str>, value: Value) -> Option<Value> {
        let entries = Arc::make_mut(&mut self.0);
        match entries.position(key.as_ref()) {
            Some(at) => Some(std::mem::replace(&mut entries.list[at].1, value)),
            None => {
                entries.push(key.into(), value);
                None
            }
        }
    }

    /// Removes a key and gives back its value; the order of the others stays. Costs one pass over the table.
    ///
    /// ```
    /// use superconfig::{Table, Value};
    ///
    /// let mut table = Table::from_iter([("port", Value::Integer(80))]);
    /// assert_eq!(table.remove("port"), Some(Value::Integer(80)));
    /// assert!(table.is_empty());
    /// ```
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.0.position(key)?;
        let entries = Arc::make_mut(&mut self.0);
        let (_, value) = entries.list.remove(at);
        entries.rebuild();
        Some(value)
    }

    /// Keeps the entries for which `keep` says so, in one pass.
    ///
    /// ```
    /// use superconfig::{Table, Value};
    ///
    /// let mut table = Table::from_iter([("port", Value::Integer(80))]);
    /// table.retain(|key, _| key != "port");
    /// assert!(table.is_empty());
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value) -> bool) {
        let entries = Arc::make_mut(&mut self.0);
        entries.list.retain(|(key, value)| keep(key, value));
        entries.rebuild();
    }

    /// The entries in order.
    ///
    /// ```
    /// use superconfig::{Table, Value};
    ///
    /// let table = Table::from_iter([("port", Value::Integer(80))]);
    /// assert_eq!(table.iter().next(), Some(("port", &Value::Integer(80))));
    /// ```
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.list.iter())
    }

    /// Whether no other table shares its entries, so that they can be changed in place.
    pub(crate) fn is_unique(&mut self) -> bool {
        Arc::get_mut(&mut self.0).is_some()
    }

    /// The address of the entries, where another table shares them.
    pub(super) fn shared_address(&self) -> Option<usize> {
        (Arc::strong_count(&self.0) > 1).then(|| Arc::as_ptr(&self.0).addr())
    }

    /// The values that no other table shares; none of a table that is shared.
    pub(super) fn into_values(self) -> impl Iterator<Item = Value> {
        Arc::into_inner(self.0).into_iter().flat_map(|entries| entries.list).map(|(_, value)| value)
    }

    /// The entries, to be changed; those of a table that is shared are copied first.
    pub(crate) fn entries_mut(&mut self) -> &mut Entries {
        Arc::make_mut(&mut self.0)
    }

    /// The entries in order with the shared key, for building another table without copying text.
    pub(crate) fn entries(&self) -> &[(Arc<str>, Value)] {
        &self.0.list
    }

    /// Makes a table of entries whose keys are all different.
    pub(crate) fn from_distinct(list: Vec<(Arc<str>, Value)>) -> Self {
        let mut entries = Entries { list, index: None };
        if entries.list.len() > INDEX_FROM {
            entries.rebuild();
        }
        Self(Arc::new(entries))
    }

    /// Makes a table of entries; `None` where a key repeats.
    pub(crate) fn try_from_entries(list: Vec<(Arc<str>, Value)>) -> Option<Self> {
        if list.len() <= INDEX_FROM {
            let twice = (1..list.len()).any(|at| list[..at].iter().any(|(key, _)| *key == list[at].0));
            return (!twice).then(|| Self(Arc::new(Entries { list, index: None })));
        }
        let mut index = Index { hasher: RandomState::default(), positions: HashTable::with_capacity(list.len()) };
        for (at, (key, _)) in list.iter().enumerate() {
            let hash = index.hasher.hash_one(&**key);
            if index.positions.find(hash, |&at| list[at as usize].0 == *key).is_some() {
                return None;
            }
            index.positions.insert_unique(hash, at as u32, |&at| index.hasher.hash_one(&*list[at as usize].0));
        }
        Some(Self(Arc::new(Entries { list, index: Some(Box::new(index)) })))
    }

    /// The storage that clones share, and the bytes of each allocation in it.
    pub(crate) fn storage(&self) -> (&Arc<Entries>, [usize; 3]) {
        let list = self.0.list.capacity() * size_of::<(Arc<str>, Value)>();
        let index = self.0.index.as_ref().map_or([0, 0], |index| [size_of::<Index>(), index.positions.allocation_size()]);
        (&self.0, [list, index[0], index[1]])
    }

    /// True when both are the very same table in memory, which costs nothing to find out.
    pub(crate) fn is_same(&self, other: &Table) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<K: Into<Arc<str>> + AsRef<str>> FromIterator<(K, Value)> for Table {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let mut table = Table::new();
        for (key, value) in entries {
            table.insert(key, value);
        }
        table
    }
}

impl<'a> IntoIterator for &'a Table {
    type Item = (&'a str, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The entries of a [`Table`] in order.
///
/// ```
/// use superconfig::{Table, Value};
///
/// let table = Table::from_iter([("port", Value::Integer(80))]);
/// let mut entries: superconfig::TableIter = table.iter();
/// assert_eq!(entries.next().unwrap().0, "port");
/// ```
pub struct Iter<'a>(std::slice::Iter<'a, (Arc<str>, Value)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (&**key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, value)| (&**key, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_finds_keys_below_and_above_the_index_threshold() {
        for size in [0, 1, INDEX_FROM, INDEX_FROM + 1, 1000] {
            let mut table: Table = (0..size).map(|n| (format!("k{n}"), Value::Integer(n as i64))).collect();
            for n in 0..size {
                assert_eq!(table.get(&format!("k{n}")), Some(&Value::Integer(n as i64)), "size {size}");
            }
            assert_eq!(table.get("absent"), None);
            if size > 2 {
                assert_eq!(table.remove("k1"), Some(Value::Integer(1)));
                assert_eq!(table.get("k2"), Some(&Value::Integer(2)));
                assert_eq!(table.get("k1"), None);
            }
        }
    }

    #[test]
    fn changing_a_clone_leaves_the_original_alone() {
        let original: Table = [("a", Value::Integer(1))].into_iter().collect();
        let mut copy = original.clone();
        assert!(copy.is_same(&original));
        copy.insert("a", Value::Integer(2));
        assert_eq!(original.get("a"), Some(&Value::Integer(1)));
    }

    #[test]
    fn order_does_not_matter_for_equality() {
        let one: Table = [("a", Value::Integer(1)), ("b", Value::Null)].into_iter().collect();
        let two: Table = [("b", Value::Null), ("a", Value::Integer(1))].into_iter().collect();
        assert_eq!(one, two);
    }
}
