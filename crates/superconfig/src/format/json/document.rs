//! The parser of the JSON family, without recursion.

use super::dialect::Dialect;
use super::lexer::Lexer;
use crate::diagnostic::{Path, Segment};
use crate::format::{ParseFault, ParseWarnings, Parsed};
use crate::value::{Limits, Table, Value, is_forbidden};
use std::sync::Arc;

/// An array or object that is being read, with the key that waits for its value.
enum Frame {
    Array(Vec<Value>),
    Object { table: Table, key: Arc<str>, key_at: usize },
}

pub(super) fn parse(text: &str, dialect: Dialect, limits: &Limits) -> Result<Parsed, ParseFault> {
    DocumentParser { lexer: Lexer::new(text, dialect), dialect, frames: Vec::new(), warnings: ParseWarnings::new(text) }
        .read(limits)
}

struct DocumentParser<'a> {
    lexer: Lexer<'a>,
    dialect: Dialect,
    frames: Vec<Frame>,
    warnings: ParseWarnings<'a>,
}

impl DocumentParser<'_> {
    fn read(mut self, limits: &Limits) -> Result<Parsed, ParseFault> {
        self.lexer.skip_space()?;
        if self.lexer.peek().is_none() {
            return Err(ParseFault::parse("the document is empty", self.lexer.at));
        }
        loop {
            // A value starts here; what opens and is not empty waits in a frame.
            let mut value = match self.lexer.peek() {
                Some(open @ (b'{' | b'[')) => {
                    if self.frames.len() >= limits.depth {
                        return Err(ParseFault::depth(limits.depth, Some(self.lexer.at)));
                    }
                    self.lexer.at += 1;
                    self.lexer.skip_space()?;
                    match open {
                        b'{' if self.lexer.take(b'}') => Value::Table(Table::new()),
                        b'[' if self.lexer.take(b']') => Value::array(Vec::new()),
                        b'{' => {
                            let (key, key_at) = self.key()?;
                            self.frames.push(Frame::Object { table: Table::new(), key, key_at });
                            continue;
                        }
                        _ => {
                            self.frames.push(Frame::Array(Vec::new()));
                            continue;
                        }
                    }
                }
                _ => self.scalar()?,
            };
            // It belongs into the innermost frame, which it may finish.
            loop {
                self.lexer.skip_space()?;
                match self.frames.last_mut() {
                    None if self.lexer.peek().is_none() => {
                        return Ok(Parsed::new(value, self.warnings.into_warnings()));
                    }
                    None => return Err(self.lexer.unexpected("the end of the text")),
                    Some(Frame::Array(items)) => {
                        items.push(value);
                        if !self.closes(b']', "`,` or `]`")? {
                            break;
                        }
                    }
                    Some(Frame::Object { .. }) => {
                        self.put(value);
                        if !self.closes(b'}', "`,` or `}`")? {
                            let (next, next_at) = self.key()?;
                            if let Some(Frame::Object { key, key_at, .. }) = self.frames.last_mut() {
                                (*key, *key_at) = (next, next_at);
                            }
                            break;
                        }
                    }
                }
                value = match self.frames.pop() {
                    Some(Frame::Array(items)) => Value::array(items),
                    Some(Frame::Object { table, .. }) => Value::Table(table),
                    None => return Err(self.lexer.unexpected("a value")),
                };
            }
        }
    }

    /// After a value: true where the array or object ends, false where another value follows.
    fn closes(&mut self, close: u8, expected: &str) -> Result<bool, ParseFault> {
        if self.lexer.take(close) {
            return Ok(true);
        }
        if !self.lexer.take(b',') {
            return Err(self.lexer.unexpected(expected));
        }
        self.lexer.skip_space()?;
        Ok(self.dialect.comments() && self.lexer.take(close))
    }

    fn key(&mut self) -> Result<(Arc<str>, usize), ParseFault> {
        let at = self.lexer.at;
        let key = self.lexer.key()?.into();
        self.lexer.skip_space()?;
        if !self.lexer.take(b':') {
            return Err(self.lexer.unexpected("`:`"));
        }
        self.lexer.skip_space()?;
        Ok((key, at))
    }

    fn put(&mut self, value: Value) {
        let Some(Frame::Object { table, key, key_at }) = self.frames.last_mut() else { return };
        let (key, key_at) = (key.clone(), *key_at);
        if is_forbidden(&key) {
            self.warnings.forbidden(|| (path(&self.frames), key_at));
        } else if table.insert(key, value).is_some() {
            self.warnings.duplicate(|| (path(&self.frames), key_at));
        }
    }

    fn scalar(&mut self) -> Result<Value, ParseFault> {
        let start = self.lexer.at;
        match self.lexer.peek() {
            Some(b'"') => self.lexer.string().map(|text| Value::from(&*text)),
            Some(b'\'') if self.dialect.extended() => self.lexer.string().map(|text| Value::from(&*text)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'+' | b'.' | b'I' | b'N') if self.dialect.extended() => self.number(),
            _ => match self.lexer.word() {
                Some("null") => Ok(Value::Null),
                Some("true") => Ok(Value::Bool(true)),
                Some("false") => Ok(Value::Bool(false)),
                _ => {
                    self.lexer.at = start;
                    Err(self.lexer.unexpected("a value"))
                }
            },
        }
    }

    fn number(&mut self) -> Result<Value, ParseFault> {
        let start = self.lexer.at;
        let number = self.lexer.number()?;
        if number.rounded {
            self.warnings.rounded(|| (path(&self.frames), start));
        }
        Ok(number.value)
    }
}

/// The path of the value being read.
fn path(frames: &[Frame]) -> Path {
    let segment = |frame: &Frame| match frame {
        Frame::Array(items) => Segment::Index(items.len()),
        Frame::Object { key, .. } => Segment::Key(key.clone()),
    };
    frames.iter().map(segment).collect()
}
