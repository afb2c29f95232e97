//! Conversion of character offsets to byte offsets.

use saphyr_parser::Marker;

/// The parser counts characters; texts are cut at bytes.
pub(super) struct Offsets<'a> {
    text: &'a str,
    /// A character index and its byte offset, to go on from.
    known: (usize, usize),
    ascii: bool,
}

impl<'a> Offsets<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, known: (0, 0), ascii: text.is_ascii() }
    }

    pub(super) fn byte(&mut self, marker: &Marker) -> usize {
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
