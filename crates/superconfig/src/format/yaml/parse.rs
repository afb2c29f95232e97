//! The parser of YAML 1.2, core schema, one document.

use super::input::TextInput;
use super::offsets::Offsets;
use super::scalar;
use super::token::{behind_properties, first_dash, line_start};
use crate::diagnostic::{Path, Segment};
use crate::format::{KeyInterner, ParseFault, ParseWarnings, Parsed};
use crate::value::{ExpandedSize, ExpansionBudget, Limits, Table, Value, is_forbidden};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The most levels that the parser reads in brackets.
const BRACKETS: usize = 255;

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Parsed, ParseFault> {
    let joined = Cell::new(false);
    let mut builder = DocumentBuilder::new(text, limits, &joined);
    builder.read(Parser::new(TextInput::new(text, &joined)))?;
    let DocumentBuilder { root, warnings, budget, .. } = builder;
    let value = root.unwrap_or_else(|| Value::Table(Table::new()));
    Ok(Parsed { value, warnings: warnings.into_warnings(), expanded: budget.taken() })
}

/// A mapping or sequence that is being read.
enum Frame {
    Sequence { items: Vec<Value>, extent: Extent },
    Mapping { table: Table, merged: Merged, key: Option<Key>, extent: Extent },
}

impl Frame {
    fn extent(&self) -> &Extent {
        match self {
            Frame::Sequence { extent, .. } | Frame::Mapping { extent, .. } => extent,
        }
    }

    fn extent_mut(&mut self) -> &mut Extent {
        match self {
            Frame::Sequence { extent, .. } | Frame::Mapping { extent, .. } => extent,
        }
    }
}

/// The keys that merge keys brought, until the mapping itself has them.
#[derive(Default)]
struct Merged(Option<HashSet<Arc<str>>>);

impl Merged {
    /// Puts the keys of a mapping that are not there at the end of the table.
    fn merge(&mut self, table: &mut Table, source: &Value) {
        for (key, value) in source.as_table().map(Table::entries).unwrap_or_default() {
            if !table.contains_key(key) {
                table.insert(key.clone(), value.clone());
                self.0.get_or_insert_default().insert(key.clone());
            }
        }
    }

    /// Whether a key was merged and is now the mapping's own.
    fn take(&mut self, key: &str) -> bool {
        self.0.as_mut().is_some_and(|keys| keys.remove(key))
    }
}

/// The layout of a mapping or sequence: in brackets, or on lines that begin at a column from 0.
#[derive(Clone, Copy)]
enum Layout {
    Flow,
    Block(usize),
}

/// The size of a collection being read.
struct Extent {
    /// Its layout; in brackets only that of the outermost counts.
    layout: Layout,
    anchor: usize,
    /// The size produced before it.
    before: ExpandedSize,
    /// Levels of arrays and tables, its own included.
    depth: usize,
}

/// The target of an alias.
#[derive(Clone)]
struct Anchored {
    value: Value,
    size: ExpandedSize,
    depth: usize,
}

/// A key that waits for its value.
enum Key {
    Plain(Arc<str>, Marker),
    Merge,
}

struct DocumentBuilder<'a> {
    text: &'a str,
    /// Tabs are somewhere in the text.
    has_tabs: bool,
    /// A closing bracket at the start of its line has been read as a part of the line above.
    joined: &'a Cell<bool>,
    offsets: Offsets<'a>,
    limits: &'a Limits,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    known: KeyInterner,
    /// The size produced so far, with aliases expanded.
    made: ExpandedSize,
    /// The budget of aliases.
    budget: ExpansionBudget,
    root: Option<Value>,
    warnings: ParseWarnings<'a>,
}

impl<'a> DocumentBuilder<'a> {
    fn new(text: &'a str, limits: &'a Limits, joined: &'a Cell<bool>) -> Self {
        Self {
            text,
            has_tabs: text.contains('\t'),
            joined,
            offsets: Offsets::new(text),
            limits,
            frames: Vec::new(),
            anchors: HashMap::new(),
            known: KeyInterner::new(),
            made: ExpandedSize::default(),
            budget: ExpansionBudget::new(limits),
            root: None,
            warnings: ParseWarnings::new(text),
        }
    }

