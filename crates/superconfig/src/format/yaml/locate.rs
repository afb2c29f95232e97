//! The offset of a value in a well-formed YAML text.

use super::input::TextInput;
use super::offsets::Offsets;
use super::token::{behind_properties, block_header, first_dash};
use crate::diagnostic::Segment;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};

/// Follows the events down a path. What comes from an alias or a merge key is found where it is written.
///
/// Costs one pass over the text, and as many over its events as the path has segments.
pub(super) fn locate(text: &str, path: &[Segment]) -> Option<usize> {
    let mut events = Vec::new();
    let mut anchors = HashMap::new();
    for event in Parser::new(TextInput::new(text, &Cell::new(false))) {
        let (event, span) = event.ok()?;
        if let Event::Scalar(_, _, anchor @ 1.., _)
        | Event::SequenceStart(anchor @ 1.., _)
        | Event::MappingStart(anchor @ 1.., _) = &event
        {
            anchors.insert(*anchor, events.len());
        }
        events.push((event, span));
    }
    let Some(start) = events.iter().position(|(event, _)| matches!(event, Event::DocumentStart(_))) else {
        return path.is_empty().then_some(0);
    };
    let document = Locator { events, anchors };
    let (found, in_mapping) = document.find(start + 1, path)?;
    let token = document.token(text, found);
    let is_dashed = in_mapping && matches!(document.events[found].0, Event::SequenceStart(..)) && !text[token..].starts_with('[');
    Some(if is_dashed { first_dash(text, token) } else { token })
}

struct Locator<'a> {
    events: Vec<(Event<'a>, Span)>,
    /// From anchors to the events that carry them.
    anchors: HashMap<usize, usize>,
}

impl Locator<'_> {
    /// The byte offset of an event's token: never its anchor or tag, and of a block scalar the `|` or `>`.
    fn token(&self, text: &str, at: usize) -> usize {
        let (event, span) = &self.events[at];
        let mut offsets = Offsets::new(text);
        match event {
            // What has no token is placed behind its anchor and tag.
            Event::Scalar(value, ScalarStyle::Plain, anchor, tag) if value.is_empty() => {
                let has_properties = *anchor > 0 || tag.is_some();
                offsets.byte(if has_properties { &span.end } else { &span.start })
            }
            Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) => {
                // The parser gives the position of the scalar's text, so its header is searched for from the event before.
                let before = match at.checked_sub(1).map(|before| &self.events[before]) {
                    Some((Event::StreamStart | Event::DocumentStart(false), _)) | None => 0,
                    Some((_, span)) => offsets.byte(&span.end),
                };
                block_header(text, before).unwrap_or_else(|| offsets.byte(&span.start))
            }
            _ => behind_properties(text, offsets.byte(&span.start)),
        }
    }

    /// Searches without recursion, as merge keys may form a chain of any length, and visits each mapping once, as they may
    /// lead to one in exponentially many ways.
    ///
    /// The flag is true where the value is that of a key.
    fn find(&self, start: usize, path: &[Segment]) -> Option<(usize, bool)> {
        let mut pending = vec![(start, path, false)];
        let mut seen = HashSet::new();
        while let Some((at, path, in_mapping)) = pending.pop() {
            let Some((first, rest)) = path.split_first() else { return Some((at, in_mapping)) };
            match &self.events.get(at)?.0 {
                Event::Alias(anchor) => pending.push((*self.anchors.get(anchor)?, path, false)),
                Event::SequenceStart(..) => {
                    if let Some(item) = first.as_index().and_then(|index| self.item(at, index)) {
                        pending.push((item, rest, false));
                    }
                }
                Event::MappingStart(..) if seen.insert((at, path.len())) => {
                    let mut merges = Vec::new();
                    match self.value_of(at, first, &mut merges) {
                        Some(value) => pending.push((value, rest, true)),
                        None => pending.extend(merges.into_iter().rev().map(|source| (source, path, false))),
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The value of a key in the mapping itself, else the mappings that are merged into it.
    fn value_of(&self, mapping: usize, wanted: &Segment, merges: &mut Vec<usize>) -> Option<usize> {
        let index = wanted.as_index().map(|index| index.to_string());
        let wanted = match wanted {
            Segment::Key(key) => key,
            Segment::Index(_) => index.as_deref()?,
        };
        let mut key = mapping + 1;
        while !matches!(self.events.get(key)?.0, Event::MappingEnd) {
            let value = self.after(key)?;
            match self.scalar(key) {
                Some((name, false)) if name == wanted => return Some(value),
                Some((_, true)) => self.merged(value, merges),
                _ => {}
            }
            key = self.after(value)?;
        }
        None
    }

    /// Lists the mappings that a merge key names: one, or a sequence of them.
    fn merged(&self, value: usize, merges: &mut Vec<usize>) {
        let resolved = |at: usize| match self.events.get(at).map(|(event, _)| event) {
            Some(Event::Alias(anchor)) => self.anchors.get(anchor).copied(),
            _ => Some(at),
        };
        let Some(source) = resolved(value) else { return };
        if !matches!(self.events.get(source), Some((Event::SequenceStart(..), _))) {
            merges.push(source);
            return;
        }
        let mut item = source + 1;
        while !matches!(self.events.get(item), None | Some((Event::SequenceEnd, _))) {
            merges.extend(resolved(item));
            let Some(next) = self.after(item) else { return };
            item = next;
        }
    }

    fn item(&self, sequence: usize, index: usize) -> Option<usize> {
        let mut item = sequence + 1;
        for _ in 0..index {
            item = self.after(item)?;
        }
        (!matches!(self.events.get(item)?.0, Event::SequenceEnd)).then_some(item)
    }

    /// The text of a scalar, or of an alias's target, and whether it is a merge key.
    fn scalar(&self, at: usize) -> Option<(&str, bool)> {
        let event = match &self.events.get(at)?.0 {
            Event::Alias(anchor) => &self.events.get(*self.anchors.get(anchor)?)?.0,
            event => event,
        };
        match event {
            Event::Scalar(text, style, _, tag) => Some((text, text == "<<" && *style == ScalarStyle::Plain && tag.is_none())),
            _ => None,
        }
    }

    /// The event after the value that starts at an event.
    fn after(&self, at: usize) -> Option<usize> {
        let mut open = 0usize;
        for (number, (event, _)) in self.events.iter().enumerate().skip(at) {
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
}
