//! The keywords of a JSON Schema document.

use super::table::Table;
use super::value::Value;
use crate::diagnostic::Segment;
use std::sync::Arc;

/// A key or an index.
#[derive(Clone, Copy)]
pub(super) enum SegmentRef<'s> {
    Key(&'s str),
    Index(usize),
}

impl<'s> SegmentRef<'s> {
    pub(super) fn of(segment: &'s Segment) -> Self {
        match segment {
            Segment::Key(key) => SegmentRef::Key(key),
            Segment::Index(index) => SegmentRef::Index(*index),
        }
    }
}

pub(super) fn list<'a>(schema: &'a Table, name: &str) -> &'a [Value] {
    schema.get(name).and_then(Value::as_array).unwrap_or_default()
}

pub(super) fn entries<'a>(schema: &'a Table, name: &str) -> &'a [(Arc<str>, Value)] {
    schema.get(name).and_then(Value::as_table).map(Table::entries).unwrap_or_default()
}

/// The schema that another refers to within the document.
pub(super) fn reference<'a>(document: &'a Value, schema: &'a Table) -> Option<&'a Value> {
    resolve(document, schema.get("$ref")?.as_str()?)
}

/// The schemas that one consists of: a reference, and the parts of combinations.
pub(super) fn branches<'a>(document: &'a Value, schema: &'a Table) -> impl Iterator<Item = &'a Value> {
    let combined = ["allOf", "anyOf", "oneOf"].into_iter().flat_map(move |name| list(schema, name));
    reference(document, schema).into_iter().chain(combined)
}

/// The schemas of `patternProperties` whose pattern a key may match.
pub(super) fn patterned<'a>(schema: &'a Table, key: &str) -> impl Iterator<Item = &'a Value> {
    let matches = move |pattern: &str| {
        // Of a regular expression only the letters that it begins with are compared.
        let Some(rest) = pattern.strip_prefix('^') else { return true };
        let letters = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
        let is_repeated = rest[letters..].starts_with(['?', '*', '+', '{']);
        let has_choice = rest.contains('|');
        has_choice || key.starts_with(&rest[..letters.saturating_sub(usize::from(is_repeated))])
    };
    entries(schema, "patternProperties").iter().filter(move |(pattern, _)| matches(pattern)).map(|(_, node)| node)
}

/// The schemas of an array's first elements, and that of the others.
pub(super) fn elements(schema: &Table) -> (&[Value], Option<&Value>) {
    match schema.get("items") {
        // As drafts before 2020-12 write tuples.
        Some(Value::Array(prefix)) => (prefix, schema.get("additionalItems")),
        rest => (list(schema, "prefixItems"), rest),
    }
}

/// Follows `#/$defs/name`.
fn resolve<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    if pointer.is_empty() {
        return Some(document);
    }
    pointer.strip_prefix('/')?.split('/').try_fold(document, |node, token| {
        let token = token.replace("~1", "/").replace("~0", "~");
        match node {
            Value::Table(table) => table.get(&token),
            Value::Array(items) => items.get(token.parse::<usize>().ok()?),
            _ => None,
        }
    })
}
