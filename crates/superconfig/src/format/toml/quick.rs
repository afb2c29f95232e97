//! The quick reader of well-formed TOML: from the bytes to the builder.
//!
//! It reads what it knows to be well formed, leaves strings with escapes or several lines and unusual scalars to the crate's decoder, and
//! gives up at everything else. Such a text is then read from its start by the crate's parser, which alone judges and words errors.

use super::builder::DocumentBuilder;
use super::decoded::Decoded;
use super::drafts::Node;
use crate::format::Parsed;
use crate::value::Limits;
use toml_parser::decoder::Encoding;
use toml_parser::parser::EventReceiver;
use toml_parser::{ParseError, Source, Span};

/// What a byte may be in, as bits.
const KEY: u8 = 2;
const SCALAR: u8 = 4;
const BASIC: u8 = 8;
const LITERAL: u8 = 16;
const COMMENT: u8 = 32;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        let is_name = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        classes[at] = if is_name { KEY } else { 0 } | if is_name || matches!(byte, b'+' | b'.' | b':') { SCALAR } else { 0 };
        if byte == b'\t' || !byte.is_ascii_control() {
            classes[at] |=
                COMMENT | if matches!(byte, b'"' | b'\\') { 0 } else { BASIC } | if byte == b'\'' { 0 } else { LITERAL };
        }
        at += 1;
    }
    classes
};

/// Parses a text; `None` where the crate's parser has to read it.
pub(super) fn parse(text: &str, limits: &Limits) -> Option<Parsed> {
    read(text, &Decoded::new(), limits)?.finish().ok()
}

/// The JSON text of a text's value; `None` where the crate's parser has to read it, and where JSON would lose a number.
pub(super) fn json(text: &str, limits: &Limits) -> Option<String> {
    read(text, &Decoded::new(), limits)?.finish_json(text.len())
}

fn read<'a>(text: &'a str, decoded: &'a Decoded, limits: &Limits) -> Option<DocumentBuilder<'a>> {
    let mut reader = Reader { text, at: 0, builder: DocumentBuilder::new(text, decoded, limits), error: None };
    reader.document()?;
    Some(reader.builder)
}

