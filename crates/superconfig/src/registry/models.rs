//! Model-checked tests of the lock-free protocols: every interleaving.

use super::lifetime::Lifetime;
use super::reference_count::ReferenceCount;
use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;
use std::time::Duration;

/// An entry as the protocol sees it: a count, and memory that must not be freed while it is used.
struct Entry {
    references: ReferenceCount,
    memory: UnsafeCell<u32>,
    freed: AtomicBool,
}

// SAFETY: the model checker reports any access to `memory` that the count does not order.
unsafe impl Sync for Entry {}

impl Entry {
    fn new(references: usize) -> Self {
        Self { references: ReferenceCount::new(references), memory: UnsafeCell::new(0), freed: AtomicBool::new(false) }
    }

    fn read(&self) {
        // SAFETY: as above.
        self.memory.with(|memory| assert_eq!(unsafe { *memory }, 0));
    }

    fn free(&self) {
        // SAFETY: as above.
        self.memory.with_mut(|memory| unsafe { *memory = 1 });
        assert!(!self.freed.swap(true, Ordering::Relaxed), "freed twice");
    }

    fn release(&self) {
        self.read();
        if self.references.release() {
            self.free();
        }
    }
}

/// Whoever goes last frees, alone, and after all others have done what they did.
#[test]
fn the_last_reference_frees_once_and_after_all_reads() {
    loom::model(|| {
        let entry = Arc::new(Entry::new(1));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                entry.references.acquire();
                let entry = Arc::clone(&entry);
                thread::spawn(move || entry.release())
            })
            .collect();
        entry.release();
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(entry.freed.load(Ordering::Relaxed));
        assert_eq!(entry.references.get(), 0);
    });
}

/// A lookup that comes while the last handle goes gets a handle that is good, or none; the dead never rise.
#[test]
fn lookup_never_revives_a_freed_entry() {
    loom::model(|| {
        let map = Arc::new(Mutex::new(Some(Arc::new(Entry::new(1)))));
        let owner = Arc::clone(map.lock().unwrap().as_ref().unwrap());
        let lookups: Vec<_> = (0..2)
            .map(|_| {
                let map = Arc::clone(&map);
                thread::spawn(move || {
                    let found = map.lock().unwrap().as_ref().map(Arc::clone);
                    if let Some(entry) = found.filter(|entry| entry.references.try_acquire()) {
                        entry.read();
                        assert!(map.lock().unwrap().is_some(), "the entry is in the map while a handle refers to it");
                        drop_handle(&map, &entry);
                    }
                })
            })
            .collect();
        drop_handle(&map, &owner);
        for lookup in lookups {
            lookup.join().unwrap();
        }
        assert!(map.lock().unwrap().is_none());
        assert!(owner.freed.load(Ordering::Relaxed));
        assert!(!owner.references.try_acquire());
    });
}

fn drop_handle(map: &Mutex<Option<Arc<Entry>>>, entry: &Entry) {
    entry.read();
    if entry.references.release() {
        let taken = map.lock().unwrap().take();
        taken.expect("only the last reference takes it out").free();
    }
}

/// Removal takes the entry out whatever the count is; only one of removal and the last handle gets it.
#[test]
fn removal_and_the_last_handle_do_not_both_free() {
    loom::model(|| {
        let map = Arc::new(Mutex::new(Some(Arc::new(Entry::new(1)))));
        let handle = Arc::clone(map.lock().unwrap().as_ref().unwrap());
        let remover = {
            let map = Arc::clone(&map);
            thread::spawn(move || {
                let taken = map.lock().unwrap().take();
                taken.map(|entry| entry.freed.swap(true, Ordering::Relaxed))
            })
        };
        let mut freed_here = false;
        if handle.references.release()
            && let Some(entry) = map.lock().unwrap().take()
        {
            assert!(!entry.freed.swap(true, Ordering::Relaxed));
            freed_here = true;
        }
        let freed_there = remover.join().unwrap() == Some(false);
        assert!(freed_here != freed_there);
    });
}

/// A named entry counts its name, so handles that come and go never free it.
#[test]
fn a_name_keeps_the_count_above_zero() {
    loom::model(|| {
        let entry = Arc::new(Entry::new(2));
        let other = Arc::clone(&entry);
        let lookup = thread::spawn(move || {
            assert!(other.references.try_acquire());
            assert!(!other.references.release());
        });
        assert!(!entry.references.release());
        lookup.join().unwrap();
        assert_eq!(entry.references.get(), 1);
    });
}

/// Renewals at once end at the latest of them, and a deadline never goes back.
#[test]
fn a_deadline_never_goes_back() {
    loom::model(|| {
        let lifetime = Arc::new(Lifetime::new(Duration::from_nanos(100), true, 0));
        let renewals: Vec<_> = [70_u64, 30]
            .into_iter()
            .map(|now| {
                let lifetime = Arc::clone(&lifetime);
                thread::spawn(move || lifetime.renew_by_reading(now))
            })
            .collect();
        let mut seen = 0;
        for _ in 0..2 {
            let deadline = lifetime.deadline();
            assert!(deadline >= seen);
            seen = deadline;
        }
        for renewal in renewals {
            renewal.join().unwrap();
        }
        assert_eq!(lifetime.deadline(), 170);
    });
}

/// The janitor removes an entry that was not renewed, or puts one that was renewed back under its new deadline. Whatever the
/// order of a renewal, a removal and the janitor, no deadline is left in the queue for a removed entry, and every other
/// entry has one.
#[test]
fn queue_and_map_agree_in_every_order() {
    loom::model(|| {
        let lifetime = Arc::new(Lifetime::new(Duration::from_nanos(100), true, 0));
        lifetime.set_scheduled(100);
        let map = Arc::new(Mutex::new(true));
        // As the janitor leaves it: the deadline is removed from the queue before the entry is checked.
        let queue = Arc::new(Mutex::new(None::<u64>));
        let reader = {
            let lifetime = Arc::clone(&lifetime);
            thread::spawn(move || lifetime.renew_by_reading(50))
        };
        let remover = {
            let (map, queue, lifetime) = (Arc::clone(&map), Arc::clone(&queue), Arc::clone(&lifetime));
            thread::spawn(move || take(&map, || true) && unschedule(&queue, &lifetime))
        };
        let expired = take(&map, || lifetime.deadline() <= 100) && unschedule(&queue, &lifetime);
        if !expired {
            let mut queue = queue.lock().unwrap();
            if *map.lock().unwrap() {
                let deadline = lifetime.deadline();
                lifetime.set_scheduled(deadline);
                *queue = Some(deadline);
            }
        }
        reader.join().unwrap();
        let removed = remover.join().unwrap();
        assert!(!(expired && removed), "one of them takes the entry");
        assert!(expired || removed);
        assert_eq!(*queue.lock().unwrap(), None);
    });
}

fn take(map: &Mutex<bool>, condition: impl Fn() -> bool) -> bool {
    let mut entry = map.lock().unwrap();
    let taken = *entry && condition();
    *entry &= !taken;
    taken
}

fn unschedule(queue: &Mutex<Option<u64>>, lifetime: &Lifetime) -> bool {
    let mut queue = queue.lock().unwrap();
    if *queue == Some(lifetime.scheduled()) {
        *queue = None;
    }
    true
}
