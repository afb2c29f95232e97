//! The one place that holds every configuration of the process, and any other value that programs share.
//!
//! The map finds an entry and does nothing else. A handle keeps its entry's slot, and a slot holds an atomic pointer:
//! reading through a handle takes no lock, although the map is made of locked shards. Updates swap in place, so no
//! reader ever finds nothing where there is something.

mod guard;
mod handle;
mod id;
mod slot;

pub use guard::Guard;
pub use handle::{CachedHandle, ConfigHandle};
pub use id::HandleId;

use crate::error::{Error, ErrorCode};
use dashmap::{DashMap, Entry};
use slot::{AnySlot, Slot};
use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// Locked parts of the maps: enough that writers rarely meet, few enough that an empty registry stays small.
const SHARDS: usize = 16;

/// Values by id and by name, shared by every thread.
///
/// ```
/// use superconfig::ConfigRegistry;
///
/// let registry = ConfigRegistry::new();
/// let handle = registry.insert(8080u16)?;
/// handle.update(9090)?;
/// assert_eq!(*handle.value()?, 9090);
/// assert_eq!(*registry.get::<u16>(handle.id())?, 9090);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone)]
pub struct ConfigRegistry(Arc<Shared>);

/// What a registry and its handles share.
pub(crate) struct Shared {
    slots: DashMap<HandleId, Arc<dyn AnySlot>, foldhash::fast::RandomState>,
    names: DashMap<Arc<str>, HandleId, foldhash::fast::RandomState>,
    inserts: AtomicU64,
    updates: AtomicU64,
    removes: AtomicU64,
}

/// How an entry is kept.
#[derive(Clone, Debug, Default)]
pub struct InsertOptions {
    /// Finds the entry by name and keeps it when nobody refers to it; a name is given once at a time.
    pub name: Option<Arc<str>>,
}

/// What a registry has done and holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistryStats {
    /// Entries.
    pub total_handles: u64,
    /// Handles that refer to entries, clones counted.
    pub active_references: u64,
    /// Entries ever inserted.
    pub inserts: u64,
    /// Values ever replaced.
    pub updates: u64,
    /// Entries ever removed, those that nobody referred to any more included.
    pub removes: u64,
}

impl Default for ConfigRegistry {
    fn default() -> Self {
        Self::new()
    }
}