/// Its methods give `None` to give up.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    builder: DocumentBuilder<'a>,
    error: Option<ParseError>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Option<()> {
        loop {
            self.blanks()?;
            match self.peek() {
                None => return Some(()),
                Some(b'[') => self.header()?,
                Some(_) => self.assignment()?,
            }
            self.space();
            if !matches!(self.peek(), None | Some(b'\n' | b'\r' | b'#')) {
                return None;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes a byte that has to come next.
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// Passes what is of a class.
    fn run(&mut self, class: u8) -> &'a str {
        let start = self.at;
        self.at = end_of(self.text.as_bytes(), start, class);
        &self.text[start..self.at]
    }

    /// Passes an unquoted key, eight bytes at once.
    fn bare_key(&mut self) -> &'a str {
        let (start, bytes) = (self.at, self.text.as_bytes());
        let mut at = start;
        self.at = loop {
            let Some(word) = bytes[at..].first_chunk() else { break end_of(bytes, at, KEY) };
            match first(!in_keys(u64::from_le_bytes(*word)) & HIGH) {
                8 => at += 8,
                inside => break at + inside,
            }
        };
        &self.text[start..self.at]
    }

    /// Passes spaces and tabs, of which there mostly are none or one.
    #[inline(always)]
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes text of a class in which neither control characters other than tabs nor a mark are, eight bytes at once.
    fn text(&mut self, class: u8, mark: u8) -> &'a str {
        let (start, bytes) = (self.at, self.text.as_bytes());
        let mut at = start;
        self.at = loop {
            let Some(word) = bytes[at..].first_chunk() else { break end_of(bytes, at, class) };
            match first(marks(u64::from_le_bytes(*word), mark)) {
                8 => at += 8,
                inside if CLASSES[usize::from(word[inside])] & class != 0 => at += inside + 1,
                inside => break at + inside,
            }
        };
        &self.text[start..self.at]
    }

    /// Passes white space, ends of lines and comments.
    fn blanks(&mut self) -> Option<()> {
        loop {
            self.space();
            match self.peek() {
                Some(b'\n') => self.at += 1,
                Some(b'\r') => {
                    self.at += 1;
                    self.expect(b'\n')?;
                }
                Some(b'#') => {
                    self.text(COMMENT, DELETE);
                    if !matches!(self.peek(), None | Some(b'\n' | b'\r')) {
                        return None;
                    }
                }
                _ => return Some(()),
            }
        }
    }

    fn header(&mut self) -> Option<()> {
        self.at += 1;
        let array = self.expect(b'[').is_some();
        self.keys()?;
        self.expect(b']')?;
        if array {
            self.expect(b']')?;
        }
        self.builder.open_header(array);
        self.checked()
    }

    fn assignment(&mut self) -> Option<()> {
        let start = self.at;
        let key = self.bare_key();
        self.space();
        if !key.is_empty() && self.expect(b'=').is_some() {
            self.builder.open_target_at(key, start);
        } else {
            self.at = start;
            self.keys()?;
            self.expect(b'=')?;
            self.builder.open_target();
        }
        self.checked()?;
        self.space();
        self.value()
    }

    /// A key of one or more parts, and the space around it.
    fn keys(&mut self) -> Option<()> {
        loop {
            self.space();
            let start = self.at;
            match self.peek()? {
                b'"' | b'\'' => match self.plain_string() {
                    Some(key) => self.builder.key(key, start),
                    None => {
                        let (span, encoding) = self.string()?;
                        self.builder.simple_key(span, encoding, &mut self.error);
                        self.checked()?;
                    }
                },
                _ => match self.bare_key() {
                    "" => return None,
                    key => self.builder.key(key, start),
                },
            }
            self.space();
            if self.expect(b'.').is_none() {
                return Some(());
            }
        }
    }

    fn value(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' | b'\'' => match self.plain_string() {
                Some(text) => self.builder.put(Node::Text(text)),
                None => {
                    let (span, encoding) = self.string()?;
                    self.scalar(span, encoding)?;
                }
            },
            b'[' => self.array()?,
            b'{' => self.inline_table()?,
            _ => self.bare()?,
        }
        Some(())
    }

    /// A string of one line without escapes; otherwise nothing is passed.
    fn plain_string(&mut self) -> Option<&'a str> {
        let start = self.at;
        let quote = self.peek()?;
        self.at += 1;
        let text = self.text(if quote == b'"' { BASIC } else { LITERAL }, quote);
        if self.expect(quote).is_none() || text.is_empty() && self.peek() == Some(quote) {
            self.at = start;
            return None;
        }
        Some(text)
    }

    /// A string of any kind, for the decoder to judge.
    fn string(&mut self) -> Option<(Span, Option<Encoding>)> {
        let token = Source::new(&self.text[self.at..]).lex().next()?;
        let span = token.span() + self.at;
        self.at = span.end();
        Some((span, token.kind().encoding()))
    }

    /// A value without quotes or brackets.
    fn bare(&mut self) -> Option<()> {
        let start = self.at;
        let node = match self.peek()? {
            b't' => self.word("true", true),
            b'f' => self.word("false", false),
            _ => self.plain_number(),
        };
        match node {
            Some(node) if !self.is_at(SCALAR) => self.builder.put(node),
            _ => self.rare(start)?,
        }
        Some(())
    }

    fn word(&mut self, word: &str, value: bool) -> Option<Node<'a>> {
        self.text.as_bytes()[self.at..].starts_with(word.as_bytes()).then(|| {
            self.at += word.len();
            Node::Bool(value)
        })
    }

    /// Whether a byte of a class comes next.
    fn is_at(&self, class: u8) -> bool {
        self.peek().is_some_and(|byte| CLASSES[usize::from(byte)] & class != 0)
    }

    /// A decimal number without underscores and exponent, too short for rounding and overflow.
    fn plain_number(&mut self) -> Option<Node<'a>> {
        let start = self.at;
        let sign = self.peek().filter(|byte| matches!(byte, b'+' | b'-'));
        self.at += usize::from(sign.is_some());
        let leading = self.peek();
        let (number, count) = self.digits();
        if !(1..=18).contains(&count) || count > 1 && leading == Some(b'0') {
            return None;
        }
        if self.expect(b'.').is_none() {
            return Some(Node::Integer(if sign == Some(b'-') { -number } else { number }));
        }
        let (_, count) = self.digits();
        (1..=18).contains(&count).then(|| self.text[start..self.at].parse().ok().map(Node::Float))?
    }

    /// Passes digits: their number, where it is not too large, and how many they are.
    fn digits(&mut self) -> (i64, usize) {
        let (start, mut number) = (self.at, 0_i64);
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        (number, self.at - start)
    }

    /// A scalar for the decoder to judge. Of one with a space in it, which only dates with times have, all parts belong together.
    #[cold]
    fn rare(&mut self, start: usize) -> Option<()> {
        self.at = start;
        if self.run(SCALAR).is_empty() {
            return None;
        }
        loop {
            let end = self.at;
            self.space();
            if self.at == end || !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                self.at = end;
                break;
            }
            self.run(SCALAR);
        }
        self.scalar(Span::new_unchecked(start, self.at), None)
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>) -> Option<()> {
        self.builder.scalar(span, encoding, &mut self.error);
        self.checked()
    }

    fn array(&mut self) -> Option<()> {
        let span = self.bracket();
        if !self.builder.array_open(span, &mut ()) {
            return None;
        }
        self.elements(b']', Self::value)?;
        self.builder.array_close(span, &mut ());
        Some(())
    }

    fn inline_table(&mut self) -> Option<()> {
        let span = self.bracket();
        if !self.builder.inline_table_open(span, &mut ()) {
            return None;
        }
        self.elements(b'}', Self::assignment)?;
        self.builder.inline_table_close(span, &mut ());
        Some(())
    }

    /// Passes what is in brackets, with commas between, and the closing one.
    fn elements(&mut self, close: u8, element: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        self.blanks()?;
        while self.peek()? != close {
            element(self)?;
            self.blanks()?;
            if self.expect(b',').is_none() {
                break;
            }
            self.blanks()?;
        }
        self.expect(close)
    }

    /// Passes an opening bracket.
    fn bracket(&mut self) -> Span {
        self.at += 1;
        Span::new_unchecked(self.at - 1, self.at)
    }

    fn checked(&self) -> Option<()> {
        (self.error.is_none() && !self.builder.has_failed()).then_some(())
    }
}

