//! A table of objects that a host refers to by number.

use std::collections::HashMap;

/// A table of objects under numbers, which are never used twice. A host keeps the numbers; dropping the table drops the objects.
///
/// ```
/// use superconfig_binding::HandleTable;
///
/// let mut table = HandleTable::default();
/// let number = table.insert("open");
/// assert_eq!(table.get(number), Some(&"open"));
/// assert_eq!((table.remove(number), table.remove(number)), (Some("open"), None));
/// ```
pub struct HandleTable<T> {
    last: u64,
    entries: HashMap<u64, T>,
}

impl<T> Default for HandleTable<T> {
    fn default() -> Self {
        Self { last: 0, entries: HashMap::new() }
    }
}

impl<T> HandleTable<T> {
    /// Adds an object; gives its number, from 1.
    pub fn insert(&mut self, entry: T) -> u64 {
        self.last += 1;
        self.entries.insert(self.last, entry);
        self.last
    }

    /// The object under a number.
    pub fn get(&self, number: u64) -> Option<&T> {
        self.entries.get(&number)
    }

    /// The object under a number, to change it.
    pub fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        self.entries.get_mut(&number)
    }

    /// Takes an object out. Its destructor may run foreign code, so drop it where nothing of the table is borrowed.
    #[must_use = "drop it where the table is not borrowed"]
    pub fn remove(&mut self, number: u64) -> Option<T> {
        self.entries.remove(&number)
    }
}