impl ConfigRegistry {
    /// Makes a registry of its own, apart from [`ConfigRegistry::global`].
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            slots: DashMap::with_hasher_and_shard_amount(Default::default(), SHARDS),
            names: DashMap::with_hasher_and_shard_amount(Default::default(), SHARDS),
            inserts: AtomicU64::new(0),
            updates: AtomicU64::new(0),
            removes: AtomicU64::new(0),
        }))
    }

    /// The registry of the process, which holds every configuration.
    pub fn global() -> &'static Self {
        static GLOBAL: LazyLock<ConfigRegistry> = LazyLock::new(ConfigRegistry::new);
        &GLOBAL
    }

    /// Adds a value; it is freed when the last handle to it goes.
    ///
    /// # Errors
    /// None today; the signature is that of [`ConfigRegistry::insert_with`].
    pub fn insert<T: Send + Sync + 'static>(&self, value: T) -> Result<ConfigHandle<T>, Error> {
        self.insert_with(value, InsertOptions::default())
    }

    /// Adds a value with options.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for a name that is in use.
    pub fn insert_with<T: Send + Sync + 'static>(&self, value: T, options: InsertOptions) -> Result<ConfigHandle<T>, Error> {
        let id = HandleId::next();
        let slot = Arc::new(Slot::new(value, options.name.clone()));
        // The slot goes first: whoever finds the name must find the entry.
        self.0.slots.insert(id, slot.clone());
        if let Some(name) = options.name {
            match self.0.names.entry(name) {
                Entry::Vacant(vacant) => drop(vacant.insert(id)),
                Entry::Occupied(occupied) => {
                    let message = format!("the name {:?} is in use", occupied.key());
                    drop(occupied);
                    self.0.slots.remove(&id);
                    let error = Error::new(ErrorCode::Option, message);
                    return Err(error.with_hint("close the other one first, or attach to it"));
                }
            }
        }
        self.0.inserts.fetch_add(1, Ordering::Relaxed);
        Ok(ConfigHandle::counted(id, slot, self.0.clone()))
    }

    /// The value of an entry, for as long as the guard is held.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` without such an entry, `ERR_SUPERCONFIG_TYPE` when it is of another type.
    pub fn get<T: Send + Sync + 'static>(&self, id: HandleId) -> Result<Guard<T>, Error> {
        self.slot::<T>(id)?.load(id)
    }

    /// Replaces the value of an entry.
    ///
    /// # Errors
    /// Those of [`ConfigRegistry::get`].
    pub fn update<T: Send + Sync + 'static>(&self, id: HandleId, value: T) -> Result<(), Error> {
        let slot = self.slot::<T>(id)?;
        self.0.update(&slot, id, value)
    }

    /// Removes an entry, whoever refers to it: its handles are `ERR_SUPERCONFIG_CLOSED` from now on.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` without such an entry.
    pub fn remove(&self, id: HandleId) -> Result<(), Error> {
        let (_, slot) = self.0.slots.remove(&id).ok_or_else(|| closed(id))?;
        self.0.forget(id, &*slot);
        Ok(())
    }

    /// True while there is such an entry.
    pub fn contains(&self, id: HandleId) -> bool {
        self.0.slots.contains_key(&id)
    }

    /// One more handle to an entry.
    ///
    /// # Errors
    /// Those of [`ConfigRegistry::get`].
    pub fn handle<T: Send + Sync + 'static>(&self, id: HandleId) -> Result<ConfigHandle<T>, Error> {
        // Counted while the shard is locked: the last handle to go frees an entry only under the same lock.
        let found = self.0.slots.get(&id).ok_or_else(|| closed(id))?;
        let slot = typed::<T>(found.value(), id)?;
        Ok(ConfigHandle::counted(id, slot, self.0.clone()))
    }

    /// A handle to the entry of a name.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` without such a name, `ERR_SUPERCONFIG_TYPE` when the entry is of another type.
    pub fn find<T: Send + Sync + 'static>(&self, name: &str) -> Result<ConfigHandle<T>, Error> {
        let id = self.0.names.get(name).map(|id| *id);
        let id = id.ok_or_else(|| Error::new(ErrorCode::Closed, format!("there is no entry named {name:?}")))?;
        self.handle(id)
    }

    /// What the registry has done and holds. Costs a visit to each entry.
    pub fn stats(&self) -> RegistryStats {
        RegistryStats {
            total_handles: self.0.slots.len() as u64,
            active_references: self.0.slots.iter().map(|slot| slot.references().load(Ordering::Relaxed)).sum(),
            inserts: self.0.inserts.load(Ordering::Relaxed),
            updates: self.0.updates.load(Ordering::Relaxed),
            removes: self.0.removes.load(Ordering::Relaxed),
        }
    }

    fn slot<T: Send + Sync + 'static>(&self, id: HandleId) -> Result<Arc<Slot<T>>, Error> {
        let found = self.0.slots.get(&id).ok_or_else(|| closed(id))?;
        typed(found.value(), id)
    }
}

impl Shared {
    fn update<T: Send + Sync + 'static>(&self, slot: &Slot<T>, id: HandleId, value: T) -> Result<(), Error> {
        slot.replace(id, value)?;
        self.updates.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Ends an entry that has been taken out of the map.
    fn forget(&self, id: HandleId, slot: &dyn AnySlot) {
        if let Some(name) = slot.name() {
            self.names.remove_if(name, |_, own| *own == id);
        }
        slot.close();
        self.removes.fetch_add(1, Ordering::Relaxed);
    }

    /// Called when a count fell to zero. What has a name stays.
    fn release(&self, id: HandleId) {
        let unused =
            |_: &HandleId, slot: &Arc<dyn AnySlot>| slot.references().load(Ordering::Acquire) == 0 && slot.name().is_none();
        if let Some((_, slot)) = self.slots.remove_if(&id, unused) {
            self.forget(id, &*slot);
        }
    }
}

fn typed<T: Send + Sync + 'static>(slot: &Arc<dyn AnySlot>, id: HandleId) -> Result<Arc<Slot<T>>, Error> {
    let any: Arc<dyn Any + Send + Sync> = slot.clone();
    any.downcast::<Slot<T>>().map_err(|_| {
        let message = format!("the entry {id} is a {}, not a {}", slot.type_name(), std::any::type_name::<T>());
        Error::new(ErrorCode::Type, message)
    })
}

