//! The fast path for well-formed JSON, through simd-json's tape.

use crate::format::KeyInterner;
use crate::value::{Limits, Table, Value, is_forbidden};
use simd_json::{Buffers, INPUT_PADDING, Node, StaticNode, Tape};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

/// What a parse needs beside the text, kept for the next document: an allocation of this size costs more than a small parse.
struct Scratch {
    /// The text, which the parser changes, and the padding behind it.
    text: Vec<u8>,
    buffers: Buffers,
    /// Empty between documents.
    tape: Tape<'static>,
}

impl Scratch {
    /// What is above this size is given back after use.
    const KEEP: usize = 1 << 20;

    fn new() -> Self {
        Self { text: Vec::new(), buffers: Buffers::with_max_depth(4096, Limits::MAX_DEPTH + 1), tape: Tape(Vec::new()) }
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new());
}

/// An array or object that is being filled, and how many values it still lacks.
enum Frame {
    Array { items: Vec<Value>, missing: usize },
    Object { entries: Vec<(Arc<str>, Value)>, missing: usize },
}

/// `None` where the text is not JSON, or needs an error or a warning.
pub(super) fn parse(source: &str, limits: &Limits) -> Option<Value> {
    SCRATCH.with_borrow_mut(|scratch| {
        let Scratch { text, buffers, tape } = scratch;
        text.clear();
        text.extend_from_slice(source.as_bytes());
        text.resize(source.len() + INPUT_PADDING, 0);
        let mut filled = mem::replace(tape, Tape(Vec::new())).reset();
        let is_json = simd_json::fill_tape_padded(text, source.len(), buffers, &mut filled).is_ok();
        // The tape has 0 for `-0`, which is a float, as in JavaScript and for the other parser.
        let is_whole = is_json && !(has_zero(&filled.0) && has_negative_zero(source));
        let value = is_whole.then(|| build(&filled.0, limits.depth)).flatten();
        *tape = filled.reset();
        if text.capacity().max(tape.0.capacity() * size_of::<Node<'_>>()) > Scratch::KEEP {
            *scratch = Scratch::new();
        }
        value
    })
}

fn has_zero(nodes: &[Node<'_>]) -> bool {
    nodes.iter().any(|node| matches!(node, Node::Static(StaticNode::I64(0) | StaticNode::U64(0))))
}

/// Whether a `-0` is where a number can be: after the start of a value, before its end. One in a string counts too, which
/// costs time and nothing else.
fn has_negative_zero(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.match_indices('-').filter(|(at, _)| bytes.get(at + 1) == Some(&b'0')).any(|(at, _)| {
        let before =
            at.checked_sub(1).is_none_or(|before| matches!(bytes[before], b':' | b',' | b'[' | b' ' | b'\t' | b'\n' | b'\r'));
        let after = bytes.get(at + 2).is_none_or(|after| matches!(after, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r'));
        before && after
    })
}

fn build(nodes: &[Node<'_>], depth: usize) -> Option<Value> {
    let mut frames: SmallVec<[Frame; 4]> = SmallVec::new();
    let mut keys = KeyInterner::new();
    let mut nodes = nodes.iter();
    loop {
        let mut value = match *nodes.next()? {
            Node::Static(StaticNode::Null) => Value::Null,
            Node::Static(StaticNode::Bool(value)) => Value::Bool(value),
            Node::Static(StaticNode::I64(value)) => Value::Integer(value),
            Node::Static(StaticNode::U64(value)) => Value::from(value),
            Node::Static(StaticNode::F64(value)) => Value::Float(value),
            Node::String(text) => Value::from(text),
            Node::Array { .. } | Node::Object { .. } if frames.len() >= depth => return None,
            Node::Array { len: 0, .. } => Value::array(Vec::new()),
            Node::Object { len: 0, .. } => Value::Table(Table::new()),
            Node::Array { len, .. } => {
                frames.push(Frame::Array { items: Vec::with_capacity(len), missing: len });
                continue;
            }
            Node::Object { len, .. } => {
                let mut entries = Vec::with_capacity(len);
                entries.push((key(&mut keys, nodes.next())?, Value::Null));
                frames.push(Frame::Object { entries, missing: len });
                continue;
            }
        };
        loop {
            match frames.last_mut() {
                None => return Some(value),
                Some(Frame::Array { items, missing }) => {
                    items.push(value);
                    *missing -= 1;
                    if *missing > 0 {
                        break;
                    }
                }
                Some(Frame::Object { entries, missing }) => {
                    entries.last_mut()?.1 = value;
                    *missing -= 1;
                    if *missing > 0 {
                        entries.push((key(&mut keys, nodes.next())?, Value::Null));
                        break;
                    }
                }
            }
            value = match frames.pop()? {
                Frame::Array { items, .. } => Value::array(items),
                Frame::Object { entries, .. } => Value::Table(Table::try_from_entries(entries)?),
            };
        }
    }
}

fn key(keys: &mut KeyInterner, node: Option<&Node<'_>>) -> Option<Arc<str>> {
    match node {
        Some(Node::String(key)) if !is_forbidden(key) => Some(keys.intern(key)),
        _ => None,
    }
}
