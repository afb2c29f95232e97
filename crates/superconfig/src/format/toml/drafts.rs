//! A document under construction: its tables, whose keys and texts are still parts of the document.
//!
//! All entries of all tables are in one list, so that no table has memory of its own, and nothing is copied before it is known whether a
//! value or JSON text is made of it.

use super::emptied::{emptied, room};
use crate::format::KeyInterner;
use crate::value::{JsonWriter, Table, Value, is_forbidden};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use smallvec::{SmallVec, smallvec};
use std::hash::BuildHasher;
use std::{iter, mem};

/// Tables up to this size are searched in order.
const INDEX_FROM: usize = 16;

/// The number of no entry.
const END: usize = usize::MAX;

/// There is room at first for no more entries than these, which take 3 MB.
const MOST_RESERVED: usize = 1 << 16;

/// The origin of a table, which decides what may add to it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum TableKind {
    /// By a `[header]`, an element of `[[header]]`, or the document itself.
    Header,
    /// On the way to a header; a header may still define it.
    Implicit,
    /// By a dotted key; only dotted keys of the same table may add to it.
    Dotted,
    /// `{ … }`; once it is closed nothing may add to it.
    Inline,
}

/// The place of a table.
#[derive(Clone, Copy)]
pub(super) struct Location {
    /// The table around it.
    pub(super) table: usize,
    /// The number of its entry.
    pub(super) entry: usize,
    /// Its index in an array of tables.
    pub(super) index: Option<usize>,
}

/// A table.
pub(super) struct Draft {
    pub(super) kind: TableKind,
    /// Arrays and tables around it, itself included.
    pub(super) depth: usize,
    pub(super) location: Option<Location>,
    /// The numbers of its first and last entry, and how many it has.
    first: usize,
    last: usize,
    len: usize,
}

impl Draft {
    pub(super) fn new(kind: TableKind, depth: usize, location: Option<Location>) -> Self {
        Self { kind, depth, location, first: END, last: END, len: 0 }
    }
}

/// The value of a key or of an element.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    Text(&'a str),
    Bool(bool),
    Integer(i64),
    Float(f64),
    /// The number of any other scalar.
    Scalar(usize),
    Table(usize),
    /// The number of its first element, and how many it has.
    Array(usize, usize),
    /// `[[header]]`: the number of its list of tables.
    Tables(usize),
}

#[derive(Clone, Copy)]
struct Entry<'a> {
    key: &'a str,
    node: Node<'a>,
    /// The number of the next one of its table.
    next: usize,
}

#[derive(Default)]
pub(super) struct Drafts<'a> {
    /// Each after those that hold it; the first is the document.
    pub(super) tables: Vec<Draft>,
    /// The tables of each array of tables, at least one.
    pub(super) arrays_of_tables: Vec<Vec<usize>>,
    entries: Vec<Entry<'a>>,
    elements: Vec<Node<'a>>,
    scalars: Vec<Value>,
    /// Tables with their entries, of those that are not searched in order.
    index: HashTable<(usize, usize)>,
    hasher: RandomState,
}

impl<'a> Drafts<'a> {
    /// Begins a document of a length, with its first table. There is room at once for more entries than most documents have: what is
    /// not used costs next to nothing, a list that grows is copied, and of memory that comes in several large pieces an allocator gives
    /// more back to the system, which takes long to get it again.
    pub(super) fn begin(&mut self, length: usize) {
        self.tables.push(Draft::new(TableKind::Header, 1, None));
        self.entries.reserve((length / 8).min(MOST_RESERVED));
    }

    /// The lists without what is in them, for another document.
    pub(super) fn emptied<'b>(mut self) -> Drafts<'b> {
        self.tables.clear();
        self.arrays_of_tables.clear();
        self.scalars.clear();
        self.index.clear();
        Drafts { entries: emptied(self.entries), elements: emptied(self.elements), ..self }
    }

    /// The bytes that all lists have room for.
    pub(super) fn room(&self) -> usize {
        let Self { tables, arrays_of_tables, entries, elements, scalars, index, .. } = self;
        let lists = [room(tables), room(arrays_of_tables), room(entries), room(elements), room(scalars)];
        lists.iter().sum::<usize>() + index.allocation_size()
    }

