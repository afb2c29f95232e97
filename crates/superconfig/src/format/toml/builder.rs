//! The TOML builder: parser events to a value, without recursion, with TOML's rules on redefinition.

use super::datetime::datetime;
use crate::diagnostic::{Path, Segment};
use crate::format::{KeyInterner, ParseFault, ParseWarnings, Parsed, integer};
use crate::value::{Entries, FORBIDDEN, Limits, Table, Value, is_forbidden};
use std::borrow::Cow;
use std::sync::Arc;
use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{EventKind, EventReceiver};
use toml_parser::{ErrorSink, Source, Span};

/// The origin of a table, which decides what may add to it.
#[derive(Clone, Copy, PartialEq)]
enum TableKind {
    /// By a `[header]`, an element of `[[header]]`, or the document itself.
    Header,
    /// On the way to a header; a header may still define it.
    Implicit,
    /// By a dotted key; only dotted keys of the same table may add to it.
    Dotted,
    /// `{ … }` that is still open.
    Inline,
}

/// A table under construction. Tables are in one list, each after those that hold it.
struct Draft {
    entries: Entries<DraftNode>,
    kind: TableKind,
    /// Arrays and tables around it, itself included.
    depth: usize,
    location: Option<Location>,
}

/// The place of a table.
#[derive(Clone, Copy)]
struct Location {
    /// The table around it.
    table: usize,
    /// The number of its key there.
    entry: usize,
    /// Its index in an array of tables.
    index: Option<usize>,
}

enum DraftNode {
    Value(Value),
    Table(usize),
    /// `[[header]]`: its tables so far, at least one.
    #[allow(clippy::box_collection, reason = "so that a node is no larger than a value, and becomes one in place")]
    Tables(Box<Vec<usize>>),
}

/// An array or inline table that is open.
enum Frame {
    Array(Vec<Value>),
    /// The inline table's number and that of the table that keys go into after it.
    Inline(usize, usize),
}

/// A key whose value comes next.
struct KeyTarget {
    table: usize,
    key: Arc<str>,
    offset: usize,
}

pub(super) struct DocumentBuilder<'a> {
    source: Source<'a>,
    limit: usize,
    tables: Vec<Draft>,
    /// The table that keys go into.
    table: usize,
    keys: Vec<(Cow<'a, str>, usize)>,
    known: KeyInterner,
    targets: Vec<KeyTarget>,
    frames: Vec<Frame>,
    warnings: ParseWarnings<'a>,
    fault: Option<ParseFault>,
    /// Whether a table may be under a key that is to be dropped.
    drops: bool,
}

impl<'a> DocumentBuilder<'a> {
    pub(super) fn new(text: &'a str, limits: &Limits) -> Self {
        let root = Draft { entries: Entries::default(), kind: TableKind::Header, depth: 1, location: None };
        let mut tables = Vec::with_capacity(8);
        tables.push(root);
        Self {
            source: Source::new(text),
            limit: limits.depth,
            tables,
            table: 0,
            keys: Vec::new(),
            known: KeyInterner::new(),
            targets: Vec::new(),
            frames: Vec::new(),
            warnings: ParseWarnings::new(text),
            fault: None,
            drops: false,
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.fault.is_some()
    }

    /// Takes the next part of a key.
    pub(super) fn key(&mut self, key: Cow<'a, str>, offset: usize) {
        self.keys.push((key, offset));
    }

    pub(super) fn finish(mut self) -> Result<Parsed, ParseFault> {
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(Parsed::new(Value::Table(self.close_tables(0)), self.warnings.into_warnings())),
        }
    }

    /// Takes the tables from a number on off the list, and gives the first with all others in it.
    fn close_tables(&mut self, first: usize) -> Table {
        let mut closed: Vec<Table> = Vec::with_capacity(self.tables.len() - first);
        // From the last to the first, as a table's content comes after it.
        while self.tables.len() > first {
            let Some(draft) = self.tables.pop() else { break };
            let last = self.tables.len() + closed.len();
            let mut take = |number: usize| Value::Table(std::mem::take(&mut closed[last - number]));
            let mut table = draft.entries.into_table(|slot| match slot {
                DraftNode::Value(value) => value,
                DraftNode::Table(number) => take(number),
                DraftNode::Tables(numbers) => Value::array(numbers.into_iter().map(&mut take).collect()),
            });
            if self.drops {
                table.remove(FORBIDDEN);
            }
            closed.push(table);
        }
        closed.pop().unwrap_or_default()
    }

