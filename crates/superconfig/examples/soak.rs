//! A soak test: mixes all operations of the registry and of configurations on several threads for the given time, and prints
//! a line of figures every ten seconds. `npm run soak` watches the figures for growth. usage: `soak SECONDS`

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use superconfig::{ConfigHandle, ConfigRegistry, InsertOptions, SuperConfig, Value};

const THREADS: u64 = 4;
/// Handles that a thread keeps at most.
const KEPT: usize = 500;
/// Names that a thread gives its entries.
const NAMES: u64 = 100;

/// A value that shows when it is not what was written: both halves belong together.
struct Pair {
    number: u64,
    inverted: u64,
    _text: String,
}

impl Pair {
    fn new(number: u64) -> Self {
        Self { number, inverted: !number, _text: "x".repeat((number % 200) as usize) }
    }

    fn check(&self) {
        assert_eq!(self.number, !self.inverted, "a value that was never written");
    }
}

/// Numbers without order, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

struct Shared {
    registry: ConfigRegistry,
    done: AtomicBool,
    operations: AtomicU64,
}

fn options(thread: u64, numbers: &mut Numbers) -> InsertOptions {
    let named = numbers.below(8) == 0;
    let time_to_live = (numbers.below(4) == 0).then(|| Duration::from_millis(1 + numbers.below(50)));
    InsertOptions {
        name: named.then(|| format!("{thread}.{}", numbers.below(NAMES)).into()),
        time_to_live,
        refresh_on_read: time_to_live.is_some() && numbers.below(2) == 0,
    }
}

fn entries(shared: &Shared, thread: u64) {
    let Shared { registry, done, operations } = shared;
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15 ^ (thread + 1));
    let mut pairs: Vec<ConfigHandle<Pair>> = Vec::new();
    let mut values: Vec<ConfigHandle<Value>> = Vec::new();
    while !done.load(Ordering::Relaxed) {
        for _ in 0..1_000 {
            let number = numbers.below(u64::MAX);
            // A name may be taken and an entry may have expired: those errors are part of the mix.
            match numbers.below(10) {
                0 => pairs.extend(registry.insert_with(Pair::new(number), options(thread, &mut numbers)).ok()),
                1 => {
                    let value = Value::array(vec![Value::Unsigned(number), Value::string("some text"), Value::Null]);
                    values.extend(registry.insert_with(value, options(thread, &mut numbers)).ok());
                }
                2 => drop(registry.find::<Pair>(&format!("{}.{}", numbers.below(THREADS), numbers.below(NAMES)))),
                3 if !pairs.is_empty() => {
                    let other = pairs[number as usize % pairs.len()].clone();
                    pairs.push(other);
                }
                4 | 5 if !pairs.is_empty() => drop(pairs[number as usize % pairs.len()].update(Pair::new(number))),
                6 if !values.is_empty() => drop(registry.remove(values.swap_remove(number as usize % values.len()).id())),
                7 if !pairs.is_empty() => drop(pairs.swap_remove(number as usize % pairs.len())),
                8 if !pairs.is_empty() => {
                    let mut cached = pairs[number as usize % pairs.len()].cached();
                    if let Ok(pair) = cached.value() {
                        pair.check();
                    }
                }
                _ if !pairs.is_empty() => {
                    let handle = &pairs[number as usize % pairs.len()];
                    if let (Ok(pair), Ok(again)) = (handle.value(), registry.get::<Pair>(handle.id())) {
                        pair.check();
                        again.check();
                    }
                }
                _ => {}
            }
            pairs.truncate(KEPT);
            values.truncate(KEPT);
        }
        operations.fetch_add(1_000, Ordering::Relaxed);
    }
    for name in 0..NAMES {
        if let Ok(found) = registry.find::<Pair>(&format!("{thread}.{name}")) {
            drop(registry.remove(found.id()));
        } else if let Ok(found) = registry.find::<Value>(&format!("{thread}.{name}")) {
            drop(registry.remove(found.id()));
        }
    }
}

/// Loads, reads, reloads and closes configurations whose file changes.
fn configurations(shared: &Shared, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let (json, toml) = (folder.join("soak.json"), folder.join("soak.toml"));
    let mut round = 0_u64;
    while !shared.done.load(Ordering::Relaxed) {
        round += 1;
        std::fs::write(&json, format!(r#"{{"server":{{"port":{},"list":[1,2,3]}}}}"#, round % 60_000))?;
        std::fs::write(&toml, format!("[log]\nlevel = \"{}\"\n", round % 7))?;
        let config = SuperConfig::builder().file(json.display().to_string()).file(toml.display().to_string()).load()?;
        let port = config.handle::<u64>("server.port");
        assert_eq!(*port.value()?, round % 60_000);
        for step in 0..5 {
            std::fs::write(&json, format!(r#"{{"server":{{"port":{step},"host":"{round}"}}}}"#))?;
            config.reload()?;
            assert_eq!(*port.value()?, step);
            config.explain("server.port")?;
        }
        config.close();
        shared.operations.fetch_add(17, Ordering::Relaxed);
        // The files are not what is tried here; leave the processor to the others.
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

/// Resident memory in bytes, where the system reports it.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds: u64 = std::env::args().nth(1).ok_or("usage: soak SECONDS")?.parse()?;
    let folder = tempfile::tempdir()?;
    let shared = Shared { registry: ConfigRegistry::new(), done: AtomicBool::new(false), operations: AtomicU64::new(0) };
    let failed = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn({
                    let shared = &shared;
                    move || entries(shared, thread)
                })
            })
            .collect();
        let loads = scope.spawn(|| configurations(&shared, folder.path()).map_err(|error| error.to_string()));
        let (start, mut before) = (Instant::now(), 0);
        while start.elapsed() < Duration::from_secs(seconds) && !loads.is_finished() {
            std::thread::sleep(Duration::from_secs(10));
            let operations = shared.operations.load(Ordering::Relaxed);
            let (stats, global) = (shared.registry.stats(), ConfigRegistry::global().stats());
            println!(
                r#"{{"operations":{},"rss":{},"handles":{},"references":{},"bytes":{},"configurations":{},"expired":{}}}"#,
                operations - before,
                resident(),
                stats.total_handles,
                stats.active_references,
                stats.memory_usage_bytes,
                global.total_handles,
                stats.expired,
            );
            before = operations;
        }
        shared.done.store(true, Ordering::Relaxed);
        let crashed = threads.into_iter().map(|thread| thread.join().is_err()).filter(|crashed| *crashed).count();
        let loads = loads.join().unwrap_or_else(|_| Err("the thread that loads panicked".into()));
        if crashed > 0 { Some(format!("{crashed} threads panicked")) } else { loads.err() }
    });
    if let Some(failed) = failed {
        return Err(failed.into());
    }
    let (left, global) = (shared.registry.stats(), ConfigRegistry::global().stats());
    println!(r#"{{"left":{},"bytes":{}}}"#, left.total_handles + global.total_handles, left.memory_usage_bytes);
    Ok(())
}
