use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Access to a value as it was when it was read; the value lives at least as long as the guard.
///
/// Guards are for short use in one place: keep a clone of the value, not a guard.
pub struct Guard<T>(arc_swap::Guard<Option<Arc<T>>>);

impl<T> Guard<T> {
    /// `None` for an entry that is gone.
    pub(super) fn new(loaded: arc_swap::Guard<Option<Arc<T>>>) -> Option<Self> {
        loaded.is_some().then_some(Self(loaded))
    }
}

impl<T> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &*self.0 {
            Some(value) => value,
            None => unreachable!("a guard is made of a value that is there"),
        }
    }
}

impl<T> fmt::Debug for Guard<T> {
    /// Shows the type; the value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard<{}>", std::any::type_name::<T>())
    }
}
