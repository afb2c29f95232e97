//! Warnings of parsers, with path and position.

use crate::diagnostic::{Cursor, Origin, Path, SourceKind, Warning, sort_by};

/// More warnings about one document are no help and cost memory out of proportion.
const MAX: usize = 100;

/// The warnings of one document.
pub(super) struct ParseWarnings<'a> {
    text: &'a str,
    found: Vec<(Warning, usize)>,
    more: usize,
}

impl<'a> ParseWarnings<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, found: Vec::new(), more: 0 }
    }

    /// `location` gives the path and the byte offset; it is not called for what is only counted.
    fn add(&mut self, code: &'static str, message: &str, location: impl FnOnce() -> (Path, usize)) {
        if self.found.len() < MAX {
            let (path, offset) = location();
            self.found.push((Warning::new(code, message).with_path(path), offset));
        } else {
            self.more += 1;
        }
    }

    pub(super) fn duplicate(&mut self, location: impl FnOnce() -> (Path, usize)) {
        self.add("duplicate-key", "the key repeats; the last one counts", location);
    }

    pub(super) fn forbidden(&mut self, location: impl FnOnce() -> (Path, usize)) {
        self.add("forbidden-key", "the key `__proto__` is not allowed and was dropped", location);
    }

    pub(super) fn rounded(&mut self, location: impl FnOnce() -> (Path, usize)) {
        self.add("number-precision", "the integer does not fit 64 bits and was rounded", location);
    }

    pub(super) fn infinite(&mut self, location: impl FnOnce() -> (Path, usize)) {
        self.add("number-precision", "the number does not fit a 64-bit float and became infinite", location);
    }

    /// The warnings in the order in which they were found. Costs one pass over the text, where there are any.
    pub(super) fn into_warnings(self) -> Vec<Warning> {
        if self.found.is_empty() {
            return Vec::new();
        }
        let mut order: Vec<usize> = (0..self.found.len()).collect();
        sort_by(&mut order, |one, other| self.found[*one].1.cmp(&self.found[*other].1));
        let mut cursor = Cursor::new(self.text);
        let mut positions = vec![None; self.found.len()];
        for at in order {
            positions[at] = Some(cursor.advance(self.found[at].1));
        }
        let location = |position| Origin::new(SourceKind::Text, "text").at(position);
        let found = self.found.into_iter().zip(positions);
        let mut warnings: Vec<Warning> = found.map(|((warning, _), position)| warning.with_origin(location(position))).collect();
        if self.more > 0 {
            let message = format!("{} more warnings about this document are not listed", self.more);
            warnings.push(Warning::new("more-warnings", message).with_origin(location(None)));
        }
        warnings
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use crate::format::Format;
    use crate::format::parse_text;
    use crate::value::Limits;

    #[test]
    fn lists_a_hundred_and_counts_the_rest() {
        let text = format!("{{{}\"a\":1}}", "\"a\":1,\n".repeat(250));
        let warnings = parse_text(&text, Format::Json, &Limits::default()).unwrap().warnings;
        assert_eq!(warnings.len(), 101);
        assert_eq!(warnings[99].origin.as_ref().unwrap().line, Some(101));
        assert_eq!(warnings[100].code, "more-warnings");
        assert!(warnings[100].message.contains("150"), "{}", warnings[100]);
    }
}
