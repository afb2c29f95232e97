//! A typed, counted reference to an entry.

use super::guard::Guard;
use super::handle_id::HandleId;
use super::slot::Slot;
use crate::diagnostic::Error;
use std::fmt;
use std::sync::Arc;

/// A typed reference to an entry of a [`ConfigRegistry`](super::ConfigRegistry), which reads it without any lock.
///
/// Cloning counts a reference and dropping gives it back; an entry without a name is freed with its last handle. A
/// handle does not keep an entry from being removed or from expiring: reading it then is `ERR_SUPERCONFIG_CLOSED`.
///
/// ```
/// use superconfig::{ConfigRegistry, ErrorCode};
///
/// let registry = ConfigRegistry::new();
/// let port = registry.insert(8080_u16)?;
/// let reader = port.clone();
/// port.update(9090)?;
/// assert_eq!(*reader.value()?, 9090);
///
/// registry.remove(port.id())?;
/// assert_eq!(reader.value().unwrap_err().code(), ErrorCode::Closed);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct ConfigHandle<T> {
    pub(super) slot: Arc<Slot<T>>,
}

impl<T> ConfigHandle<T> {
    /// Takes over a reference that is counted already.
    pub(super) fn counted(slot: Arc<Slot<T>>) -> Self {
        Self { slot }
    }

    /// The id under which the registry knows the entry.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// assert!(registry.contains(port.id()));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    #[inline]
    pub fn id(&self) -> HandleId {
        self.slot.head.id
    }

    /// The name that the entry was inserted with.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// assert_eq!(port.name(), None);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.slot.head.name.as_deref()
    }

    /// Reads the value as it is now, in some 15 ns.
    ///
    /// Takes no lock, never waits and allocates nothing, except for a few hundred bytes at a thread's first read, which the
    /// next thread takes over. See [`ConfigHandle::cached`] for reading in a loop.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// assert_eq!(*port.value()?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` when the entry was removed, has expired, or its registry was dropped.
    #[inline]
    pub fn value(&self) -> Result<Guard<T>, Error> {
        self.slot.load()
    }

    /// Replaces the value for all readers at once, without waiting for them.
    ///
    /// An entry with a time to live gets the whole of it again. The last user of the old value drops it.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// port.update(9090)?;
    /// assert_eq!(*port.value()?, 9090);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` when the entry was removed, has expired, or its registry was dropped.
    pub fn update(&self, value: T) -> Result<(), Error> {
        self.slot.update(value)
    }
}

impl<T> Clone for ConfigHandle<T> {
    fn clone(&self) -> Self {
        self.slot.head.references.acquire();
        Self { slot: Arc::clone(&self.slot) }
    }
}

impl<T> Drop for ConfigHandle<T> {
    fn drop(&mut self) {
        let head = &self.slot.head;
        if head.references.release() {
            head.store.free(head.id);
        }
    }
}

/// Shows id, name and type. The value is left out: it may be secret.
impl<T> fmt::Debug for ConfigHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = f.debug_struct("ConfigHandle");
        output.field("id", &self.id().get()).field("type", &std::any::type_name::<T>());
        if let Some(name) = self.name() {
            output.field("name", &name);
        }
        output.finish_non_exhaustive()
    }
}
