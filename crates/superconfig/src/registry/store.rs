//! The entries of a registry, with the indexes that find them.

use super::generation;
use super::handle_id::HandleId;
use super::janitor::Janitor;
use super::registry_stats::RegistryStats;
use super::slot::{ErasedSlot, closed};
use crate::diagnostic::{Error, ErrorCode};
use crate::value::Meter;
use dashmap::DashMap;
use foldhash::fast::FixedState;
use parking_lot::Mutex;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Shards of the map of entries, of two cache lines each: enough for 16 cores at four to a core, and asking the system how many cores
/// there are costs a start twelve system calls.
const SHARDS: usize = 64;

/// The memory of a deadline in a `BTreeSet`, whose nodes are some 60 % full.
const BYTES_PER_DEADLINE: usize = 32;

/// The state shared by a registry, its handles and its janitor.
pub(super) struct Store {
    /// Ids come from a counter, so no caller can choose them to collide: a fixed and fast hash will do.
    entries: DashMap<HandleId, Arc<dyn ErasedSlot>, FixedState>,
    names: Mutex<hashbrown::HashMap<Arc<str>, HandleId, RandomState>>,
    pub(super) janitor: Janitor,
    pub(super) counters: Counters,
    pub(super) count_reads: bool,
    started: Instant,
}

/// Counters for statistics.
#[derive(Default)]
pub(super) struct Counters {
    pub(super) inserts: AtomicU64,
    pub(super) updates: AtomicU64,
    pub(super) removes: AtomicU64,
    pub(super) expired: AtomicU64,
    pub(super) freed: AtomicU64,
    reads: AtomicU64,
}

impl Store {
    pub(super) fn new(count_reads: bool) -> Self {
        Self {
            entries: DashMap::with_capacity_and_hasher_and_shard_amount(0, FixedState::default(), SHARDS),
            names: Mutex::default(),
            janitor: Janitor::default(),
            counters: Counters::default(),
            count_reads,
            started: Instant::now(),
        }
    }

    /// Nanoseconds since the registry was made.
    pub(super) fn now(&self) -> u64 {
        self.started.elapsed().as_nanos() as u64
    }

    /// The moment that is so many nanoseconds after the registry was made.
    pub(super) fn instant(&self, nanoseconds: u64) -> Instant {
        self.started + Duration::from_nanos(nanoseconds)
    }

