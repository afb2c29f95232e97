//! YAML 1.2, core schema, one document.

mod scalar;

use super::{Fault, Parsed, insert};
use crate::limits::Limits;
use crate::value::{Segment, Table, Value};
use crate::warning::Warning;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Parsed, Fault> {
    let mut builder = Builder::new(text, limits);
    builder.read(Parser::new_from_str(text))?;
    Ok(Parsed { value: builder.root.unwrap_or_else(|| Value::Table(Table::new())), warnings: builder.warnings })
}

/// A mapping or sequence that is being read.
enum Frame {
    Sequence { items: Vec<Value>, anchor: usize },
    Mapping { table: Table, merged: Vec<Value>, key: Option<Key>, anchor: usize },
}

/// A key that waits for its value.
enum Key {
    Plain(Arc<str>),
    Merge,
}

struct Builder<'a> {
    offsets: Offsets<'a>,
    limits: &'a Limits,
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Value, usize)>,
    /// Values made so far, counting what aliases expand to.
    nodes: usize,
    root: Option<Value>,
    warnings: Vec<Warning>,
}

/// The parser counts characters; texts are cut at bytes.
struct Offsets<'a> {
    text: &'a str,
    /// A character index and its byte offset, to go on from.
    known: (usize, usize),
    ascii: bool,
}

