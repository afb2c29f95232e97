//! An entry of the registry.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use superconfig::generation::{WORD_COUNT, WORDS, announce};
use superconfig::{ConfigHandle, ConfigRegistry, Error, Guard};

/// A version in the real registry, which other threads find by its number; it leaves the registry with this.
pub(crate) struct Entry<T: Send + Sync + 'static>(ConfigHandle<Arc<T>>);

impl<T: Send + Sync + 'static> Entry<T> {
    /// Puts a version there, and tells other threads.
    pub(crate) fn new(version: Arc<T>) -> Result<Self, Error> {
        let handle = ConfigRegistry::global().insert(version)?;
        announce(handle.id());
        Ok(Self(handle))
    }

    /// The version that is read now.
    pub(crate) fn version(&self) -> Result<Guard<Arc<T>>, Error> {
        self.0.value()
    }

    /// What the facade pins: the generation, the version and the number of the entry.
    pub(crate) fn numbers(&self) -> [f64; 3] {
        let id = self.0.id().get();
        let generation = WORDS[id as usize % WORD_COUNT].load(Ordering::Acquire);
        [f64::from(generation), 1.0, id as f64]
    }
}

impl<T: Send + Sync + 'static> Drop for Entry<T> {
    fn drop(&mut self) {
        // It may have been removed before.
        let _ = ConfigRegistry::global().remove(self.0.id());
    }
}
