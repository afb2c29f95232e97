//! Many threads at once in one registry: reads return written values, versions never go backwards, nothing is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, LazyLock, mpsc};
use std::time::Duration;
use superconfig::{ConfigHandle, ConfigRegistry, HandleId, InsertOptions};

/// The number of operations of each thread; a sanitizer takes a hundred times as long for one.
fn work() -> u64 {
    std::env::var("SUPERCONFIG_TEST_WORK").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// A value that shows when it is torn: the parts belong together.
#[derive(Clone)]
struct Stamp {
    version: u64,
    writer: u64,
    check: u64,
    text: String,
}

impl Stamp {
    fn new(writer: u64, version: u64) -> Self {
        Self { version, writer, check: version.wrapping_mul(31) ^ writer, text: format!("{writer}:{version}") }
    }

    fn verify(&self) {
        assert_eq!(self.check, self.version.wrapping_mul(31) ^ self.writer);
        assert_eq!(self.text, format!("{}:{}", self.writer, self.version));
    }
}

/// Runs `work` in so many threads that start together.
fn together(threads: u64, work: impl Fn(u64) + Send + Sync) {
    let barrier = Barrier::new(threads as usize);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (work, barrier) = (&work, &barrier);
            scope.spawn(move || {
                barrier.wait();
                work(thread);
            });
        }
    });
}

fn storm(threads: u64) {
    let registry = ConfigRegistry::new();
    // One entry of each thread that all others read while it is written, and one that all write.
    let owned: Vec<ConfigHandle<Stamp>> = (0..threads).map(|thread| registry.insert(Stamp::new(thread, 0)).unwrap()).collect();
    let common = registry.insert(Stamp::new(0, 0)).unwrap();
    let kept: Vec<parking_lot::Mutex<Vec<ConfigHandle<Stamp>>>> = (0..threads).map(|_| parking_lot::Mutex::default()).collect();
    together(threads, |thread| {
        let mut seen = vec![0; threads as usize];
        let mut cached: Vec<_> = owned.iter().map(ConfigHandle::cached).collect();
        for round in 1..=work() {
            owned[thread as usize].update(Stamp::new(thread, round)).unwrap();
            common.update(Stamp::new(thread, round)).unwrap();
            for (other, handle) in owned.iter().enumerate() {
                let value = handle.value().unwrap();
                value.verify();
                assert_eq!(value.writer, other as u64);
                assert!(value.version >= seen[other], "went back from {} to {}", seen[other], value.version);
                seen[other] = value.version;
                let value = cached[other].value().unwrap();
                value.verify();
                assert!(value.version >= seen[other]);
                seen[other] = value.version;
            }
            common.value().unwrap().verify();
            registry.get::<Stamp>(common.id()).unwrap().verify();
            let handle = registry.insert(Stamp::new(thread, round)).unwrap();
            let copy = handle.clone();
            assert_eq!(registry.get::<Stamp>(copy.id()).unwrap().version, round);
            match round % 4 {
                // Of these each goes in another way, or stays.
                0 => registry.remove(handle.id()).unwrap(),
                1 => drop(copy),
                2 => kept[thread as usize].lock().push(copy),
                _ => {
                    let options = InsertOptions { name: Some(format!("{thread}-{round}").into()), ..InsertOptions::default() };
                    let named = registry.insert_with(Stamp::new(thread, round), options).unwrap();
                    registry.find::<Stamp>(named.name().unwrap()).unwrap().value().unwrap().verify();
                    registry.remove(named.id()).unwrap();
                }
            }
        }
    });
    let kept: Vec<_> = kept.into_iter().flat_map(parking_lot::Mutex::into_inner).collect();
    let expected = threads * (1..=work()).filter(|round| round % 4 == 2).count() as u64;
    assert_eq!(kept.len() as u64, expected);
    for handle in &kept {
        handle.value().unwrap().verify();
    }
    for (thread, handle) in owned.iter().enumerate() {
        assert_eq!((handle.value().unwrap().writer, handle.value().unwrap().version), (thread as u64, work()));
    }
    assert_eq!(common.value().unwrap().version, work());
    assert_eq!(registry.stats().total_handles as u64, threads + 1 + expected);
    drop((kept, owned, common));
    let stats = registry.stats();
    assert_eq!((stats.total_handles, stats.active_references), (0, 0));
    assert_eq!(stats.inserts, stats.removes + stats.freed + stats.expired);
}

