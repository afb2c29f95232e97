//! The dotenv parser: a table of a text's variables.

use super::expansion::expand;
use super::syntax::{DotenvEntry, parse_entries};
use crate::diagnostic::{Error, Path, Segment};
use crate::format::{ParseFault, ParseWarnings, Parsed};
use crate::value::{ExpansionBudget, Limits, Table, Value, is_forbidden};

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Parsed, ParseFault> {
    let mut table = Table::new();
    let mut warnings = Vec::new();
    let entries = parse_entries(text)?;
    let budget = ExpansionBudget::new(limits);
    let expanded = expand(&entries, &|_| None, &budget, &mut warnings).map_err(|(at, error)| ParseFault {
        code: error.code(),
        message: error.message().to_owned(),
        offset: entries.get(at).map(|entry| entry.offset),
        // Only what is left of the budget has one.
        hint: error.hint().map(|_| "the limit `expandedBytes` can be raised"),
    })?;
    let mut forbidden_keys = ParseWarnings::new(text);
    for (entry, value) in entries.iter().zip(expanded) {
        if is_forbidden(&entry.name) {
            let path = Path::from(vec![Segment::Key(entry.name.clone())]);
            forbidden_keys.forbidden(|| (path, entry.offset));
        } else {
            table.insert(entry.name.clone(), Value::String(value));
        }
    }
    warnings.extend(forbidden_keys.into_warnings());
    Ok(Parsed { value: Value::Table(table), warnings, expanded: budget.taken() })
}

/// Whether a text is nothing but comments and `NAME=value`, with names that a shell would take and no white space before
/// the `=`.
pub(in crate::format) fn is_plain(text: &str) -> bool {
    let identifier = |name: &str| {
        !name.starts_with(|first: char| first.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    parse_entries(body).is_ok_and(|entries| entries.iter().all(|entry| !entry.is_spaced && identifier(&entry.name)))
}

/// Reads a dotenv text as its assignments, before their references are expanded. Their offsets are those in the text.
pub(crate) fn dotenv_entries(text: &str) -> Result<Vec<DotenvEntry>, Error> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let mut entries = parse_entries(body).map_err(|fault| fault.into_error(text, skipped, "dotenv"))?;
    entries.iter_mut().for_each(|entry| entry.offset += skipped);
    Ok(entries)
}
