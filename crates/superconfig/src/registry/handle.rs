use super::guard::Guard;
use super::slot::{AnySlot, Slot};
use super::{HandleId, Shared, closed};
use crate::error::Error;
use arc_swap::ArcSwapOption;
use arc_swap::cache::Cache;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A counted reference to an entry of a registry, typed.
///
/// ```
/// use superconfig::ConfigRegistry;
///
/// let handle = ConfigRegistry::new().insert(vec![1, 2])?;
/// let other = handle.clone();
/// handle.update(vec![3])?;
/// assert_eq!(*other.value()?, [3]);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct ConfigHandle<T: Send + Sync + 'static> {
    id: HandleId,
    slot: Arc<Slot<T>>,
    registry: Arc<Shared>,
}

impl<T: Send + Sync + 'static> ConfigHandle<T> {
    pub(super) fn counted(id: HandleId, slot: Arc<Slot<T>>, registry: Arc<Shared>) -> Self {
        slot.references().fetch_add(1, Ordering::Relaxed);
        Self { id, slot, registry }
    }

    /// The id of the entry.
    pub fn id(&self) -> HandleId {
        self.id
    }

    /// The value. Takes no lock and allocates nothing.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` once the entry was removed.
    pub fn value(&self) -> Result<Guard<T>, Error> {
        self.slot.load(self.id)
    }

    /// Replaces the value for everybody; readers see the old one or the new one, whole.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` once the entry was removed.
    pub fn update(&self, value: T) -> Result<(), Error> {
        self.registry.update(&self.slot, self.id, value)
    }

    /// A reader for one thread that keeps the value at hand: reading costs one comparison while nothing changed.
    pub fn cached(&self) -> CachedHandle<T> {
        CachedHandle { cache: Cache::new(SlotValue(self.slot.clone())), handle: self.clone() }
    }
}

impl<T: Send + Sync + 'static> Clone for ConfigHandle<T> {
    fn clone(&self) -> Self {
        Self::counted(self.id, self.slot.clone(), self.registry.clone())
    }
}

impl<T: Send + Sync + 'static> Drop for ConfigHandle<T> {
    fn drop(&mut self) {
        if self.slot.references().fetch_sub(1, Ordering::AcqRel) == 1 {
            self.registry.release(self.id);
        }
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for ConfigHandle<T> {
    /// Shows the id and the type; the value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConfigHandle<{}>({})", std::any::type_name::<T>(), self.id)
    }
}

struct SlotValue<T>(Arc<Slot<T>>);

impl<T> Deref for SlotValue<T> {
    type Target = ArcSwapOption<T>;

    fn deref(&self) -> &ArcSwapOption<T> {
        &self.0.value
    }
}

/// One thread's reader of an entry; see [`ConfigHandle::cached`].
pub struct CachedHandle<T: Send + Sync + 'static> {
    cache: Cache<SlotValue<T>, Option<Arc<T>>>,
    handle: ConfigHandle<T>,
}

impl<T: Send + Sync + 'static> CachedHandle<T> {
    /// The newest value.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` once the entry was removed.
    pub fn value(&mut self) -> Result<&T, Error> {
        let id = self.handle.id;
        self.cache.load().as_deref().ok_or_else(|| closed(id))
    }
}
