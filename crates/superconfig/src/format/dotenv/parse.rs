//! `NAME=value` lines, and the expansion of `${NAME}` in them.

use crate::diagnostic::{Error, ErrorCode, Path, Segment, Warning};
use crate::format::{Fault, Format, Notes, Parsed, refuse_nul, shorten};
use crate::value::{Table, Value, is_forbidden};
use std::collections::HashMap;
use std::sync::Arc;

/// One assignment as written.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub name: Arc<str>,
    /// Text and references in turn; only unquoted and double-quoted values hold references.
    pieces: Vec<Piece>,
    /// Byte offset of the value's first character, behind an opening quote.
    pub offset: usize,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    /// `${name}`, `${name-default}`, `${name:-default}`.
    Reference {
        name: String,
        default: Option<String>,
        also_empty: bool,
    },
}

/// References followed one inside the other, and bytes that one value may expand to.
const MAX_CHAIN: usize = 64;
const MAX_BYTES: usize = 1 << 20;

/// More warnings about unset variables help nobody.
const MAX_WARNINGS: usize = 100;

pub(in crate::format) fn parse(text: &str) -> Result<Parsed, Fault> {
    let mut table = Table::new();
    let mut warnings = Vec::new();
    let entries = parse_entries(text)?;
    let expanded = expand(&entries, &|_| None, &mut warnings).map_err(|error| Fault {
        code: error.code(),
        message: error.message().to_owned(),
        offset: None,
        hint: None,
    })?;
    let mut notes = Notes::new(text);
    for (entry, value) in entries.iter().zip(expanded) {
        if is_forbidden(&entry.name) {
            let path = Path::from(vec![Segment::Key(entry.name.clone())]);
            notes.forbidden(|| (path, entry.offset));
        } else {
            table.insert(entry.name.clone(), Value::String(value));
        }
    }
    warnings.extend(notes.into_warnings());
    Ok(Parsed::new(Value::Table(table), warnings))
}

pub(in crate::format) fn locate(text: &str, path: &[Segment]) -> Option<usize> {
    let [Segment::Key(name)] = path else { return path.is_empty().then_some(0) };
    parse_entries(text).ok()?.iter().rev().find(|entry| entry.name == *name).map(|entry| entry.offset)
}

/// Reads the assignments of a text, in order; of equal names the last counts, which is up to the caller.
pub(crate) fn parse_entries(text: &str) -> Result<Vec<Entry>, Fault> {
    refuse_nul(text)?;
    let mut entries = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        let line = &text[at..line_end];
        let trimmed = line.trim_start();
        if trimmed.trim_end().is_empty() || trimmed.starts_with('#') {
            at = line_end + 1;
            continue;
        }
        let start = at + (line.len() - trimmed.len());
        let assignment = trimmed.strip_prefix("export ").or_else(|| trimmed.strip_prefix("export\t")).unwrap_or(trimmed);
        let malformed = || Fault::parse("expected NAME=value", start).with_hint("comments start with `#`");
        let (name, _) = assignment.split_once('=').ok_or_else(malformed)?;
        let trimmed_name = name.trim();
        if trimmed_name.is_empty()
            || trimmed_name.contains(|character: char| character.is_whitespace() || "'\"`#".contains(character))
        {
            return Err(malformed());
        }
        let value_at = start + (trimmed.len() - assignment.len()) + name.len() + 1;
        let (pieces, offset, end) = value(text, value_at)?;
        entries.push(Entry { name: trimmed_name.into(), pieces, offset });
        at = end;
    }
    Ok(entries)
}

