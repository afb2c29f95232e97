use crate::error::{Error, ErrorCode};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id of an entry: from one counter of the process, never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HandleId(u64);

/// Host languages hold ids as doubles: the largest one that they hold exactly.
const MAX: u64 = (1 << 53) - 1;

impl HandleId {
    pub(super) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Takes a number as an id, whether or not there is such an entry.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for what can be no id: zero, or more than 2^53 − 1.
    pub fn from_raw(number: u64) -> Result<Self, Error> {
        if number == 0 || number > MAX {
            return Err(Error::new(ErrorCode::Option, format!("{number} can be no id: ids go from 1 to 2^53 − 1")));
        }
        Ok(Self(number))
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for HandleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
