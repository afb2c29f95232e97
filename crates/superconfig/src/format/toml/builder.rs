//! The TOML builder: parser events to the tables of a document, without recursion, with TOML's rules on redefinition.

use super::datetime::datetime;
use super::decoded::Decoded;
use super::drafts::{Draft, Drafts, Location, Node, TableKind};
use super::lists::{Frame, KeyTarget, Lists};
use crate::diagnostic::{Path, Segment};
use crate::format::{ParseFault, ParseWarnings, Parsed, integer};
use crate::value::{Limits, Value, is_forbidden};
use std::borrow::Cow;
use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{EventKind, EventReceiver};
use toml_parser::{ErrorSink, Source, Span};

pub(super) struct DocumentBuilder<'a> {
    source: Source<'a>,
    decoded: &'a Decoded,
    limit: usize,
    drafts: Drafts<'a>,
    /// The table that keys go into.
    table: usize,
    keys: Vec<(&'a str, usize)>,
    targets: Vec<KeyTarget>,
    frames: Vec<Frame>,
    /// The elements of open arrays.
    elements: Vec<Node<'a>>,
    warnings: ParseWarnings<'a>,
    fault: Option<ParseFault>,
}

impl<'a> DocumentBuilder<'a> {
    pub(super) fn new(text: &'a str, decoded: &'a Decoded, limits: &Limits) -> Self {
        let Lists { mut drafts, keys, targets, frames, elements } = Lists::take();
        drafts.begin(text.len());
        Self {
            source: Source::new(text),
            decoded,
            limit: limits.depth,
            drafts,
            table: 0,
            keys,
            targets,
            frames,
            elements,
            warnings: ParseWarnings::new(text),
            fault: None,
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.fault.is_some()
    }

    /// Takes the next part of a key.
    pub(super) fn key(&mut self, key: &'a str, offset: usize) {
        self.keys.push((key, offset));
    }

    pub(super) fn finish(mut self) -> Result<Parsed, ParseFault> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let value = Value::Table(self.drafts.table());
        Ok(Parsed::new(value, self.leave_lists().into_warnings()))
    }

    /// The document as JSON text; `None` after a fault, and where JSON would lose a number.
    pub(super) fn finish_json(self, capacity: usize) -> Option<String> {
        let json = if self.has_failed() { None } else { self.drafts.json(capacity) };
        self.leave_lists();
        json
    }

