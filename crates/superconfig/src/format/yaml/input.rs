//! The character input of the YAML parser, with white space normalised as other YAML parsers do.

use saphyr_parser::Input;
use saphyr_parser::input::{SkipTabs, is_blank_or_breakz, is_breakz, is_flow};
use std::cell::Cell;

/// A text as the input of the parser, which is stricter about white space than the readers that people use: it refuses a
/// tab between an indicator and a plain value, and a closing bracket that is not indented further than its block.
///
/// - A tab behind `:` counts as the white space that separates a value, and one behind `?` reads as a space.
/// - The line break before a closing bracket that begins its line reads as a space, so that the bracket continues the line
///   above. How far it is indented is left to the builder.
///
/// No character is added or left out, so the parser's markers hold for the text.
pub(super) struct TextInput<'a> {
    text: &'a str,
    /// Set once a bracket has been read so.
    joined: &'a Cell<bool>,
    /// The text that has not been read.
    rest: &'a str,
    /// The number of characters that the parser requested; all are available.
    lookahead: usize,
    /// The end of the white space scanned last, and whether its line breaks read as spaces.
    space: Cell<(usize, bool)>,
    /// The end of the blanks on one line scanned last, and whether the tabs among them read as spaces.
    blanks: (usize, bool),
    /// The offset after the last `|` or `>` that begins a block scalar. The parser requests a digit there, and nowhere else.
    block_header: Cell<usize>,
}

impl<'a> TextInput<'a> {
    pub(super) fn new(text: &'a str, joined: &'a Cell<bool>) -> Self {
        Self {
            text,
            joined,
            rest: text,
            lookahead: 0,
            space: Cell::new((0, false)),
            blanks: (0, false),
            block_header: Cell::new(0),
        }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// What the next byte can be in a plain scalar; at the end of the text, what separates.
    #[inline]
    fn class(&self) -> Class {
        self.byte().map_or(Class::Separator, |byte| CLASSES[usize::from(byte)])
    }

    /// The byte offset of the next character.
    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// Whether the next line break leads to a closing bracket. Each run of white space is scanned once.
    fn leads_to_bracket(&self) -> bool {
        let at = self.at();
        if at >= self.space.get().0 {
            let bytes = self.rest.as_bytes();
            let length = bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(bytes.len());
            let (space, rest) = bytes.split_at(length);
            let indent = space.rsplit(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
            let closes = matches!(rest.first(), Some(b']' | b'}')) && !indent.contains(&b'\t');
            let joins = closes && !self.ends_block_header(at);
            self.space.set((at + length, joins));
            self.joined.set(self.joined.get() || joins);
        }
        self.space.get().1
    }

    /// Whether the line that ends at an offset begins a block scalar, whose lines are its own.
    fn ends_block_header(&self, at: usize) -> bool {
        let header = self.block_header.get();
        header > 0 && !self.text.as_bytes()[header..at].contains(&b'\n')
    }

    /// Whether the next tab separates the indicator `?` from what follows. Each run of blanks is scanned once.
    fn follows_question_mark(&mut self) -> bool {
        let at = self.at();
        if at >= self.blanks.0 {
            let end = self.text.len() - self.rest.trim_start_matches([' ', '\t']).len();
            let before = self.text[..at].trim_end_matches(' ').strip_suffix('?');
            let indicates = |before: &str| before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', '[', '{', ',']);
            self.blanks = (end, before.is_some_and(indicates));
        }
        self.blanks.1
    }
}

/// What a byte can be in a plain scalar.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    /// A part of it, wherever it stands.
    Text,
    /// A blank, a line break or the end.
    Separator,
    /// What may end it, by what follows, or begins a character that does.
    Indicator,
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Text; 256];
    let mut index = 0;
    while index < 256 {
        classes[index] = match index as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | b'\0' => Class::Separator,
            b':' | b',' | b'[' | b']' | b'{' | b'}' | 0xef => Class::Indicator,
            _ => Class::Text,
        };
        index += 1;
    }
    classes
};

/// Whether a character ends a comment or a line of a block scalar.
fn ends_line(character: char) -> bool {
    is_breakz(character) || character == '\u{feff}'
}

/// Whether a line begins with `---` or `...` and nothing is attached to it.
fn is_marker(line: &[u8], marker: &[u8]) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| matches!(rest.first(), None | Some(b' ' | b'\t' | b'\n' | b'\r' | b'\0')))
}

