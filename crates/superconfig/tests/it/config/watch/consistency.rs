//! Files that belong together, and files that are empty or half written for a moment.

use crate::support::watched::{DEBOUNCE, PATIENCE, Watched, rounds, scenario, until};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use superconfig::{SuperConfig, WatchOptions};

/// Files that belong together, and a thread that reads them all the while.
struct Pair {
    directory: tempfile::TempDir,
    config: SuperConfig,
    reader: Option<std::thread::JoinHandle<Vec<(u64, u64)>>>,
    ended: Arc<AtomicBool>,
}

impl Pair {
    fn new(watch: Option<WatchOptions>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        write_pair(directory.path(), 0);
        let described = SuperConfig::builder().cwd(directory.path()).file("a.json").file("b.toml");
        let config = match watch {
            Some(options) => described.watch(options),
            None => described,
        };
        let config = config.load().unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let (end, reading) = (ended.clone(), config.clone());
        let reader = std::thread::spawn(move || {
            let (mut last, mut apart) = (0, Vec::new());
            let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
            while !end.load(Ordering::Relaxed) {
                let snapshot = reading.snapshot().unwrap();
                let seen = (snapshot.get::<u64>(&a).unwrap(), snapshot.get::<u64>(&b).unwrap());
                if seen.0 != seen.1 && apart.last() != Some(&seen) {
                    apart.push(seen);
                }
                assert!(snapshot.version() >= last, "versions went backwards");
                last = snapshot.version();
                // Many reads for each reload, and still a processor for the reload.
                std::thread::sleep(Duration::from_micros(10));
            }
            assert!(last > 1);
            apart
        });
        Self { directory, config, reader: Some(reader), ended }
    }

    fn write(&self, value: u64) {
        write_pair(self.directory.path(), value);
    }

    /// Pairs of values that do not belong together.
    fn end(mut self) -> Vec<(u64, u64)> {
        self.ended.store(true, Ordering::Relaxed);
        self.reader.take().unwrap().join().unwrap()
    }
}

fn write_pair(directory: &Path, value: u64) {
    std::fs::write(directory.join("a.json"), format!("{{\"a\": {value}}}")).unwrap();
    std::fs::write(directory.join("b.toml"), format!("b = {value}")).unwrap();
}

#[test]
fn two_files_of_ten_thousand_reloads_are_never_seen_apart() {
    let pair = Pair::new(None);
    for round in 1..=10_000 {
        pair.write(round);
        assert_eq!(pair.config.reload().unwrap().changed, ["a", "b"]);
    }
    assert_eq!(pair.config.version().unwrap(), 10_001);
    assert_eq!(pair.end(), []);
}

#[test]
fn two_files_that_change_together_are_never_seen_apart() {
    let pair = Pair::new(Some(WatchOptions { debounce: DEBOUNCE, max_wait: PATIENCE, ..WatchOptions::default() }));
    // The clock of a file system ticks.
    let together = DEBOUNCE - Duration::from_millis(10);
    let mut slow = Vec::new();
    for round in 1..=rounds() {
        let started = Instant::now();
        pair.write(round);
        if started.elapsed() >= together {
            slow.push(round);
        }
        until(|| pair.config.get::<u64>("b").unwrap() == round);
    }
    // Where this thread had to wait for a processor, the files did not change together.
    let apart: Vec<_> = pair.end().into_iter().filter(|(a, b)| a < b || !slow.contains(a)).collect();
    assert_eq!(apart, []);
}

#[test]
fn a_half_written_file_is_not_seen_beside_newer_ones() {
    scenario(
        || Watched::prepared(|at| write_pair(at, 0), |builder| builder.file("a.json").file("b.toml")),
        |watched, round| {
            watched.write_text("a.json", "");
            watched.write_text("b.toml", &format!("b = {round}"));
            watched.settle();
            watched.write_text("a.json", &format!("{{\"a\": {round}}}"));
            watched.expect_changed(&["a", "b"]);
        },
    );
}

#[test]
fn a_file_that_was_loaded_empty_delays_no_other() {
    let watched = Watched::new(&[("empty.toml", "")], |builder| builder.file("empty.toml").file("app.json"));
    let started = Instant::now();
    watched.write("app.json", 1);
    watched.expect(1);
    watched.write_text("empty.toml", "value = 2\nother = 3");
    watched.expect_changed(&["other"]);
    watched.write_text("empty.toml", "");
    watched.expect_changed(&["other"]);
    assert!(started.elapsed() >= Duration::from_secs(1));
    watched.nothing_more();
}
