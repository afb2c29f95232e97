//! The keys and types that a JSON Schema declares, read on demand.

use super::kind::ValueKind;
use super::kind_set::KindSet;
use super::path_pattern::PathPattern;
use super::schema_fit::{Fit, Strictness};
use super::schema_parts::{SegmentRef, branches, elements, entries, list, patterned, reference};
use super::schema_visits::SchemaVisits;
use super::table::Table;
use super::value::Value;
use crate::diagnostic::Segment;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::sync::Arc;

/// The most schemas visited through references and combinations for one lookup; real ones need two or three.
const MAX_VISITS: usize = 1_024;

/// The most schemas visited for marks of secrets: one may refer to itself.
const MAX_NODES: usize = 10_000;

/// The combinations of which one part has to match.
const CHOICES: [&str; 2] = ["anyOf", "oneOf"];

/// The schemas of a JSON Schema document for one location: several where there are variants. Nothing is converted: a lookup
/// walks the document.
#[derive(Clone)]
pub(crate) struct SchemaNode<'a> {
    pub(super) document: &'a Value,
    pub(super) nodes: Nodes<'a>,
}

pub(super) type Nodes<'a> = SmallVec<[&'a Value; 1]>;

/// The addresses of a location's schemas.
pub(crate) type SchemaAddress = SmallVec<[usize; 1]>;

/// The schemas of a key or element, and whether they are declared for it rather than for all without a schema of their own.
struct Below<'a> {
    nodes: Nodes<'a>,
    is_named: bool,
}

/// The siblings of a value, which distinguish variants.
#[derive(Clone, Copy)]
struct Beside<'v> {
    value: Option<&'v Value>,
    strictness: Strictness,
}

impl<'a> SchemaNode<'a> {
    /// The root of a JSON Schema document.
    pub(crate) fn new(document: &'a Value) -> Self {
        Self { document, nodes: SmallVec::from_elem(document, 1) }
    }

    /// The addresses of the schemas.
    pub(crate) fn address(&self) -> SchemaAddress {
        self.nodes.iter().map(|node| std::ptr::from_ref(*node).addr()).collect()
    }

    fn with(&self, nodes: Nodes<'a>) -> Option<SchemaNode<'a>> {
        (!nodes.is_empty()).then_some(SchemaNode { document: self.document, nodes })
    }

    /// The types that the schema allows here.
    pub(crate) fn kinds(&self) -> KindSet {
        let visits = SchemaVisits::new(MAX_VISITS);
        let kinds = |node: &&'a Value| kinds_of(self.document, node, &visits);
        self.nodes.iter().map(kinds).reduce(|all, kinds| all | kinds).unwrap_or(KindSet::ALL)
    }

    /// The one type that the schema allows here besides `null`; `None` where it allows several or gives none.
    pub(crate) fn kind(&self) -> Option<ValueKind> {
        let kinds = self.kinds();
        kinds.only().filter(|_| kinds.is_known())
    }

    /// Whether a value is one that the schema allows here.
    pub(crate) fn admits(&self, value: &Value, strictness: Strictness) -> bool {
        let fit = Fit::new(self.document, strictness);
        self.nodes.iter().any(|node| fit.admits(node, value))
    }

    /// Whether every variant lists the values that it allows here, as tags do.
    pub(crate) fn is_tag(&self) -> bool {
        let is_tag =
            |node: &&Value| node.as_table().is_some_and(|schema| schema.contains_key("const") || schema.contains_key("enum"));
        self.nodes.iter().all(is_tag)
    }

    /// The schema of a key of a table.
    pub(crate) fn key(&self, key: &str) -> Option<SchemaNode<'a>> {
        self.below(SegmentRef::Key(key), None)
    }

