//! A reader that caches the value of its entry.

use super::config_handle::ConfigHandle;
use super::slot::Slot;
use crate::diagnostic::Error;
use arc_swap::ArcSwapOption;
use arc_swap::cache::Cache;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// One thread's reader of an entry: it keeps the value and only compares a pointer to see whether it still holds.
///
/// What it keeps lives until the first read after a change, so an idle reader can hold on to a value that was replaced
/// or removed.
///
/// ```
/// use superconfig::ConfigRegistry;
///
/// let registry = ConfigRegistry::new();
/// let limit = registry.insert(100_u32)?;
/// let mut reader = limit.cached();
/// assert_eq!(*reader.value()?, 100);
/// limit.update(200)?;
/// assert_eq!(*reader.value()?, 200);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct CachedHandle<T> {
    handle: ConfigHandle<T>,
    cache: Cache<SlotRef<T>, Option<Arc<T>>>,
}

/// Leads the cache to the pointer inside a slot.
struct SlotRef<T>(Arc<Slot<T>>);

impl<T> Deref for SlotRef<T> {
    type Target = ArcSwapOption<T>;

    #[inline]
    fn deref(&self) -> &ArcSwapOption<T> {
        &self.0.value
    }
}

impl<T> ConfigHandle<T> {
    /// A reader for one thread that keeps the value at hand: a read costs about a nanosecond while nothing changes.
    ///
    /// It counts a reference like a clone of the handle.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// assert_eq!(*port.cached().value()?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn cached(&self) -> CachedHandle<T> {
        CachedHandle::new(self.clone())
    }
}

impl<T> CachedHandle<T> {
    pub(super) fn new(handle: ConfigHandle<T>) -> Self {
        let cache = Cache::new(SlotRef(Arc::clone(&handle.slot)));
        Self { handle, cache }
    }

    /// Reads the value as it is now, in about a nanosecond when it is the one read last.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let mut port = registry.insert(8080_u16)?.cached();
    /// assert_eq!(*port.value()?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` when the entry was removed, has expired, or its registry was dropped.
    #[inline]
    pub fn value(&mut self) -> Result<&T, Error> {
        let head = &self.handle.slot.head;
        match self.cache.load() {
            Some(value) => {
                if head.observed {
                    head.observe();
                }
                Ok(value)
            }
            None => Err(head.vacant()),
        }
    }

    /// The handle that this reads.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let mut port = registry.insert(8080_u16)?.cached();
    /// port.handle().update(9090)?;
    /// assert_eq!(*port.value()?, 9090);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn handle(&self) -> &ConfigHandle<T> {
        &self.handle
    }
}

impl<T> Clone for CachedHandle<T> {
    fn clone(&self) -> Self {
        self.handle.cached()
    }
}

/// Shows what the handle shows; the value is left out.
impl<T> fmt::Debug for CachedHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CachedHandle").field(&self.handle).finish()
    }
}