impl Input for TextInput<'_> {
    #[inline]
    fn lookahead(&mut self, count: usize) {
        self.lookahead = self.lookahead.max(count);
    }

    #[inline]
    fn buflen(&self) -> usize {
        self.lookahead
    }

    #[inline]
    fn bufmaxlen(&self) -> usize {
        // The parser makes room for so many characters more behind the first of each plain scalar, which has room for 32.
        31
    }

    #[inline]
    fn raw_read_ch(&mut self) -> char {
        let character = self.peek();
        self.skip();
        character
    }

    #[inline]
    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        let character = self.peek_opt().filter(|character| !ends_line(*character))?;
        self.skip();
        Some(character)
    }

    #[inline]
    fn skip(&mut self) {
        let mut characters = self.rest.chars();
        characters.next();
        self.rest = characters.as_str();
    }

    #[inline]
    fn skip_n(&mut self, count: usize) {
        for _ in 0..count {
            self.skip();
        }
    }

    #[inline]
    fn peek(&self) -> char {
        self.peek_opt().unwrap_or('\0')
    }

    #[inline]
    fn peek_nth(&self, n: usize) -> char {
        self.rest.chars().nth(n).unwrap_or('\0')
    }

    #[inline]
    fn peek_opt(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// The next character, between tokens.
    #[inline]
    fn look_ch(&mut self) -> char {
        self.lookahead(1);
        match self.byte() {
            Some(b'\n' | b'\r') if self.leads_to_bracket() => ' ',
            Some(b'\t') if self.follows_question_mark() => ' ',
            _ => self.peek(),
        }
    }

    fn next_is_document_indicator(&self) -> bool {
        self.next_is_document_start() || self.next_is_document_end()
    }

    fn next_is_document_start(&self) -> bool {
        is_marker(self.rest.as_bytes(), b"---")
    }

    fn next_is_document_end(&self) -> bool {
        is_marker(self.rest.as_bytes(), b"...")
    }

    fn skip_ws_to_eol(&mut self, skip_tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        let (mut tabs, mut spaces) = (false, false);
        let mut skipped = 0;
        loop {
            match self.byte() {
                Some(b' ') => spaces = true,
                Some(b'\t') if skip_tabs == SkipTabs::Yes => tabs = true,
                _ => break,
            }
            self.skip();
            skipped += 1;
        }
        if self.byte() == Some(b'#') {
            if skipped == 0 {
                return (skipped, Err("comments must be separated from other tokens by whitespace"));
            }
            skipped += self.skip_while_non_breakz();
        }
        // Behind a tab no block sequence can begin; anything else is separated by it.
        let separated = spaces || !(self.byte() == Some(b'-') && is_blank_or_breakz(self.peek_nth(1)));
        (skipped, Ok(SkipTabs::Result(tabs, separated)))
    }

    #[inline]
    fn next_can_be_plain_scalar(&self, in_flow: bool) -> bool {
        if self.class() == Class::Text {
            return true;
        }
        match self.byte() {
            Some(b':') => {
                let next = self.peek_nth(1);
                !(is_blank_or_breakz(next) || in_flow && is_flow(next))
            }
            Some(b',' | b'[' | b']' | b'{' | b'}') => !in_flow,
            Some(0xef) => self.peek() != '\u{feff}',
            _ => true,
        }
    }

    #[inline]
    fn next_is_blank_or_break(&self) -> bool {
        matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r'))
    }

    #[inline]
    fn next_is_blank_or_breakz(&self) -> bool {
        self.class() == Class::Separator
    }

    fn next_is_digit(&self) -> bool {
        self.block_header.set(self.at());
        // The white space may have been scanned before it was known to be that of a block scalar.
        self.space.set((self.at(), false));
        self.byte().is_some_and(|byte| byte.is_ascii_digit())
    }

    fn skip_while_non_breakz(&mut self) -> usize {
        let (comment, rest) = self.rest.split_at(self.rest.find(ends_line).unwrap_or(self.rest.len()));
        self.rest = rest;
        comment.chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use saphyr_parser::{Parser, StrInput};

    /// The events of a text with their positions, and whether all of it was read.
    fn events<I: Input>(parser: Parser<'_, I>) -> (Vec<String>, bool) {
        let mut events = Vec::new();
        for event in parser {
            let Ok((event, span)) = event else { return (events, false) };
            events.push(format!("{event:?} {}..{}", span.start.index(), span.end.index()));
        }
        (events, true)
    }

    fn own(text: &str) -> (Vec<String>, bool) {
        events(Parser::new(TextInput::new(text, &Cell::new(false))))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(4_000)))]

        /// Events are the same as from the parser's own input.
        #[test]
        fn agrees_with_the_parsers_own_input(parts in prop::collection::vec(prop::sample::select(&[
            "a", "b: ", "- ", "-\t", "? ", "?\t", ":\t", ": ", "\n", "\n  ", "\n    ", "\r\n", "\t", " ", "]", "}", "[", "{", ",", "\"",
            "'", "\n]", "\n\n}", "|\n", ">-\n", "|2\n\n", "# c", " # |\n", "&x ", "*x", "!t ", "---", "...", "\\\n", "é", "\u{feff}",
        ][..]), 0..14)) {
            let text = parts.concat();
            let (expected, complete) = events(Parser::new(StrInput::new(&text)));
            if complete {
                prop_assert_eq!(own(&text), (expected, true), "{:?}", text);
            }
        }
    }

    #[test]
    fn long_runs_of_white_space_are_scanned_once() {
        let count = 200_000;
        for text in [
            format!("a: [{}]", "\n".repeat(count)),
            format!("a: [{}\n]", "\n# c".repeat(count)),
            format!("?{}a", "\t".repeat(count)),
            format!("a:{}b", "\t".repeat(count)),
            format!("a: |\n{}  ]", "\n".repeat(count)),
        ] {
            assert!(own(&text).1, "{:?}", &text[..8]);
        }
    }
}
