//! State of a process that none of its children takes over.

use arc_swap::ArcSwapOption;
use std::sync::Arc;

/// State of a process with threads of its own, which a child that was forked starts anew: it does not have the threads, one of which may
/// have held a lock.
pub(crate) struct ProcessLocal<T>(ArcSwapOption<T>);

impl<T: Default> ProcessLocal<T> {
    pub(crate) const fn new() -> Self {
        Self(ArcSwapOption::const_empty())
    }

    pub(crate) fn get(&self) -> Arc<T> {
        if let Some(known) = self.0.load_full() {
            return known;
        }
        let new = Arc::<T>::default();
        let before = self.0.compare_and_swap(&None::<Arc<T>>, Some(new.clone()));
        before.clone().unwrap_or(new)
    }

    /// Forgets the state, without dropping it: that would wait for what is not there.
    #[cfg(feature = "watch")]
    pub(crate) fn forget(&self) {
        std::mem::forget(self.0.swap(None));
    }
}
