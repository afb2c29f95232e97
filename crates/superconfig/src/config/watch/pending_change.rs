//! File changes that a configuration has not loaded yet.

use std::time::Instant;

/// Changes that one configuration has to do with.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingChange {
    pub(super) first: Instant,
    pub(super) last: Instant,
    /// An entry was created, removed or moved: paths may resolve differently.
    pub(super) structural: bool,
}
