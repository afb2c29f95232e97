//! Checks values against a JSON Schema, as far as the choice of a variant needs it.

use super::kind_set::KindSet;
use super::schema_parts::{SegmentRef, elements, list, patterned, reference};
use super::schema_visits::SchemaVisits;
use super::table::Table;
use super::value::Value;

/// The most schemas visited for one value: one may refer to itself.
const MAX_VISITS: usize = 10_000;

/// Whether a value may still lack what other layers can give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Every required key is there.
    Complete,
    /// Required keys may be missing.
    Partial,
}

/// Checks types, `const` and `enum`, bounds, keys, elements, references and combinations. Other keywords (patterns, formats,
/// conditions) allow every value here; the library's own check comes later.
pub(super) struct Fit<'s> {
    document: &'s Value,
    strictness: Strictness,
    visits: SchemaVisits,
    /// The key or element of the checked value that does not count.
    besides: Option<SegmentRef<'s>>,
}

impl<'s> Fit<'s> {
    pub(super) fn new(document: &'s Value, strictness: Strictness) -> Self {
        Self { document, strictness, visits: SchemaVisits::new(MAX_VISITS), besides: None }
    }

    /// The same where one key or element of the value does not count.
    pub(super) fn besides(self, step: SegmentRef<'s>) -> Self {
        Self { besides: Some(step), ..self }
    }

    /// Whether a schema allows a value.
    pub(super) fn admits(&self, node: &Value, value: &Value) -> bool {
        self.allows(node, value, self.besides)
    }

    fn allows(&self, node: &Value, value: &Value, besides: Option<SegmentRef<'_>>) -> bool {
        let schema = match node {
            Value::Bool(allows) => return *allows,
            Value::Table(schema) => schema,
            _ => return true,
        };
        // A schema that refers to itself without end allows everything.
        self.visits.visit(true, || self.allows_all(schema, value, besides))
    }

    fn allows_all(&self, schema: &Table, value: &Value, besides: Option<SegmentRef<'_>>) -> bool {
        let holds = |node: &Value| self.allows(node, value, besides);
        allows_type(schema, value)
            && allows_constant(schema, value)
            && allows_size(schema, value)
            && self.allows_inner(schema, value, besides)
            && schema.get("not").is_none_or(|node| !is_anything(node))
            && reference(self.document, schema).is_none_or(holds)
            && list(schema, "allOf").iter().all(holds)
            && ["anyOf", "oneOf"].into_iter().all(|name| {
                let variants = list(schema, name);
                variants.is_empty() || variants.iter().any(holds)
            })
    }

    fn allows_inner(&self, schema: &Table, value: &Value, besides: Option<SegmentRef<'_>>) -> bool {
        match value {
            Value::Array(items) => {
                let (prefix, rest) = elements(schema);
                let counts = |at: &usize| !matches!(besides, Some(SegmentRef::Index(index)) if index == *at);
                let is_complete = self.strictness == Strictness::Partial
                    || besides.is_some()
                    || bound(schema, "minItems").is_none_or(|least| items.len() as f64 >= least);
                is_complete
                    && items
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| counts(at))
                        .all(|(at, item)| prefix.get(at).or(rest).is_none_or(|node| self.allows(node, item, None)))
            }
            Value::Table(table) => {
                let is_besides = |key: &str| matches!(besides, Some(SegmentRef::Key(own)) if own == key);
                let is_there = |name: &Value| name.as_str().is_none_or(|key| is_besides(key) || table.contains_key(key));
                let is_complete = self.strictness == Strictness::Partial || list(schema, "required").iter().all(is_there);
                is_complete
                    && table.iter().filter(|(key, _)| !is_besides(key)).all(|(key, value)| self.allows_key(schema, key, value))
            }
            _ => true,
        }
    }

    fn allows_key(&self, schema: &Table, key: &str, value: &Value) -> bool {
        let is_named = schema.get("propertyNames").is_none_or(|names| self.allows(names, &Value::from(key), None));
        let own = schema.get("properties").and_then(|properties| properties.as_table()?.get(key));
        let node = match own {
            Some(node) => Some(node),
            // It may match a pattern that is not understood here.
            None => match patterned(schema, key).next() {
                Some(node) => return is_named && self.allows(node, value, None),
                None => schema.get("additionalProperties"),
            },
        };
        is_named && node.is_none_or(|node| self.allows(node, value, None))
    }
}

fn is_anything(node: &Value) -> bool {
    matches!(node, Value::Bool(true)) || node.as_table().is_some_and(Table::is_empty)
}

