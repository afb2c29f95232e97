//! The public interface of the registry.

use super::config_handle::ConfigHandle;
use super::empty_reason::EmptyReason;
use super::guard::Guard;
use super::handle_id::HandleId;
use super::insert_options::InsertOptions;
use super::lifetime::Lifetime;
use super::managed_entry::ManagedEntry;
use super::reference_count::ReferenceCount;
use super::registry_stats::RegistryStats;
use super::slot::{ErasedSlot, Head, Slot, closed, wrong_type};
use super::store::Store;
use crate::diagnostic::Error;
use crate::value::Meter;
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// Values of any type, each found by an id or a name and read through a typed [`ConfigHandle`].
///
/// All of it works through `&self` from any number of threads. There is one for the process, [`ConfigRegistry::global`],
/// and as many others as wanted; dropping one of those closes its entries.
///
/// ```
/// use superconfig::ConfigRegistry;
///
/// let registry = ConfigRegistry::new();
/// let handle = registry.insert(String::from("first"))?;
/// let other = registry.handle::<String>(handle.id())?;
/// handle.update(String::from("second"))?;
/// assert_eq!(*other.value()?, "second");
/// assert_eq!(registry.stats().active_references, 2);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct ConfigRegistry {
    pub(super) store: Arc<Store>,
}

/// The limits and intervals of a registry.
///
/// ```
/// use superconfig::{ConfigRegistry, RegistryOptions};
///
/// let registry = ConfigRegistry::with_options(RegistryOptions { count_reads: true });
/// let _ = registry.insert(1)?.value()?;
/// assert_eq!(registry.stats().reads, Some(1));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegistryOptions {
    /// Whether reads are counted. Each read then writes a counter that all threads share.
    pub count_reads: bool,
}

static GLOBAL: LazyLock<ConfigRegistry> = LazyLock::new(ConfigRegistry::new);

impl ConfigRegistry {
    /// Makes an empty registry of some ten kilobytes, independent of all others.
    ///
    /// ```
    /// assert_eq!(superconfig::ConfigRegistry::new().stats().total_handles, 0);
    /// ```
    pub fn new() -> Self {
        Self::with_options(RegistryOptions::default())
    }

    /// Makes an empty registry that works as the options say.
    ///
    /// ```
    /// use superconfig::{ConfigRegistry, RegistryOptions};
    ///
    /// assert_eq!(ConfigRegistry::with_options(RegistryOptions { count_reads: true }).stats().reads, Some(0));
    /// ```
    pub fn with_options(options: RegistryOptions) -> Self {
        Self { store: Arc::new(Store::new(options.count_reads)) }
    }