    /// The schema of an array's element.
    pub(crate) fn element(&self, index: usize) -> Option<SchemaNode<'a>> {
        self.below(SegmentRef::Index(index), None)
    }

    /// The schema of the value at a path.
    pub(crate) fn at(&self, path: &[Segment]) -> Option<SchemaNode<'a>> {
        path.iter().try_fold(self.clone(), |node, segment| node.below(SegmentRef::of(segment), None))
    }

    /// The schema of a key that is declared by its name.
    pub(crate) fn declared(&self, segment: &Segment) -> Option<SchemaNode<'a>> {
        let name: Arc<str> = match segment {
            Segment::Key(key) => key.clone(),
            Segment::Index(index) => index.to_string().into(),
        };
        let mut is_declared = false;
        self.for_each_key(&mut |key| is_declared |= *key == name);
        if is_declared { self.key(&name) } else { None }
    }

    /// The schema of the value at a path, of the variants that its siblings allow; of all variants where they allow none.
    pub(crate) fn at_within(&self, path: &[Segment], root: &Value) -> Option<SchemaNode<'a>> {
        let mut node = self.clone();
        let mut value = Some(root);
        for segment in path {
            let step = SegmentRef::of(segment);
            let beside = |strictness| node.below(step, Some(Beside { value, strictness }));
            let next = beside(Strictness::Complete).or_else(|| beside(Strictness::Partial)).or_else(|| node.below(step, None))?;
            value = value.and_then(|value| value.child(segment));
            node = next;
        }
        Some(node)
    }

    fn below(&self, step: SegmentRef<'_>, beside: Option<Beside<'_>>) -> Option<SchemaNode<'a>> {
        let walk = Walk { document: self.document, step, beside, visits: SchemaVisits::new(MAX_VISITS) };
        let found = self.nodes.iter().map(|node| walk.below(node));
        self.with(found.fold(Nodes::new(), |all, one| joined(all, one.nodes)))
    }

    /// Calls back with each key that the schema declares here.
    pub(crate) fn for_each_key(&self, call: &mut dyn FnMut(&'a Arc<str>)) {
        let visits = SchemaVisits::new(MAX_VISITS);
        self.nodes.iter().for_each(|node| walk_keys(self.document, node, &visits, call));
    }

    /// Patterns of the paths that the schema marks as secret: with `secret` or `writeOnly`, or the format `password`.
    ///
    /// Level by level, so that a schema that refers to itself is covered as deep as configurations go.
    pub(crate) fn secrets(&self) -> Vec<PathPattern> {
        let mut found = Vec::new();
        let mut queue: VecDeque<(Vec<Option<Arc<str>>>, &'a Value)> = self.nodes.iter().map(|node| (Vec::new(), *node)).collect();
        for _ in 0..MAX_NODES {
            let Some((path, node)) = queue.pop_front() else { break };
            let Some(schema) = node.as_table() else { continue };
            let is_set = |key: &str| schema.get(key) == Some(&Value::Bool(true));
            let is_password = schema.get("format").and_then(Value::as_str) == Some("password");
            if !path.is_empty() && (is_set("secret") || is_set("writeOnly") || is_password) {
                found.push(PathPattern::from_keys(&path));
                continue;
            }
            queue.extend(branches(self.document, schema).map(|branch| (path.clone(), branch)));
            let below = |key: Option<Arc<str>>, node: &'a Value| (path.iter().cloned().chain([key]).collect(), node);
            queue.extend(entries(schema, "properties").iter().map(|(key, node)| below(Some(key.clone()), node)));
            let patterned = entries(schema, "patternProperties").iter().map(|(_, node)| node);
            let items = list(schema, "prefixItems").iter().chain(list(schema, "items"));
            let any = ["items", "additionalProperties"].into_iter().filter_map(|name| schema.get(name));
            queue.extend(any.chain(items).chain(patterned).map(|node| below(None, node)));
        }
        found
    }
}

/// One step down, through references and combinations.
struct Walk<'a, 'w> {
    document: &'a Value,
    step: SegmentRef<'w>,
    beside: Option<Beside<'w>>,
    visits: SchemaVisits,
}

impl<'a> Walk<'a, '_> {
    fn below(&self, node: &'a Value) -> Below<'a> {
        let nothing = || Below { nodes: Nodes::new(), is_named: false };
        let Some(schema) = node.as_table() else { return nothing() };
        self.visits.visit(nothing(), || self.all(schema))
    }

    fn all(&self, schema: &'a Table) -> Below<'a> {
        let reference = reference(self.document, schema).map(|node| self.below(node));
        let all = list(schema, "allOf").iter().map(|node| self.below(node));
        let choices = CHOICES.into_iter().map(|name| self.chosen(list(schema, name)));
        let parts = [self.own(schema)].into_iter().chain(reference).chain(all).chain(choices);
        let nothing = Below { nodes: Nodes::new(), is_named: false };
        parts.fold(nothing, |so_far, part| self.both(so_far, part))
    }

    /// The combination of two schemas that both apply: what is declared for the key itself takes precedence.
    fn both(&self, one: Below<'a>, other: Below<'a>) -> Below<'a> {
        match (one.is_named, other.is_named) {
            (true, false) => one,
            (false, true) => other,
            (is_named, _) => {
                let mut nodes = joined(one.nodes, other.nodes);
                if nodes.len() > 1 {
                    // `{ minimum: 1 }` allows any type, but not where another schema that applies too restricts it.
                    let restricts = |node: &Value| kinds_of(self.document, node, &SchemaVisits::new(MAX_VISITS)).is_known();
                    if nodes.iter().copied().any(restricts) {
                        nodes.retain(|node| restricts(node));
                    }
                }
                Below { nodes, is_named }
            }
        }
    }

    /// The schemas of the variants that the siblings allow.
    fn chosen(&self, variants: &'a [Value]) -> Below<'a> {
        let fits = |variant: &&'a Value| match self.beside {
            Some(Beside { value: Some(value), strictness }) if variants.len() > 1 => {
                Fit::new(self.document, strictness).besides(self.step).admits(variant, value)
            }
            _ => true,
        };
        let mut chosen = Below { nodes: Nodes::new(), is_named: false };
        for below in variants.iter().filter(fits).map(|variant| self.below(variant)) {
            chosen.is_named |= below.is_named;
            chosen.nodes = joined(chosen.nodes, below.nodes);
        }
        chosen
    }

    /// The schemas that one declares itself, without references and combinations.
    fn own(&self, schema: &'a Table) -> Below<'a> {
        let one = |node: &'a Value, is_named: bool| Below { nodes: SmallVec::from_elem(node, 1), is_named };
        let nothing = || Below { nodes: Nodes::new(), is_named: false };
        let is_schema = |node: &&Value| node.as_table().is_some();
        match self.step {
            SegmentRef::Key(key) => {
                if let Some(node) = schema.get("properties").and_then(|properties| properties.as_table()?.get(key)) {
                    return one(node, true);
                }
                let patterned: Nodes<'a> = patterned(schema, key).collect();
                if !patterned.is_empty() {
                    return Below { nodes: patterned, is_named: true };
                }
                schema.get("additionalProperties").filter(is_schema).map_or_else(nothing, |node| one(node, false))
            }
            SegmentRef::Index(index) => {
                let (prefix, rest) = elements(schema);
                prefix.get(index).or(rest).filter(is_schema).map_or_else(nothing, |node| one(node, true))
            }
        }
    }
}

fn joined<'a>(mut all: Nodes<'a>, more: Nodes<'a>) -> Nodes<'a> {
    for node in more {
        if !all.iter().any(|own| std::ptr::eq(*own, node)) {
            all.push(node);
        }
    }
    all
}

fn kinds_of(document: &Value, node: &Value, visits: &SchemaVisits) -> KindSet {
    match node {
        Value::Bool(false) => KindSet::NONE,
        Value::Table(schema) => visits.visit(KindSet::ALL, || kinds_of_table(document, schema, visits)),
        _ => KindSet::ALL,
    }
}

fn kinds_of_table(document: &Value, schema: &Table, visits: &SchemaVisits) -> KindSet {
    let mut kinds = match schema.get("type") {
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).map(KindSet::from_name).fold(KindSet::NONE, |all, one| all | one)
        }
        Some(Value::String(name)) => KindSet::from_name(name),
        _ if ["properties", "patternProperties", "propertyNames"].iter().any(|name| schema.contains_key(name)) => {
            KindSet::of(ValueKind::Table)
        }
        _ if schema.contains_key("prefixItems") => KindSet::of(ValueKind::Array),
        _ => KindSet::ALL,
    };
    if schema.contains_key("enum") || schema.contains_key("const") {
        let constants = list(schema, "enum").iter().chain(schema.get("const"));
        kinds = kinds & constants.map(KindSet::from_value).fold(KindSet::NONE, |all, one| all | one);
    }
    let all = reference(document, schema).into_iter().chain(list(schema, "allOf"));
    kinds = all.fold(kinds, |kinds, part| kinds & kinds_of(document, part, visits));
    for name in CHOICES {
        let variants = list(schema, name).iter().map(|variant| kinds_of(document, variant, visits));
        kinds = kinds & variants.reduce(|all, one| all | one).unwrap_or(KindSet::ALL);
    }
    kinds
}

