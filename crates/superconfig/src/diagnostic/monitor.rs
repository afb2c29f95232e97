//! A lock with a condition that threads wait for.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A lock with a condition that threads wait for, for as long as the process lives if need be.
///
/// Of the standard library, where a waiting thread is known to this object alone. `parking_lot` lists them in one table of the process:
/// when that forks, the table of the child names threads that it does not have, in memory that its own threads then take over.
#[derive(Default)]
pub(crate) struct Monitor<T> {
    value: Mutex<T>,
    changed: Condvar,
}

impl<T> Monitor<T> {
    /// A thread that panicked while it held the lock does not matter.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, unless a thread holds the lock.
    #[cfg(feature = "watch")]
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.value.try_lock() {
            Ok(guard) => Some(guard),
            Err(std::sync::TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) => None,
        }
    }

    /// Waits for a notification, at most until `deadline`, and says whether that is over.
    pub(crate) fn wait<'a>(&self, guard: MutexGuard<'a, T>, deadline: Option<Instant>) -> (MutexGuard<'a, T>, bool) {
        let Some(deadline) = deadline else {
            return (self.changed.wait(guard).unwrap_or_else(PoisonError::into_inner), false);
        };
        let rest = deadline.saturating_duration_since(Instant::now());
        let (guard, result) = self.changed.wait_timeout(guard, rest).unwrap_or_else(PoisonError::into_inner);
        (guard, result.timed_out())
    }

    pub(crate) fn notify_one(&self) {
        self.changed.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.changed.notify_all();
    }
}