impl<'a> Offsets<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, known: (0, 0), ascii: text.is_ascii() }
    }

    fn byte(&mut self, marker: &Marker) -> usize {
        let index = marker.index();
        if self.ascii {
            return index.min(self.text.len());
        }
        if index < self.known.0 {
            self.known = (0, 0);
        }
        let (from, start) = self.known;
        let offset = self.text[start..].char_indices().nth(index - from).map_or(self.text.len(), |(at, _)| start + at);
        self.known = (index, offset);
        offset
    }
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, limits: &'a Limits) -> Self {
        Self {
            offsets: Offsets::new(text),
            limits,
            frames: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            root: None,
            warnings: Vec::new(),
        }
    }

    fn read(&mut self, parser: Parser<'a, saphyr_parser::StrInput<'a>>) -> Result<(), Fault> {
        for event in parser {
            let (event, span) = event.map_err(|error| Fault::parse(error.info(), self.offsets.byte(error.marker())))?;
            self.event(event, span.start)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, at: Marker) -> Result<(), Fault> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Fault::parse("there is a second document; only one is read", self.offsets.byte(&at)))
            }
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(anchor) => {
                let (value, nodes) =
                    self.anchors.get(&anchor).cloned().ok_or_else(|| {
                        Fault::parse("the alias refers to what contains it, or to nothing", self.offsets.byte(&at))
                    })?;
                self.count(nodes, &at)?;
                let depth = self.frames.len() + depth(&value);
                if depth > self.limits.depth {
                    return Err(Fault::depth(self.limits.depth, Some(self.offsets.byte(&at))));
                }
                self.put(value, 0, nodes, &at, None)
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, &at)?;
                let plain = style == ScalarStyle::Plain;
                let merge = plain && tag.is_none() && text == "<<";
                let value = self.scalar(&text, plain, tag.as_deref(), &at)?;
                self.put(value, anchor, 1, &at, Some((&text, merge)))
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(tag, "seq", &at)?;
                self.frames.push(Frame::Sequence { items: Vec::new(), anchor });
                Ok(())
            }
            Event::MappingStart(anchor, tag) => {
                self.open(tag, "map", &at)?;
                self.frames.push(Frame::Mapping { table: Table::new(), merged: Vec::new(), key: None, anchor });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&at),
        }
    }

    fn count(&mut self, nodes: usize, at: &Marker) -> Result<(), Fault> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > self.limits.alias_nodes {
            let message = format!("the document expands to more than {} values", self.limits.alias_nodes);
            return Err(Fault::limit(message, Some(self.offsets.byte(at))));
        }
        Ok(())
    }

    fn open(&mut self, tag: Option<Cow<'_, Tag>>, own: &str, at: &Marker) -> Result<(), Fault> {
        self.count(1, at)?;
        if let Some(tag) = tag
            && !(is_core(&tag) && tag.suffix == own || is_bare(&tag))
        {
            return Err(Fault::parse("custom tags are not supported", self.offsets.byte(at)));
        }
        if self.frames.len() >= self.limits.depth {
            return Err(Fault::depth(self.limits.depth, Some(self.offsets.byte(at))));
        }
        if let Some(Frame::Mapping { key: None, .. }) = self.frames.last() {
            return Err(Fault::parse("only text can be a key", self.offsets.byte(at)));
        }
        Ok(())
    }

    fn close(&mut self, at: &Marker) -> Result<(), Fault> {
        let (value, anchor) = match self.frames.pop() {
            Some(Frame::Sequence { items, anchor }) => (Value::array(items), anchor),
            Some(Frame::Mapping { mut table, merged, anchor, .. }) => {
                // The keys of the mapping itself win, then those merged first.
                for source in merged {
                    for (key, value) in source.as_table().map(Table::entries).unwrap_or_default() {
                        if !table.contains_key(key) {
                            table.insert(key.clone(), value.clone());
                        }
                    }
                }
                (Value::Table(table), anchor)
            }
            None => return Ok(()),
        };
        let nodes = if anchor > 0 { count_nodes(&value) } else { 0 };
        self.put(value, anchor, nodes, at, None)
    }

    /// Puts a finished value where it belongs. `scalar` is its text, and whether it is a plain `<<`.
    fn put(&mut self, value: Value, anchor: usize, nodes: usize, at: &Marker, scalar: Option<(&str, bool)>) -> Result<(), Fault> {
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), nodes));
        }
        match self.frames.last_mut() {
            None => self.root = Some(value),
            Some(Frame::Sequence { items, .. }) => items.push(value),
            Some(Frame::Mapping { table, merged, key, .. }) => match key.take() {
                None => match (scalar, &value) {
                    (Some((_, true)), _) => *key = Some(Key::Merge),
                    (Some((text, false)), _) => *key = Some(Key::Plain(text.into())),
                    (None, Value::String(text)) => *key = Some(Key::Plain(text.clone())),
                    _ => return Err(Fault::parse("only text can be a key", self.offsets.byte(at))),
                },
                Some(Key::Merge) => match &value {
                    Value::Table(_) => merged.push(value),
                    Value::Array(items) if items.iter().all(|item| item.as_table().is_some()) => {
                        merged.extend(items.iter().cloned());
                    }
                    _ => {
                        let message = "`<<` takes a mapping or a sequence of mappings";
                        return Err(Fault::parse(message, self.offsets.byte(at)));
                    }
                },
                Some(Key::Plain(name)) => {
                    if insert(table, name.clone(), value, &mut self.warnings).is_some() {
                        return Err(Fault::parse(format!("the key `{name}` stands twice in one mapping"), self.offsets.byte(at)));
                    }
                }
            },
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, plain: bool, tag: Option<&Tag>, at: &Marker) -> Result<Value, Fault> {
        let malformed = |what: &str, offset| Fault::parse(format!("the value is no {what}, as its tag says"), offset);
        match tag {
            None if plain => Ok(scalar::resolve(text, &mut self.warnings)),
            None => Ok(Value::from(text)),
            Some(tag) if is_bare(tag) || is_core(tag) && tag.suffix == "str" => Ok(Value::from(text)),
            Some(tag) if is_core(tag) => {
                let value = scalar::resolve(text, &mut self.warnings);
                match (&*tag.suffix, value) {
                    ("null", Value::Null) => Ok(Value::Null),
                    ("bool", value @ Value::Bool(_)) => Ok(value),
                    ("int", value @ (Value::Integer(_) | Value::Unsigned(_))) => Ok(value),
                    ("float", value @ Value::Float(_)) => Ok(value),
                    ("float", Value::Integer(number)) => Ok(Value::Float(number as f64)),
                    (kind @ ("null" | "bool" | "int" | "float"), _) => Err(malformed(kind, self.offsets.byte(at))),
                    _ => Err(Fault::parse("the tag does not fit a scalar", self.offsets.byte(at))),
                }
            }
            Some(_) => Err(Fault::parse("custom tags are not supported", self.offsets.byte(at))),
        }
    }
}

