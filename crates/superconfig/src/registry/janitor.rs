//! Removes expired entries.

use super::handle_id::HandleId;
use super::slot::ErasedSlot;
use super::store::Store;
use crate::diagnostic::{Error, ErrorCode, Monitor, thread_builder};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard};

/// The deadlines of all entries that have one, and the thread that waits for the nearest.
///
/// The thread is there only while there is a deadline, sleeps until the nearest, and is never waited for: a process may
/// end while it sleeps.
#[derive(Default)]
pub(super) struct Janitor {
    queue: Monitor<Queue>,
}

#[derive(Default)]
struct Queue {
    deadlines: BTreeSet<(u64, HandleId)>,
    running: bool,
}

impl Store {
    /// Forgets the thread in a process that was forked; the next entry with a deadline starts one.
    #[cfg(feature = "watch")]
    pub(super) fn forget_janitor(&self) {
        if let Some(mut queue) = self.janitor.queue.try_lock() {
            queue.running = false;
        }
    }

    /// Sees to it that an entry with a time to live ends with it.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_LIMIT` when the system refuses the thread; the entry is then not scheduled.
    pub(super) fn schedule(self: &Arc<Self>, slot: &dyn ErasedSlot) -> Result<(), Error> {
        let mut queue = self.janitor.queue.lock();
        self.enqueue(&mut queue, slot);
        if !queue.running && !queue.deadlines.is_empty() {
            let store = Arc::clone(self);
            if let Err(cause) = thread_builder("superconfig-ttl").spawn(move || clean(&store)) {
                queue.deadlines.clear();
                return Err(Error::new(ErrorCode::Limit, "the thread that ends entries with a time to live cannot be started")
                    .with_hint("raise the limit on threads or memory, or insert without a time to live")
                    .with_cause(cause));
            }
            queue.running = true;
        }
        Ok(())
    }

    /// Adds an entry's deadline to the queue, unless it has none or the entry was removed. A removal unschedules the entry
    /// afterwards, so checking the map under the queue's lock leaves no gap.
    fn enqueue(&self, queue: &mut MutexGuard<'_, Queue>, slot: &dyn ErasedSlot) {
        let head = slot.head();
        if let Some(lifetime) = head.lifetime.as_ref().filter(|_| self.contains(head.id)) {
            let deadline = lifetime.deadline();
            lifetime.set_scheduled(deadline);
            queue.deadlines.insert((deadline, head.id));
            if queue.deadlines.first() == Some(&(deadline, head.id)) {
                self.janitor.queue.notify_one();
            }
        }
    }

    /// Forgets the deadline of an entry that was taken out of the map.
    pub(super) fn unschedule(&self, slot: &dyn ErasedSlot) {
        let head = slot.head();
        if let Some(lifetime) = &head.lifetime {
            let mut queue = self.janitor.queue.lock();
            queue.deadlines.remove(&(lifetime.scheduled(), head.id));
            if queue.deadlines.is_empty() {
                self.janitor.queue.notify_one();
            }
        }
    }

    /// The number of deadlines in the queue.
    pub(super) fn deadlines(&self) -> usize {
        self.janitor.queue.lock().deadlines.len()
    }

    /// Ends an entry that is due; one that was read or updated meanwhile is queued again.
    fn expire(&self, id: HandleId) {
        let now = self.now();
        let due = |slot: &dyn ErasedSlot| slot.head().lifetime.as_ref().is_some_and(|lifetime| lifetime.deadline() <= now);
        match self.take_if(id, due) {
            Some(slot) => {
                self.counters.expired.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                self.retire(&*slot);
            }
            None => {
                if let Some(slot) = self.find(id) {
                    self.enqueue(&mut self.janitor.queue.lock(), &*slot);
                }
            }
        }
    }
}

/// The body of the thread.
fn clean(store: &Store) {
    let mut queue = store.janitor.queue.lock();
    while let Some(&(deadline, id)) = queue.deadlines.first() {
        if deadline > store.now() {
            queue = store.janitor.queue.wait(queue, Some(store.instant(deadline))).0;
            continue;
        }
        queue.deadlines.pop_first();
        drop(queue);
        // A value whose `Drop` panics must not keep the others alive for ever. The panic was reported by the hook.
        let _ = catch_unwind(AssertUnwindSafe(|| store.expire(id)));
        queue = store.janitor.queue.lock();
    }
    queue.running = false;
}

#[cfg(test)]
mod tests {
    use crate::registry::ConfigRegistry;
    use crate::registry::InsertOptions;
    use std::time::Duration;

    /// As when another thread removes an entry just before its deadline is put into the queue.
    #[test]
    fn a_removed_entry_leaves_no_deadline() {
        let registry = ConfigRegistry::new();
        let lasting = InsertOptions { time_to_live: Some(Duration::from_secs(60)), ..InsertOptions::default() };
        let handle = registry.insert_with(1_u8, lasting).unwrap();
        assert_eq!(registry.store.deadlines(), 1);
        registry.remove(handle.id()).unwrap();
        registry.store.schedule(&*handle.slot).unwrap();
        assert_eq!(registry.store.deadlines(), 0);
    }
}
