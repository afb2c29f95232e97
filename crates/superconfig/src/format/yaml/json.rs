//! The quick way from a document to JSON text, without making its values.

use super::input::TextInput;
use super::scalar;
use crate::diagnostic::sort_by;
use crate::value::{JsonWriter, Limits, is_forbidden};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::cell::Cell;
use std::ops::Range;

/// Mappings of up to so many keys compare each with each.
const FEW: usize = 16;

/// The JSON text of a document's value; `None` where [`parse`](super::parse::parse) has to read it, which alone judges and words errors, and
/// where JSON would lose a number.
pub(super) fn json(text: &str, limits: &Limits) -> Option<String> {
    if text.contains('\t') || text.contains("<<") || [" &", " *", " !"].iter().any(|indicator| has_property(text, indicator)) {
        return None;
    }
    let joined = Cell::new(false);
    let mut writer =
        Writer { out: JsonWriter::lossless(text.len()), keys: Vec::new(), frames: Vec::new(), left: limits.alias_nodes };
    for event in Parser::new(TextInput::new(text, &joined)) {
        writer.event(event.ok()?.0, limits)?;
        // Whether a closing bracket at the start of a line stands where it may takes what is not kept here.
        if joined.get() {
            return None;
        }
    }
    let JsonWriter { text, specials, .. } = writer.out;
    (specials.is_empty() && !text.is_empty()).then_some(text)
}

/// Whether a text probably has an anchor, alias or tag, and not a sign of a command, a formula or a time in its place.
fn has_property(text: &str, indicator: &str) -> bool {
    // A look for whether there is one at all is many times as quick as one for where they are.
    text.contains(indicator)
        && text
            .match_indices(indicator)
            .any(|(at, _)| !matches!(text.as_bytes().get(at + 2), None | Some(b' ' | b'\n' | b'\r' | b'&' | b'=' | b'/')))
}

/// A sequence or mapping that is being written, and how many elements or keys it has so far.
enum Frame {
    Sequence(usize),
    Mapping { keys: usize, has_key: bool },
}