fn is_core(tag: &Tag) -> bool {
    tag.is_yaml_core_schema()
}

/// The tag `!`, which says: take it as it is.
fn is_bare(tag: &Tag) -> bool {
    tag.handle == "!" && tag.suffix.is_empty() || tag.handle.is_empty() && tag.suffix == "!"
}

fn count_nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count_nodes).fold(0, usize::saturating_add),
        Value::Table(table) => table.iter().map(|(_, value)| count_nodes(value)).fold(0, usize::saturating_add),
        _ => 0,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Table(table) => 1 + table.iter().map(|(_, value)| depth(value)).max().unwrap_or(0),
        _ => 0,
    }
}

/// Follows the events down a path. What comes from an alias or a merge key is found where it is written.
pub(super) fn locate(text: &str, path: &[Segment]) -> Option<usize> {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        events.push(event.ok()?);
    }
    let start = events.iter().position(|(event, _)| matches!(event, Event::DocumentStart(_)))? + 1;
    let mut offsets = Offsets::new(text);
    let found = find(&events, start, path, 0)?;
    Some(offsets.byte(&events[found].1.start))
}

type Events<'a> = [(Event<'a>, saphyr_parser::Span)];

fn find(events: &Events<'_>, at: usize, path: &[Segment], hops: usize) -> Option<usize> {
    // An alias inside what it refers to was refused when the text was parsed; the bound is for safety only.
    if hops > Limits::MAX_DEPTH {
        return None;
    }
    let Some((first, rest)) = path.split_first() else { return Some(at) };
    match &events.get(at)?.0 {
        Event::Alias(anchor) => find(events, anchored(events, *anchor)?, path, hops + 1),
        Event::SequenceStart(..) => {
            let mut item = at + 1;
            for _ in 0..first.as_index()? {
                item = after(events, item)?;
            }
            if matches!(events.get(item)?.0, Event::SequenceEnd) { None } else { find(events, item, rest, hops + 1) }
        }
        Event::MappingStart(..) => {
            let wanted = match first {
                Segment::Key(key) => key.to_string(),
                Segment::Index(index) => index.to_string(),
            };
            let mut key = at + 1;
            let mut merges = Vec::new();
            while !matches!(events.get(key)?.0, Event::MappingEnd) {
                let value = after(events, key)?;
                match scalar_of(events, key) {
                    Some(name) if *name == wanted => return find(events, value, rest, hops + 1),
                    Some("<<") => merges.push(value),
                    _ => {}
                }
                key = after(events, value)?;
            }
            merges.into_iter().find_map(|source| find_merged(events, source, path, hops + 1))
        }
        _ => None,
    }
}

fn find_merged(events: &Events<'_>, source: usize, path: &[Segment], hops: usize) -> Option<usize> {
    if hops > Limits::MAX_DEPTH {
        return None;
    }
    match &events.get(source)?.0 {
        Event::SequenceStart(..) => {
            let mut item = source + 1;
            while !matches!(events.get(item)?.0, Event::SequenceEnd) {
                if let Some(found) = find_merged(events, item, path, hops + 1) {
                    return Some(found);
                }
                item = after(events, item)?;
            }
            None
        }
        _ => find(events, source, path, hops + 1),
    }
}

fn scalar_of<'a>(events: &'a Events<'_>, at: usize) -> Option<&'a str> {
    match &events.get(at)?.0 {
        Event::Scalar(text, ..) => Some(text),
        Event::Alias(anchor) => match &events.get(anchored(events, *anchor)?)?.0 {
            Event::Scalar(text, ..) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn anchored(events: &Events<'_>, wanted: usize) -> Option<usize> {
    events.iter().position(|(event, _)| {
        matches!(event, Event::Scalar(_, _, anchor, _) | Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) if *anchor == wanted)
    })
}

/// The event after the value that starts at an event.
fn after(events: &Events<'_>, at: usize) -> Option<usize> {
    let mut open = 0usize;
    for (number, (event, _)) in events.iter().enumerate().skip(at) {
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => open += 1,
            Event::SequenceEnd | Event::MappingEnd => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return Some(number + 1);
        }
    }
    None
}