/// The keys that `properties` declares, and those that a record's keys are limited to.
fn walk_keys<'a>(document: &'a Value, node: &'a Value, visits: &SchemaVisits, call: &mut dyn FnMut(&'a Arc<str>)) {
    let Some(schema) = node.as_table() else { return };
    entries(schema, "properties").iter().for_each(|(key, _)| call(key));
    if let Some(names) = schema.get("propertyNames") {
        walk_names(document, names, visits, call);
        let required = list(schema, "required").iter();
        required.for_each(|name| {
            if let Value::String(name) = name {
                call(name)
            }
        });
    }
    for branch in branches(document, schema) {
        visits.visit((), || walk_keys(document, branch, visits, call));
    }
}

fn walk_names<'a>(document: &'a Value, node: &'a Value, visits: &SchemaVisits, call: &mut dyn FnMut(&'a Arc<str>)) {
    let Some(schema) = node.as_table() else { return };
    for name in list(schema, "enum").iter().chain(schema.get("const")) {
        if let Value::String(name) = name {
            call(name);
        }
    }
    for branch in branches(document, schema) {
        visits.visit((), || walk_names(document, branch, visits, call));
    }
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
        assert_eq!(root.key("tags").unwrap().element(0).unwrap().kind(), Some(ValueKind::String));
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
