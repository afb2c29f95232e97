//! RFC 8259, strict.

use super::json_scan::too_deep;
use super::{Fault, Parsed, insert};
use crate::limits::Limits;
use crate::value::{Path, Segment, Table, Value};
use crate::warning::Warning;
use std::sync::Arc;

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Parsed, Fault> {
    #[cfg(feature = "simd")]
    match tape::parse(text, limits) {
        Ok(parsed) => return Ok(parsed),
        Err(Some(fault)) => return Err(fault),
        // Not JSON, or a number that only the slow way reads: it tells which, and where.
        Err(None) => {}
    }
    if let Some(offset) = too_deep(text, limits.depth) {
        return Err(Fault::depth(limits.depth, Some(offset)));
    }
    let mut collector = Collector::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde::de::DeserializeSeed::deserialize(&mut collector, &mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| fault(text, &error))?;
    Ok(Parsed { value, warnings: collector.warnings })
}

/// serde_json's message without its position, at the offset that it names.
fn fault(text: &str, error: &serde_json::Error) -> Fault {
    let line_start = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let offset = line_start + error.column().saturating_sub(1);
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    let rest = text.get(offset..).unwrap_or_default().trim_start();
    let before = text.get(..offset).unwrap_or_default().trim_end();
    let fault = Fault::parse(message, offset);
    if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') || before.ends_with(',') {
        return fault.with_hint("comments and trailing commas belong into a `.jsonc` or `.json5` file");
    }
    fault
}

fn duplicate(key: &Arc<str>) -> Warning {
    let path = Path::from(vec![Segment::Key(key.clone())]);
    Warning::new("duplicate-key", format!("the key `{key}` stands twice in one object; the last counts")).with_path(path)
}

#[cfg(feature = "simd")]
mod tape {
    use super::*;
    use simd_json::{Buffers, Node, StaticNode};
    use std::cell::RefCell;

    thread_local! {
        /// The parser wants a text that it may change, and memory of its own; both are kept for the next document.
        static REUSED: RefCell<(Vec<u8>, Buffers)> = RefCell::new((Vec::new(), Buffers::with_max_depth(4096, Limits::MAX_DEPTH + 1)));
    }

    /// Buffers above this size are given back after use.
    const KEEP: usize = 1 << 20;

    /// `Err(None)` when the text is not JSON as far as this parser can tell.
    pub(super) fn parse(text: &str, limits: &Limits) -> Result<Parsed, Option<Fault>> {
        REUSED.with_borrow_mut(|(scratch, buffers)| {
            scratch.clear();
            scratch.extend_from_slice(text.as_bytes());
            let result = match simd_json::to_tape_with_buffers(scratch, buffers) {
                Ok(tape) => {
                    let mut reader = Reader { nodes: tape.0.iter(), depth: limits.depth, warnings: Vec::new() };
                    match reader.value(1) {
                        Some(value) => Ok(Parsed { value, warnings: reader.warnings }),
                        None => Err(None),
                    }
                }
                Err(_) => Err(None),
            };
            if scratch.capacity() > KEEP {
                *scratch = Vec::new();
                *buffers = Buffers::with_max_depth(4096, Limits::MAX_DEPTH + 1);
            }
            result
        })
    }

    struct Reader<'a, 'input> {
        nodes: std::slice::Iter<'a, Node<'input>>,
        depth: usize,
        warnings: Vec<Warning>,
    }

    impl Reader<'_, '_> {
        /// Recursion is bounded by the depth limit; `None` where it is passed.
        fn value(&mut self, depth: usize) -> Option<Value> {
            Some(match *self.nodes.next()? {
                Node::Static(StaticNode::Null) => Value::Null,
                Node::Static(StaticNode::Bool(value)) => Value::Bool(value),
                Node::Static(StaticNode::I64(value)) => Value::Integer(value),
                Node::Static(StaticNode::U64(value)) => Value::from(value),
                Node::Static(StaticNode::F64(value)) => Value::Float(value),
                Node::String(text) => Value::from(text),
                Node::Array { .. } | Node::Object { .. } if depth > self.depth => return None,
                Node::Array { len, .. } => {
                    let mut items = Vec::with_capacity(len);
                    for _ in 0..len {
                        items.push(self.value(depth + 1)?);
                    }
                    Value::array(items)
                }
                Node::Object { len, .. } => {
                    let mut table = Table::with_capacity(len);
                    for _ in 0..len {
                        let Node::String(key) = *self.nodes.next()? else { return None };
                        let key: Arc<str> = key.into();
                        let value = self.value(depth + 1)?;
                        if insert(&mut table, key.clone(), value, &mut self.warnings).is_some() {
                            self.warnings.push(duplicate(&key));
                        }
                    }
                    Value::Table(table)
                }
            })
        }
    }
}

/// The slow way: serde_json's events into values, with the warnings that they deserve.
#[derive(Default)]
struct Collector {
    warnings: Vec<Warning>,
}

impl<'de> serde::de::DeserializeSeed<'de> for &mut Collector {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> serde::de::Visitor<'de> for &mut Collector {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // Beyond 2^64 there is no telling an integer from a float any more, and both are rounded.
        if value.abs() >= 2f64.powi(63) {
            self.warnings.push(Warning::new("number-precision", "a number is too large for 64 bits and was rounded"));
        }
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(&mut *self)? {
            array.push(item);
        }
        Ok(Value::array(array))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut table = Table::new();
        while let Some(key) = entries.next_key::<String>()? {
            let key: Arc<str> = key.into();
            let value = entries.next_value_seed(&mut *self)?;
            if insert(&mut table, key.clone(), value, &mut self.warnings).is_some() {
                self.warnings.push(duplicate(&key));
            }
        }
        Ok(Value::Table(table))
    }
}
