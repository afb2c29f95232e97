//! Patterns of files on real trees: links that lead back, names that are not UTF-8, files that vanish, and what a walk costs.
#![cfg(all(unix, feature = "json"))]

use crate::support::watched::create;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use superconfig::{Builder, ErrorCode, LayerStatus, Limits, Snapshot, SuperConfig};

/// A tree of files that hold nothing.
fn tree(files: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        create(directory.path(), &[(file, "{}")]);
    }
    directory
}

fn found(snapshot: &Snapshot) -> Vec<String> {
    let read = snapshot.layers().iter().filter(|layer| layer.status == LayerStatus::Found);
    read.filter_map(|layer| layer.file.as_deref()).map(str::to_owned).collect()
}

fn files(directory: &Path, pattern: &str) -> Vec<String> {
    found(&SuperConfig::builder().cwd(directory).glob(pattern).load().unwrap().snapshot().unwrap())
}

#[test]
fn links_that_lead_back_end() {
    let directory = tree(&["conf/a.json", "conf/x/b.json", "conf/x/y/c.json"]);
    let at = |name: &str| directory.path().join(name);
    symlink(at("conf"), at("conf/x/y/up")).unwrap();
    symlink("..", at("conf/x/back")).unwrap();
    symlink(".", at("conf/self")).unwrap();
    symlink(directory.path(), at("conf/root")).unwrap();
    assert_eq!(files(directory.path(), "conf/**/*.json"), ["conf/a.json", "conf/x/b.json", "conf/x/y/c.json"]);
    assert_eq!(files(directory.path(), "**/*.json"), ["conf/a.json", "conf/x/b.json", "conf/x/y/c.json"]);
    // Only behind the links is there a `y` above an `x`; even so each file comes once.
    let behind = ["conf/x/y/up/x/b.json", "conf/x/y/up/x/back/a.json", "conf/x/y/up/x/y/c.json"];
    assert_eq!(files(directory.path(), "**/y/**/x/**/*.json"), behind);
}

#[test]
fn packages_that_link_each_other_are_read_once_where_they_are() {
    let directory = tempfile::tempdir().unwrap();
    const COUNT: usize = 12;
    for one in 0..COUNT {
        create(directory.path(), &[(&format!("packages/{one:02}/app.json"), "{}")]);
        let modules = directory.path().join(format!("packages/{one:02}/node_modules"));
        std::fs::create_dir(&modules).unwrap();
        for other in 0..COUNT {
            symlink(format!("../../{other:02}"), modules.join(format!("{other:02}"))).unwrap();
        }
    }
    let own: Vec<String> = (0..COUNT).map(|one| format!("packages/{one:02}/app.json")).collect();
    assert_eq!(files(directory.path(), "packages/**/*.json"), own);
    assert_eq!(files(directory.path(), "packages/*/node_modules/03/*.json"), ["packages/00/node_modules/03/app.json"]);
}

#[test]
fn a_file_behind_a_link_is_found_under_its_link() {
    let directory = tree(&["real/a.json", "one.json"]);
    symlink("real", directory.path().join("conf")).unwrap();
    symlink("one.json", directory.path().join("two.json")).unwrap();
    assert_eq!(files(directory.path(), "conf/*.json"), ["conf/a.json"]);
    assert_eq!(files(directory.path(), "{conf,real}/*.json"), ["conf/a.json"]);
    assert_eq!(files(directory.path(), "*.json"), ["one.json", "two.json"]);
}

#[test]
fn names_that_are_not_utf8_are_skipped_with_a_warning() {
    let directory = tree(&["conf/a.json"]);
    let conf = directory.path().join("conf");
    std::fs::write(conf.join(OsStr::from_bytes(b"b\xff.json")), "not read").unwrap();
    std::fs::write(conf.join(OsStr::from_bytes(b"b\xff.txt")), "does not match").unwrap();
    std::fs::create_dir(conf.join(OsStr::from_bytes(b"d\xff"))).unwrap();
    std::fs::write(conf.join(OsStr::from_bytes(b"d\xff")).join("c.json"), "not read").unwrap();
    for pattern in ["conf/*.json", "conf/**/*.json"] {
        let config = SuperConfig::builder().cwd(directory.path()).glob(pattern).load().unwrap();
        config.reload().unwrap();
        let snapshot = config.snapshot().unwrap();
        assert_eq!(found(&snapshot), ["conf/a.json"]);
        let files = snapshot.warnings().iter().map(|warning| {
            assert_eq!(warning.code, "invalid-encoding");
            warning.origin.as_ref().unwrap().file.as_deref().unwrap()
        });
        let expected: &[&str] =
            if pattern.contains("**") { &["conf/b\u{fffd}.json", "conf/d\u{fffd}"] } else { &["conf/b\u{fffd}.json"] };
        assert_eq!(files.collect::<Vec<_>>(), expected);
    }
    // A working directory whose own name is none is no obstacle.
    let odd = directory.path().join(OsStr::from_bytes(b"odd\xff"));
    std::fs::create_dir(&odd).unwrap();
    std::fs::write(odd.join("a.json"), "{}").unwrap();
    assert_eq!(files(&odd, "*.json"), ["a.json"]);
}

#[test]
fn a_malformed_pattern_is_an_error_before_a_file_is_touched() {
    for pattern in ["", "{,}", "a/{b", "a}", "[", "x[", "a**b", "conf/", "\0", "{a,b}".repeat(20).as_str()] {
        let error = SuperConfig::builder().cwd("/nowhere").file("not-there.json").glob(pattern).load().err().unwrap();
        assert_eq!(error.code(), ErrorCode::Option, "{pattern:?}");
        assert!(error.message().contains(&format!("{pattern:?}")), "{error}");
        assert_eq!(error.origin().map(|origin| &*origin.source), Some(pattern));
    }
}

