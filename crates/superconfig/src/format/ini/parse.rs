//! The INI parser: sections of `key = value` lines.

use super::statements::{RawValue, Statement, Statements};
use crate::diagnostic::{Path, Segment};
use crate::format::{ParseFault, ParseWarnings, Parsed, refuse_nul};
use crate::value::{Limits, Table, Value, is_forbidden};
use std::sync::Arc;

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Parsed, ParseFault> {
    refuse_nul(text)?;
    let mut root = Value::Table(Table::new());
    let mut warnings = ParseWarnings::new(text);
    let mut section: Vec<&str> = Vec::new();
    for statement in Statements::new(text) {
        match statement? {
            Statement::Section { names, offset } => {
                section = names;
                if section.len() >= limits.depth {
                    return Err(ParseFault::depth(limits.depth, Some(offset)));
                }
                enter(&mut root, &section, offset, &mut warnings);
            }
            Statement::Entry { key, offset, value } => {
                let value = value.as_ref().map_or(Value::Bool(true), RawValue::read);
                if value.nests_deeper_than(limits.depth.saturating_sub(section.len() + 1)) {
                    return Err(ParseFault::depth(limits.depth, Some(offset)));
                }
                if let Some(table) = enter(&mut root, &section, offset, &mut warnings) {
                    let location = || (path(&section, key), offset);
                    if is_forbidden(key) {
                        warnings.forbidden(location);
                    } else if table.insert(Arc::from(key), value).is_some() {
                        warnings.duplicate(location);
                    }
                }
            }
        }
    }
    Ok(Parsed::new(root, warnings.into_warnings()))
}

/// The table of a section, made where it is missing or a key has its name; `None` for a forbidden name.
fn enter<'a>(root: &'a mut Value, section: &[&str], offset: usize, warnings: &mut ParseWarnings<'_>) -> Option<&'a mut Table> {
    let mut value = root;
    for (at, name) in section.iter().enumerate() {
        let location = || (path(&section[..at], name), offset);
        if is_forbidden(name) {
            warnings.forbidden(location);
            return None;
        }
        let Value::Table(table) = value else { return None };
        if !matches!(table.get(name), Some(Value::Table(_)))
            && table.insert(Arc::from(*name), Value::Table(Table::new())).is_some()
        {
            warnings.duplicate(location);
        }
        value = table.get_mut(name)?;
    }
    match value {
        Value::Table(table) => Some(table),
        _ => None,
    }
}

fn path(section: &[&str], key: &str) -> Path {
    section.iter().chain([&key]).map(|name| Segment::from(*name)).collect()
}
