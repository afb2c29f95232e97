//! The keys and types that a JSON Schema declares, read on demand.

use super::kind::ValueKind;
use super::path_pattern::PathPattern;
use super::table::Table;
use super::value::Value;
use crate::diagnostic::Segment;
use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;

/// The most schemas visited through references and combinations for one lookup; real ones need two or three.
const MAX_VISITS: usize = 256;

/// The most schemas visited for marks of secrets: one may refer to itself.
const MAX_NODES: usize = 10_000;

/// A node of a JSON Schema document. Nothing is converted: a lookup walks the document.
#[derive(Clone, Copy)]
pub(crate) struct SchemaNode<'a> {
    document: &'a Value,
    node: &'a Value,
}

impl<'a> SchemaNode<'a> {
    /// The root of a JSON Schema document.
    pub(crate) fn new(document: &'a Value) -> Self {
        Self { document, node: document }
    }

    /// The address of the node's schema.
    pub(crate) fn address(self) -> usize {
        std::ptr::from_ref(self.node).addr()
    }

    /// The one type that the schema allows here besides `null`; `None` where it allows several or gives none.
    pub(crate) fn kind(self) -> Option<ValueKind> {
        let mut kinds = Vec::new();
        self.collect_kinds(&mut kinds, &Cell::new(MAX_VISITS));
        let (first, rest) = kinds.split_first()?;
        rest.iter().all(|kind| kind == first).then_some(*first)
    }

    fn collect_kinds(self, kinds: &mut Vec<ValueKind>, visits: &Cell<usize>) {
        let Some(schema) = self.node.as_table() else { return };
        match schema.get("type") {
            Some(Value::Array(names)) => kinds.extend(names.iter().filter_map(kind_of_name)),
            Some(name) => kinds.extend(kind_of_name(name)),
            None if schema.contains_key("properties") => kinds.push(ValueKind::Table),
            None => {
                let constants = schema.get("enum").and_then(Value::as_array).unwrap_or_default();
                kinds.extend(constants.iter().chain(schema.get("const")).filter_map(ValueKind::of));
            }
        }
        self.branches(visits).for_each(|branch| branch.collect_kinds(kinds, visits));
    }

    /// The schema of a key of a table.
    pub(crate) fn key(self, key: &str) -> Option<SchemaNode<'a>> {
        self.find(&Cell::new(MAX_VISITS), &|schema| schema.get("properties")?.as_table()?.get(key)).or_else(|| {
            self.find(&Cell::new(MAX_VISITS), &|schema| {
                schema.get("additionalProperties").filter(|extra| extra.as_table().is_some())
            })
        })
    }

    /// The schema of an array's elements.
    pub(crate) fn items(self) -> Option<SchemaNode<'a>> {
        self.find(&Cell::new(MAX_VISITS), &|schema| schema.get("items").filter(|items| items.as_table().is_some()))
    }

    /// The schema of the value at a path.
    pub(crate) fn at(self, path: &[Segment]) -> Option<SchemaNode<'a>> {
        path.iter().try_fold(self, |hints, segment| match segment {
            Segment::Key(key) => hints.key(key),
            Segment::Index(_) => hints.items(),
        })
    }

    fn find(self, visits: &Cell<usize>, pick: &dyn Fn(&'a Table) -> Option<&'a Value>) -> Option<SchemaNode<'a>> {
        let schema = self.node.as_table()?;
        if let Some(node) = pick(schema) {
            return Some(SchemaNode { document: self.document, node });
        }
        self.branches(visits).find_map(|branch| branch.find(visits, pick))
    }

    /// Calls back with each key that the schema declares here.
    pub(crate) fn for_each_key(self, call: &mut dyn FnMut(&'a Arc<str>)) {
        self.walk_keys(&Cell::new(MAX_VISITS), call);
    }

    /// Patterns of the paths that the schema marks as secret: with `secret` or `writeOnly`, or the format `password`.
    ///
    /// Level by level, so that a schema that refers to itself is covered as deep as configurations go.
    pub(crate) fn secrets(self) -> Vec<PathPattern> {
        let mut found = Vec::new();
        let mut queue = VecDeque::from([(Vec::new(), self)]);
        for _ in 0..MAX_NODES {
            let Some((path, hints)) = queue.pop_front() else { break };
            let Some(schema) = hints.node.as_table() else { continue };
            let is_set = |key: &str| schema.get(key) == Some(&Value::Bool(true));
            let is_password = schema.get("format").and_then(Value::as_str) == Some("password");
            if !path.is_empty() && (is_set("secret") || is_set("writeOnly") || is_password) {
                found.push(PathPattern::of_keys(&path));
                continue;
            }
            queue.extend(hints.branches(&Cell::new(MAX_VISITS)).map(|branch| (path.clone(), branch)));
            let below = |key: Option<Arc<str>>, node: &'a Value| {
                let path = path.iter().cloned().chain([key]).collect();
                (path, SchemaNode { node, ..hints })
            };
            let properties = schema.get("properties").and_then(Value::as_table).map(Table::entries).unwrap_or_default();
            queue.extend(properties.iter().map(|(key, node)| below(Some(key.clone()), node)));
            let items = schema.get("prefixItems").and_then(Value::as_array).unwrap_or_default();
            let any = ["items", "additionalProperties"].into_iter().filter_map(|name| schema.get(name)).chain(items);
            queue.extend(any.map(|node| below(None, node)));
        }
        found
    }

    fn walk_keys(self, visits: &Cell<usize>, call: &mut dyn FnMut(&'a Arc<str>)) {
        let Some(schema) = self.node.as_table() else { return };
        if let Some(Value::Table(properties)) = schema.get("properties") {
            properties.entries().iter().for_each(|(key, _)| call(key));
        }
        self.branches(visits).for_each(|branch| branch.walk_keys(visits, call));
    }

    /// The schemas that this one consists of: a reference within the document, and the parts of combinations; none once the
    /// visits are used up, as a schema may refer to itself.
    fn branches(self, visits: &Cell<usize>) -> impl Iterator<Item = SchemaNode<'a>> {
        let SchemaNode { document, node } = self;
        let schema = node.as_table();
        let reference = schema.and_then(|schema| resolve(document, schema.get("$ref")?.as_str()?));
        let combined = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(move |key| schema?.get(key)?.as_array()).flatten();
        let within_budget = |_: &&'a Value| visits.get().checked_sub(1).map(|left| visits.set(left)).is_some();
        reference.into_iter().chain(combined).take_while(within_budget).map(move |node| SchemaNode { document, node })
    }
}

