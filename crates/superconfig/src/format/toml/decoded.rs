//! The texts of a document that are written with escapes.

use std::cell::{Cell, OnceCell};

/// Keeps texts where they are, so that they can be lent out while others are added.
pub(super) struct Decoded {
    texts: Vec<OnceCell<String>>,
    used: Cell<usize>,
    /// Twice as many, once these are used.
    more: OnceCell<Box<Decoded>>,
}

impl Decoded {
    pub(super) fn new() -> Self {
        Self::with_room(0)
    }

    fn with_room(texts: usize) -> Self {
        Self { texts: vec![OnceCell::new(); texts], used: Cell::new(0), more: OnceCell::new() }
    }

    pub(super) fn keep(&self, text: String) -> &str {
        let at = self.used.get();
        match self.texts.get(at) {
            Some(place) => {
                self.used.set(at + 1);
                place.get_or_init(|| text)
            }
            None => self.more.get_or_init(|| Box::new(Self::with_room(8.max(2 * at)))).keep(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_each_text() {
        let decoded = Decoded::new();
        let kept: Vec<&str> = (0..1000).map(|number| decoded.keep(number.to_string())).collect();
        assert!(kept.iter().enumerate().all(|(number, text)| **text == *number.to_string()));
    }
}
