//! An index of keys by their normalised name, which ignores case, `_` and `-`.

use crate::value::Table;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Tables up to this size are searched in order: quicker than an index for few lookups.
const INDEX_FROM: usize = 64;

/// The keys of large tables, so that thousands of names are not compared with thousands of keys each.
#[derive(Default)]
pub(crate) struct KeyIndex<'a> {
    /// By the address of a table's entries.
    tables: RefCell<HashMap<usize, Rc<TableKeys<'a>>>>,
}

/// The keys of one table by name, in the table's order.
pub(crate) struct TableKeys<'a> {
    keys: HashMap<String, SmallVec<[&'a Arc<str>; 1]>>,
    /// The length of the longest name, in bytes.
    pub(crate) longest: usize,
}

impl<'a> KeyIndex<'a> {
    /// The index of a table; `None` for one that is small.
    pub(crate) fn of(&self, table: &'a Table) -> Option<Rc<TableKeys<'a>>> {
        let entries = table.entries();
        if entries.len() <= INDEX_FROM {
            return None;
        }
        let mut tables = self.tables.borrow_mut();
        let names = tables.entry(entries.as_ptr().addr()).or_insert_with(|| {
            let mut keys: HashMap<String, SmallVec<[&'a Arc<str>; 1]>> = HashMap::with_capacity(entries.len());
            for (key, _) in entries {
                keys.entry(normalize_key(key).collect()).or_default().push(key);
            }
            let longest = keys.keys().map(String::len).max().unwrap_or_default();
            Rc::new(TableKeys { keys, longest })
        });
        Some(Rc::clone(names))
    }
}

impl<'a> TableKeys<'a> {
    /// The keys of a normalised name; see [`normalize_key`].
    pub(crate) fn keys(&self, name: &str) -> &[&'a Arc<str>] {
        self.keys.get(name).map(SmallVec::as_slice).unwrap_or_default()
    }
}

/// Whether a character of a name is ignored.
pub(crate) fn is_separator(character: char) -> bool {
    matches!(character, '_' | '-')
}

/// A name's characters in lower case, without `_` and `-`.
pub(crate) fn normalize_key(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|character| !is_separator(*character)).flat_map(char::to_lowercase)
}
