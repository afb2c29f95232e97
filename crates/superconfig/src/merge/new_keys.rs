//! The keys that an `_add` creates, looked for in the other layers.

use super::action::Action;
use super::assign::assignment::Assignment;
use super::layer::Layer;
use crate::diagnostic::{Path, Segment, count_steps};
use crate::value::{SchemaNode, Value};
use std::collections::HashMap;

/// New keys, by their paths: each with the layers that have it.
#[derive(Default)]
pub(super) struct NewKeys {
    root: Node,
}

/// One step of the paths.
#[derive(Default)]
struct Node {
    children: HashMap<Segment, Node>,
    /// Set where a path ends.
    is_new_key: bool,
    /// A layer that has the path, and whether another one has it too.
    layer: Option<usize>,
    is_in_several: bool,
}

impl NewKeys {
    /// Finds the layers that have each path. Costs no more than the size of the layers.
    pub(super) fn find<'p>(paths: impl Iterator<Item = &'p Path>, layers: &[Layer], assignments: &[Vec<Assignment>]) -> Self {
        let mut keys = Self::default();
        for path in paths {
            path.iter().fold(&mut keys.root, |node, segment| node.children.entry(segment.clone()).or_default()).is_new_key = true;
        }
        for (at, (layer, assignments)) in layers.iter().zip(assignments).enumerate() {
            match layer.content.document() {
                Some(document) => keys.root.mark(document.value(), at),
                None => {
                    let set = assignments.iter().filter(|assignment| assignment.action == Action::Set);
                    set.for_each(|assignment| keys.root.mark_path(&assignment.path, at));
                }
            }
        }
        keys
    }

    /// Whether the schema or a layer other than its own has a path.
    pub(super) fn is_known(&self, path: &[Segment], own: usize, schema: Option<&Value>) -> bool {
        let node = path.iter().try_fold(&self.root, |node, segment| node.children.get(segment));
        node.is_some_and(|node| node.is_in_several || node.layer.is_some_and(|layer| layer != own))
            || schema.is_some_and(|schema| SchemaNode::new(schema).at(path).is_some())
    }
}

impl Node {
    fn mark_here(&mut self, layer: usize) {
        count_steps(1);
        self.is_in_several |= self.is_new_key && self.layer.is_some_and(|known| known != layer);
        self.layer = Some(layer).filter(|_| self.is_new_key);
    }

    /// Marks what a value has. Goes through the smaller of the keys that are looked for and those that are there.
    fn mark(&mut self, value: &Value, layer: usize) {
        self.mark_here(layer);
        match value {
            Value::Table(table) if table.len() < self.children.len() => {
                for (key, value) in table.entries() {
                    count_steps(1);
                    if let Some(child) = self.children.get_mut(&Segment::Key(key.clone())) {
                        child.mark(value, layer);
                    }
                }
            }
            Value::Array(items) if items.len() < self.children.len() => {
                for (at, item) in items.iter().enumerate() {
                    count_steps(1);
                    if let Some(child) = self.children.get_mut(&Segment::Index(at)) {
                        child.mark(item, layer);
                    }
                }
            }
            Value::Table(_) | Value::Array(_) => {
                for (segment, child) in &mut self.children {
                    count_steps(1);
                    if let Some(value) = value.child(segment) {
                        child.mark(value, layer);
                    }
                }
            }
            _ => {}
        }
    }

    fn mark_path(&mut self, path: &[Segment], layer: usize) {
        let mut node = self;
        for segment in path {
            count_steps(1);
            let Some(child) = node.children.get_mut(segment) else { return };
            child.mark_here(layer);
            node = child;
        }
    }
}