    /// Takes a scalar that is no text.
    pub(super) fn scalar(&mut self, value: Value) -> Node<'a> {
        match value {
            Value::Bool(value) => Node::Bool(value),
            Value::Integer(number) => Node::Integer(number),
            Value::Float(number) => Node::Float(number),
            other => {
                self.scalars.push(other);
                Node::Scalar(self.scalars.len() - 1)
            }
        }
    }

    /// Makes an array.
    pub(super) fn array(&mut self, elements: impl Iterator<Item = Node<'a>>) -> Node<'a> {
        let first = self.elements.len();
        self.elements.extend(elements);
        Node::Array(first, self.elements.len() - first)
    }

    /// The kind of a value for messages.
    pub(super) fn kind(&self, node: Node<'a>) -> &'static str {
        match node {
            Node::Text(_) => "string",
            Node::Bool(value) => Value::Bool(value).kind(),
            Node::Integer(number) => Value::Integer(number).kind(),
            Node::Float(number) => Value::Float(number).kind(),
            Node::Scalar(number) => self.scalars[number].kind(),
            Node::Table(_) => "table",
            Node::Array(..) | Node::Tables(_) => "array",
        }
    }

    /// The number of a key's entry in a table.
    pub(super) fn find(&self, table: usize, key: &'a str) -> Option<usize> {
        let Draft { first, len, .. } = self.tables[table];
        if len > INDEX_FROM {
            let hash = self.hasher.hash_one((table, key));
            let found = self.index.find(hash, |&(of, entry)| of == table && self.key(entry) == key);
            return found.map(|&(_, entry)| entry);
        }
        let mut at = first;
        while let Some(entry) = self.entries.get(at) {
            if entry.key == key {
                return Some(at);
            }
            at = entry.next;
        }
        None
    }

    /// The key of an entry.
    pub(super) fn key(&self, entry: usize) -> &'a str {
        self.entries[entry].key
    }

    /// The value of an entry.
    pub(super) fn node(&self, entry: usize) -> Node<'a> {
        self.entries[entry].node
    }

    /// Gives an entry its value.
    #[inline(always)]
    pub(super) fn set(&mut self, entry: usize, node: Node<'a>) {
        self.entries[entry].node = node;
    }

    /// Adds an entry that is in no table yet, and gives its number. Inlined, so that its parts do not go through memory twice.
    #[inline(always)]
    pub(super) fn add(&mut self, key: &'a str, node: Node<'a>) -> usize {
        self.entries.push(Entry { key, node, next: END });
        self.entries.len() - 1
    }

    /// Puts an entry into a table that does not have its key yet.
    #[inline]
    pub(super) fn link(&mut self, table: usize, entry: usize) {
        let draft = &mut self.tables[table];
        match self.entries.get_mut(draft.last) {
            Some(last) => last.next = entry,
            None => draft.first = entry,
        }
        draft.last = entry;
        draft.len += 1;
        if draft.len > INDEX_FROM {
            let first = if draft.len - 1 == INDEX_FROM { draft.first } else { entry };
            self.add_to_index(table, first);
        }
    }

    /// Adds the entries of a table to the index, from one on.
    fn add_to_index(&mut self, table: usize, first: usize) {
        let mut index = mem::take(&mut self.index);
        let hash = |&(table, entry): &(usize, usize)| self.hasher.hash_one((table, self.key(entry)));
        let mut at = first;
        while let Some(entry) = self.entries.get(at) {
            index.insert_unique(hash(&(table, at)), (table, at), hash);
            at = entry.next;
        }
        self.index = index;
    }

    /// The entries of a table that are kept, in order.
    fn entries(&self, table: usize) -> impl Iterator<Item = &Entry<'a>> {
        let first = self.entries.get(self.tables[table].first);
        iter::successors(first, |entry| self.entries.get(entry.next)).filter(|entry| !is_forbidden(entry.key))
    }

    /// The table of the document.
    pub(super) fn table(&self) -> Table {
        let mut known = KeyInterner::new();
        let mut closed: SmallVec<[Value; 8]> = smallvec![Value::Null; self.tables.len()];
        // From the last to the first, as a table's content comes after it.
        for (number, draft) in self.tables.iter().enumerate().rev() {
            let mut list = Vec::with_capacity(draft.len);
            for entry in self.entries(number) {
                list.push((known.intern(entry.key), self.value(entry.node, &mut closed)));
            }
            closed[number] = Value::Table(Table::from_distinct(list));
        }
        match closed.first_mut().map(mem::take) {
            Some(Value::Table(document)) => document,
            _ => Table::new(),
        }
    }

    /// A value, of whose tables those that are closed are taken.
    fn value(&self, node: Node<'a>, closed: &mut [Value]) -> Value {
        match node {
            Node::Text(text) => Value::from(text),
            Node::Bool(value) => Value::Bool(value),
            Node::Integer(number) => Value::Integer(number),
            Node::Float(number) => Value::Float(number),
            Node::Scalar(number) => self.scalars[number].clone(),
            Node::Table(table) => mem::take(&mut closed[table]),
            Node::Array(first, len) => {
                Value::array(self.elements[first..first + len].iter().map(|node| self.value(*node, closed)).collect())
            }
            Node::Tables(array) => {
                Value::array(self.arrays_of_tables[array].iter().map(|table| mem::take(&mut closed[*table])).collect())
            }
        }
    }

    /// The table of the document as JSON text; `None` where that would lose a number.
    pub(super) fn json(&self, capacity: usize) -> Option<String> {
        let mut out = JsonWriter::lossless(capacity);
        self.write_table(&mut out, 0);
        out.specials.is_empty().then_some(out.text)
    }

    fn write_table(&self, out: &mut JsonWriter<'_>, table: usize) {
        out.text.push('{');
        for (count, entry) in self.entries(table).enumerate() {
            if count > 0 {
                out.text.push(',');
            }
            out.string(entry.key);
            out.text.push(':');
            self.write(out, entry.node);
        }
        out.text.push('}');
    }

    fn write_array(&self, out: &mut JsonWriter<'_>, nodes: impl Iterator<Item = Node<'a>>) {
        out.text.push('[');
        for (count, node) in nodes.enumerate() {
            if count > 0 {
                out.text.push(',');
            }
            self.write(out, node);
        }
        out.text.push(']');
    }

    fn write(&self, out: &mut JsonWriter<'_>, node: Node<'a>) {
        match node {
            Node::Text(text) => out.string(text),
            Node::Bool(value) => out.scalar(&Value::Bool(value)),
            Node::Integer(number) => out.scalar(&Value::Integer(number)),
            Node::Float(number) => out.scalar(&Value::Float(number)),
            Node::Scalar(number) => out.scalar(&self.scalars[number]),
            Node::Table(table) => self.write_table(out, table),
            Node::Array(first, len) => self.write_array(out, self.elements[first..first + len].iter().copied()),
            Node::Tables(array) => self.write_array(out, self.arrays_of_tables[array].iter().copied().map(Node::Table)),
        }
    }
}