    pub(super) fn count_read(&self) {
        if self.count_reads {
            self.counters.reads.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Keeps a name for an id that is not in the map yet.
    pub(super) fn reserve(&self, name: &Arc<str>, id: HandleId) -> Result<(), Error> {
        match self.names.lock().entry_ref(name) {
            hashbrown::hash_map::EntryRef::Vacant(vacant) => {
                vacant.insert(id);
                Ok(())
            }
            hashbrown::hash_map::EntryRef::Occupied(taken) => {
                let message = format!("the name {name:?} is already that of the entry of handle {}", taken.get());
                Err(Error::new(ErrorCode::Option, message).with_hint("update that entry, remove it first, or take another name"))
            }
        }
    }

    /// Gives a name that another entry may have to an id; the other entry stays, and no name finds it.
    pub(super) fn take_over(&self, name: &Arc<str>, id: HandleId) {
        self.names.lock().insert(name.clone(), id);
    }

    /// The id behind a name.
    pub(super) fn named(&self, name: &str) -> Result<HandleId, Error> {
        let id = self.names.lock().get(name).copied();
        id.ok_or_else(|| Error::new(ErrorCode::Closed, format!("no entry has the name {name:?}, or no longer")))
    }

    pub(super) fn put(&self, slot: Arc<dyn ErasedSlot>) {
        self.entries.insert(slot.head().id, slot);
        self.counters.inserts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn contains(&self, id: HandleId) -> bool {
        self.entries.contains_key(&id)
    }

    /// Finds an entry's slot. The map's lock is released when this returns: reading a value can, rarely, drop one that was
    /// replaced meanwhile, and that runs the caller's code.
    pub(super) fn find(&self, id: HandleId) -> Option<Arc<dyn ErasedSlot>> {
        self.entries.get(&id).map(|slot| Arc::clone(&slot))
    }

    /// Takes an entry out of the map if the condition holds; the caller then has to retire it.
    pub(super) fn take_if(&self, id: HandleId, condition: impl Fn(&dyn ErasedSlot) -> bool) -> Option<Arc<dyn ErasedSlot>> {
        let hash = self.entries.hasher().hash_one(id);
        let mut shard = self.entries.shards()[self.entries.determine_shard(hash as usize)].write();
        let (_, slot) = shard.remove_entry(hash, |(key, slot)| *key == id && condition(&**slot.get()))?;
        // Memory follows the number of entries down as it does up, and an empty shard holds none. Shrinking when an eighth
        // is used leaves room on both sides, so that no shard shrinks and grows in turns.
        if shard.len() * 8 <= shard.capacity() {
            let room = shard.len() * 2;
            shard.shrink_to(room, |(key, _)| self.entries.hasher().hash_one(key));
        }
        Some(slot.into_inner())
    }

    /// Ends an entry that was taken out of the map: frees its name and deadline, then drops its value, which may run the
    /// caller's code, and signals to its readers in other languages.
    pub(super) fn retire(&self, slot: &dyn ErasedSlot) {
        if let Some(name) = &slot.head().name {
            let mut names = self.names.lock();
            // Another entry may have taken it over.
            if names.get(name) == Some(&slot.head().id) {
                names.remove(name);
            }
            if names.len() * 8 <= names.capacity() {
                let room = names.len() * 2;
                names.shrink_to(room);
            }
        }
        self.unschedule(slot);
        slot.close();
        let id = slot.head().id.get();
        generation::publish(id, generation::next());
    }

    pub(super) fn remove(&self, id: HandleId) -> Result<(), Error> {
        let slot = self.take_if(id, |_| true).ok_or_else(|| closed(id))?;
        self.counters.removes.fetch_add(1, Ordering::Relaxed);
        self.retire(&*slot);
        Ok(())
    }

    /// Frees an entry whose last reference went, unless it was removed or has expired before.
    pub(super) fn free(&self, id: HandleId) {
        if let Some(slot) = self.take_if(id, |_| true) {
            self.counters.freed.fetch_add(1, Ordering::Relaxed);
            self.retire(&*slot);
        }
    }

    /// Ends all entries; handles that are left find them closed.
    pub(super) fn close(&self) {
        for shard in self.entries.shards() {
            let slots = std::mem::take(&mut *shard.write());
            for (_, slot) in slots {
                self.retire(&**slot.get());
            }
        }
    }

    /// All slots; what is done with them may run the caller's code, so no lock is held.
    pub(super) fn slots(&self) -> Vec<Arc<dyn ErasedSlot>> {
        self.entries.iter().map(|slot| Arc::clone(&slot)).collect()
    }

    pub(super) fn stats(&self) -> RegistryStats {
        let mut stats = RegistryStats::default();
        let mut meter = Meter::new();
        for shard in self.entries.shards() {
            meter.allocation(shard.read().allocation_info().1.size());
        }
        let slots = self.slots();
        stats.total_handles = slots.len();
        for slot in slots {
            let head = slot.head();
            stats.active_references += head.references.get() - usize::from(head.name.is_some());
            slot.measure(&mut meter);
        }
        meter.allocation(self.names.lock().allocation_size());
        meter.allocation(self.deadlines() * BYTES_PER_DEADLINE);
        stats.memory_usage_bytes = meter.bytes();
        let counters = &self.counters;
        stats.inserts = counters.inserts.load(Ordering::Relaxed);
        stats.updates = counters.updates.load(Ordering::Relaxed);
        stats.removes = counters.removes.load(Ordering::Relaxed);
        stats.expired = counters.expired.load(Ordering::Relaxed);
        stats.freed = counters.freed.load(Ordering::Relaxed);
        stats.reads = self.count_reads.then(|| counters.reads.load(Ordering::Relaxed));
        stats
    }
}
