//! A child that was forked: it has none of the threads of the process that it comes from.

use crate::support::alone::is_alone;
use crate::support::watched::until;
use std::time::{Duration, Instant};
use superconfig::{ConfigRegistry, InsertOptions, SuperConfig, WatchOptions, forget_watcher};

/// A watched configuration follows its file, and an entry with a time to live ends.
fn threads_work(directory: &std::path::Path, value: u64) {
    let write = |value: u64| std::fs::write(directory.join("app.json"), format!("{{\"value\": {value}}}")).unwrap();
    write(value);
    let config = SuperConfig::builder().cwd(directory).file("app.json").watch(WatchOptions::default()).load().unwrap();
    write(value + 1);
    until(|| config.get::<u64>("value").unwrap() == value + 1);
    let brief = InsertOptions { time_to_live: Some(Duration::from_millis(5)), ..InsertOptions::default() };
    let entry = ConfigRegistry::global().insert_with(value, brief).unwrap();
    until(|| entry.value().is_err());
    // Whether the thread is there counts, not whether a read finds the deadline over.
    until(|| ConfigRegistry::global().stats().expired > 0);
}

#[test]
fn child_that_was_forked_has_threads_of_its_own() {
    if is_alone(module_path!(), "child_that_was_forked_has_threads_of_its_own", &[]) {
        fork_after(Duration::from_millis(1));
    }
}

/// The first configuration that is watched has a thread read the directory for the first time just then.
#[test]
fn child_that_was_forked_while_threads_begin_has_threads_of_its_own() {
    for delay in (0..100).step_by(10) {
        let wrap = ["env", &format!("SUPERCONFIG_TEST_DELAY={delay}")];
        if is_alone(module_path!(), "child_that_was_forked_while_threads_begin_has_threads_of_its_own", &wrap) {
            let delay = std::env::var("SUPERCONFIG_TEST_DELAY").unwrap().parse().unwrap();
            return fork_after(Duration::from_micros(delay));
        }
    }
}

/// Forks some time after a load, and has threads work in the child.
fn fork_after(delay: Duration) {
    let directory = tempfile::tempdir().unwrap();
    // Both threads are there when it is forked: one waits for a deadline, one for changes.
    let lasting = InsertOptions { time_to_live: Some(Duration::from_secs(600)), ..InsertOptions::default() };
    let _entry = ConfigRegistry::global().insert_with(1_u8, lasting).unwrap();
    let _config = SuperConfig::builder().cwd(directory.path()).glob("*.toml").watch(WatchOptions::default()).load().unwrap();
    let end = Instant::now() + delay;
    while Instant::now() < end {}
    // SAFETY: the child begins with letting go of what those threads may have held that it does not have.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: it ends a child that waits for ever.
        unsafe { libc::alarm(60) };
        forget_watcher();
        threads_work(directory.path(), 1);
        std::process::exit(0);
    }
    let mut status = 0;
    // SAFETY: `status` is a place for it.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "it ended with {status:#x}");
}
