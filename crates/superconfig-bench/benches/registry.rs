//! Costs of the registry beside those of the parts it is made of: `cargo bench -p superconfig-bench --bench registry`.

#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use arc_swap::ArcSwap;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use dashmap::DashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};
use superconfig::{ConfigHandle, ConfigRegistry, HandleId};

/// As many entries as a busy process has.
const ENTRIES: u64 = 1_000;

fn filled() -> (ConfigRegistry, Vec<ConfigHandle<u64>>) {
    let registry = ConfigRegistry::new();
    let handles = (0..ENTRIES).map(|number| registry.insert(number).expect("an id is free")).collect();
    (registry, handles)
}

fn reads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    let (registry, handles) = filled();
    let handle = &handles[500];
    let id = handle.id();
    let bare = ArcSwap::from_pointee(500_u64);
    let map: DashMap<HandleId, Arc<u64>> = handles.iter().map(|handle| (handle.id(), Arc::new(1))).collect();
    let quick: DashMap<HandleId, Arc<u64>, foldhash::fast::FixedState> = DashMap::default();
    for handle in &handles {
        quick.insert(handle.id(), Arc::new(1));
    }
    group.bench_function("ArcSwap::load, for comparison", |bencher| bencher.iter(|| **black_box(&bare).load()));
    group.bench_function("DashMap::get, for comparison", |bencher| bencher.iter(|| map.get(black_box(&id)).map(|found| **found)));
    group.bench_function("DashMap::get with the registry's hasher, for comparison", |bencher| {
        bencher.iter(|| quick.get(black_box(&id)).map(|found| **found));
    });
    group.bench_function("handle", |bencher| bencher.iter(|| *black_box(handle).value().expect("open")));
    let mut cached = handle.cached();
    group.bench_function("cached handle", |bencher| bencher.iter(|| *black_box(&mut cached).value().expect("open")));
    group.bench_function("by id", |bencher| bencher.iter(|| *registry.get::<u64>(black_box(id)).expect("open")));
    for threads in [1, 2] {
        group.bench_function(format!("handle, {threads} threads, a read of each"), |bencher| {
            bencher.iter_custom(|rounds| {
                together(threads, |_| (0..rounds).for_each(|_| _ = black_box(handle.value().map(|value| *value))))
            });
        });
    }
    group.finish();
}

fn writes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    let (registry, handles) = filled();
    let handle = &handles[500];
    group.bench_function("update by handle", |bencher| bencher.iter(|| handle.update(black_box(1)).expect("open")));
    group
        .bench_function("update by id", |bencher| bencher.iter(|| registry.update(handle.id(), black_box(1_u64)).expect("open")));
    group.bench_function("insert and remove", |bencher| {
        bencher.iter(|| {
            let handle = registry.insert(black_box(1_u64)).expect("an id is free");
            registry.remove(handle.id()).expect("open");
        });
    });
    group.bench_function("insert", |bencher| {
        bencher.iter_batched_ref(ConfigRegistry::new, |registry| registry.insert(black_box(1_u64)), BatchSize::SmallInput);
    });
    group.bench_function("remove", |bencher| {
        bencher.iter_batched(
            || registry.insert(1_u64).expect("an id is free"),
            |handle| {
                registry.remove(black_box(handle.id())).expect("open");
                handle
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// The time that a number of threads take for the same work at once.
fn together(threads: usize, work: impl Fn(usize) + Sync) -> Duration {
    let barrier = Barrier::new(threads);
    let spent = std::thread::scope(|scope| {
        let run = |number| {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                let start = Instant::now();
                work(number);
                start.elapsed()
            })
        };
        let threads: Vec<_> = (0..threads).map(run).collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ran")).max()
    });
    spent.unwrap_or_default()
}

/// Latencies of single reads while another thread updates without pause. Prints percentiles, which criterion does not.
fn reads_during_updates(_: &mut Criterion) {
    const READS: usize = 1_000_000;
    let (_registry, handles) = filled();
    let (handle, done) = (&handles[500], AtomicBool::new(false));
    let mut spent = Vec::with_capacity(READS);
    let updates = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut updates = 0_u64;
            while !done.load(Ordering::Relaxed) {
                handle.update(updates).expect("open");
                updates += 1;
            }
            updates
        });
        for _ in 0..READS {
            let start = Instant::now();
            black_box(handle.value().map(|value| *value)).expect("open");
            spent.push(start.elapsed().as_nanos());
        }
        done.store(true, Ordering::Relaxed);
        writer.join().expect("the writer ran")
    });
    spent.sort_unstable();
    let at = |share: f64| spent[((READS - 1) as f64 * share) as usize];
    let percentiles = format!("p50 {} ns, p99 {} ns, p99.9 {} ns", at(0.5), at(0.99), at(0.999));
    println!("read during {updates} updates, the clock's own cost included: {percentiles}");
}

criterion_group!(benches, reads, writes, reads_during_updates);
criterion_main!(benches);
