//! The lists that a document is read with.

use super::drafts::{Drafts, Node};
use super::emptied::{emptied, room};
use std::cell::Cell;

/// An array or inline table that is open.
pub(super) enum Frame {
    /// The number of open elements before its own.
    Array(usize),
    /// The inline table's number and that of the table that keys go into after it.
    Inline(usize, usize),
}

/// A key whose value comes next.
pub(super) struct KeyTarget {
    pub(super) table: usize,
    /// The number of its entry, which is not in the table yet.
    pub(super) entry: usize,
    pub(super) offset: usize,
}

/// What a document is read with beside its text: kept for the thread's next document, as making the lists anew takes as long as reading a
/// tenth of a small one.
#[derive(Default)]
pub(super) struct Lists<'a> {
    pub(super) drafts: Drafts<'a>,
    /// The parts of the key that is being read, with their offsets.
    pub(super) keys: Vec<(&'a str, usize)>,
    pub(super) targets: Vec<KeyTarget>,
    pub(super) frames: Vec<Frame>,
    /// The elements of open arrays.
    pub(super) elements: Vec<Node<'a>>,
}

thread_local! {
    /// What the thread's last document has left.
    static LEFT: Cell<Option<Lists<'static>>> = const { Cell::new(None) };
}

/// Lists of more bytes are given back after use.
const KEEP: usize = 1 << 14;

impl Lists<'_> {
    /// Those of the last document, or new ones for the first and for one within another.
    pub(super) fn take() -> Self {
        LEFT.try_with(Cell::take).ok().flatten().unwrap_or_default()
    }

    /// Leaves them for the next document.
    pub(super) fn leave(self) {
        let Self { drafts, keys, targets, mut frames, elements } = self;
        if drafts.room() + room(&keys) + room(&targets) + room(&frames) + room(&elements) <= KEEP {
            frames.clear();
            let left = Lists {
                drafts: drafts.emptied(),
                keys: emptied(keys),
                targets: emptied(targets),
                frames,
                elements: emptied(elements),
            };
            // A thread that is ending keeps nothing.
            let _ = LEFT.try_with(|place| place.set(Some(left)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::toml::parse;
    use crate::value::Limits;

    /// What a thread's document leaves: the bytes that there is room for, and the tables and entries that are in it.
    fn left_by(text: &str) -> Option<(usize, usize)> {
        let parsed = parse(text, &Limits::default());
        assert!(parsed.is_ok(), "{text}");
        let left = LEFT.take();
        let counted = left.as_ref().map(|Lists { drafts, keys, .. }| (drafts.room(), drafts.tables.len() + keys.len()));
        LEFT.set(left);
        counted
    }

    #[test]
    fn a_small_document_leaves_its_lists_and_a_large_one_none() {
        let small = "when = 1979-05-27\n[server]\nport = 80\nhosts = ['a', 'b']\n[[items]]\nname.first = 'c'";
        let large: String = (0..2000).map(|at| format!("key{at} = {at}\n")).collect();
        let (room, filled) = left_by(small).unwrap();
        assert!((1..=KEEP).contains(&room) && filled == 0, "{room} bytes, {filled} of them used");
        assert_eq!(left_by(small), Some((room, 0)), "the second takes those of the first");
        assert_eq!(left_by(&large), None);
        assert!(left_by("a = 1").is_some());
    }
}