    /// The registry that all parts of this process share.
    ///
    /// ```
    /// let port = superconfig::ConfigRegistry::global().insert(8080_u16)?;
    /// assert_eq!(*port.value()?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn global() -> &'static Self {
        &GLOBAL
    }

    /// Forgets the thread that ends entries, in a process that was forked.
    #[cfg(feature = "watch")]
    pub(crate) fn forget_janitor(&self) {
        self.store.forget_janitor();
    }

    /// Puts a value in, without name and without end. It stays for as long as a handle refers to it.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// drop(port);
    /// assert_eq!(registry.stats().total_handles, 0);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// None that can occur; ids run out after 2⁵³ inserts.
    pub fn insert<T: Send + Sync + 'static>(&self, value: T) -> Result<ConfigHandle<T>, Error> {
        self.insert_with(value, InsertOptions::default())
    }

    /// Puts a value in under a name, for a time, or both.
    ///
    /// The first entry with a time to live starts a thread, which ends with the last. An entry ends at its deadline or as
    /// soon after it as that thread gets to run.
    ///
    /// ```
    /// use superconfig::{ConfigRegistry, InsertOptions};
    ///
    /// let registry = ConfigRegistry::new();
    /// let options = InsertOptions { name: Some("port".into()), ..InsertOptions::default() };
    /// registry.insert_with(8080_u16, options)?;
    /// assert_eq!(*registry.find::<u16>("port")?.value()?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for options that are wrong or a name that is in use; `ERR_SUPERCONFIG_LIMIT` when the
    /// thread cannot be started.
    pub fn insert_with<T: Send + Sync + 'static>(&self, value: T, options: InsertOptions) -> Result<ConfigHandle<T>, Error> {
        self.insert_measured(value, options, Meter::known)
    }

    /// Puts a value in and says how to measure what it takes beyond its own size, for [`RegistryStats`].
    ///
    /// Without it, the text in `String`, `Box<str>` and `Arc<str>`, the bytes in `Vec<u8>`, and [`Value`](crate::Value) with
    /// `Arc<Value>` are measured; other types count with their own size only. [`ConfigRegistry::stats`] measures, reading
    /// and updating never do.
    ///
    /// ```
    /// use superconfig::{ConfigRegistry, InsertOptions};
    ///
    /// let registry = ConfigRegistry::new();
    /// let rows = registry.insert_measured(vec![0_u64; 1000], InsertOptions::default(), |rows, meter| meter.allocation(8 * rows.capacity()))?;
    /// assert!(registry.stats().memory_usage_bytes >= 8000);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`ConfigRegistry::insert_with`].
    pub fn insert_measured<T: Send + Sync + 'static>(
        &self,
        value: T,
        options: InsertOptions,
        measure: fn(&T, &mut Meter),
    ) -> Result<ConfigHandle<T>, Error> {
        self.insert_named(value, options, measure, false)
    }

    /// [`ConfigRegistry::insert_measured`]; with `replace` the name may be that of another entry, which stays without it.
    pub(crate) fn insert_named<T: Send + Sync + 'static>(
        &self,
        value: T,
        options: InsertOptions,
        measure: fn(&T, &mut Meter),
        replace: bool,
    ) -> Result<ConfigHandle<T>, Error> {
        options.validate()?;
        let InsertOptions { name, time_to_live, refresh_on_read } = options;
        let store = &self.store;
        let id = HandleId::next()?;
        match &name {
            Some(name) if replace => store.take_over(name, id),
            Some(name) => store.reserve(name, id)?,
            None => {}
        }
        let head = Head {
            id,
            observed: refresh_on_read || store.count_reads,
            references: ReferenceCount::new(1 + usize::from(name.is_some())),
            store: Arc::clone(store),
            name,
            lifetime: time_to_live.map(|length| Box::new(Lifetime::new(length, refresh_on_read, store.now()))),
            vacancy: None,
        };
        let slot = Arc::new(Slot::new(Some(value), head, measure));
        store.put(Arc::clone(&slot) as Arc<dyn ErasedSlot>);
        let handle = ConfigHandle::counted(slot);
        if time_to_live.is_some() {
            store.schedule(&*handle.slot).inspect_err(|_| _ = store.remove(id))?;
        }
        Ok(handle)
    }

    /// Makes an entry that follows something else: it is filled, emptied and ended through what is given beside the handle.
    pub(crate) fn follow<T: Send + Sync + 'static>(&self) -> Result<(ConfigHandle<T>, ManagedEntry<T>), Error> {
        let store = &self.store;
        let id = HandleId::next()?;
        let head = Head {
            id,
            observed: store.count_reads,
            references: ReferenceCount::new(1),
            store: Arc::clone(store),
            name: None,
            lifetime: None,
            vacancy: Some(Box::new(Mutex::new(EmptyReason { why: closed(id), closed: false }))),
        };
        let slot = Arc::new(Slot::new(None, head, Meter::known));
        store.put(Arc::clone(&slot) as Arc<dyn ErasedSlot>);
        let entry = ManagedEntry::new(&slot);
        Ok((ConfigHandle::counted(slot), entry))
    }

    /// Reads an entry by its id. A [`ConfigHandle`] reads quicker and without a lock; this takes the read lock of one of
    /// the map's shards to find the entry, and lets it go before the value is read.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// assert_eq!(*registry.get::<u16>(port.id())?, 8080);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` when there is no such entry, or no longer; `ERR_SUPERCONFIG_TYPE`, naming both types, when
    /// it is of another type.
    pub fn get<T: Send + Sync + 'static>(&self, id: HandleId) -> Result<Guard<T>, Error> {
        let slot = self.find_slot(id)?;
        typed::<T>(&*slot)?.load()
    }

    /// A handle to an entry that is there, which counts a reference.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// let second = registry.handle::<u16>(port.id())?;
    /// assert_eq!(registry.stats().active_references, 2);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`ConfigRegistry::get`].
    pub fn handle<T: Send + Sync + 'static>(&self, id: HandleId) -> Result<ConfigHandle<T>, Error> {
        let slot = self.find_slot(id)?;
        typed::<T>(&*slot)?;
        let any: Arc<dyn Any + Send + Sync> = slot;
        // The last handle may go just now, and the entry with it.
        let counted = any.downcast::<Slot<T>>().ok().filter(|slot| slot.head.references.try_acquire());
        counted.map(ConfigHandle::counted).ok_or_else(|| closed(id))
    }

    /// A handle to the entry that was inserted under a name, which counts a reference.
    ///
    /// ```
    /// use superconfig::{ConfigRegistry, InsertOptions};
    ///
    /// let registry = ConfigRegistry::new();
    /// let options = InsertOptions { name: Some("port".into()), ..InsertOptions::default() };
    /// registry.insert_with(8080_u16, options)?;
    /// assert!(registry.find::<u16>("host").is_err());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` when no entry has that name, or no longer; `ERR_SUPERCONFIG_TYPE`, naming both types, when
    /// it is of another type.
    pub fn find<T: Send + Sync + 'static>(&self, name: &str) -> Result<ConfigHandle<T>, Error> {
        self.handle(self.store.named(name)?)
    }

    /// Replaces the value of an entry by its id; see [`ConfigHandle::update`].
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// registry.update(port.id(), 9090_u16)?;
    /// assert_eq!(*port.value()?, 9090);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`ConfigRegistry::get`]. The value that could not be stored is dropped.
    pub fn update<T: Send + Sync + 'static>(&self, id: HandleId, value: T) -> Result<(), Error> {
        let slot = self.find_slot(id)?;
        typed::<T>(&*slot)?.update(value)
    }

    /// Removes an entry, whatever its type and number of handles: the remaining handles find it closed, guards in use stay
    /// valid. Its name is free again, its id is never used again.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// registry.remove(port.id())?;
    /// assert_eq!(port.value().unwrap_err().code(), superconfig::ErrorCode::Closed);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` when there is no such entry, or no longer.
    pub fn remove(&self, id: HandleId) -> Result<(), Error> {
        self.store.remove(id)
    }

    /// Whether there is an entry with this id.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// assert!(registry.contains(port.id()));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn contains(&self, id: HandleId) -> bool {
        self.store.contains(id)
    }

    /// The registry's contents and counters. Costs a walk over all entries and their values, shard by shard, while all other
    /// operations go on.
    ///
    /// ```
    /// let registry = superconfig::ConfigRegistry::new();
    /// let port = registry.insert(8080_u16)?;
    /// assert_eq!(registry.stats().inserts, 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn stats(&self) -> RegistryStats {
        self.store.stats()
    }

    /// Shows each entry of a type to a function, with its id and name. No lock is held while it runs.
    #[cfg(feature = "metrics")]
    pub(crate) fn visit<T: Send + Sync + 'static>(&self, mut see: impl FnMut(HandleId, Option<&str>, &T)) {
        for slot in self.store.slots() {
            let head = slot.head();
            if let Ok(value) = typed::<T>(&*slot).and_then(Slot::load) {
                see(head.id, head.name.as_deref(), &value);
            }
        }
    }

    fn find_slot(&self, id: HandleId) -> Result<Arc<dyn ErasedSlot>, Error> {
        self.store.find(id).ok_or_else(|| closed(id))
    }
}

fn typed<T: 'static + Send + Sync>(slot: &dyn ErasedSlot) -> Result<&Slot<T>, Error> {
    let any: &dyn Any = slot;
    any.downcast_ref().ok_or_else(|| wrong_type::<T>(slot))
}

impl Default for ConfigRegistry {
    fn default() -> Self {
        Self::new()
    }
}

/// Closes all entries.
impl Drop for ConfigRegistry {
    fn drop(&mut self) {
        self.store.close();
    }
}

/// Shows how many entries there are, not what they hold.
impl fmt::Debug for ConfigRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigRegistry").field("entries", &self.store.len()).finish_non_exhaustive()
    }
}
