//! Memory of the registry: all that it allocates is freed. One test, as it counts for the process.
#![allow(clippy::print_stdout, reason = "the figures are worth seeing")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};
use std::time::Duration;
use superconfig::{ConfigHandle, ConfigRegistry, InsertOptions, Value};

/// Counts what is allocated and not freed.
struct Counting;

static BLOCKS: AtomicIsize = AtomicIsize::new(0);
static BYTES: AtomicIsize = AtomicIsize::new(0);

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BLOCKS.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BLOCKS.fetch_sub(1, Ordering::Relaxed);
        BYTES.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's promises are the same.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn taken() -> (isize, isize) {
    (BLOCKS.load(Ordering::SeqCst), BYTES.load(Ordering::SeqCst))
}

/// Inserts, clones, updates, drops, and lets expire.
fn cycles(registry: &ConfigRegistry, count: u64) {
    let mut expiring: Vec<ConfigHandle<String>> = Vec::new();
    for number in 0..count {
        let handle = registry.insert(format!("value {number}")).unwrap();
        let copy = handle.clone();
        copy.update(format!("another {number}")).unwrap();
        let mut cached = copy.cached();
        assert_eq!(cached.value().unwrap().len(), handle.value().unwrap().len());
        drop((handle, copy, cached));
        match number % 10 {
            0 => {
                let name = format!("{:?} {number}", std::thread::current().id());
                let options = InsertOptions { name: Some(name.into()), ..InsertOptions::default() };
                let named = registry.insert_with(number, options).unwrap();
                registry.remove(named.id()).unwrap();
            }
            1 => {
                let options =
                    InsertOptions { time_to_live: Some(Duration::from_millis(1 + number % 3)), ..InsertOptions::default() };
                expiring.push(registry.insert_with(format!("short {number}"), options).unwrap());
            }
            _ => {}
        }
    }
    let end = std::time::Instant::now() + Duration::from_secs(30);
    while expiring.iter().any(|handle| handle.value().is_ok()) {
        assert!(std::time::Instant::now() < end, "some do not expire");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A registry from its beginning to its end, used from so many threads.
fn life(threads: u64, count: u64) {
    let registry = ConfigRegistry::new();
    // All at once: what the atomic pointers keep for each thread that reads is kept for the next one, and never freed.
    let barrier = std::sync::Barrier::new(threads as usize);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                cycles(&registry, 2);
                barrier.wait();
                cycles(&registry, count / threads);
            });
        }
    });
}

/// The memory once nothing changes any more: the janitor's thread ends by itself after the registry.
fn settled() -> (isize, isize) {
    let mut seen = taken();
    loop {
        std::thread::sleep(Duration::from_millis(50));
        let now = taken();
        if now == seen {
            return now;
        }
        seen = now;
    }
}

#[test]
fn all_memory_is_freed_and_statistics_are_accurate() {
    for threads in [1, 8] {
        // The atomic pointers keep a mark for each thread, which the next thread takes over: there are as many as threads were
        // alive at once, and that is not the same each time. Something lost by the cycles would be lost in every run.
        let mut runs = Vec::new();
        let exact = (0..6).any(|_| {
            let before = settled();
            life(threads, 100_000);
            let after = settled();
            runs.push((before, after));
            before == after
        });
        assert!(exact, "100,000 cycles in {threads} threads, blocks and bytes before and after: {runs:?}");
    }

    let before = settled();
    let registry = ConfigRegistry::new();
    let empty = taken().1 - before.1;
    assert!(empty < 100_000);

    let handles: Vec<ConfigHandle<u64>> = {
        let mut handles = Vec::with_capacity(10_000);
        handles.extend((0..10_000).map(|number| registry.insert(number).unwrap()));
        handles
    };
    let list = size_of::<ConfigHandle<u64>>() as isize * 10_000;
    let each = (taken().1 - before.1 - empty - list) / 10_000;
    assert!(each <= 300);
    drop(handles);
    drop(registry);
    assert_eq!(settled(), before);
    // Not before: what a test prints is kept, in memory that is counted.
    println!("an empty registry: {empty} bytes, a small handle: {each} bytes");

    let before = taken();
    let registry = ConfigRegistry::new();
    let mut mixed: Vec<Box<dyn std::any::Any>> = Vec::with_capacity(10_000);
    for number in 0..10_000_u64 {
        let options = InsertOptions {
            name: (number % 5 == 0).then(|| format!("the name of the entry {number}").into()),
            time_to_live: (number % 7 == 0).then_some(Duration::from_secs(3600)),
            ..InsertOptions::default()
        };
        let tree = || {
            let text = format!(r#"{{"server": {{"host": "host-{number}", "ports": [1, 2, {number}]}}, "on": true}}"#);
            superconfig::parse(&text, superconfig::Format::Json).unwrap()
        };
        mixed.push(match number % 4 {
            0 => Box::new(registry.insert_with(number, options).unwrap()),
            1 => Box::new(registry.insert_with("text ".repeat(number as usize % 50), options).unwrap()),
            2 => Box::new(registry.insert_with(vec![0_u8; number as usize % 300], options).unwrap()),
            _ => Box::new(registry.insert_with::<Value>(tree(), options).unwrap()),
        });
    }
    // The boxes are the test's own: each holds a handle, which is one pointer or two.
    let own = size_of::<Box<dyn std::any::Any>>() * 10_000 + size_of::<ConfigHandle<u64>>() * 10_000;
    let allocated = (taken().1 - before.1) as f64 - own as f64;
    let reported = registry.stats().memory_usage_bytes as f64;
    println!("10,000 mixed entries: {allocated} bytes allocated, {reported} reported");
    assert!((reported / allocated - 1.0).abs() <= 0.15, "{reported} reported, {allocated} allocated");
}