fn closed(id: HandleId) -> Error {
    Error::new(ErrorCode::Closed, format!("the entry {id} was removed, or never was"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_frees() {
        let registry = ConfigRegistry::new();
        let handle = registry.insert(String::from("a")).unwrap();
        let other = handle.clone();
        let third = registry.handle::<String>(handle.id()).unwrap();
        assert_eq!(registry.stats().active_references, 3);
        let id = handle.id();
        drop((handle, third));
        assert!(registry.contains(id));
        drop(other);
        assert!(!registry.contains(id));
        assert_eq!(registry.get::<String>(id).unwrap_err().code(), ErrorCode::Closed);
        assert_eq!(
            registry.stats(),
            RegistryStats { total_handles: 0, active_references: 0, inserts: 1, updates: 0, removes: 1 }
        );
    }

    #[test]
    fn names_keep_entries_and_are_given_once() {
        let registry = ConfigRegistry::new();
        let named = || InsertOptions { name: Some("app".into()) };
        let id = registry.insert_with(1u8, named()).unwrap().id();
        assert!(registry.contains(id));
        assert_eq!(registry.insert_with(2u8, named()).unwrap_err().code(), ErrorCode::Option);
        assert_eq!(*registry.find::<u8>("app").unwrap().value().unwrap(), 1);
        registry.remove(id).unwrap();
        assert_eq!(registry.find::<u8>("app").unwrap_err().code(), ErrorCode::Closed);
        assert_eq!(registry.stats().total_handles, 0);
        registry.insert_with(3u8, named()).unwrap();
    }

    #[test]
    fn a_wrong_type_names_both() {
        let registry = ConfigRegistry::new();
        let handle = registry.insert(1u8).unwrap();
        let error = registry.get::<String>(handle.id()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Type);
        assert!(error.message().contains("u8") && error.message().contains("String"));
        assert_eq!(registry.update(handle.id(), 1i64).unwrap_err().code(), ErrorCode::Type);
    }

    #[test]
    fn handles_see_updates_and_removal() {
        let registry = ConfigRegistry::new();
        let handle = registry.insert(1u8).unwrap();
        let mut cached = handle.cached();
        assert_eq!(*cached.value().unwrap(), 1);
        registry.update(handle.id(), 2u8).unwrap();
        assert_eq!((*handle.value().unwrap(), *cached.value().unwrap()), (2, 2));
        handle.update(3).unwrap();
        assert_eq!(*cached.value().unwrap(), 3);
        registry.remove(handle.id()).unwrap();
        assert_eq!(handle.value().map(|value| *value).unwrap_err().code(), ErrorCode::Closed);
        assert_eq!(cached.value().copied().unwrap_err().code(), ErrorCode::Closed);
        assert_eq!(handle.update(4).unwrap_err().code(), ErrorCode::Closed);
        assert_eq!(registry.remove(handle.id()).unwrap_err().code(), ErrorCode::Closed);
    }

    #[test]
    fn readers_see_only_what_was_written_and_never_less() {
        let registry = ConfigRegistry::new();
        let handle = registry.insert(0u64).unwrap();
        let start = std::sync::Barrier::new(5);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let handle = handle.clone();
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    let mut last = 0;
                    while last < 10_000 {
                        let now = *handle.value().unwrap();
                        assert!(now >= last && now <= 10_000);
                        last = now;
                    }
                });
            }
            start.wait();
            for number in 1..=10_000 {
                handle.update(number).unwrap();
            }
        });
        assert_eq!(registry.stats().active_references, 1);
        assert_eq!(registry.stats().updates, 10_000);
    }

    #[test]
    fn a_value_may_use_the_registry_while_it_is_dropped() {
        struct Noisy(ConfigRegistry);
        impl Drop for Noisy {
            fn drop(&mut self) {
                self.0.insert(1u8).unwrap();
            }
        }
        let registry = ConfigRegistry::new();
        let handle = registry.insert(Noisy(registry.clone())).unwrap();
        handle.update(Noisy(registry.clone())).unwrap();
        drop(handle);
        assert_eq!(registry.stats().inserts, 3);
    }
}
