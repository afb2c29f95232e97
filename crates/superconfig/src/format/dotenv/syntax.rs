//! The assignments of a dotenv text, with the references in them.

use crate::format::{ParseFault, refuse_nul};
use std::sync::Arc;

/// The deepest nesting of defaults: reading and expanding them must fit a small thread's stack.
const MAX_NESTING: usize = 32;

/// One assignment as written.
#[derive(Clone, Debug)]
pub(crate) struct DotenvEntry {
    pub(crate) name: Arc<str>,
    /// Text and references in turn; only unquoted and double-quoted values hold references.
    pub(super) pieces: Vec<Piece>,
    /// Byte offset of the value's first character, which may be a quote.
    pub(crate) offset: usize,
    /// White space comes before the `=`.
    pub(super) is_spaced: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    Reference(Reference),
}

/// `${name}`, `${name-default}`, `${name:-default}`.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) default: Option<Vec<Piece>>,
    /// The default also replaces an empty value.
    pub(super) also_empty: bool,
}

/// Reads the assignments of a text, in order; of equal names the last counts, which is up to the caller.
pub(super) fn parse_entries(text: &str) -> Result<Vec<DotenvEntry>, ParseFault> {
    refuse_nul(text)?;
    let mut entries = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line_end = line_end(text, at);
        let line = &text[at..line_end];
        let trimmed = line.trim_start();
        if trimmed.trim_end().is_empty() || trimmed.starts_with('#') {
            at = line_end + 1;
            continue;
        }
        let start = at + (line.len() - trimmed.len());
        let assignment = trimmed.strip_prefix("export ").or_else(|| trimmed.strip_prefix("export\t")).unwrap_or(trimmed);
        let malformed = || ParseFault::parse("expected NAME=value", start).with_hint("comments start with `#`");
        let (before, _) = assignment.split_once('=').ok_or_else(malformed)?;
        let name = before.trim();
        if name.is_empty() || name.contains(|character: char| character.is_whitespace() || "'\"`#".contains(character)) {
            return Err(malformed());
        }
        let value_at = start + (trimmed.len() - assignment.len()) + before.len() + 1;
        let (pieces, offset, end) = value(text, value_at, line_end)?;
        let is_spaced = before.ends_with(char::is_whitespace);
        entries.push(DotenvEntry { name: name.into(), pieces, offset, is_spaced });
        at = end;
    }
    Ok(entries)
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |length| from + length)
}

/// Reads a value: its pieces, where it starts, and where the next line starts.
fn value(text: &str, from: usize, line_end: usize) -> Result<(Vec<Piece>, usize, usize), ParseFault> {
    let rest = &text[from..line_end];
    let start = from + (rest.len() - rest.trim_start().len());
    let quote = match text[start..line_end].chars().next() {
        Some(quote @ ('\'' | '"' | '`')) => quote,
        Some('#') | None => return Ok((Vec::new(), from, line_end + 1)),
        Some(_) => {
            let mut reader = Reader { text: &text[..line_end], at: start, quote: None };
            return Ok((reader.unquoted()?, start, line_end + 1));
        }
    };
    let mut reader = Reader { text, at: start + 1, quote: Some(quote) };
    let pieces = reader.quoted()?.ok_or_else(|| ParseFault::parse("the quote is not closed", start))?;
    let line_end = self::line_end(text, reader.at);
    let rest = text[reader.at..line_end].trim();
    if !rest.is_empty() && !rest.starts_with('#') {
        return Err(ParseFault::parse("unexpected text after the closing quote", reader.at));
    }
    Ok((pieces, start, line_end + 1))
}

struct Reader<'a> {
    /// Up to the end of what may belong to the value.
    text: &'a str,
    at: usize,
    quote: Option<char>,
}