/// Its methods give `None` to give up.
struct Writer<'a> {
    out: JsonWriter<'a>,
    /// Where the keys of the mappings around here are in what was written, those of outer ones first.
    keys: Vec<Range<usize>>,
    frames: Vec<Frame>,
    /// How many values there may be more.
    left: usize,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>, limits: &Limits) -> Option<()> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(_) if self.out.text.is_empty() => {}
            Event::Scalar(text, style, 0, None) => {
                let is_plain = style == ScalarStyle::Plain;
                // A block scalar inside brackets, which is malformed, and a merge key.
                if is_plain && text.starts_with(['|', '>', '<']) {
                    return None;
                }
                self.left = self.left.checked_sub(1)?;
                if let Some(Frame::Mapping { keys, has_key: has_key @ false }) = self.frames.last_mut() {
                    (*keys, *has_key) = (*keys + 1, true);
                    let is_first = *keys == 1;
                    return self.key(&text, is_first);
                }
                self.begin()?;
                match is_plain.then(|| scalar::resolve(&text)).flatten() {
                    Some(number) => self.out.scalar(&number.value),
                    None => self.out.string(&text),
                }
            }
            Event::SequenceStart(0, None) => self.open('[', Frame::Sequence(0), limits)?,
            Event::MappingStart(0, None) => self.open('{', Frame::Mapping { keys: 0, has_key: false }, limits)?,
            Event::SequenceEnd | Event::MappingEnd => match self.frames.pop()? {
                Frame::Sequence(_) => self.out.text.push(']'),
                Frame::Mapping { keys, .. } => {
                    let first = self.keys.len() - keys;
                    if self.repeats(first) {
                        return None;
                    }
                    self.keys.truncate(first);
                    self.out.text.push('}');
                }
            },
            _ => return None,
        }
        Some(())
    }

    /// Before a value: what separates it from the one before it.
    fn begin(&mut self) -> Option<()> {
        match self.frames.last_mut() {
            None => {}
            Some(Frame::Sequence(elements)) => {
                if *elements > 0 {
                    self.out.text.push(',');
                }
                *elements += 1;
            }
            // What stands where a key has to be is no text.
            Some(Frame::Mapping { has_key: false, .. }) => return None,
            Some(Frame::Mapping { has_key, .. }) => *has_key = false,
        }
        Some(())
    }

    fn key(&mut self, key: &str, is_first: bool) -> Option<()> {
        if is_forbidden(key) {
            return None;
        }
        if !is_first {
            self.out.text.push(',');
        }
        let start = self.out.text.len();
        self.out.string(key);
        self.keys.push(start..self.out.text.len());
        self.out.text.push(':');
        Some(())
    }

    fn open(&mut self, bracket: char, frame: Frame, limits: &Limits) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        if self.frames.len() >= limits.depth {
            return None;
        }
        self.begin()?;
        self.out.text.push(bracket);
        self.frames.push(frame);
        Some(())
    }

    /// Whether two of the keys from one on are the same.
    fn repeats(&mut self, first: usize) -> bool {
        let text = self.out.text.as_bytes();
        let key = |range: &Range<usize>| &text[range.clone()];
        let keys = &mut self.keys[first..];
        if keys.len() <= FEW {
            return keys.iter().enumerate().any(|(at, one)| keys[..at].iter().any(|other| key(one) == key(other)));
        }
        sort_by(keys, |one, other| key(one).cmp(key(other)));
        keys.array_windows().any(|[one, other]| key(one) == key(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::JsonText;
    use proptest::prelude::*;

    /// Whether the quick way reads a text; what it makes of it is what the other makes of it.
    fn is_quick(text: &str, limits: &Limits) -> bool {
        let Some(quick) = json(text, limits) else { return false };
        let Ok(parsed) = super::super::parse::parse(text, limits) else {
            panic!("{text:?} is read as {quick}, and is malformed")
        };
        let json = JsonText::lossless(&parsed.value);
        assert!(json.specials.is_empty(), "{text:?} holds {:?}", json.specials);
        assert_eq!(quick, json.text, "{text:?}");
        true
    }

    fn a_hundred_keys_and(last: &str) -> String {
        (0..100).map(|key| format!("k{key}: {key}\n")).chain([format!("{last}: 1\n")]).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(8_000)))]

        #[test]
        fn agrees_with_the_values(parts in prop::collection::vec(prop::sample::select(&[
            "a", "b", "b: ", "a: ", "a:\n", "- ", "? ", ": ", "\n", "\n  ", "\n  ", "\n    ", "\r\n", "\t", " ", "]", "}", "[", "{", ",", "\"",
            "'", "\n]", "|\n", ">-\n", " # c", "&x ", "*x", "!t ", "---\n", "...\n", "\\n", "é", "\u{feff}", "~", "null", "true", "1",
            "-0", "-0.0", "0x1F", ".5", "1e999", ".inf", "9007199254740993", "99999999999999999999", "__proto__: ", "<<: ", "''", "\"a\": ",
        ][..]), 0..16)) {
            is_quick(&parts.concat(), &Limits::default());
            is_quick(&parts.concat(), &Limits { depth: 2, alias_nodes: 5, ..Limits::default() });
        }
    }

    #[test]
    fn most_documents_are_read_so() {
        for text in [
            "a",
            "~",
            "a: 1\nb: [1, {c: two}, '3']\nd:\n- e: \"\\t\"\n  f: |\n    g\n- - 1.5\n",
            "--- # c\n? a\n: b\n...\n",
            "a: {}\nb: []\nc:\n",
            "a: x&y, 5 < 6\nb: 0 */2 * * *\nc: |\n  d && e ! 5 != 6\n",
            &a_hundred_keys_and("k100"),
        ] {
            assert!(is_quick(text, &Limits::default()), "{text:?}");
        }
    }

    #[test]
    fn gives_up_at_what_it_does_not_know() {
        for text in [
            "",
            "# c",
            "a: &x 1",
            "a: [&x 1,*x]",
            "&x a: 1",
            "!!str a: 1",
            "[!!str 1]",
            "<<: {a: 1}",
            "a:\t1",
            "a: 1\na: 2",
            "__proto__: 1",
            "[a]: 1",
            "{a: 1}: 1",
            "a: 1\n---\nb: 2",
            "a: [\n1\n]",
            "a: [1",
            "a: 9007199254740993",
            "a: -0.0",
            "[|, a]",
        ] {
            assert_eq!(json(text, &Limits::default()), None, "{text:?}");
        }
        assert_eq!(json(&a_hundred_keys_and("k7"), &Limits::default()), None);
        assert_eq!(json("[[[1]]]", &Limits { depth: 2, ..Limits::default() }), None);
        assert_eq!(json("[1, 2, 3]", &Limits { alias_nodes: 3, ..Limits::default() }), None);
    }
}