/// Where bytes of a class end.
fn end_of(bytes: &[u8], start: usize, class: u8) -> usize {
    let mut at = start;
    while at < bytes.len() && CLASSES[usize::from(bytes[at])] & class != 0 {
        at += 1;
    }
    at
}

const DELETE: u8 = 0x7f;
const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// The number of the first of eight bytes whose high bit is set; 8 for none.
fn first(word: u64) -> usize {
    (word.trailing_zeros() / 8) as usize
}

/// Sets the high bit of each byte that is a control character, a backslash or a mark. Above one of these it may be set elsewhere.
fn marks(word: u64, mark: u8) -> u64 {
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGH;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, 0x20) | equal(b'\\') | equal(DELETE) | equal(mark)
}

/// Sets the high bit of each byte that may be in an unquoted key, and others.
fn in_keys(word: u64) -> u64 {
    let ascii = word & !HIGH;
    // Without high bits nothing is carried from one byte to the next.
    let from = |word: u64, bound: u8| word + ONES * u64::from(0x80 - bound);
    let between = |word: u64, first: u8, last: u8| from(word, first) & !from(word, last + 1);
    let equal = |byte: u8| !from(ascii ^ (ONES * u64::from(byte)), 1);
    let letters = between(ascii | (ONES * 0x20), b'a', b'z');
    (letters | between(ascii, b'0', b'9') | equal(b'-') | equal(b'_')) & !word
}