/// Reads a value: its pieces, where it starts, and where the next line starts.
fn value(text: &str, from: usize) -> Result<(Vec<Piece>, usize, usize), Fault> {
    let line_end = text[from..].find('\n').map_or(text.len(), |length| from + length);
    let line = &text[from..line_end];
    let start = from + (line.len() - line.trim_start().len());
    let quote = text[start.min(line_end)..line_end].chars().next().filter(|character| matches!(character, '\'' | '"' | '`'));
    let Some(quote) = quote else {
        let raw = &text[start.min(line_end)..line_end];
        // A `#` starts a comment where white space stands before it, or at the start.
        let comment = raw
            .char_indices()
            .find(|(at, character)| *character == '#' && (*at == 0 || raw[..*at].ends_with(char::is_whitespace)));
        let raw = comment.map_or(raw, |(at, _)| &raw[..at]).trim_end();
        return Ok((references(raw, start)?, start, line_end + 1));
    };
    let body = start + 1;
    let mut literal = String::new();
    let mut pieces = Vec::new();
    let mut at = body;
    while let Some(character) = text[at..].chars().next() {
        let next = at + character.len_utf8();
        match character {
            _ if character == quote => {
                push_text(&mut pieces, literal);
                let line_end = text[next..].find('\n').map_or(text.len(), |length| next + length);
                let rest = text[next..line_end].trim();
                if !rest.is_empty() && !rest.starts_with('#') {
                    return Err(Fault::parse("unexpected text after the closing quote", next));
                }
                return Ok((pieces, body, line_end + 1));
            }
            '\\' if quote == '"' => {
                let Some(escaped) = text[next..].chars().next() else { break };
                match escaped {
                    'n' => literal.push('\n'),
                    'r' => literal.push('\r'),
                    't' => literal.push('\t'),
                    '"' | '\\' | '$' => literal.push(escaped),
                    other => literal.extend(['\\', other]),
                }
                at = next + escaped.len_utf8();
                continue;
            }
            '$' if quote == '"' && text[at..].starts_with("${") => {
                let (piece, length) = reference(&text[at..], at)?;
                push_text(&mut pieces, std::mem::take(&mut literal));
                pieces.push(piece);
                at += length;
                continue;
            }
            // Lines end with LF in values, however the file was saved.
            '\r' if text[next..].starts_with('\n') => {}
            _ => literal.push(character),
        }
        at = next;
    }
    Err(Fault::parse("the quote is not closed", start))
}

fn references(raw: &str, offset: usize) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let mut rest = raw;
    while let Some(at) = rest.find("${") {
        let (piece, length) = reference(&rest[at..], offset + (raw.len() - rest.len()) + at)?;
        push_text(&mut pieces, rest[..at].to_owned());
        pieces.push(piece);
        rest = &rest[at + length..];
    }
    push_text(&mut pieces, rest.to_owned());
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, text: String) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

/// Reads a reference at the start of a text; also gives its length.
fn reference(text: &str, offset: usize) -> Result<(Piece, usize), Fault> {
    let close = text.find('}').ok_or_else(|| Fault::parse("the reference `${` is not closed", offset))?;
    let inner = &text[2..close];
    let name_end = inner.find([':', '-']).unwrap_or(inner.len());
    let (name, rest) = inner.split_at(name_end);
    let (default, also_empty) = match (rest.strip_prefix(":-"), rest.strip_prefix('-')) {
        (Some(default), _) => (Some(default.to_owned()), true),
        (_, Some(default)) => (Some(default.to_owned()), false),
        _ if rest.is_empty() && !name.is_empty() => (None, false),
        _ => return Err(Fault::parse("expected `${NAME}`, `${NAME-default}` or `${NAME:-default}`", offset)),
    };
    Ok((Piece::Reference { name: name.to_owned(), default, also_empty }, close + 1))
}

