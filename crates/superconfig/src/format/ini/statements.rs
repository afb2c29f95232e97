//! The statements of an INI text: section headers, and keys with their values.

use crate::format::ParseFault;
use crate::value::{Value, infer};
use std::borrow::Cow;

const EXPECTED: &str = "expected `[section]`, `key = value`, `key: value`, a key alone or a comment";

/// One statement, with the byte offset that it starts at.
pub(super) enum Statement<'a> {
    /// `[name]`, taken apart at its dots.
    Section { names: Vec<&'a str>, offset: usize },
    /// A key; without a value where the line has none.
    Entry { key: &'a str, offset: usize, value: Option<RawValue<'a>> },
}

/// A value as it is written, on one line or several.
pub(super) struct RawValue<'a> {
    /// The byte offset of its first character, and the end of its last line.
    pub(super) offset: usize,
    pub(super) end: usize,
    first: &'a str,
    /// The lines that continue it, each with the number of empty lines above.
    more: Vec<(usize, &'a str)>,
}

impl RawValue<'_> {
    /// The value without quotes and comments, typed as variables are.
    pub(super) fn read(&self) -> Value {
        let raw = self.join(|line| line);
        // In JSON white space and `#` or `;` may be inside a string.
        if raw.starts_with(['[', '{'])
            && let value @ (Value::Array(_) | Value::Table(_)) = infer(&raw)
        {
            return value;
        }
        match quoted(&raw) {
            Some(text) => Value::from(text),
            None => infer(&self.join(without_comment)),
        }
    }

    fn join<'b>(&'b self, part: impl Fn(&'b str) -> &'b str) -> Cow<'b, str> {
        if self.more.is_empty() {
            return part(self.first).into();
        }
        let mut text = part(self.first).to_owned();
        for (empty, line) in &self.more {
            text.extend(std::iter::repeat_n('\n', empty + 1));
            text.push_str(part(line));
        }
        text.into()
    }
}

/// Reads statements from the top.
pub(super) struct Statements<'a> {
    text: &'a str,
    /// Byte offset of the line that comes next.
    at: usize,
    /// The indentation of the key above, where it has no value and can have no more lines.
    bare_key: Option<usize>,
}

impl<'a> Statements<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, bare_key: None }
    }

    fn statement(&mut self, line: &Line<'a>) -> Result<Statement<'a>, ParseFault> {
        let offset = line.offset;
        if line.body.starts_with('[') {
            self.bare_key = None;
            let names =
                section(line.body).ok_or_else(|| ParseFault::parse("the section's name is empty or not closed", offset))?;
            return Ok(Statement::Section { names, offset });
        }
        if self.bare_key.is_some_and(|indent| line.indent > indent) {
            return Err(ParseFault::parse("the key above has no value that this line could continue", offset));
        }
        let (key, value_at) = key(line.body).ok_or_else(|| ParseFault::parse(EXPECTED, offset))?;
        self.bare_key = value_at.is_none().then_some(line.indent);
        let value = value_at.map(|at| self.value(line, at));
        Ok(Statement::Entry { key, offset, value })
    }

    /// The value from a byte of its line on, with the lines below that are indented more than the key.
    fn value(&mut self, line: &Line<'a>, at: usize) -> RawValue<'a> {
        let first = line.body[at..].trim_start();
        let mut value = RawValue { offset: line.end - first.len(), end: line.end, first, more: Vec::new() };
        let (mut next, mut empty) = (self.at, 0);
        while let Some(below) = Line::at(self.text, next) {
            next = below.next;
            if below.body.is_empty() {
                empty += 1;
            } else if !below.is_comment() {
                if below.indent <= line.indent {
                    break;
                }
                if value.first.is_empty() && value.more.is_empty() {
                    value.offset = below.offset;
                }
                value.more.push((std::mem::take(&mut empty), below.body));
                (value.end, self.at) = (below.end, below.next);
            }
        }
        value
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = Result<Statement<'a>, ParseFault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = Line::at(self.text, self.at)?;
            self.at = line.next;
            if !line.body.is_empty() && !line.is_comment() {
                return Some(self.statement(&line));
            }
        }
    }
}

