//! The ways in which programs, people and file systems write one file.
#![allow(clippy::print_stderr, reason = "what cannot be tested on a system is said")]

use crate::support::watched::{DEBOUNCE, Watched, in_parallel, scenario};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};
use superconfig::{ErrorCode, WatchMode, WatchOptions};

#[test]
fn written_in_place() {
    scenario(Watched::file, |watched, round| {
        watched.write("app.json", round);
        watched.expect(round);
    });
}

#[test]
fn truncated_then_written() {
    scenario(Watched::file, |watched, round| {
        watched.write_text("app.json", "");
        watched.settle();
        watched.write("app.json", round);
        watched.expect(round);
    });
}

#[test]
fn half_written_then_written() {
    scenario(Watched::file, |watched, round| {
        watched.write_text("app.json", "{\"value\": ");
        assert_eq!(watched.error().code(), ErrorCode::Parse);
        assert_eq!(watched.value(), round - 1);
        assert!(watched.config.status().unwrap().stale_since.is_some());
        watched.write("app.json", round);
        watched.expect(round);
        let status = watched.config.status().unwrap();
        assert!(status.stale_since.is_none() && status.last_error.is_none());
    });
}

#[test]
fn left_empty_for_a_second() {
    let watched = Watched::new(&[("app.toml", "value = 0")], |builder| builder.file("app.toml"));
    let emptied = Instant::now();
    watched.write_text("app.toml", "");
    watched.expect_changed(&["value"]);
    assert!(emptied.elapsed() >= Duration::from_secs(1));
    watched.nothing_more();
}

#[test]
fn emptied_again_and_again() {
    let watched = Watched::file();
    // Long enough for a file that is always found empty, and never the same.
    for _ in 0..60 {
        watched.write_text("app.json", "");
        watched.settle();
    }
    watched.write("app.json", 1);
    watched.expect(1);
    watched.nothing_more();
}

#[test]
fn written_beside_and_renamed() {
    scenario(Watched::file, |watched, round| {
        watched.write("app.json.tmp", round);
        watched.rename("app.json.tmp", "app.json");
        watched.expect(round);
    });
}

/// Edits with vim, or makes the steps that it makes.
fn edit_with_vim(vim: Option<&str>, setting: &str, watched: &Watched, round: u64) {
    match vim {
        Some(vim) => {
            let edit = format!("%s/{}/{round}/", round - 1);
            let arguments = ["-es", "-u", "NONE", "--cmd", setting, "-c", &edit, "-c", "wq"];
            assert!(Command::new(vim).args(arguments).arg(watched.at("app.json")).status().unwrap().success());
        }
        None if setting == "set nobackup" => {
            std::fs::copy(watched.at("app.json"), watched.at("app.json~")).unwrap();
            watched.write("app.json", round);
            watched.remove("app.json~");
        }
        None => {
            watched.rename("app.json", "app.json~");
            watched.write("app.json", round);
        }
    }
    watched.expect_after_errors(round);
}

#[test]
fn edited_with_vim() {
    let installed = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let vim = ["vim", "vim.tiny"].into_iter().find(installed);
    if vim.is_none() {
        eprintln!("vim is not installed: its steps are made without it");
    }
    // As it comes, then as many people have it set up: a backup by renaming, then a new file.
    for setting in ["set nobackup", "set backup writebackup backupcopy=no"] {
        scenario(Watched::file, |watched, round| edit_with_vim(vim, setting, watched, round));
    }
}

#[test]
fn edited_with_sed() {
    let in_place: &[&str] = if cfg!(target_vendor = "apple") { &["-i", ""] } else { &["-i"] };
    scenario(Watched::file, |watched, round| {
        let edit = format!("s/{}/{round}/", round - 1);
        assert!(Command::new("sed").args(in_place).arg(edit).arg(watched.at("app.json")).status().unwrap().success());
        watched.expect(round);
    });
}

#[test]
fn replaced_by_a_directory_or_a_pipe() {
    scenario(Watched::file, |watched, round| {
        watched.remove("app.json");
        if round % 2 == 0 {
            watched.make_directory("app.json");
        } else {
            assert!(Command::new("mkfifo").arg(watched.at("app.json")).status().unwrap().success());
        }
        // There may be nothing for a moment.
        let error = watched.error();
        let error = if error.code() == ErrorCode::NotFound { watched.error() } else { error };
        assert_eq!(error.code(), ErrorCode::Io);
        assert_eq!(watched.value(), round - 1);
        watched.remove("app.json");
        watched.write("app.json", round);
        watched.expect_after_errors(round);
    });
}

#[test]
fn deleted_and_recreated() {
    scenario(Watched::file, |watched, round| {
        watched.remove("app.json");
        assert_eq!(watched.error().code(), ErrorCode::NotFound);
        assert_eq!(watched.value(), round - 1);
        watched.write("app.json", round);
        watched.expect(round);
    });
}

#[test]
fn written_ten_thousand_times_in_a_burst() {
    let watched = Watched::file();
    let started = Instant::now();
    for number in 1..=10_000 {
        watched.write("app.json", number);
    }
    let mut reloads = 0_u64;
    while watched.value() != 10_000 {
        let _ = watched.change_after_errors();
        reloads += 1;
    }
    // One at most each time that the writer, which may have to wait for a processor, makes a pause.
    let most = started.elapsed().as_millis() / DEBOUNCE.as_millis() + 1;
    assert!(u128::from(reloads) <= most, "{reloads} reloads, {most} at most");
    watched.nothing_more();
    assert_eq!(watched.value(), 10_000);
}

#[test]
fn the_same_content_is_no_change() {
    let version = |watched: &Watched| watched.config.version().unwrap();
    scenario(Watched::file, |watched, round| {
        watched.write("app.json", 0);
        watched.write_text("other.json", &round.to_string());
        watched.settle();
        assert_eq!(version(watched), 1);
    });
}

/// Sets when a file was last written.
fn set_modified(watched: &Watched, name: &str, time: SystemTime) {
    std::fs::File::options().write(true).open(watched.at(name)).unwrap().set_modified(time).unwrap();
}

#[test]
fn modification_times_that_go_backwards() {
    scenario(Watched::file, |watched, round| {
        watched.write("app.json.tmp", round);
        set_modified(watched, "app.json.tmp", SystemTime::now() - Duration::from_secs(60 * 60 * round));
        watched.rename("app.json.tmp", "app.json");
        watched.expect(round);
    });
}

#[test]
fn size_and_time_stay_the_same() {
    let same = SystemTime::now() - Duration::from_secs(10);
    scenario(Watched::file, |watched, round| {
        watched.write("app.json", round % 10);
        set_modified(watched, "app.json", same);
        watched.expect(round % 10);
    });
}

#[test]
fn polled_by_option() {
    let (poll, debounce) = (Some(Duration::from_millis(20)), Duration::from_millis(10));
    in_parallel(|rounds| {
        let options = WatchOptions { poll, debounce, ..WatchOptions::default() };
        let watched = Watched::with(options, |_| {}, |builder| builder.file("app.json"));
        let status = watched.config.status().unwrap();
        assert!(status.watching.iter().all(|one| one.mode == WatchMode::Polling && one.reason.is_some()));
        for round in 1..=rounds {
            watched.write("app.json", round);
            watched.expect(round);
        }
        watched.remove("app.json");
        assert_eq!(watched.error().code(), ErrorCode::NotFound);
        watched.write("app.json", rounds + 1);
        watched.expect(rounds + 1);
        watched.nothing_more();
    });
}