/// Expands the references of all entries, in order. The environment comes first, then the entries themselves, of
/// equal names the last. What an expansion gives is not scanned again.
///
/// # Errors
/// `ERR_SUPERCONFIG_INTERPOLATION` for a cycle, `ERR_SUPERCONFIG_LIMIT` for a result out of proportion.
pub(crate) fn expand(
    entries: &[Entry],
    environment: &dyn Fn(&str) -> Option<Arc<str>>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Arc<str>>, Error> {
    let mut last = HashMap::new();
    let earlier = entries.iter().enumerate().map(|(at, entry)| last.insert(&*entry.name, at)).collect();
    let done = vec![None; entries.len()];
    let mut expander = Expander { entries, last, earlier, environment, done, chain: Vec::new(), unset: 0, warnings };
    let values = (0..entries.len()).map(|at| expander.entry(at)).collect();
    if expander.unset > MAX_WARNINGS {
        let message = format!("{} more references to variables that are not set are not listed", expander.unset - MAX_WARNINGS);
        warnings.push(Warning::new("more-warnings", message));
    }
    values
}

struct Expander<'a> {
    entries: &'a [Entry],
    last: HashMap<&'a str, usize>,
    /// For each entry the one of the same name before it.
    earlier: Vec<Option<usize>>,
    environment: &'a dyn Fn(&str) -> Option<Arc<str>>,
    done: Vec<Option<Arc<str>>>,
    chain: Vec<usize>,
    /// References to what is not set.
    unset: usize,
    warnings: &'a mut Vec<Warning>,
}

impl<'a> Expander<'a> {
    fn entry(&mut self, at: usize) -> Result<Arc<str>, Error> {
        if let Some(done) = &self.done[at] {
            return Ok(done.clone());
        }
        let entries = self.entries;
        if self.chain.contains(&at) {
            let message = format!("the variables refer to each other in a circle: {}", self.names(at));
            return Err(Error::new(ErrorCode::Interpolation, message));
        }
        if self.chain.len() >= MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} variables refer to the next one: {}", self.names(at));
            return Err(Error::new(ErrorCode::Interpolation, message));
        }
        self.chain.push(at);
        let mut text = String::new();
        for piece in &entries[at].pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Reference { name, default, also_empty } => {
                    let found = self.lookup(name, at)?.filter(|value| !(*also_empty && value.is_empty()));
                    match (found, default) {
                        (Some(value), _) => text.push_str(&value),
                        (None, Some(default)) => text.push_str(default),
                        (None, None) => {
                            self.unset += 1;
                            if self.unset <= MAX_WARNINGS {
                                let message = format!("the variable {} is not set; it counts as empty", shorten(name));
                                self.warnings.push(Warning::new("unset-variable", message));
                            }
                        }
                    }
                }
            }
            if text.len() > MAX_BYTES {
                let message = format!("the variable {} expands to more than {MAX_BYTES} bytes", shorten(&entries[at].name));
                return Err(Error::new(ErrorCode::Limit, message));
            }
        }
        self.chain.pop();
        let text: Arc<str> = text.into();
        self.done[at] = Some(text.clone());
        Ok(text)
    }

    /// The variables that led here, the first and the last of them where there are many.
    fn names(&self, at: usize) -> String {
        let names: Vec<_> = self.chain.iter().chain([&at]).map(|at| shorten(&self.entries[*at].name)).collect();
        match &names[..] {
            [first, second, .., last_but_one, last] if names.len() > 8 => {
                format!("{first} → {second} → … → {last_but_one} → {last}")
            }
            _ => names.join(" → "),
        }
    }

    fn lookup(&mut self, name: &str, from: usize) -> Result<Option<Arc<str>>, Error> {
        if let Some(value) = (self.environment)(name) {
            return Ok(Some(value));
        }
        match self.last.get(name).copied() {
            // `PATH=${PATH}:more` extends what an earlier line set.
            Some(at) if at == from => self.entry(self.earlier[from].unwrap_or(at)).map(Some),
            Some(at) => self.entry(at).map(Some),
            None => Ok(None),
        }
    }
}

/// Reads a dotenv text as its assignments, before their references are expanded. Their offsets are those in the text.
#[cfg(feature = "dotenv")]
pub(crate) fn dotenv_entries(text: &str) -> Result<Vec<Entry>, Error> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let mut entries = parse_entries(body).map_err(|fault| fault.into_error(text, skipped, Format::Dotenv))?;
    entries.iter_mut().for_each(|entry| entry.offset += skipped);
    Ok(entries)
}