impl Reader<'_> {
    /// Reads up to the end of the line or a comment: a `#` with white space before it.
    fn unquoted(&mut self) -> Result<Vec<Piece>, ParseFault> {
        let mut pieces = Pieces::default();
        while let Some(character) = self.peek() {
            match character {
                '#' if self.text[..self.at].ends_with(char::is_whitespace) => break,
                '$' if self.is_reference() => pieces.push(self.reference(0)?),
                _ => self.literal(&mut pieces),
            }
        }
        pieces.text.truncate(pieces.text.trim_end().len());
        Ok(pieces.finish())
    }

    /// Reads up to the closing quote and steps over it; `None` where there is none.
    fn quoted(&mut self) -> Result<Option<Vec<Piece>>, ParseFault> {
        let mut pieces = Pieces::default();
        while let Some(character) = self.peek() {
            if self.quote == Some(character) {
                self.at += character.len_utf8();
                return Ok(Some(pieces.finish()));
            }
            match character {
                '$' if self.is_reference() => pieces.push(self.reference(0)?),
                _ => self.literal(&mut pieces),
            }
        }
        Ok(None)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn is_reference(&self) -> bool {
        matches!(self.quote, None | Some('"')) && self.text[self.at..].starts_with("${")
    }

    /// Reads one literal character, or one escape in double quotes.
    fn literal(&mut self, pieces: &mut Pieces) {
        let mut rest = self.text[self.at..].chars();
        match (rest.next(), rest.clone().next()) {
            (Some('\\'), Some(escaped)) if self.quote == Some('"') => {
                rest.next();
                match escaped {
                    'n' => pieces.text.push('\n'),
                    'r' => pieces.text.push('\r'),
                    't' => pieces.text.push('\t'),
                    '"' | '\\' | '$' => pieces.text.push(escaped),
                    other => pieces.text.extend(['\\', other]),
                }
            }
            // Lines end with LF in values, however the file was saved.
            (Some('\r'), Some('\n')) => {}
            (Some(character), _) => pieces.text.push(character),
            (None, _) => {}
        }
        self.at = self.text.len() - rest.as_str().len();
    }

    /// Reads a reference that starts here, and those in its default.
    fn reference(&mut self, depth: usize) -> Result<Piece, ParseFault> {
        let start = self.at;
        let unclosed = || ParseFault::parse("the reference `${` is not closed", start);
        if depth == MAX_NESTING {
            return Err(ParseFault::limit(format!("references nest deeper than {MAX_NESTING} levels"), Some(start)));
        }
        let inner = &self.text[start + 2..];
        let end = inner.find(|character| ":-{}$'\"`\n".contains(character)).ok_or_else(unclosed)?;
        let (name, rest) = inner.split_at(end);
        let (operator, also_empty) = match rest.as_bytes() {
            [b':', b'-', ..] => (2, true),
            [b'-', ..] => (1, false),
            [b'}', ..] => (0, false),
            _ => (0, true),
        };
        if name.trim().is_empty() || operator == 0 && also_empty {
            return Err(ParseFault::parse("expected `${NAME}`, `${NAME-default}` or `${NAME:-default}`", start));
        }
        self.at = start + 2 + end + operator;
        let default = if operator == 0 { None } else { Some(self.default(depth)?.ok_or_else(unclosed)?) };
        self.at += 1;
        Ok(Piece::Reference(Reference { name: name.to_owned(), default, also_empty }))
    }

    /// Reads a default up to the brace that closes its reference; `None` where there is none.
    fn default(&mut self, depth: usize) -> Result<Option<Vec<Piece>>, ParseFault> {
        let mut pieces = Pieces::default();
        let mut open = 0;
        while let Some(character) = self.peek() {
            match character {
                '$' if self.is_reference() => {
                    pieces.push(self.reference(depth + 1)?);
                    continue;
                }
                '{' => open += 1,
                '}' if open == 0 => return Ok(Some(pieces.finish())),
                '}' => open -= 1,
                _ => {}
            }
            self.literal(&mut pieces);
        }
        Ok(None)
    }
}

/// Text and references in turn, with the text that is being read.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    text: String,
}

impl Pieces {
    fn push(&mut self, reference: Piece) {
        self.flush();
        self.done.push(reference);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.done.push(Piece::Text(std::mem::take(&mut self.text)));
        }
    }

    fn finish(mut self) -> Vec<Piece> {
        self.flush();
        self.done
    }
}