    fn fail(&mut self, fault: ParseFault) {
        self.fault.get_or_insert(fault);
    }

    /// The depth of the table or array opened now.
    fn depth(&self) -> usize {
        self.tables.get(self.target_table()).map_or(0, |draft| draft.depth) + self.open_arrays()
    }

    fn target_table(&self) -> usize {
        self.targets.last().map_or(self.table, |target| target.table)
    }

    /// The arrays around the next value, up to the nearest inline table.
    fn open_arrays(&self) -> usize {
        self.frames.iter().rev().take_while(|frame| matches!(frame, Frame::Array(_))).count()
    }

    /// Adds a table, whose key is in the table around it already.
    fn add_table(&mut self, kind: TableKind, depth: usize, location: Option<Location>, offset: usize) {
        if depth > self.limit {
            self.fail(ParseFault::depth(self.limit, Some(offset)));
        }
        if let Some(Location { table, entry, .. }) = location
            && is_forbidden(self.tables[table].entries.key(entry))
        {
            self.drops = true;
            let (tables, frames, targets) = (&self.tables, &self.frames, &self.targets);
            let key = tables[table].entries.key(entry);
            self.warnings.forbidden(|| (path(tables, frames, targets, Some((table, key))), offset));
        }
        let likely = location.map_or(0, |location| self.keys_of_neighbour(location)).min(16);
        self.tables.push(Draft { entries: Entries::with_capacity(likely), kind, depth, location });
    }

    /// The number of keys in the table before one: neighbours mostly have as many.
    fn keys_of_neighbour(&self, Location { table, entry, .. }: Location) -> usize {
        let entries = &self.tables[table].entries;
        let neighbour = match (entries.value(entry), entry.checked_sub(1).map(|before| entries.value(before))) {
            (DraftNode::Tables(numbers), _) => numbers.iter().rev().nth(1),
            (_, Some(DraftNode::Table(number))) => Some(number),
            _ => None,
        };
        neighbour.map_or(0, |number| self.tables[*number].entries.len())
    }

    /// Adds a key that is not in a table yet, and gives its number there.
    fn add_entry(&mut self, table: usize, key: &str, node: DraftNode) -> usize {
        let key = self.known.intern(key);
        let entries = &mut self.tables[table].entries;
        entries.push(key, node);
        entries.len() - 1
    }

