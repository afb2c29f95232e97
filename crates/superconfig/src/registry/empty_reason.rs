//! The reason why an entry of the registry holds no value.

use crate::diagnostic::Error;

/// Why an entry that follows something else holds no value, or held none when it was empty last: a reader that finds it
/// empty asks after that, when it may be filled again.
pub(super) struct EmptyReason {
    pub(super) why: Error,
    /// It stays empty.
    pub(super) closed: bool,
}