struct Line<'a> {
    /// The line without white space around.
    body: &'a str,
    /// The byte offset of the body, and the one behind it.
    offset: usize,
    end: usize,
    indent: usize,
    /// The byte offset of the line below.
    next: usize,
}

impl<'a> Line<'a> {
    fn at(text: &'a str, start: usize) -> Option<Self> {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let line = rest.split_inclusive('\n').next()?;
        let indented = line.trim_end();
        let body = indented.trim_start();
        let indent = indented.len() - body.len();
        Some(Self { body, offset: start + indent, end: start + indented.len(), indent, next: start + line.len() })
    }

    fn is_comment(&self) -> bool {
        self.body.starts_with([';', '#'])
    }
}

/// The names in a section header, from the outermost; `None` where it is malformed.
fn section(line: &str) -> Option<Vec<&str>> {
    // Brackets may be part of the name: `[*.[ch]]`.
    let ends = |(at, _): &(usize, &str)| {
        let rest = line[at + 1..].trim_start();
        rest.is_empty() || rest.starts_with([';', '#'])
    };
    let (end, _) = line.match_indices(']').find(ends)?;
    let name = line[1..end].trim();
    // Leading dots are part of the first name; dots between quotes separate nothing.
    let first = name.len() - name.trim_start_matches('.').len();
    let mut names = Vec::new();
    let (mut start, mut open) = (0, false);
    for (at, character) in name.char_indices() {
        match character {
            '"' => open = !open,
            '.' if at >= first && !open => {
                names.push(&name[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    names.push(&name[start..]);
    names.iter_mut().for_each(|name| *name = unquoted(name.trim()));
    names.iter().all(|name| !name.is_empty()).then_some(names)
}

/// The key that a line begins with, and the byte behind its separator where it has one; `None` for no key.
fn key(line: &str) -> Option<(&str, Option<usize>)> {
    if let Some(found) = quoted_key(line) {
        return Some(found);
    }
    let statement = without_comment(line);
    let separator = statement.find('=').or_else(|| statement.find(':'));
    let key = statement[..separator.unwrap_or(statement.len())].trim_end();
    // Other languages, which would be read as keys alone or with a colon.
    let foreign = key.starts_with('<') || key.starts_with(['{', '}']) && !statement.contains('=');
    (!key.is_empty() && !foreign).then(|| (unquoted(key), separator.map(|at| at + 1)))
}

fn quoted_key(line: &str) -> Option<(&str, Option<usize>)> {
    let quote = line.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let (key, rest) = line[1..].split_once(quote)?;
    let after = rest.trim_start();
    if after.is_empty() || after.len() < rest.len() && after.starts_with([';', '#']) {
        return Some((key, None));
    }
    after.starts_with(['=', ':']).then(|| (key, Some(line.len() - after.len() + 1)))
}

/// A comment starts at `;` or `#` behind white space, outside of quotes; a value may itself start with either.
fn without_comment(text: &str) -> &str {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let from = quote.and_then(|quote| text[1..].find(quote)).map_or(0, |end| end + 2);
    let starts = |(at, _): &(usize, &str)| *at >= from && text[..*at].ends_with(char::is_whitespace);
    text.match_indices([';', '#']).find(starts).map_or(text, |(at, _)| text[..at].trim_end())
}

/// The text between the quotes that a value begins and, but for a comment, ends with.
fn quoted(value: &str) -> Option<&str> {
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let (text, rest) = value[1..].split_once(quote)?;
    let comment = rest.trim_start();
    let ends = comment.is_empty() || comment.len() < rest.len() && comment.starts_with([';', '#']);
    (ends && !rest.contains('\n')).then_some(text)
}

/// A name without the quotes around it.
fn unquoted(name: &str) -> &str {
    quoted(name).filter(|text| text.len() + 2 == name.len()).unwrap_or(name)
}
