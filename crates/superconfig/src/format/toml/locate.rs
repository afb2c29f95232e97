//! The offset of a value in a well-formed TOML text.

use crate::diagnostic::Segment;
use std::borrow::Cow;
use std::collections::HashMap;
use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind, EventReceiver};
use toml_parser::{ErrorSink, Source, Span};

/// The byte offset of the value at a path: of a table its header, else the key that made it.
///
/// Costs one pass over the text.
pub(super) fn locate(text: &str, path: &[Segment]) -> Option<usize> {
    let mut finder = Finder {
        source: Source::new(text),
        wanted: path,
        found: None,
        header: None,
        table: Vec::new(),
        keys: Vec::new(),
        open: Vec::new(),
        at: Vec::new(),
        lengths: HashMap::new(),
        value: false,
    };
    super::parse::read(text, &mut finder, &mut ());
    if path.is_empty() { Some(0) } else { finder.header.or(finder.found) }
}

struct Finder<'a> {
    source: Source<'a>,
    wanted: &'a [Segment],
    found: Option<usize>,
    /// The offset of the wanted table's own header.
    header: Option<usize>,
    /// The path of the table that keys go into.
    table: Vec<Segment>,
    keys: Vec<(Segment, usize)>,
    /// The path of the value that comes next, and below it what is open: the paths before.
    at: Vec<Segment>,
    open: Vec<Open>,
    /// The elements so far of arrays of tables.
    lengths: HashMap<Vec<Segment>, usize>,
    /// Whether the next value is the wanted one.
    value: bool,
}

enum Open {
    Array(usize),
    /// The path of the table around an inline table.
    Inline(Vec<Segment>),
}

impl Finder<'_> {
    /// Compares as reading does: an index names a key of digits, and a key of digits an element.
    fn fits(&self, path: &[Segment]) -> bool {
        let same = |(wanted, own): (&Segment, &Segment)| match (wanted, own) {
            (Segment::Index(index), Segment::Key(key)) => *index.to_string() == **key,
            (wanted, Segment::Index(_)) => wanted.as_index() == own.as_index(),
            _ => wanted == own,
        };
        path.len() <= self.wanted.len() && self.wanted.iter().zip(path).all(same)
    }

    fn is_wanted(&self, path: &[Segment]) -> bool {
        path.len() == self.wanted.len() && self.fits(path)
    }

    fn note(&mut self, path: &[Segment], offset: usize) {
        if self.found.is_none() && self.is_wanted(path) {
            self.found = Some(offset);
        }
    }

    fn header(&mut self, start: usize, array: bool) {
        let keys = std::mem::take(&mut self.keys);
        let mut path = Vec::new();
        let last = keys.len().saturating_sub(1);
        for (number, (key, offset)) in keys.into_iter().enumerate() {
            path.push(key);
            if number < last {
                self.note(&path, offset);
                if let Some(length) = self.lengths.get(&path) {
                    path.push(Segment::Index(length - 1));
                }
            } else if array {
                self.note(&path, start);
                let length = self.lengths.entry(path.clone()).or_default();
                *length += 1;
                let index = *length - 1;
                path.push(Segment::Index(index));
            }
        }
        if self.is_wanted(&path) {
            self.header.get_or_insert(start);
        }
        self.table = path;
        self.at = Vec::new();
    }

    fn starts(&mut self, offset: usize) {
        if let Some(Open::Array(index)) = self.open.last() {
            let mut path = self.at.clone();
            path.push(Segment::Index(*index));
            self.value = self.is_wanted(&path);
            self.at = path;
        }
        if std::mem::take(&mut self.value) {
            self.found.get_or_insert(offset);
        }
    }

    fn ends(&mut self) {
        if let Some(Open::Array(index)) = self.open.last_mut() {
            *index += 1;
            self.at.pop();
        }
    }
}

impl EventReceiver for Finder<'_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.keys.clear();
        self.open.clear();
        self.at = vec![Segment::Index(span.start())];
    }

    fn std_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        let start = self.at.first().and_then(Segment::as_index).unwrap_or(0);
        self.header(start, false);
    }

    fn array_table_open(&mut self, span: Span, error: &mut dyn ErrorSink) {
        self.std_table_open(span, error);
    }

    fn array_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        let start = self.at.first().and_then(Segment::as_index).unwrap_or(0);
        self.header(start, true);
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.starts(span.start());
        let outer = std::mem::replace(&mut self.table, self.at.clone());
        self.open.push(Open::Inline(outer));
        self.keys.clear();
        true
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if let Some(Open::Inline(outer)) = self.open.pop() {
            self.at = std::mem::replace(&mut self.table, outer);
        }
        self.ends();
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.starts(span.start());
        self.open.push(Open::Array(0));
        true
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.open.pop();
        self.ends();
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.source.get(Event::new_unchecked(EventKind::SimpleKey, encoding, span)) {
            let mut key = Cow::Borrowed("");
            raw.decode_key(&mut key, error);
            self.keys.push((Segment::Key(key.into()), span.start()));
        }
    }

    fn key_val_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        let keys = std::mem::take(&mut self.keys);
        let mut path = self.table.clone();
        let last = keys.len().saturating_sub(1);
        for (number, (key, offset)) in keys.into_iter().enumerate() {
            path.push(key);
            if number < last {
                self.note(&path, offset);
            }
        }
        self.value = self.is_wanted(&path);
        self.at = path;
    }

    fn scalar(&mut self, span: Span, _: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.starts(span.start());
        self.ends();
    }
}