#[test]
fn two_threads() {
    storm(2);
}

#[test]
fn four_threads() {
    storm(4);
}

#[test]
fn eight_threads() {
    storm(8);
}

#[test]
fn sixteen_threads() {
    storm(16);
}

#[test]
fn entries_expire_during_use() {
    let registry = ConfigRegistry::new();
    together(8, |thread| {
        for round in 0..work() / 10 {
            let time_to_live = Some(Duration::from_millis(1 + (thread + round) % 5));
            let options = InsertOptions { time_to_live, refresh_on_read: round % 2 == 0, ..InsertOptions::default() };
            let handle = registry.insert_with(Stamp::new(thread, round), options).unwrap();
            // It may go at any moment, and then it is closed; until then it is whole.
            for _ in 0..50 {
                if let Ok(value) = handle.value() {
                    value.verify();
                }
                let _ = handle.update(Stamp::new(thread, round));
            }
        }
    });
    let end = std::time::Instant::now() + Duration::from_secs(30);
    while registry.stats().total_handles > 0 {
        assert!(std::time::Instant::now() < end, "{:?}", registry.stats());
        std::thread::sleep(Duration::from_millis(1));
    }
    let stats = registry.stats();
    assert_eq!(stats.inserts, stats.expired + stats.freed);
}

/// Uses every shard of its registry when it is dropped.
struct Meddler;

static MEDDLED: LazyLock<ConfigRegistry> = LazyLock::new(ConfigRegistry::new);

impl Drop for Meddler {
    fn drop(&mut self) {
        (0..20_u8).for_each(|number| drop(MEDDLED.insert(number).unwrap()));
    }
}

#[test]
fn lookups_drop_no_values() {
    let entry = MEDDLED.insert(Meddler).unwrap();
    let (done, waiting) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        together(4, |thread| {
            for _ in 0..work() {
                if thread < 2 {
                    entry.update(Meddler).unwrap();
                } else {
                    // More than a thread has marks for: the later ones are read on the way where a reader can be the last.
                    let guards: Vec<_> = (0..40).map(|_| MEDDLED.get::<Meddler>(entry.id()).unwrap()).collect();
                    drop(guards);
                }
            }
        });
        drop(entry);
        done.send(()).unwrap();
    });
    let finished = waiting.recv_timeout(Duration::from_secs(300));
    assert_ne!(finished, Err(mpsc::RecvTimeoutError::Timeout), "deadlock");
    thread.join().unwrap();
    assert_eq!(MEDDLED.stats().total_handles, 0, "{:?}", MEDDLED.stats());
}

#[test]
fn removal_races_with_all_operations() {
    let registry = ConfigRegistry::new();
    for round in 0..work() / 10 {
        let handle = registry.insert(Stamp::new(0, round)).unwrap();
        let removed = Arc::new(AtomicBool::new(false));
        together(4, |thread| match thread {
            0 => {
                registry.remove(handle.id()).unwrap();
                removed.store(true, Ordering::SeqCst);
            }
            1 => {
                let was_removed = removed.load(Ordering::SeqCst);
                let updated = handle.update(Stamp::new(1, round));
                assert!(!(was_removed && updated.is_ok()));
            }
            2 => {
                let was_removed = removed.load(Ordering::SeqCst);
                match handle.value() {
                    Ok(value) => {
                        value.verify();
                        assert!(!was_removed);
                    }
                    Err(error) => assert_eq!(error.code(), superconfig::ErrorCode::Closed),
                }
            }
            _ => drop(registry.handle::<Stamp>(handle.id())),
        });
        assert!(!registry.contains(handle.id()));
        assert!(registry.handle::<Stamp>(handle.id()).is_err());
    }
    assert_eq!(registry.stats().total_handles, 0);
}

#[test]
fn ids_are_unique_across_threads() {
    let registry = ConfigRegistry::new();
    let all: parking_lot::Mutex<Vec<HandleId>> = parking_lot::Mutex::default();
    together(8, |_| {
        let own: Vec<HandleId> = (0..work()).map(|number| registry.insert(number).unwrap().id()).collect();
        assert!(own.is_sorted());
        all.lock().extend(own);
    });
    let mut all = all.into_inner();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}
