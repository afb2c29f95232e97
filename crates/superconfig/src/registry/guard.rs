//! A borrowed value of an entry.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Borrows a value as it was when it was read: updating or removing the entry does not change it.
///
/// Meant to be short-lived. The first eight that a thread holds at once cost nothing but a mark; more count a reference
/// each. A value that was replaced is dropped with its last guard.
///
/// ```
/// let registry = superconfig::ConfigRegistry::new();
/// let port = registry.insert(8080_u16)?;
/// let guard = port.value()?;
/// port.update(9090)?;
/// assert_eq!((*guard, *port.value()?), (8080, 9090));
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct Guard<T>(arc_swap::Guard<Option<Arc<T>>>);

impl<T> Guard<T> {
    /// `None` when the entry is closed.
    #[inline]
    pub(super) fn new(guard: arc_swap::Guard<Option<Arc<T>>>) -> Option<Self> {
        guard.is_some().then_some(Self(guard))
    }

    /// Turns the guard into a counted reference, to keep the value for longer. Costs one atomic increment.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// let kept: std::sync::Arc<u16> = superconfig::Guard::into_arc(port.value()?);
    /// assert_eq!(*kept, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn into_arc(guard: Self) -> Arc<T> {
        let shared = arc_swap::Guard::into_inner(guard.0);
        // SAFETY: `new` is the only way to a guard and lets only `Some` pass; nothing changes it afterwards.
        unsafe { shared.unwrap_unchecked() }
    }
}

impl<T> Deref for Guard<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `new` is the only way to a guard and lets only `Some` pass; nothing changes it afterwards.
        unsafe { self.0.as_deref().unwrap_unchecked() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Guard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Guard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