    fn read(&mut self, parser: Parser<'a, TextInput<'a>>) -> Result<(), ParseFault> {
        for event in parser {
            let (event, span) = event.map_err(|error| {
                let offset = self.offsets.byte(error.marker());
                match error.info() {
                    // The parser reads ahead of its events, and counts levels in brackets up to this.
                    "recursion limit exceeded" => ParseFault::depth(self.limits.depth.min(BRACKETS), Some(offset)),
                    problem => ParseFault::parse(problem, offset),
                }
            })?;
            self.event(event, &span)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), ParseFault> {
        let at = span.start;
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(ParseFault::parse("there is a second document; only one is read", self.offsets.byte(&at)))
            }
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(anchor) => {
                let anchored = self.anchors.get(&anchor).cloned().ok_or_else(|| {
                    ParseFault::parse("the alias refers to what contains it, or to nothing", self.offsets.byte(&at))
                })?;
                let taken = self.budget.take(anchored.size);
                taken.map_err(|exceeded| ParseFault::exceeded(exceeded, Some(self.offsets.byte(&at))))?;
                self.count(anchored.size, &at)?;
                if self.frames.len() + anchored.depth > self.limits.depth {
                    return Err(ParseFault::depth(self.limits.depth, Some(self.offsets.byte(&at))));
                }
                self.put(anchored, 0, &at, None)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let size = ExpandedSize { values: 1, bytes: text.len() };
                self.count(size, &at)?;
                let plain = style == ScalarStyle::Plain;
                // Inside brackets the parser takes the start of a block scalar for text, which YAML forbids.
                if plain && text.starts_with(['|', '>']) {
                    return Err(ParseFault::parse("a block scalar cannot stand inside brackets", self.offsets.byte(&at)));
                }
                let merge = plain && tag.is_none() && text == "<<";
                let is_key = matches!(self.frames.last(), Some(Frame::Mapping { key: None, .. }));
                // A key is its text, whatever that would be as a value.
                let value = match is_key && anchor == 0 && tag.is_none() {
                    true => Value::Null,
                    false => self.scalar(&text, plain, tag.as_deref(), &at)?,
                };
                self.put(Anchored { value, size, depth: 0 }, anchor, &at, Some((&text, merge)))
            }
            Event::SequenceStart(anchor, tag) => {
                let extent = self.open(anchor, tag, "seq", span)?;
                self.frames.push(Frame::Sequence { items: Vec::new(), extent });
                Ok(())
            }
            Event::MappingStart(anchor, tag) => {
                let extent = self.open(anchor, tag, "map", span)?;
                self.frames.push(Frame::Mapping { table: Table::new(), merged: Merged::default(), key: None, extent });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&at),
        }
    }

    fn count(&mut self, size: ExpandedSize, at: &Marker) -> Result<(), ParseFault> {
        self.made.add(size);
        if self.made.values > self.limits.alias_nodes {
            let message = format!("the document expands to more than {} values", self.limits.alias_nodes);
            return Err(ParseFault::limit(message, Some(self.offsets.byte(at))));
        }
        Ok(())
    }

    fn open(&mut self, anchor: usize, tag: Option<Cow<'_, Tag>>, own: &str, span: &Span) -> Result<Extent, ParseFault> {
        let (at, before) = (&span.start, self.made);
        let has_properties = anchor > 0 || tag.is_some();
        self.count(ExpandedSize { values: 1, bytes: 0 }, at)?;
        if let Some(tag) = tag
            && !(core_name(&tag).as_deref() == Some(own) || is_bare(&tag))
        {
            return Err(ParseFault::parse("custom tags are not supported", self.offsets.byte(at)));
        }
        if self.frames.len() >= self.limits.depth {
            return Err(ParseFault::depth(self.limits.depth, Some(self.offsets.byte(at))));
        }
        if let Some(Frame::Mapping { key: None, .. }) = self.frames.last() {
            return Err(ParseFault::parse("only text can be a key", self.offsets.byte(at)));
        }
        let layout = self.layout(span, own == "seq", has_properties)?;
        Ok(Extent { layout, anchor, before, depth: 1 })
    }

    /// The layout of a mapping or sequence. One of lines is refused where its first line begins with `?` or `:` and a tab:
    /// its indentation would be that of the tab.
    fn layout(&mut self, span: &Span, is_sequence: bool, has_properties: bool) -> Result<Layout, ParseFault> {
        let start = &span.start;
        let is_dashed = is_sequence && matches!(self.frames.last(), Some(Frame::Mapping { .. }));
        if !has_properties && !self.has_tabs && !is_dashed {
            let is_flow = span.end.index() > start.index();
            return Ok(if is_flow { Layout::Flow } else { Layout::Block(start.col()) });
        }
        let at = self.offsets.byte(start);
        let token = behind_properties(self.text, at);
        if self.text[token..].starts_with(['[', '{']) {
            return Ok(Layout::Flow);
        }
        let line = line_start(self.text, token);
        if is_dashed {
            return Ok(Layout::Block(first_dash(self.text, token) - line));
        }
        if line > at {
            return Ok(Layout::Block(token - line));
        }
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        if before.ends_with(['?', ':']) && self.text[before.len()..at].contains('\t') {
            return Err(ParseFault::parse("a tab is no indentation: write spaces before a mapping or sequence", at));
        }
        Ok(Layout::Block(start.col()))
    }

    /// Refuses a closing bracket that begins its line left of the mapping or sequence of lines around the brackets.
    fn refuse_left_bracket(&mut self, at: &Marker) -> Result<(), ParseFault> {
        let end = self.offsets.byte(at);
        let indent = &self.text[line_start(self.text, end)..end];
        let is_first = self.text[end..].starts_with([']', '}']) && indent.bytes().all(|byte| byte == b' ');
        let layouts = self.frames.iter().map_while(|frame| match frame.extent().layout {
            Layout::Block(column) => Some(column),
            Layout::Flow => None,
        });
        match layouts.last() {
            Some(column) if is_first && indent.len() < column => {
                Err(ParseFault::parse("the closing bracket is left of its collection", end))
            }
            _ => Ok(()),
        }
    }

    fn close(&mut self, at: &Marker) -> Result<(), ParseFault> {
        if self.joined.get() {
            self.refuse_left_bracket(at)?;
        }
        let (value, extent) = match self.frames.pop() {
            Some(Frame::Sequence { items, extent }) => (Value::array(items), extent),
            Some(Frame::Mapping { table, extent, .. }) => (Value::Table(table), extent),
            None => return Ok(()),
        };
        let size = self.made.since(extent.before);
        self.put(Anchored { value, size, depth: extent.depth }, extent.anchor, at, None)
    }

    /// Puts a finished value where it belongs. `scalar` is its text, and whether it is a plain `<<`.
    fn put(&mut self, finished: Anchored, anchor: usize, at: &Marker, scalar: Option<(&str, bool)>) -> Result<(), ParseFault> {
        if let Some(frame) = self.frames.last_mut() {
            let extent = frame.extent_mut();
            extent.depth = extent.depth.max(finished.depth + 1);
        }
        if anchor > 0 {
            self.anchors.insert(anchor, finished.clone());
        }
        let value = finished.value;
        match self.frames.last_mut() {
            None => self.root = Some(value),
            Some(Frame::Sequence { items, .. }) => items.push(value),
            Some(Frame::Mapping { table, merged, key, .. }) => match key.take() {
                None => match (scalar, &value) {
                    (Some((_, true)), _) => *key = Some(Key::Merge),
                    (Some((text, false)), _) => *key = Some(Key::Plain(self.known.intern(text), *at)),
                    (None, Value::String(text)) => *key = Some(Key::Plain(text.clone(), *at)),
                    _ => return Err(ParseFault::parse("only text can be a key", self.offsets.byte(at))),
                },
                Some(Key::Merge) => match &value {
                    Value::Table(_) => merged.merge(table, &value),
                    Value::Array(items) if items.iter().all(|item| item.as_table().is_some()) => {
                        items.iter().for_each(|item| merged.merge(table, item));
                    }
                    _ => {
                        let message = "`<<` takes a mapping or a sequence of mappings";
                        return Err(ParseFault::parse(message, self.offsets.byte(at)));
                    }
                },
                Some(Key::Plain(name, key_at)) => {
                    if is_forbidden(&name) {
                        let offsets = &mut self.offsets;
                        let frames = &self.frames;
                        self.warnings.forbidden(|| (path(frames).join(Segment::Key(name)), offsets.byte(&key_at)));
                    } else if table.insert(name.clone(), value).is_some() && !merged.take(&name) {
                        let message = format!("the key `{name}` repeats in one mapping");
                        return Err(ParseFault::parse(message, self.offsets.byte(&key_at)));
                    }
                }
            },
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, plain: bool, tag: Option<&Tag>, at: &Marker) -> Result<Value, ParseFault> {
        let malformed = |what: &str, offset| ParseFault::parse(format!("the value is no {what}, as its tag says"), offset);
        let Some(tag) = tag else {
            return Ok(if plain { self.resolve(text, at) } else { Value::from(text) });
        };
        match core_name(tag).as_deref() {
            Some("str") => Ok(Value::from(text)),
            None if is_bare(tag) => Ok(Value::from(text)),
            Some(name) => {
                let value = self.resolve(text, at);
                match (name, value) {
                    ("null", Value::Null) => Ok(Value::Null),
                    ("bool", value @ Value::Bool(_)) => Ok(value),
                    ("int", value @ (Value::Integer(_) | Value::Unsigned(_))) => Ok(value),
                    ("float", value @ Value::Float(_)) => Ok(value),
                    ("float", Value::Integer(number)) => Ok(Value::Float(number as f64)),
                    (kind @ ("null" | "bool" | "int" | "float"), _) => Err(malformed(kind, self.offsets.byte(at))),
                    _ => Err(ParseFault::parse("the tag does not fit a scalar", self.offsets.byte(at))),
                }
            }
            None => Err(ParseFault::parse("custom tags are not supported", self.offsets.byte(at))),
        }
    }

    fn resolve(&mut self, text: &str, at: &Marker) -> Value {
        let Some(number) = scalar::resolve(text) else { return Value::from(text) };
        if number.rounded {
            let (frames, offsets, document) = (&self.frames, &mut self.offsets, self.text);
            self.warnings.rounded(|| (path(frames), behind_properties(document, offsets.byte(at))));
        } else if matches!(number.value, Value::Float(float) if float.is_infinite()) && !scalar::is_infinity(text) {
            let (frames, offsets, document) = (&self.frames, &mut self.offsets, self.text);
            self.warnings.infinite(|| (path(frames), behind_properties(document, offsets.byte(at))));
        }
        number.value
    }
}

