//! A bound on walks through a schema that may refer to itself.

use std::cell::Cell;

/// References and combinations within one another; real schemas have two or three.
const MAX_DEPTH: usize = 64;

/// The schemas that one lookup may still visit, and the depth to which it has followed references and combinations.
pub(super) struct SchemaVisits {
    left: Cell<usize>,
    depth: Cell<usize>,
}

impl SchemaVisits {
    pub(super) fn new(most: usize) -> Self {
        Self { left: Cell::new(most), depth: Cell::new(0) }
    }

    /// The result of one more visit, or `otherwise` when none is left.
    pub(super) fn visit<T>(&self, otherwise: T, look: impl FnOnce() -> T) -> T {
        let (left, depth) = (self.left.get(), self.depth.get());
        if left == 0 || depth == MAX_DEPTH {
            return otherwise;
        }
        self.left.set(left - 1);
        self.depth.set(depth + 1);
        let found = look();
        self.depth.set(depth);
        found
    }
}
