//! Files whose `open` blocks, perhaps for ever: only the configuration that they belong to is affected. Each test runs again
//! in a process in which a library loaded before the C library holds up `open`.
#![cfg(all(target_os = "linux", feature = "watch", feature = "json"))]
#![allow(clippy::print_stderr, reason = "what cannot be tested on a system is said")]

#[path = "support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use superconfig::{ErrorCode, ReloadInputs, SuperConfig, WatchOptions};
use support::alone::{ALONE, is_alone};
use support::watched::{PATIENCE, until};

/// Whatever waits for the file waits longer: it is never let go.
const AT_ONCE: Duration = Duration::from_millis(1000);

/// True in the process in which files named `held…` can be held up.
fn can_hold_up(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let directory = tempfile::tempdir().unwrap();
    let library = directory.path().join("held_open.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/held_open.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).args([source, "-ldl"]).status();
    if !built.is_ok_and(|status| status.success()) {
        eprintln!("{test}: not tested, there is no C compiler");
        return false;
    }
    is_alone(module_path!(), test, &["env", &format!("LD_PRELOAD={}", library.display())])
}

/// A directory with a file that can be held up.
struct Held(tempfile::TempDir);

impl Held {
    fn new() -> Self {
        let held = Self(tempfile::tempdir().unwrap());
        held.write(0);
        held
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("held.json")
    }

    fn write(&self, value: u64) {
        std::fs::write(self.0.path().join("new"), format!("{{\"value\": {value}}}")).unwrap();
        std::fs::rename(self.0.path().join("new"), self.path()).unwrap();
    }

    fn gate(&self) -> PathBuf {
        self.0.path().join("held.json.gate")
    }

    fn hold_up(&self) {
        std::fs::write(self.gate(), "").unwrap();
    }

    fn let_go(&self) {
        std::fs::remove_file(self.gate()).unwrap();
    }

    fn open(&self, name: &str) -> SuperConfig {
        SuperConfig::builder().cwd(self.0.path()).file("held.json").name(name).watch(WatchOptions::default()).load().unwrap()
    }
}

fn open(directory: &Path, value: u64) -> SuperConfig {
    std::fs::write(directory.join("app.json"), format!("{{\"value\": {value}}}")).unwrap();
    SuperConfig::builder().cwd(directory).file("app.json").watch(WatchOptions::default()).load().unwrap()
}

fn is_held_up(config: &SuperConfig) -> bool {
    let status = config.status().unwrap();
    let is_held_up = |reason: &Option<String>| reason.as_deref().is_some_and(|reason| reason.contains("has not come back"));
    status.stale_since.is_some() && status.watching.iter().all(|one| is_held_up(&one.reason))
}

#[track_caller]
fn at_once<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    result
}

#[test]
fn blocked_file_affects_only_its_configuration() {
    if !can_hold_up("blocked_file_affects_only_its_configuration") {
        return;
    }
    let helds: Vec<(Held, SuperConfig)> = (0..8)
        .map(|number| {
            let held = Held::new();
            let config = held.open(&format!("held {number}"));
            (held, config)
        })
        .collect();
    let directory = tempfile::tempdir().unwrap();
    let free = open(directory.path(), 0);
    for (held, _) in &helds {
        held.hold_up();
        held.write(1);
    }
    for (_, config) in &helds {
        until(|| is_held_up(config));
        assert_eq!(config.get::<u64>("value").unwrap(), 0);
    }
    // Others are read on, opened and closed.
    std::fs::write(directory.path().join("app.json"), "{\"value\": 1}").unwrap();
    until(|| free.get::<u64>("value").unwrap() == 1);
    let another = at_once(|| open(directory.path(), 2));
    assert!(another.status().unwrap().watching.iter().all(|one| one.reason.is_none()), "{:?}", another.status());
    at_once(|| another.close());
    // A configuration of such a file is closed, and its name is free.
    let (first, others) = helds.split_first().unwrap();
    at_once(|| first.1.close());
    assert_eq!(first.1.reload().unwrap_err().code(), ErrorCode::Closed);
    assert_eq!(SuperConfig::attach("held 0").err().unwrap().code(), ErrorCode::Closed);
    assert!(SuperConfig::builder().name("held 0").load().is_ok());
    // What comes back goes on.
    for (held, config) in others {
        held.let_go();
        until(|| config.get::<u64>("value").unwrap() == 1);
        let status = config.status().unwrap();
        assert!(status.watching.iter().all(|one| one.reason.is_none()) && status.stale_since.is_none(), "{status:?}");
        held.write(2);
        until(|| config.get::<u64>("value").unwrap() == 2);
    }
    // The process ends although a thread waits for the first file.
}

#[test]
fn loads_on_other_threads_finish_while_many_are_blocked() {
    if !can_hold_up("loads_on_other_threads_finish_while_many_are_blocked") {
        return;
    }
    let held = Held::new();
    let config = SuperConfig::builder().cwd(held.0.path()).file("held.json").name("held").load().unwrap();
    held.hold_up();
    held.write(1);
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let before = threads();
    let (sender, reloaded) = std::sync::mpsc::channel();
    for _ in 0..1000 {
        let sender = sender.clone();
        config.prepare_reload_then(ReloadInputs::default(), move |reload| sender.send(reload.is_ok()).unwrap_or_default());
    }
    let builder = || SuperConfig::builder().cwd(held.0.path()).file("held.json");
    for _ in 0..8 {
        let builder = builder();
        let environment = builder.capture_environment();
        builder.prepare_then(environment, |_| {});
    }
    let (loaded, load) = std::sync::mpsc::channel();
    let free = SuperConfig::builder().environment([("APP_PORT", "80")]).env("APP");
    let environment = free.capture_environment();
    free.prepare_then(environment, move |prepared| loaded.send(prepared.unwrap().commit(None)).unwrap());
    assert_eq!(load.recv_timeout(PATIENCE).unwrap().unwrap().get::<u16>("port").unwrap(), 80);
    // A thousand reloads of one configuration wait in one thread.
    assert!(threads() < before + 20, "{}", threads());
    assert!(reloaded.try_recv().is_err());
    drop(config);
    assert_eq!(SuperConfig::attach("held").err().unwrap().code(), ErrorCode::Closed);
    held.let_go();
    let reloads: Vec<bool> = (0..1000).map(|_| reloaded.recv_timeout(PATIENCE).unwrap()).collect();
    // The one that was begun has read its file, the others find the configuration closed.
    assert_eq!(reloads.iter().filter(|read| **read).count(), 1);
}