/// The path of the value being read; without the key where that has been taken.
fn path(frames: &[Frame]) -> Path {
    let segment = |frame: &Frame| match frame {
        Frame::Sequence { items, .. } => Some(Segment::Index(items.len())),
        Frame::Mapping { key, .. } => match key {
            Some(Key::Plain(key, _)) => Some(Segment::Key(key.clone())),
            Some(Key::Merge) => Some(Segment::from("<<")),
            None => None,
        },
    };
    frames.iter().filter_map(segment).collect()
}

/// The name of a tag of YAML's own, written as `!!str`, in full as `!<tag:yaml.org,2002:str>` or with a declared handle.
fn core_name(tag: &Tag) -> Option<Cow<'_, str>> {
    const PREFIX: &str = "tag:yaml.org,2002:";
    let Tag { handle, suffix } = tag;
    match handle.strip_prefix(PREFIX) {
        Some("") => Some(Cow::Borrowed(suffix)),
        None if handle.is_empty() => suffix.strip_prefix(PREFIX).map(Cow::Borrowed),
        _ => format!("{handle}{suffix}").strip_prefix(PREFIX).map(|name| Cow::Owned(name.to_owned())),
    }
}

/// The tag `!`, which says: take it as it is.
fn is_bare(tag: &Tag) -> bool {
    tag.handle == "!" && tag.suffix.is_empty() || tag.handle.is_empty() && tag.suffix == "!"
}
