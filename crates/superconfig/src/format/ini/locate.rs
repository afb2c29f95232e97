//! The offset of a path in an INI text.

use super::statements::{RawValue, Statement, Statements};
use crate::diagnostic::Segment;

/// Finds a value, or the section of a table.
pub(super) fn locate(text: &str, path: &[Segment]) -> Option<usize> {
    let mut section: Vec<&str> = Vec::new();
    let mut found = path.is_empty().then_some(0);
    let mut is_section = true;
    for statement in Statements::new(text) {
        match statement.ok()? {
            Statement::Section { names, offset } => {
                section = names;
                // A section is where it, or the first one below it, is named.
                if (found.is_none() || !is_section) && section.len() >= path.len() && leads_to(&section[..path.len()], path) {
                    (found, is_section) = (Some(offset), true);
                }
            }
            Statement::Entry { key, offset, value } => {
                let length = section.len() + 1;
                let own = path.len() >= length && leads_to(&section, path) && leads_to(&[key], &path[length - 1..]);
                if own {
                    found = Some(value.map_or(offset, |value| below(text, &value, &path[length..])));
                    is_section = false;
                }
            }
        }
    }
    found
}

/// Whether names are those that a path begins with.
fn leads_to(names: &[&str], path: &[Segment]) -> bool {
    names.iter().zip(path).all(|(name, segment)| match segment {
        Segment::Key(key) => *name == &**key,
        Segment::Index(index) => *name == index.to_string(),
    })
}

/// The offset of the rest of a path in a JSON value, or of the value itself.
fn below(text: &str, value: &RawValue<'_>, path: &[Segment]) -> usize {
    #[cfg(feature = "json")]
    if !path.is_empty()
        && let Some(at) = crate::format::json::locate_json(&text[value.offset..value.end], path)
    {
        return value.offset + at;
    }
    value.offset
}