    /// The table that keys lead to from another, made where it is missing.
    fn descend(&mut self, from: usize, keys: &[(Cow<'a, str>, usize)], dotted: bool) -> Option<usize> {
        let mut at = from;
        for (key, offset) in keys {
            at = match self.tables[at].entries.get(key) {
                None => {
                    let kind = if dotted { TableKind::Dotted } else { TableKind::Implicit };
                    let number = self.tables.len();
                    let entry = self.add_entry(at, key, DraftNode::Table(number));
                    let depth = self.tables[at].depth + 1;
                    self.add_table(kind, depth, Some(Location { table: at, entry, index: None }), *offset);
                    number
                }
                Some(DraftNode::Table(number)) => *number,
                Some(DraftNode::Tables(numbers)) => *numbers.last()?,
                Some(DraftNode::Value(value)) => {
                    let message = format!("`{key}` is one {} already and takes no keys", value.kind());
                    self.fail(ParseFault::parse(message, *offset));
                    return None;
                }
            };
            let table = &mut self.tables[at];
            match table.kind {
                TableKind::Implicit if dotted => table.kind = TableKind::Dotted,
                TableKind::Header if dotted => {
                    let message = format!("the table `{key}` has been defined by a header already");
                    self.fail(ParseFault::parse(message, *offset));
                    return None;
                }
                _ => {}
            }
            if self.fault.is_some() {
                return None;
            }
        }
        Some(at)
    }

    /// Opens the table of a header whose keys have been read.
    pub(super) fn open_header(&mut self, array: bool) {
        let mut keys = std::mem::take(&mut self.keys);
        self.header(&keys, array);
        keys.clear();
        self.keys = keys;
    }

    fn header(&mut self, keys: &[(Cow<'a, str>, usize)], array: bool) {
        let Some(((key, offset), path)) = keys.split_last() else { return };
        let Some(parent) = self.descend(0, path, false) else { return };
        let depth = self.tables[parent].depth + if array { 2 } else { 1 };
        let number = self.tables.len();
        let found = self.tables[parent].entries.position(key);
        if let (Some(DraftNode::Table(number)), false) = (found.map(|entry| self.tables[parent].entries.value(entry)), array)
            && self.tables[*number].kind == TableKind::Implicit
        {
            self.table = *number;
            self.tables[self.table].kind = TableKind::Header;
            return;
        }
        let (entry, index) = match (found, array) {
            (None, true) => (self.add_entry(parent, key, DraftNode::Tables(Box::new(vec![number]))), Some(0)),
            (None, false) => (self.add_entry(parent, key, DraftNode::Table(number)), None),
            (Some(entry), _) => match (self.tables[parent].entries.value_mut(entry), array) {
                (DraftNode::Tables(numbers), true) => {
                    numbers.push(number);
                    (entry, Some(numbers.len() - 1))
                }
                _ => return self.fail(duplicate(key, *offset)),
            },
        };
        self.add_table(TableKind::Header, depth, Some(Location { table: parent, entry, index }), *offset);
        self.table = number;
    }

    /// Takes the keys read as the path of the next value.
    pub(super) fn open_target(&mut self) {
        let mut keys = std::mem::take(&mut self.keys);
        self.target(&keys);
        keys.clear();
        self.keys = keys;
    }

    fn target(&mut self, keys: &[(Cow<'a, str>, usize)]) {
        let Some(((key, offset), path)) = keys.split_last() else { return };
        let Some(table) = self.descend(self.table, path, true) else { return };
        self.add_target(table, key, *offset);
    }

    /// Takes a key of one part as the path of the next value.
    pub(super) fn open_target_at(&mut self, key: &str, offset: usize) {
        self.add_target(self.table, key, offset);
    }

    fn add_target(&mut self, table: usize, key: &str, offset: usize) {
        if self.tables[table].entries.position(key).is_some() {
            return self.fail(duplicate(key, offset));
        }
        self.targets.push(KeyTarget { table, key: self.known.intern(key), offset });
    }

    fn open(&mut self, span: Span) -> bool {
        let depth = self.depth() + 1;
        if depth > self.limit {
            self.fail(ParseFault::depth(self.limit, Some(span.start())));
        }
        self.fault.is_none()
    }

    /// Takes the value that comes next.
    pub(super) fn put(&mut self, value: Value) {
        if let Some(Frame::Array(items)) = self.frames.last_mut() {
            items.push(value);
            return;
        }
        let Some(KeyTarget { table, key, offset }) = self.targets.pop() else { return };
        if is_forbidden(&key) {
            let (tables, frames, targets) = (&self.tables, &self.frames, &self.targets);
            self.warnings.forbidden(|| (path(tables, frames, targets, Some((table, &key))), offset));
        } else if let Some(draft) = self.tables.get_mut(table) {
            draft.entries.push(key, DraftNode::Value(value));
        }
    }

    fn number(&mut self, kind: ScalarKind, text: &str, offset: usize) -> Option<Value> {
        let (value, rounded) = match kind {
            ScalarKind::Integer(radix) => {
                // The parser lets digits of other scripts pass, and a radix without any digit.
                let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
                if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix.value())) {
                    return None;
                }
                let number = integer(digits, radix.value(), text.starts_with('-'));
                (number.value, number.rounded)
            }
            _ => (Value::Float(text.parse().ok()?), false),
        };
        let (tables, frames, targets) = (&self.tables, &self.frames, &self.targets);
        let location = || (path(tables, frames, targets, None), offset);
        match value {
            _ if rounded => self.warnings.rounded(location),
            Value::Float(float) if float.is_infinite() && !text.ends_with("inf") => self.warnings.infinite(location),
            _ => {}
        }
        Some(value)
    }
}

/// The path of the next value, or of a key in a table.
fn path(tables: &[Draft], frames: &[Frame], targets: &[KeyTarget], key: Option<(usize, &Arc<str>)>) -> Path {
    let mut reversed = Vec::new();
    let mut frames = frames.iter().rev();
    let mut targets = targets.iter().rev();
    let mut at = key.or_else(|| {
        arrays(&mut frames, &mut reversed);
        targets.next().map(|target| (target.table, &target.key))
    });
    while let Some((mut number, key)) = at.take() {
        reversed.push(Segment::Key(key.clone()));
        while let Some(Location { table, entry, index }) = tables.get(number).and_then(|draft| draft.location) {
            reversed.extend(index.map(Segment::Index));
            reversed.push(Segment::Key(tables[table].entries.key(entry).clone()));
            number = table;
        }
        // The outermost is the document, or an inline table that itself is in arrays and under a key.
        if tables.get(number).is_some_and(|draft| draft.kind == TableKind::Inline) {
            frames.by_ref().take_while(|frame| matches!(frame, Frame::Array(_))).for_each(drop);
            arrays(&mut frames, &mut reversed);
            at = targets.next().map(|target| (target.table, &target.key));
        }
    }
    reversed.reverse();
    reversed.into()
}

/// The indexes in the arrays up to the next inline table.
fn arrays<'a>(frames: &mut (impl Iterator<Item = &'a Frame> + Clone), reversed: &mut Vec<Segment>) {
    while let Some(Frame::Array(items)) = frames.clone().next() {
        reversed.push(Segment::Index(items.len()));
        frames.next();
    }
}

fn duplicate(key: &str, offset: usize) -> ParseFault {
    ParseFault::parse(format!("duplicate key: `{key}` has been defined already"), offset)
}

impl<'a> EventReceiver for DocumentBuilder<'a> {
    fn std_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.keys.clear();
    }

    fn std_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if self.fault.is_none() {
            self.open_header(false);
        }
    }