fn allows_type(schema: &Table, value: &Value) -> bool {
    let is = |name: &Value| match (name.as_str(), value) {
        (Some("integer"), Value::Float(float)) => float.fract() == 0.0,
        (Some(name), _) => KindSet::from_name(name) & KindSet::from_value(value) != KindSet::NONE,
        (None, _) => true,
    };
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(is),
        Some(name) => is(name),
        None => true,
    }
}

fn allows_constant(schema: &Table, value: &Value) -> bool {
    let is_value = |own: &Value| own.numeric_eq(value);
    schema.get("const").is_none_or(is_value)
        && schema.get("enum").and_then(Value::as_array).is_none_or(|values| values.iter().any(is_value))
}

fn allows_size(schema: &Table, value: &Value) -> bool {
    match (value, number(value)) {
        (_, Some(number)) => {
            bound(schema, "minimum").is_none_or(|least| number >= least)
                && bound(schema, "maximum").is_none_or(|most| number <= most)
                && bound(schema, "exclusiveMinimum").is_none_or(|least| number > least)
                && bound(schema, "exclusiveMaximum").is_none_or(|most| number < most)
        }
        (Value::String(text), _) => {
            let length = || text.chars().count() as f64;
            bound(schema, "minLength").is_none_or(|least| length() >= least)
                && bound(schema, "maxLength").is_none_or(|most| length() <= most)
        }
        (Value::Array(items), _) => bound(schema, "maxItems").is_none_or(|most| items.len() as f64 <= most),
        _ => true,
    }
}

fn bound(schema: &Table, name: &str) -> Option<f64> {
    schema.get(name).and_then(number)
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Unsigned(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::value::parse_json;

    fn admits(schema: &str, value: &str, strictness: Strictness) -> bool {
        let (document, value) = (parse_json(schema).unwrap(), parse_json(value).unwrap());
        Fit::new(&document, strictness).admits(&document, &value)
    }

    #[test]
    fn schemas_allow_what_they_say() {
        for (schema, allowed, refused) in [
            ("{}", "1", None),
            (r#"{"type":"integer"}"#, "1.0", Some("1.5")),
            (r#"{"type":["string","null"]}"#, "null", Some("1")),
            (r#"{"const":1}"#, "1.0", Some("2")),
            (r#"{"enum":["a",true]}"#, "true", Some(r#""b""#)),
            (r#"{"minimum":2,"exclusiveMaximum":4}"#, "2", Some("4")),
            (r#"{"minLength":2,"maxLength":2}"#, r#""éé""#, Some(r#""é""#)),
            (r#"{"prefixItems":[{"type":"string"}],"items":{"type":"number"}}"#, r#"["a",1]"#, Some(r#"["a","b"]"#)),
            (r#"{"prefixItems":[{"type":"string"}],"items":false}"#, r#"["a"]"#, Some(r#"["a",1]"#)),
            (r#"{"items":[{"type":"string"}]}"#, r#"["a",1]"#, Some("[1]")),
            (r#"{"maxItems":1}"#, "[1]", Some("[1,2]")),
            (r#"{"properties":{"a":{"type":"number"}}}"#, r#"{"a":1,"b":""}"#, Some(r#"{"a":""}"#)),
            (r#"{"properties":{"a":{}},"additionalProperties":false}"#, r#"{"a":1}"#, Some(r#"{"b":1}"#)),
            (
                r#"{"patternProperties":{"^x-":{"type":"number"}},"additionalProperties":false}"#,
                r#"{"x-a":1}"#,
                Some(r#"{"y":1}"#),
            ),
            (r#"{"propertyNames":{"enum":["a"]}}"#, r#"{"a":1}"#, Some(r#"{"b":1}"#)),
            (r##"{"anyOf":[{"$ref":"#/$defs/t"},{"type":"null"}],"$defs":{"t":{"type":"string"}}}"##, "null", Some("1")),
            (r#"{"allOf":[{"type":"number"},{"minimum":2}]}"#, "2", Some("1")),
            (r##"{"anyOf":[{"$ref":"#"}]}"##, "1", None),
        ] {
            assert!(admits(schema, allowed, Strictness::Complete), "{schema} {allowed}");
            assert!(refused.is_none_or(|refused| !admits(schema, refused, Strictness::Partial)), "{schema} {refused:?}");
        }
        assert!(!admits(r#"{"not":{}}"#, "1", Strictness::Partial));
    }

    #[test]
    fn missing_parts_fail_only_complete_values() {
        for (schema, value) in [(r#"{"required":["a"]}"#, "{}"), (r#"{"minItems":1}"#, "[]")] {
            assert!(admits(schema, value, Strictness::Partial), "{schema}");
            assert!(!admits(schema, value, Strictness::Complete), "{schema}");
        }
    }
}