#[test]
fn many_double_stars_cost_no_more_than_one() {
    let directory = tempfile::tempdir().unwrap();
    let deep = directory.path().join("d/".repeat(60));
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("a.json"), "{}").unwrap();
    let limits = |alias_nodes| Limits { alias_nodes, ..Limits::default() };
    // 60 directories: a name in each of them, and the name `d` for each `d` of the pattern that may come next.
    let pattern = format!("{}*.json", "**/d/".repeat(5));
    let config = SuperConfig::builder().cwd(directory.path()).glob(&pattern).limits(limits(60 * 7)).load().unwrap();
    assert_eq!(found(&config.snapshot().unwrap()).len(), 1);
    let pattern = format!("{}x.json", "**/d/".repeat(25));
    assert!(files(directory.path(), &pattern).is_empty());
}

#[test]
fn more_names_than_the_budget_has_values_are_an_error() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..50 {
        create(directory.path(), &[(&format!("conf/{number}.json"), "{}")]);
    }
    let load = |pattern: &str, alias_nodes| {
        let limits = Limits { alias_nodes, ..Limits::default() };
        SuperConfig::builder().cwd(directory.path()).glob(pattern).limits(limits).load()
    };
    assert!(load("conf/*.json", 50).is_ok());
    let error = load("conf/*.toml", 49).err().unwrap();
    assert_eq!(error.code(), ErrorCode::Limit);
    assert_eq!(error.origin().map(|origin| &*origin.source), Some("conf/*.toml"));
    assert!(error.hint().unwrap().contains("`aliasNodes`"), "{error:?}");
}

/// Ends a thread, also where the one that waits for it panics.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Makes and removes files on another thread, during so many calls.
fn while_files_come_and_go(directory: &Path, calls: usize, load: impl Fn()) {
    let ends = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _ends = Ends(&ends);
        scope.spawn(|| {
            let path = |number: usize| directory.join(format!("conf/{}.json", ["default", "local", "c", "d"][number % 4]));
            for number in 0.. {
                if ends.load(Ordering::Relaxed) {
                    return;
                }
                std::fs::write(path(number), "{\"a\": 1}").unwrap();
                let _ = std::fs::remove_file(path(number + 2));
            }
        });
        (0..calls).for_each(|_| load());
    });
}

#[test]
fn files_that_vanish_between_listing_and_reading_are_skipped() {
    let sources: [fn(Builder) -> Builder; 3] =
        [|builder| builder.glob("conf/*.json"), |builder| builder.glob("**/*.json"), |builder| builder.dir("conf")];
    for source in sources {
        let directory = tree(&["conf/x.json"]);
        let config = source(SuperConfig::builder().cwd(directory.path())).load().unwrap();
        // A file that has just been created is empty.
        let is_half_written =
            |error: &superconfig::Error| error.to_string().contains("empty") || error.code() == ErrorCode::Parse;
        while_files_come_and_go(directory.path(), 1_500, || {
            for outcome in [config.reload().map(drop), source(SuperConfig::builder().cwd(directory.path())).load().map(drop)] {
                assert!(outcome.as_ref().err().is_none_or(is_half_written), "{outcome:?}");
            }
        });
    }
}

#[test]
fn a_link_to_nothing_is_skipped_with_a_warning() {
    let directory = tree(&["conf/a.json"]);
    symlink("nowhere.json", directory.path().join("conf/default.json")).unwrap();
    for builder in [SuperConfig::builder().glob("conf/*.json"), SuperConfig::builder().dir("conf")] {
        let snapshot = builder.cwd(directory.path()).load().unwrap().snapshot().unwrap();
        let warning = snapshot.warnings().iter().find(|warning| warning.code == "broken-link").unwrap();
        assert_eq!(warning.origin.as_ref().unwrap().file.as_deref(), Some("conf/default.json"));
    }
    symlink("loop.json", directory.path().join("conf/loop.json")).unwrap();
    let error = SuperConfig::builder().cwd(directory.path()).glob("conf/l*.json").load().err().unwrap();
    assert_eq!(error.code(), ErrorCode::Io);
}

/// Each link is a layer of the whole file: a hundred of them took the memory of a hundred files.
#[test]
fn links_to_one_large_file_are_bounded() {
    let directory = tree(&[]);
    let at = |name: &str| directory.path().join(name);
    let text = format!("{{\"text\": \"{}\"}}", "x".repeat(1 << 20));
    create(directory.path(), &[("conf/0.json", &*text)]);
    let load = || SuperConfig::builder().cwd(directory.path()).glob("conf/*.json").load();
    for link in 1..=40 {
        let name = at(&format!("conf/{link}.json"));
        if link % 2 == 0 { symlink("0.json", name).unwrap() } else { std::fs::hard_link(at("conf/0.json"), name).unwrap() }
    }
    assert_eq!(found(&load().unwrap().snapshot().unwrap()).len(), 41);
    (41..=80).for_each(|link| symlink("0.json", at(&format!("conf/{link}.json"))).unwrap());
    let error = load().err().unwrap();
    assert_eq!(error.code(), ErrorCode::Limit, "{error}");
    assert!(error.origin().unwrap().file.as_deref().unwrap().starts_with("conf/"), "{error}");
    let limits = Limits { expanded_bytes: 128 << 20, ..Limits::default() };
    let raised = SuperConfig::builder().cwd(directory.path()).glob("conf/*.json").limits(limits).load().unwrap();
    assert_eq!(found(&raised.snapshot().unwrap()).len(), 81);
}