    fn array_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.keys.clear();
    }

    fn array_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if self.fault.is_none() {
            self.open_header(true);
        }
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        if !self.open(span) {
            return false;
        }
        let number = self.tables.len();
        self.add_table(TableKind::Inline, self.depth() + 1, None, span.start());
        self.frames.push(Frame::Inline(number, self.table));
        self.table = number;
        self.keys.clear();
        true
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if self.fault.is_none()
            && let Some(Frame::Inline(number, outer)) = self.frames.pop()
        {
            self.table = outer;
            let table = self.close_tables(number);
            self.put(Value::Table(table));
        }
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        let allowed = self.open(span);
        if allowed {
            self.frames.push(Frame::Array(Vec::new()));
        }
        allowed
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if self.fault.is_none()
            && let Some(Frame::Array(items)) = self.frames.pop()
        {
            self.put(Value::array(items));
        }
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let event = toml_parser::parser::Event::new_unchecked(EventKind::SimpleKey, encoding, span);
        if let Some(raw) = self.source.get(event) {
            let mut key = Cow::Borrowed("");
            raw.decode_key(&mut key, error);
            self.key(key, span.start());
        }
    }

    fn key_val_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if self.fault.is_none() {
            self.open_target();
        }
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if self.fault.is_some() {
            return;
        }
        let event = toml_parser::parser::Event::new_unchecked(EventKind::Scalar, encoding, span);
        let Some(raw) = self.source.get(event) else { return };
        let mut text = Cow::Borrowed("");
        let value = match raw.decode_scalar(&mut text, error) {
            ScalarKind::String => Some(Value::from(&*text)),
            ScalarKind::Boolean(value) => Some(Value::Bool(value)),
            ScalarKind::DateTime => match datetime(&text) {
                Ok(datetime) => Some(datetime),
                Err(problem) => return self.fail(ParseFault::parse(problem.to_string(), span.start())),
            },
            kind => self.number(kind, &text, span.start()),
        };
        match value {
            Some(value) => self.put(value),
            None => self.fail(ParseFault::parse("the number is malformed", span.start())),
        }
    }
}
