//! File changes that a configuration has not loaded yet.

use std::time::Instant;

/// Changes that one configuration has to do with.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingChange {
    pub(super) first: Instant,
    pub(super) last: Instant,
    /// Something came, went or moved: the way to a file may be another one.
    pub(super) structural: bool,
}
