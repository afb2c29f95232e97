//! The reason why an entry of the registry holds no value.

use crate::diagnostic::Error;

/// The reason why a managed entry holds no value, or held none when it was empty last: a reader that finds it empty reads
/// the reason later, when the entry may be filled again.
pub(super) struct EmptyReason {
    pub(super) why: Error,
    /// Whether the entry stays empty.
    pub(super) closed: bool,
}