fn kind_of_name(name: &Value) -> Option<ValueKind> {
    match name.as_str()? {
        "string" => Some(ValueKind::String),
        "boolean" => Some(ValueKind::Bool),
        "number" | "integer" => Some(ValueKind::Number),
        "array" => Some(ValueKind::Array),
        "object" => Some(ValueKind::Table),
        _ => None,
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

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;

    fn schema() -> Value {
        crate::value::parse_json(
            r##"{
            "type": "object",
            "properties": {
                "port": {"type": ["integer", "null"]},
                "name": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "either": {"anyOf": [{"type": "string"}, {"type": "number"}]},
                "level": {"enum": ["info", "debug"]},
                "pool": {"$ref": "#/$defs/pool"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "labels": {"type": "object", "additionalProperties": {"type": "number"}},
                "tree": {"$ref": "#/$defs/tree"},
                "loop": {"$ref": "#/$defs/loop"}
            },
            "$defs": {
                "pool": {"allOf": [{"properties": {"max": {"type": "number"}}}, {"properties": {"min": {"type": "number"}}}]},
                "tree": {"type": "object", "properties": {"child": {"$ref": "#/$defs/tree"}}},
                "loop": {"allOf": [{"$ref": "#/$defs/loop"}, {"$ref": "#/$defs/loop"}]}
            }
        }"##,
        )
        .unwrap()
    }

    #[test]
    fn types_come_through_references_and_combinations() {
        let document = schema();
        let root = SchemaNode::new(&document);
        assert_eq!(root.kind(), Some(ValueKind::Table));
        let kind = |key: &str| root.key(key).unwrap().kind();
        assert_eq!(kind("port"), Some(ValueKind::Number));
        assert_eq!(kind("name"), Some(ValueKind::String));
        assert_eq!(kind("either"), None);
        assert_eq!(kind("level"), Some(ValueKind::String));
        assert_eq!(kind("pool"), Some(ValueKind::Table));
        assert_eq!(root.key("pool").unwrap().key("min").unwrap().kind(), Some(ValueKind::Number));
        assert_eq!(root.key("tags").unwrap().items().unwrap().kind(), Some(ValueKind::String));
        assert_eq!(root.key("labels").unwrap().key("any").unwrap().kind(), Some(ValueKind::Number));
        assert_eq!(root.key("tree").unwrap().key("child").unwrap().key("child").unwrap().kind(), Some(ValueKind::Table));
        assert!(root.key("absent").is_none());
        let mut keys = Vec::new();
        root.key("pool").unwrap().for_each_key(&mut |key| keys.push(key.to_string()));
        assert_eq!(keys, ["max", "min"]);
    }

    #[test]
    fn secret_marks_give_patterns() {
        let text = r##"{"properties": {
            "pin": {"writeOnly": true}, "user": {"type": "string"}, "db": {"$ref": "#/$defs/db"},
            "keys": {"items": {"properties": {"code": {"secret": true}}}}, "map": {"additionalProperties": {"format": "password"}},
            "tree": {"$ref": "#/$defs/tree"}
        }, "$defs": {
            "db": {"anyOf": [{"properties": {"seed": {"secret": true}}}, {"type": "null"}]},
            "tree": {"properties": {"left": {"$ref": "#/$defs/tree"}, "right": {"$ref": "#/$defs/tree"}, "leaf": {"secret": true}}}
        }}"##;
        let document = crate::value::parse_json(text).unwrap();
        let patterns = SchemaNode::new(&document).secrets();
        let marked =
            |path: &str| patterns.iter().any(|pattern| pattern.matches(&path.parse::<crate::diagnostic::Path>().unwrap()));
        for path in ["pin", "db.seed", "keys[3].code", "map.any", "tree.leaf", "tree.left.left.leaf"] {
            assert!(marked(path), "{path}");
        }
        for path in ["user", "db", "keys", "keys[3]", "map", "tree"] {
            assert!(!marked(path), "{path}");
        }
        assert!(patterns.len() < MAX_NODES);
    }

    #[test]
    fn recursive_schema_gives_no_kind() {
        let document = schema();
        let looping = SchemaNode::new(&document).key("loop").unwrap();
        assert_eq!(looping.kind(), None);
        assert!(looping.key("a").is_none());
    }
}
