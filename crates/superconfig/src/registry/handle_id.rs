//! The numeric identifier of an entry.

use crate::diagnostic::{Error, ErrorCode};
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every id of this process comes from here, whatever the registry, so that no two entries ever share one.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The number of an entry: from 1, unique in the process, never used again.
///
/// It is never above 2⁵³ − 1, so that it survives a host language whose only number is a float.
///
/// ```
/// use superconfig::{ConfigRegistry, HandleId};
///
/// let registry = ConfigRegistry::new();
/// let handle = registry.insert(8080_u16)?;
/// let id = HandleId::from_raw(handle.id().get())?;
/// assert_eq!(*registry.get::<u16>(id)?, 8080);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HandleId(NonZeroU64);

impl HandleId {
    /// The highest id, 2⁵³ − 1.
    pub const MAX: u64 = (1 << 53) - 1;

    pub(super) fn next() -> Result<Self, Error> {
        Self::from_raw(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The id as a number.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// assert!(port.id().get() > 0);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The id of a number that [`HandleId::get`] gave. Whether an entry has it is for the registry to say.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// assert_eq!(superconfig::HandleId::from_raw(port.id().get())?, port.id());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for a number that no id can be: zero, or above [`HandleId::MAX`].
    pub fn from_raw(raw: u64) -> Result<Self, Error> {
        match NonZeroU64::new(raw) {
            Some(id) if raw <= Self::MAX => Ok(Self(id)),
            _ => Err(not_an_id(raw)),
        }
    }
}

/// See [`HandleId::from_raw`].
impl TryFrom<u64> for HandleId {
    type Error = Error;

    fn try_from(raw: u64) -> Result<Self, Error> {
        Self::from_raw(raw)
    }
}

/// For hosts whose numbers are floats: like [`HandleId::from_raw`], and a fraction, an infinity or a NaN is refused too.
impl TryFrom<f64> for HandleId {
    type Error = Error;

    fn try_from(raw: f64) -> Result<Self, Error> {
        if raw.fract() != 0.0 || !(1.0..=Self::MAX as f64).contains(&raw) {
            return Err(not_an_id(raw));
        }
        Self::from_raw(raw as u64)
    }
}

fn not_an_id(raw: impl fmt::Display) -> Error {
    Error::new(ErrorCode::Option, format!("a handle's id must be a whole number from 1 to {}, not {raw}", HandleId::MAX))
        .with_hint("pass the `id` of a handle")
}

impl fmt::Display for HandleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for HandleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HandleId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_valid_ids_only() {
        for raw in [1, 2, HandleId::MAX] {
            assert_eq!(HandleId::from_raw(raw).unwrap().get(), raw);
            assert_eq!(HandleId::try_from(raw).unwrap().get(), raw);
            assert_eq!(HandleId::try_from(raw as f64).unwrap().get(), raw);
        }
        for raw in [0, HandleId::MAX + 1, u64::MAX] {
            let error = HandleId::from_raw(raw).unwrap_err();
            assert_eq!(error.code(), ErrorCode::Option);
            assert!(error.message().ends_with(&format!("not {raw}")), "{error}");
        }
        for raw in [0.0, -0.0, -1.0, 1.5, 0.999, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 9007199254740992.0, 1e300] {
            assert_eq!(HandleId::try_from(raw).unwrap_err().code(), ErrorCode::Option, "{raw}");
        }
    }

    #[test]
    fn prints_as_its_number() {
        let id = HandleId::from_raw(12).unwrap();
        assert_eq!((id.to_string(), format!("{id:?}")), ("12".into(), "HandleId(12)".into()));
    }

    #[test]
    fn ids_are_unique() {
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::spawn(|| (0..1000).map(|_| HandleId::next().unwrap()).collect::<Vec<_>>())).collect();
        let mut ids: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 4000);
    }
}