    /// Leaves the lists for the next document, and gives the warnings.
    fn leave_lists(self) -> ParseWarnings<'a> {
        let Self { drafts, keys, targets, frames, elements, warnings, .. } = self;
        Lists { drafts, keys, targets, frames, elements }.leave();
        warnings
    }

    /// A text of the document, or one that had escapes.
    fn keep(&self, text: Cow<'a, str>) -> &'a str {
        match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => self.decoded.keep(text),
        }
    }

    fn fail(&mut self, fault: ParseFault) {
        self.fault.get_or_insert(fault);
    }

    /// The depth of the table or array opened now.
    fn depth(&self) -> usize {
        self.drafts.tables.get(self.target_table()).map_or(0, |draft| draft.depth) + self.open_arrays()
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
            && is_forbidden(self.drafts.key(entry))
        {
            let open = Open::around(&self.drafts, &self.frames, &self.elements, &self.targets);
            self.warnings.forbidden(|| (open.path(Some((table, self.drafts.key(entry)))), offset));
        }
        self.drafts.tables.push(Draft::new(kind, depth, location));
    }

    /// The table that keys lead to from another, made where it is missing.
    fn descend(&mut self, from: usize, keys: &[(&'a str, usize)], dotted: bool) -> Option<usize> {
        let mut at = from;
        for &(key, offset) in keys {
            at = match self.drafts.find(at, key).map(|entry| self.drafts.node(entry)) {
                None => {
                    let kind = if dotted { TableKind::Dotted } else { TableKind::Implicit };
                    let number = self.drafts.tables.len();
                    let entry = self.drafts.add(key, Node::Table(number));
                    self.drafts.link(at, entry);
                    let depth = self.drafts.tables[at].depth + 1;
                    self.add_table(kind, depth, Some(Location { table: at, entry, index: None }), offset);
                    number
                }
                Some(Node::Table(number)) if self.drafts.tables[number].kind != TableKind::Inline => number,
                Some(Node::Tables(array)) => *self.drafts.arrays_of_tables[array].last()?,
                Some(node) => {
                    let message = format!("`{key}` is one {} already and takes no keys", self.drafts.kind(node));
                    self.fail(ParseFault::parse(message, offset));
                    return None;
                }
            };
            let table = &mut self.drafts.tables[at];
            match table.kind {
                TableKind::Implicit if dotted => table.kind = TableKind::Dotted,
                TableKind::Header if dotted => {
                    let message = format!("the table `{key}` has been defined by a header already");
                    self.fail(ParseFault::parse(message, offset));
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

    fn header(&mut self, keys: &[(&'a str, usize)], array: bool) {
        let Some((&(key, offset), path)) = keys.split_last() else { return };
        let Some(parent) = self.descend(0, path, false) else { return };
        let depth = self.drafts.tables[parent].depth + if array { 2 } else { 1 };
        let number = self.drafts.tables.len();
        let found = self.drafts.find(parent, key);
        if let (Some(Node::Table(number)), false) = (found.map(|entry| self.drafts.node(entry)), array)
            && self.drafts.tables[number].kind == TableKind::Implicit
        {
            self.table = number;
            self.drafts.tables[self.table].kind = TableKind::Header;
            return;
        }
        let (entry, index) = match found {
            None => {
                let node = if array { Node::Tables(self.drafts.arrays_of_tables.len()) } else { Node::Table(number) };
                if array {
                    self.drafts.arrays_of_tables.push(vec![number]);
                }
                let entry = self.drafts.add(key, node);
                self.drafts.link(parent, entry);
                (entry, array.then_some(0))
            }
            Some(entry) => match self.drafts.node(entry) {
                Node::Tables(tables) if array => {
                    let tables = &mut self.drafts.arrays_of_tables[tables];
                    tables.push(number);
                    (entry, Some(tables.len() - 1))
                }
                _ => return self.fail(duplicate(key, offset)),
            },
        };
        self.add_table(TableKind::Header, depth, Some(Location { table: parent, entry, index }), offset);
        self.table = number;
    }

    /// Takes the keys read as the path of the next value.
    pub(super) fn open_target(&mut self) {
        let mut keys = std::mem::take(&mut self.keys);
        self.target(&keys);
        keys.clear();
        self.keys = keys;
    }

    fn target(&mut self, keys: &[(&'a str, usize)]) {
        let Some((&(key, offset), path)) = keys.split_last() else { return };
        let Some(table) = self.descend(self.table, path, true) else { return };
        self.add_target(table, key, offset);
    }

    /// Takes a key of one part as the path of the next value.
    #[inline]
    pub(super) fn open_target_at(&mut self, key: &'a str, offset: usize) {
        self.add_target(self.table, key, offset);
    }

    #[inline]
    fn add_target(&mut self, table: usize, key: &'a str, offset: usize) {
        if self.drafts.find(table, key).is_some() {
            return self.fail(duplicate(key, offset));
        }
        let entry = self.drafts.add(key, Node::Bool(false));
        self.targets.push(KeyTarget { table, entry, offset });
    }

    fn open(&mut self, span: Span) -> bool {
        let depth = self.depth() + 1;
        if depth > self.limit {
            self.fail(ParseFault::depth(self.limit, Some(span.start())));
        }
        self.fault.is_none()
    }

    /// Takes the value that comes next. Inlined, so that it does not go through memory twice.
    #[inline(always)]
    pub(super) fn put(&mut self, node: Node<'a>) {
        if let Some(Frame::Array(_)) = self.frames.last() {
            self.elements.push(node);
        } else if let Some(target) = self.targets.pop() {
            self.drafts.set(target.entry, node);
            self.close_target(target);
        }
    }

    fn close_target(&mut self, KeyTarget { table, entry, offset }: KeyTarget) {
        if is_forbidden(self.drafts.key(entry)) {
            let open = Open::around(&self.drafts, &self.frames, &self.elements, &self.targets);
            self.warnings.forbidden(|| (open.path(Some((table, self.drafts.key(entry)))), offset));
        } else {
            self.drafts.link(table, entry);
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
        let open = Open::around(&self.drafts, &self.frames, &self.elements, &self.targets);
        let location = || (open.path(None), offset);
        match value {
            _ if rounded => self.warnings.rounded(location),
            Value::Float(float) if float.is_infinite() && !text.ends_with("inf") => self.warnings.infinite(location),
            _ => {}
        }
        Some(value)
    }
}

/// What is open around the next value.
struct Open<'b, 'a> {
    drafts: &'b Drafts<'a>,
    frames: &'b [Frame],
    /// The number of elements of open arrays.
    elements: usize,
    targets: &'b [KeyTarget],
}

impl<'b, 'a> Open<'b, 'a> {
    fn around(drafts: &'b Drafts<'a>, frames: &'b [Frame], elements: &[Node<'a>], targets: &'b [KeyTarget]) -> Self {
        Self { drafts, frames, elements: elements.len(), targets }
    }

    /// The path of the next value, or of a key in a table.
    fn path(mut self, key: Option<(usize, &'b str)>) -> Path {
        let mut reversed = Vec::new();
        let mut at = key.or_else(|| {
            self.leave_arrays(&mut reversed);
            self.leave_target()
        });
        while let Some((mut number, key)) = at.take() {
            reversed.push(Segment::Key(key.into()));
            while let Some(Location { table, entry, index }) = self.drafts.tables.get(number).and_then(|draft| draft.location) {
                reversed.extend(index.map(Segment::Index));
                reversed.push(Segment::Key(self.drafts.key(entry).into()));
                number = table;
            }
            // The outermost is the document, or an inline table that itself is in arrays and under a key.
            if self.drafts.tables.get(number).is_some_and(|draft| draft.kind == TableKind::Inline) {
                self.frames = self.frames.split_last().map_or(&[], |(_, around)| around);
                self.leave_arrays(&mut reversed);
                at = self.leave_target();
            }
        }
        reversed.reverse();
        reversed.into()
    }

    /// Takes the indexes in the arrays up to the next inline table.
    fn leave_arrays(&mut self, reversed: &mut Vec<Segment>) {
        while let Some((Frame::Array(before), around)) = self.frames.split_last() {
            reversed.push(Segment::Index(self.elements - before));
            self.elements = *before;
            self.frames = around;
        }
    }

    fn leave_target(&mut self) -> Option<(usize, &'b str)> {
        let (target, around) = self.targets.split_last()?;
        self.targets = around;
        Some((target.table, self.drafts.key(target.entry)))
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
        let number = self.drafts.tables.len();
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
            self.put(Node::Table(number));
        }
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        let allowed = self.open(span);
        if allowed {
            self.frames.push(Frame::Array(self.elements.len()));
        }
        allowed
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if self.fault.is_none()
            && let Some(Frame::Array(before)) = self.frames.pop()
        {
            let array = self.drafts.array(self.elements.drain(before..));
            self.put(array);
        }
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let event = toml_parser::parser::Event::new_unchecked(EventKind::SimpleKey, encoding, span);
        if let Some(raw) = self.source.get(event) {
            let mut key = Cow::Borrowed("");
            raw.decode_key(&mut key, error);
            self.key(self.keep(key), span.start());
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
        let node = match raw.decode_scalar(&mut text, error) {
            ScalarKind::String => Some(Node::Text(self.keep(text))),
            ScalarKind::Boolean(value) => Some(Node::Bool(value)),
            ScalarKind::DateTime => match datetime(&text) {
                Ok(datetime) => Some(self.drafts.scalar(datetime)),
                Err(problem) => return self.fail(ParseFault::parse(problem.to_string(), span.start())),
            },
            kind => self.number(kind, &text, span.start()).map(|number| self.drafts.scalar(number)),
        };
        match node {
            Some(node) => self.put(node),
            None => self.fail(ParseFault::parse("the number is malformed", span.start())),
        }
    }
}
