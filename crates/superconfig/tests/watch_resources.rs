//! System resources of watching: all that it takes is given back. One test, as it looks at the whole process.
#![cfg(all(target_os = "linux", feature = "watch", feature = "json"))]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use superconfig::{SuperConfig, WatchOptions};
use support::watched::until;

fn entries(directory: &str) -> Vec<String> {
    let names = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn threads() -> usize {
    entries("/proc/self/task").len()
}

/// Descriptors, without the one of this call.
fn descriptors() -> usize {
    entries("/proc/self/fd").len() - 1
}

/// The number of wake-ups of each thread but the caller's.
fn switches() -> BTreeMap<String, u64> {
    // SAFETY: it only asks.
    let own = unsafe { libc::gettid() }.to_string();
    let others = entries("/proc/self/task").into_iter().filter(|task| *task != own && *task != std::process::id().to_string());
    let count = |task: &String| {
        let status = std::fs::read_to_string(format!("/proc/self/task/{task}/status")).unwrap();
        let of = |name: &str| -> u64 { status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().parse().unwrap() };
        of("voluntary_ctxt_switches:") + of("nonvoluntary_ctxt_switches:")
    };
    others.map(|task| (task.clone(), count(&task))).collect()
}

fn open(root: &Path) -> SuperConfig {
    SuperConfig::builder().cwd(root).file("app.json").watch(WatchOptions::default()).load().unwrap()
}

#[test]
fn threads_and_descriptors_are_released_and_idle_costs_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.json");
    let write = |value: u64| std::fs::write(&file, format!("{{\"value\": {value}}}")).unwrap();
    write(0);
    let before = (threads(), descriptors());
    for round in 1..=20 {
        let configs: Vec<SuperConfig> = (0..10).map(|_| open(directory.path())).collect();
        // One thread that watches, and the one in which the system's library hears of changes. Those that look once more at what
        // was there before it was watched end by themselves.
        until(|| threads() == before.0 + 2);
        let taken = descriptors();
        assert!(taken > before.1);
        write(round);
        until(|| configs.iter().all(|config| config.get::<u64>("value").unwrap() == round));
        until(|| (threads(), descriptors()) == (before.0 + 2, taken));
        if round == 1 {
            assert_eq!(switches().len(), before.0 - 2 + 2);
            // Late notifications of the last write may still arrive.
            let is_idle = || {
                let woken = switches();
                std::thread::sleep(std::time::Duration::from_secs(2));
                switches() == woken
            };
            assert!((0..5).any(|_| is_idle()), "something runs although nothing happens");
        }
        configs.iter().for_each(SuperConfig::close);
        assert_eq!(descriptors(), before.1);
        // The library's thread has nothing left to do but to end, and cannot be joined.
        until(|| threads() == before.0);
    }
}
