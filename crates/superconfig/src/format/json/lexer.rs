//! The lexer of the JSON family: white space, strings, numbers and names.

use super::dialect::Dialect;
use crate::format::{Number, ParseFault, integer};
use crate::value::Value;
use std::borrow::Cow;

const OTHER_FORMATS: &str = "comments and trailing commas belong into a `.jsonc` or `.json5` file";
const TOO_LARGE: &str = "the number is too large for a 64-bit float";
const NUMBER: &str = "a number looks like `-1.5e3`: no leading zero, no `+`, a digit on each side of the point";
const JSON5: &str = "single quotes, bare keys and such numbers belong into a `.json5` file";

pub(super) struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Byte offset of what is read next; always between two characters.
    pub(super) at: usize,
    dialect: Dialect,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, dialect: Dialect) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, dialect }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over a byte, if it comes next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Steps over one character of any length.
    pub(super) fn skip_character(&mut self) {
        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
    }

    /// The error at the lexer's position.
    pub(super) fn unexpected(&self, expected: &str) -> ParseFault {
        let rest = &self.text[self.at..];
        let Some(character) = rest.chars().next() else {
            return ParseFault::parse(format!("expected {expected}, but the text ends"), self.at);
        };
        let fault = ParseFault::parse(format!("expected {expected}, found {character:?}"), self.at);
        let comment = rest.starts_with("//") || rest.starts_with("/*") || character == '#';
        let trailing = matches!(character, ']' | '}') && self.text[..self.at].trim_end().ends_with(',');
        if self.dialect == Dialect::Json && (comment || trailing) {
            fault.with_hint(OTHER_FORMATS)
        } else if !self.dialect.extended() && (matches!(character, '\'' | '+' | '.') || starts_name(character)) {
            fault.with_hint(JSON5)
        } else {
            fault
        }
    }

    /// Steps over white space and, where the dialect has them, comments.
    pub(super) fn skip_space(&mut self) -> Result<(), ParseFault> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') if self.dialect.comments() => self.skip_comment()?,
                Some(0x0b | 0x0c) if self.dialect.extended() => self.at += 1,
                Some(0x80..) if self.dialect.extended() => {
                    match self.text[self.at..].chars().next().filter(|character| is_json5_space(*character)) {
                        Some(space) => self.at += space.len_utf8(),
                        None => return Ok(()),
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn skip_comment(&mut self) -> Result<(), ParseFault> {
        let body = &self.text[self.at..];
        match self.bytes.get(self.at + 1) {
            Some(b'/') => {
                let ends = |character| matches!(character, '\n' | '\r') || self.dialect.extended() && is_separator(character);
                self.at += body.find(ends).unwrap_or(body.len());
            }
            Some(b'*') => match body[2..].find("*/") {
                Some(length) => self.at += length + 4,
                None => return Err(ParseFault::parse("the comment is not closed", self.at)),
            },
            _ => return Err(self.unexpected("a comment, `//` or `/*`")),
        }
        Ok(())
    }

    /// Reads a key: a string or, in JSON5, a name.
    pub(super) fn key(&mut self) -> Result<Cow<'a, str>, ParseFault> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'\'') if self.dialect.extended() => self.string(),
            Some(_) if self.dialect.extended() => self.name(),
            _ => Err(self.unexpected("a key in double quotes")),
        }
    }

    /// Reads a string that starts here, with its quotes.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, ParseFault> {
        let start = self.at;
        let quote = self.bytes[start];
        self.at += 1;
        let mut plain_from = self.at;
        let mut decoded = String::new();
        loop {
            match self.peek() {
                None => return Err(ParseFault::parse("the string is not closed", start)),
                Some(byte) if byte == quote => {
                    let rest = &self.text[plain_from..self.at];
                    self.at += 1;
                    return Ok(if decoded.is_empty() { Cow::Borrowed(rest) } else { Cow::Owned(decoded + rest) });
                }
                Some(b'\\') => {
                    decoded.push_str(&self.text[plain_from..self.at]);
                    self.escape(&mut decoded)?;
                    plain_from = self.at;
                }
                Some(b'\n' | b'\r') => {
                    return Err(ParseFault::parse("the string is not closed on its line", start));
                }
                Some(0..=0x1f) if !self.dialect.extended() => {
                    return Err(ParseFault::parse("a control character in a string must be written as an escape", self.at));
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), ParseFault> {
        let start = self.at;
        self.at += 1;
        let Some(character) = self.text[self.at..].chars().next() else {
            return Err(ParseFault::parse("the string is not closed", start));
        };
        self.at += character.len_utf8();
        out.push(match character {
            '"' | '\\' | '/' => character,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode(start).map(|character| out.push(character)),
            _ if !self.dialect.extended() => return Err(ParseFault::parse("the escape is unknown", start)),
            'x' => char::from(u8::try_from(self.hexadecimal(2, start)?).unwrap_or_default()),
            'v' => '\u{b}',
            '0' if !self.peek().is_some_and(|next| next.is_ascii_digit()) => '\0',
            '0'..='9' => return Err(ParseFault::parse("octal escapes are not allowed", start)),
            '\r' => {
                self.take(b'\n');
                return Ok(());
            }
            '\n' | '\u{2028}' | '\u{2029}' => return Ok(()),
            other => other,
        });
        Ok(())
    }

    /// Reads what follows `\u`; two surrogates are one character.
    fn unicode(&mut self, start: usize) -> Result<char, ParseFault> {
        let first = self.hexadecimal(4, start)?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let lone = || ParseFault::parse(format!("the escape \\u{first:04x} is half of a surrogate pair"), start);
        if first >= 0xdc00 || !self.text[self.at..].starts_with("\\u") {
            return Err(lone());
        }
        self.at += 2;
        let second = self.hexadecimal(4, start)?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(lone());
        }
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or_else(lone)
    }

    fn hexadecimal(&mut self, length: usize, start: usize) -> Result<u32, ParseFault> {
        let digits =
            self.text.get(self.at..self.at + length).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let digits = digits.ok_or_else(|| ParseFault::parse(format!("the escape needs {length} hexadecimal digits"), start))?;
        self.at += length;
        u32::from_str_radix(digits, 16).map_err(|_| ParseFault::parse("the escape is malformed", start))
    }

    /// Reads an ECMAScript 5.1 name, escapes included.
    fn name(&mut self) -> Result<Cow<'a, str>, ParseFault> {
        let start = self.at;
        let mut decoded: Option<String> = None;
        while let Some(character) = self.text[self.at..].chars().next() {
            let from = self.at;
            let character = if character == '\\' {
                self.at += 1;
                if !self.take(b'u') {
                    return Err(ParseFault::parse("the escape is unknown", from));
                }
                let character = self.unicode(from)?;
                decoded.get_or_insert_with(|| self.text[start..from].to_owned());
                if !(starts_name(character) || from > start && continues_name(character)) {
                    return Err(ParseFault::parse("the escape is no part of a name", from));
                }
                character
            } else if starts_name(character) || from > start && continues_name(character) {
                self.at += character.len_utf8();
                character
            } else {
                break;
            };
            if let Some(decoded) = &mut decoded {
                decoded.push(character);
            }
        }
        if self.at == start {
            return Err(self.unexpected("a key"));
        }
        Ok(decoded.map_or(Cow::Borrowed(&self.text[start..self.at]), Cow::Owned))
    }

    /// Reads a word such as `true`; `None` where none starts here. It ends where no name goes on.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let length = rest.find(|character| !continues_name(character)).unwrap_or(rest.len());
        self.at += length;
        Some(&rest[..length]).filter(|word| !word.is_empty())
    }

    /// Reads a number that starts here.
    pub(super) fn number(&mut self) -> Result<Number, ParseFault> {
        let start = self.at;
        let extended = self.dialect.extended();
        let negative = self.take(b'-');
        if !negative && extended {
            self.take(b'+');
        }
        let unsigned = self.at;
        if extended && self.peek().is_some_and(|byte| matches!(byte, b'I' | b'N')) {
            let float = match self.word() {
                Some("Infinity") => f64::INFINITY,
                Some("NaN") => f64::NAN,
                _ => return Err(ParseFault::parse("the number is malformed", start)),
            };
            return Ok(Number::exact(Value::Float(if negative { -float } else { float })));
        }
        if extended && matches!(self.bytes.get(unsigned..unsigned + 2), Some(b"0x" | b"0X")) {
            self.at += 2;
            let digits = self.digits(|byte| byte.is_ascii_hexdigit());
            self.end_of_number(start, !digits.is_empty())?;
            return Self::integer(digits, 16, negative, start);
        }
        let whole = self.digits(|byte| byte.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        let point = self.take(b'.');
        let fraction = if point { self.digits(|byte| byte.is_ascii_digit()) } else { "" };
        let fraction_fits = if extended {
            !whole.is_empty() || !fraction.is_empty()
        } else {
            !whole.is_empty() && (!point || !fraction.is_empty())
        };
        let mut exponent_fits = true;
        let exponent = self.peek().is_some_and(|byte| matches!(byte, b'e' | b'E'));
        if exponent {
            self.at += 1;
            if !self.take(b'-') {
                self.take(b'+');
            }
            exponent_fits = !self.digits(|byte| byte.is_ascii_digit()).is_empty();
        }
        self.end_of_number(start, !leading_zero && fraction_fits && exponent_fits)?;
        if !point && !exponent {
            return Self::integer(whole, 10, negative, start);
        }
        let float: f64 = self.text[unsigned..self.at].parse().map_err(|_| ParseFault::parse("the number is malformed", start))?;
        if !float.is_finite() {
            return Err(ParseFault::parse(TOO_LARGE, start));
        }
        Ok(Number::exact(Value::Float(if negative { -float } else { float })))
    }

    fn integer(digits: &str, radix: u32, negative: bool, start: usize) -> Result<Number, ParseFault> {
        let number = integer(digits, radix, negative);
        match number.value {
            // JavaScript knows a negative zero, and so do these formats.
            Value::Integer(0) if negative => Ok(Number::exact(Value::Float(-0.0))),
            Value::Float(float) if !float.is_finite() => Err(ParseFault::parse(TOO_LARGE, start)),
            _ => Ok(number),
        }
    }

    fn digits(&mut self, fits: impl Fn(u8) -> bool) -> &'a str {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !fits(*byte)).unwrap_or(rest.len());
        self.at += length;
        &self.text[self.at - length..self.at]
    }

    /// A number is well formed when its parts fit and nothing is glued to it.
    fn end_of_number(&self, start: usize, fits: bool) -> Result<(), ParseFault> {
        let next = self.text[self.at..].chars().next();
        if fits && !next.is_some_and(|next| continues_name(next) || matches!(next, '.' | '+' | '-')) {
            return Ok(());
        }
        let fault = ParseFault::parse("the number is malformed", start);
        Err(if self.dialect.extended() { fault } else { fault.with_hint(NUMBER) })
    }
}

fn is_separator(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}')
}

/// White space of ECMAScript 5.1 beyond ASCII: line separators, the byte order mark and Unicode's `Zs`.
fn is_json5_space(character: char) -> bool {
    is_separator(character)
        || matches!(
            character,
            '\u{a0}' | '\u{feff}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
        )
}

fn starts_name(character: char) -> bool {
    match character {
        'a'..='z' | 'A'..='Z' | '$' | '_' => true,
        '\0'..='\x7f' => false,
        #[cfg(feature = "json5")]
        _ => unicode_id_start::is_id_start(character),
        #[cfg(not(feature = "json5"))]
        _ => false,
    }
}

fn continues_name(character: char) -> bool {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '$' | '_' => true,
        '\0'..='\x7f' => false,
        '\u{200c}' | '\u{200d}' => true,
        #[cfg(feature = "json5")]
        _ => unicode_id_start::is_id_continue(character),
        #[cfg(not(feature = "json5"))]
        _ => false,
    }
}
