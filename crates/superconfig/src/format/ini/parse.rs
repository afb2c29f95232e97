//! Sections of `key = value` lines.

use crate::diagnostic::{Path, Segment};
use crate::format::{Fault, Notes, Parsed, refuse_nul};
use crate::value::{Limits, Table, Value, infer, is_forbidden};
use std::sync::Arc;

/// A line that says something.
enum Line<'a> {
    Section(&'a str),
    Entry { key: &'a str, value: &'a str, offset: usize },
}

pub(in crate::format) fn parse(text: &str, limits: &Limits) -> Result<Parsed, Fault> {
    refuse_nul(text)?;
    let mut root = Value::Table(Table::new());
    let mut notes = Notes::new(text);
    let mut section: Vec<&str> = Vec::new();
    for line in lines(text) {
        match line? {
            (Line::Section(name), offset) => {
                section = name.split('.').map(str::trim).collect();
                if section.len() >= limits.depth {
                    return Err(Fault::depth(limits.depth, Some(offset)));
                }
                enter(&mut root, &section, offset, &mut notes)?;
            }
            (Line::Entry { key, value, .. }, offset) => {
                let value = read(value);
                if let Some(table) = enter(&mut root, &section, offset, &mut notes)? {
                    if matches!(table.get(key), Some(Value::Table(_))) {
                        return Err(Fault::parse(format!("`{key}` is a section already"), offset));
                    }
                    let place = || (path(&section, key), offset);
                    if is_forbidden(key) {
                        notes.forbidden(place);
                    } else if table.insert(Arc::from(key), value).is_some() {
                        notes.duplicate(place);
                    }
                }
            }
        }
    }
    Ok(Parsed::new(root, notes.into_warnings()))
}

pub(in crate::format) fn locate(text: &str, path: &[Segment]) -> Option<usize> {
    let mut section: Vec<&str> = Vec::new();
    let mut found = path.is_empty().then_some(0);
    let names = |segments: &[&str], path: &[Segment]| {
        segments.len() == path.len()
            && segments.iter().zip(path).all(|(name, segment)| match segment {
                Segment::Key(key) => *name == &**key,
                Segment::Index(index) => *name == index.to_string(),
            })
    };
    for line in lines(text) {
        match line.ok()? {
            (Line::Section(name), offset) => {
                section = name.split('.').map(str::trim).collect();
                // A section stands where it, or the first one below it, is named.
                if found.is_none() && section.len() >= path.len() && names(&section[..path.len()], path) {
                    found = Some(offset);
                }
            }
            (Line::Entry { key, offset, .. }, _) => {
                let mut full = section.clone();
                full.push(key);
                // A value below the path, inside JSON, is found at the value's start.
                if full.len() <= path.len() && names(&full, &path[..full.len()]) {
                    found = Some(offset);
                }
            }
        }
    }
    found
}

fn lines(text: &str) -> impl Iterator<Item = Result<(Line<'_>, usize), Fault>> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with([';', '#']) {
            return None;
        }
        if let Some(name) = trimmed.strip_prefix('[') {
            let closed =
                name.split_once(']').filter(|(_, rest)| rest.trim().is_empty() || rest.trim_start().starts_with([';', '#']));
            return Some(match closed {
                Some((name, _)) if name.split('.').all(|part| !part.trim().is_empty()) => Ok((Line::Section(name.trim()), start)),
                _ => Err(Fault::parse("the section's name is empty or not closed", start)),
            });
        }
        Some(match trimmed.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                let lead = key.len() + 1 + (value.len() - value.trim_start().len());
                Ok((Line::Entry { key: key.trim_end(), value: value.trim_start(), offset: start + lead }, start))
            }
            _ => Err(Fault::parse("expected `[section]`, `key = value` or a comment", start)),
        })
    })
}

/// The table of a section, made where it is missing; `None` for a forbidden name.
fn enter<'a>(
    root: &'a mut Value,
    section: &[&str],
    offset: usize,
    notes: &mut Notes<'_>,
) -> Result<Option<&'a mut Table>, Fault> {
    let mut value = root;
    for (at, name) in section.iter().enumerate() {
        if is_forbidden(name) {
            notes.forbidden(|| (path(&section[..at], name), offset));
            return Ok(None);
        }
        let Value::Table(table) = value else {
            return Err(Fault::parse("the section's name is taken by a value", offset));
        };
        if !table.contains_key(name) {
            table.insert(Arc::from(*name), Value::Table(Table::new()));
        }
        match table.get_mut(name) {
            Some(child) => value = child,
            None => return Ok(None),
        }
    }
    match value {
        Value::Table(table) => Ok(Some(table)),
        _ => Err(Fault::parse("the section's name is taken by a value", offset)),
    }
}

fn path(section: &[&str], key: &str) -> Path {
    section.iter().chain([&key]).map(|name| Segment::from(*name)).collect()
}

/// The value of a text that may end with a comment.
fn read(text: &str) -> Value {
    // In JSON white space and `#` or `;` may stand inside a string.
    if text.starts_with(['[', '{'])
        && let value @ (Value::Array(_) | Value::Table(_)) = infer(text)
    {
        return value;
    }
    let text = without_comment(text);
    unquoted(text).map_or_else(|| infer(text), Value::from)
}

/// A comment starts at `;` or `#` behind white space, outside of quotes; a value may itself start with either.
fn without_comment(text: &str) -> &str {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let from = quote.and_then(|quote| text[1..].find(quote)).map_or(0, |end| end + 2);
    let starts = |(at, _): &(usize, &str)| *at >= from && text[..*at].ends_with(char::is_whitespace);
    text.match_indices([';', '#']).find(starts).map_or(text, |(at, _)| text[..at].trim_end())
}

fn unquoted(value: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
}
