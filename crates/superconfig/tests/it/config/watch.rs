//! Live reload on real files. `SUPERCONFIG_TEST_ROUNDS` sets how often each kind of change is made, 200 times by default.
#![cfg(all(feature = "watch", feature = "json", feature = "toml", feature = "yaml"))]
#![allow(clippy::print_stderr, reason = "what cannot be tested on a system is said")]

use crate::support::watched::{self as watching, DEBOUNCE, Watched, in_parallel, rounds};
use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};
use superconfig::{Builder, ErrorCode, SuperConfig, WatchMode, WatchOptions};

fn one_file() -> Watched {
    Watched::new(|_| {}, |builder| builder.file("app.json"))
}

#[test]
fn written_in_place() {
    in_parallel(|rounds| {
        let watched = one_file();
        for round in 1..=rounds {
            watched.write("app.json", round);
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn truncated_then_written() {
    in_parallel(|rounds| {
        let watched = one_file();
        for round in 1..=rounds {
            watched.write_text("app.json", "");
            watched.settle();
            watched.write("app.json", round);
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn torn_in_the_middle() {
    in_parallel(|rounds| {
        let watched = one_file();
        for round in 1..=rounds {
            watched.write_text("app.json", "{\"value\": ");
            assert_eq!(watched.error().code(), ErrorCode::Parse);
            assert_eq!(watched.config.get::<u64>("value").unwrap(), round - 1);
            assert!(watched.config.status().unwrap().stale_since.is_some());
            watched.write("app.json", round);
            watched.expect(round);
            let status = watched.config.status().unwrap();
            assert!(status.stale_since.is_none() && status.last_error.is_none());
        }
        watched.nothing_more();
    });
}

#[test]
fn left_empty_for_a_second() {
    let watched =
        Watched::new(|at| std::fs::write(at.join("app.toml"), "value = 0").unwrap(), |builder| builder.file("app.toml"));
    let emptied = Instant::now();
    watched.write_text("app.toml", "");
    assert_eq!(watched.change().changed, ["value"]);
    assert!(emptied.elapsed() >= Duration::from_secs(1));
    watched.nothing_more();
}

#[test]
fn emptied_again_and_again() {
    let watched = one_file();
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
    in_parallel(|rounds| {
        let watched = one_file();
        for round in 1..=rounds {
            watched.write("app.json.tmp", round);
            std::fs::rename(watched.at("app.json.tmp"), watched.at("app.json")).unwrap();
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn edited_with_vim() {
    let installed = |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let vim = ["vim", "vim.tiny"].iter().find(installed);
    if vim.is_none() {
        eprintln!("vim is not installed: its steps are made without it");
    }
    // As it comes, then as many people have it set up: a backup by renaming, then a new file.
    for setting in ["set nobackup", "set backup writebackup backupcopy=no"] {
        in_parallel(|rounds| {
            let watched = one_file();
            for round in 1..=rounds {
                match vim {
                    Some(vim) => {
                        let edit = format!("%s/{}/{round}/", round - 1);
                        let arguments = ["-es", "-u", "NONE", "--cmd", setting, "-c", &edit, "-c", "wq"];
                        let status = Command::new(vim).args(arguments).arg(watched.at("app.json")).status();
                        assert!(status.unwrap().success());
                    }
                    None if setting == "set nobackup" => {
                        std::fs::copy(watched.at("app.json"), watched.at("app.json~")).unwrap();
                        watched.write("app.json", round);
                        std::fs::remove_file(watched.at("app.json~")).unwrap();
                    }
                    None => {
                        std::fs::rename(watched.at("app.json"), watched.at("app.json~")).unwrap();
                        watched.write("app.json", round);
                    }
                }
                watched.expect_after_errors(round);
            }
            watched.nothing_more();
        });
    }
}

#[test]
fn something_else_in_the_place_of_a_file() {
    in_parallel(|rounds| {
        let watched = one_file();
        let file = watched.at("app.json");
        for round in 1..=rounds {
            std::fs::remove_file(&file).unwrap();
            if round % 2 == 0 {
                std::fs::create_dir(&file).unwrap();
            } else {
                assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
            }
            // There may be nothing for a moment.
            let error = watched.error();
            let error = if error.code() == ErrorCode::NotFound { watched.error() } else { error };
            assert_eq!(error.code(), ErrorCode::Io);
            assert_eq!(watched.config.get::<u64>("value").unwrap(), round - 1);
            if round % 2 == 0 {
                std::fs::remove_dir(&file).unwrap()
            } else {
                std::fs::remove_file(&file).unwrap()
            }
            watched.write("app.json", round);
            watched.expect_after_errors(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn edited_with_sed() {
    in_parallel(|rounds| {
        let watched = one_file();
        for round in 1..=rounds {
            let edit = format!("s/{}/{round}/", round - 1);
            assert!(Command::new("sed").args(["-i", &edit]).arg(watched.at("app.json")).status().unwrap().success());
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn deleted_and_recreated() {
    in_parallel(|rounds| {
        let watched = one_file();
        for round in 1..=rounds {
            std::fs::remove_file(watched.at("app.json")).unwrap();
            assert_eq!(watched.error().code(), ErrorCode::NotFound);
            assert_eq!(watched.config.get::<u64>("value").unwrap(), round - 1);
            watched.write("app.json", round);
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn optional_file_comes_and_goes() {
    in_parallel(|rounds| {
        let watched = Watched::new(
            |_| {},
            |builder| {
                let optional = superconfig::FileOptions { optional: true, ..Default::default() };
                builder.file("app.json").file_with("more/local.json", optional)
            },
        );
        for round in 1..=rounds {
            std::fs::create_dir(watched.at("more")).unwrap();
            watched.write("more/local.json", round);
            watched.expect(round);
            std::fs::remove_dir_all(watched.at("more")).unwrap();
            watched.expect(0);
        }
        watched.nothing_more();
    });
}

#[test]
fn directory_deleted_and_recreated() {
    in_parallel(|rounds| {
        let watched = Watched::new(
            |at| {
                std::fs::create_dir_all(at.join("deep/config")).unwrap();
                std::fs::write(at.join("deep/config/app.json"), "{\"value\": 0}").unwrap();
            },
            |builder| builder.file("deep/config/app.json"),
        );
        for round in 1..=rounds {
            std::fs::remove_dir_all(watched.at("deep")).unwrap();
            if round % 2 == 0 {
                assert_eq!(watched.error().code(), ErrorCode::NotFound);
            }
            std::fs::create_dir_all(watched.at("deep/config")).unwrap();
            watched.write("deep/config/app.json", round);
            watched.expect_after_errors(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn directory_moved_away_and_another_in_its_place() {
    in_parallel(|rounds| {
        let watched = Watched::new(
            |at| {
                std::fs::create_dir_all(at.join("live/config")).unwrap();
                std::fs::write(at.join("live/config/app.json"), "{\"value\": 0}").unwrap();
            },
            |builder| builder.file("live/config/app.json"),
        );
        for round in 1..=rounds {
            std::fs::create_dir_all(watched.at("next/config")).unwrap();
            watched.write("next/config/app.json", round);
            std::fs::rename(watched.at("live"), watched.at("last")).unwrap();
            std::fs::rename(watched.at("next"), watched.at("live")).unwrap();
            // There is none for a moment.
            watched.expect_after_errors(round);
            std::fs::remove_dir_all(watched.at("last")).unwrap();
        }
        watched.nothing_more();
    });
}

#[test]
fn link_retargeted() {
    in_parallel(|rounds| {
        let watched = Watched::new(
            |at| {
                std::fs::write(at.join("even.json"), "{\"value\": 0}").unwrap();
                symlink("even.json", at.join("app.json")).unwrap();
            },
            |builder| builder.file("app.json"),
        );
        for round in 1..=rounds {
            let target = if round % 2 == 0 { "even.json" } else { "odd.json" };
            watched.write(target, round);
            symlink(target, watched.at("app.json.tmp")).unwrap();
            std::fs::rename(watched.at("app.json.tmp"), watched.at("app.json")).unwrap();
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn target_of_a_link_elsewhere_written() {
    in_parallel(|rounds| {
        let elsewhere = tempfile::tempdir().unwrap();
        let target = elsewhere.path().join("real.json");
        std::fs::write(&target, "{\"value\": 0}").unwrap();
        let watched = Watched::new(|at| symlink(&target, at.join("app.json")).unwrap(), |builder| builder.file("app.json"));
        for round in 1..=rounds {
            std::fs::write(&target, format!("{{\"value\": {round}}}")).unwrap();
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn kubernetes_volume_swapped() {
    in_parallel(|rounds| {
        let publish = |at: &std::path::Path, round: u64| {
            let data = format!("..2026_{round}");
            std::fs::create_dir(at.join(&data)).unwrap();
            std::fs::write(at.join(&data).join("app.json"), format!("{{\"value\": {round}}}")).unwrap();
            std::fs::write(at.join(&data).join("twin.json"), format!("{{\"twin\": {round}}}")).unwrap();
            symlink(&data, at.join("..data_tmp")).unwrap();
            std::fs::rename(at.join("..data_tmp"), at.join("..data")).unwrap();
            if round > 0 {
                std::fs::remove_dir_all(at.join(format!("..2026_{}", round - 1))).unwrap();
            }
        };
        let watched = Watched::new(
            |at| {
                publish(at, 0);
                symlink("..data/app.json", at.join("app.json")).unwrap();
                symlink("..data/twin.json", at.join("twin.json")).unwrap();
            },
            |builder| builder.file("app.json").file("twin.json"),
        );
        for round in 1..=rounds {
            publish(watched.root(), round);
            let change = watched.change();
            assert_eq!(change.changed, ["twin", "value"]);
            assert_eq!(change.current.get::<u64>(&"value".parse().unwrap()).unwrap(), round);
            assert_eq!(change.current.get::<u64>(&"twin".parse().unwrap()).unwrap(), round);
        }
        watched.nothing_more();
    });
}

#[test]
fn files_of_a_pattern_and_of_a_directory_appear() {
    in_parallel(|rounds| {
        let watched = Watched::new(
            |at| std::fs::create_dir(at.join("config")).unwrap(),
            |builder| builder.file("app.json").glob("conf.d/*/x.json").profile("eu").dir("config"),
        );
        for round in 1..=rounds {
            std::fs::create_dir_all(watched.at("conf.d/a")).unwrap();
            watched.write("conf.d/a/x.json", round);
            watched.expect(round);
            watched.write("config/eu.json", 1_000 + round);
            watched.expect(1_000 + round);
            std::fs::remove_file(watched.at("config/eu.json")).unwrap();
            watched.expect(round);
            std::fs::remove_dir_all(watched.at("conf.d")).unwrap();
            watched.expect(0);
        }
        watched.nothing_more();
    });
}

#[test]
fn variant_of_a_profile_appears() {
    in_parallel(|rounds| {
        let optional = superconfig::FileOptions { optional: true, ..Default::default() };
        let watched = Watched::new(
            |_| {},
            |builder| builder.file("app.json").file_with("app.{profile}.yaml", optional.clone()).profile("production"),
        );
        for round in 1..=rounds {
            watched.write_text("app.production.yaml", &format!("value: {round}"));
            watched.expect(round);
            std::fs::remove_file(watched.at("app.production.yaml")).unwrap();
            watched.expect(0);
        }
        watched.nothing_more();
    });
}

#[test]
fn dotenv_file_appears() {
    in_parallel(|rounds| {
        let watched = Watched::new(|_| {}, |builder| builder.file("app.json").environment([("X", "1")]).dotenv().env("APP"));
        for round in 1..=rounds {
            watched.write_text(".env", &format!("APP_VALUE={round}"));
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn written_ten_thousand_times_in_a_burst() {
    let watched = one_file();
    let started = Instant::now();
    for number in 1..=10_000 {
        watched.write("app.json", number);
    }
    let mut reloads = 0_u64;
    while watched.config.get::<u64>("value").unwrap() != 10_000 {
        let _ = watched.change_after_errors();
        reloads += 1;
    }
    // One at most each time that the writer, which may have to wait for a processor, makes a pause.
    let most = started.elapsed().as_millis() / DEBOUNCE.as_millis() + 1;
    assert!(u128::from(reloads) <= most, "{reloads} reloads, {most} at most");
    watched.nothing_more();
    assert_eq!(watched.config.get::<u64>("value").unwrap(), 10_000);
}

#[test]
fn a_thousand_files() {
    in_parallel(|rounds| {
        let watched = Watched::new(
            |at| {
                std::fs::create_dir(at.join("conf.d")).unwrap();
                for number in 0..1_000 {
                    std::fs::write(at.join(format!("conf.d/{number:04}.json")), format!("{{\"v{number}\": 0}}")).unwrap();
                }
            },
            |builder| builder.glob("conf.d/*.json"),
        );
        for round in 1..=rounds {
            let number = round * 97 % 1_000;
            watched.write_text(&format!("conf.d/{number:04}.json"), &format!("{{\"v{number}\": {round}}}"));
            assert_eq!(watched.change().changed, [format!("v{number}")]);
        }
        watched.nothing_more();
    });
}

#[test]
fn two_configurations_over_one_file() {
    in_parallel(|rounds| {
        let watched = one_file();
        let other = watched.another(|builder| builder.file("app.json"));
        for round in 1..=rounds {
            watched.write("app.json", round);
            watched.expect(round);
            other.expect(round);
        }
        watched.config.close();
        watched.write("app.json", 1_000);
        other.expect(1_000);
        other.nothing_more();
    });
}

#[test]
fn the_same_content_is_no_change() {
    in_parallel(|rounds| {
        let watched = one_file();
        for round in 1..=rounds {
            watched.write("app.json", 0);
            watched.write_text("other.json", &round.to_string());
            watched.settle();
        }
        watched.nothing_more();
        assert_eq!(watched.config.version().unwrap(), 1);
    });
}

#[test]
fn a_clock_that_goes_backwards() {
    in_parallel(|rounds| {
        let watched = one_file();
        for round in 1..=rounds {
            let before = SystemTime::now() - Duration::from_secs(60 * 60 * round);
            watched.write("app.json.tmp", round);
            std::fs::File::options().write(true).open(watched.at("app.json.tmp")).unwrap().set_modified(before).unwrap();
            std::fs::rename(watched.at("app.json.tmp"), watched.at("app.json")).unwrap();
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn size_and_time_stay_the_same() {
    in_parallel(|rounds| {
        let watched = one_file();
        let same = SystemTime::now() - Duration::from_secs(10);
        for round in 1..=rounds {
            watched.write("app.json", round % 10);
            std::fs::File::options().write(true).open(watched.at("app.json")).unwrap().set_modified(same).unwrap();
            watched.expect(round % 10);
        }
        watched.nothing_more();
    });
}

#[test]
fn polled_by_option() {
    in_parallel(|rounds| {
        let poll = WatchOptions {
            poll: Some(Duration::from_millis(20)),
            debounce: Duration::from_millis(10),
            ..WatchOptions::default()
        };
        let watched = Watched::with(poll, |_| {}, |builder| builder.file("app.json"));
        let status = watched.config.status().unwrap();
        assert!(status.watching.iter().all(|one| one.mode == WatchMode::Polling && one.reason.is_some()));
        for round in 1..=rounds {
            watched.write("app.json", round);
            watched.expect(round);
        }
        std::fs::remove_file(watched.at("app.json")).unwrap();
        assert_eq!(watched.error().code(), ErrorCode::NotFound);
        watched.write("app.json", rounds + 1);
        watched.expect(rounds + 1);
        watched.nothing_more();
    });
}

#[test]
fn a_listener_that_panics_stops_no_other() {
    let watched = one_file();
    let _bad = watched.config.subscribe(|_| std::panic::resume_unwind(Box::new("listener")));
    let (sender, others) = std::sync::mpsc::channel();
    let _good = watched.config.subscribe(move |event| drop(sender.send(format!("{event:?}"))));
    watched.write("app.json", 1);
    watched.expect(1);
    assert!(others.recv_timeout(watching::PATIENCE).unwrap().starts_with("Changed"));
    watched.config.close();
    assert_eq!(others.recv_timeout(watching::PATIENCE).unwrap(), "Closed");
}

#[test]
fn a_listener_may_reload_load_and_close() {
    let watched = one_file();
    let (sender, done) = std::sync::mpsc::channel();
    let config = watched.config.clone();
    let root = watched.root().to_path_buf();
    let _subscription = watched.config.subscribe(move |event| {
        if let superconfig::Event::Changed(_) = event {
            config.reload().unwrap();
            let other = builder(&root).file("app.json").watch(WatchOptions::default()).load().unwrap();
            other.close();
            config.close();
            sender.send(()).unwrap();
        }
    });
    watched.write("app.json", 1);
    done.recv_timeout(watching::PATIENCE).unwrap();
    assert_eq!(watched.config.version().unwrap_err().code(), ErrorCode::Closed);
}

fn builder(root: &std::path::Path) -> Builder {
    SuperConfig::builder().cwd(root)
}

#[test]
fn what_came_before_watching_began_is_not_missed() {
    in_parallel(|rounds| {
        for round in 1..=rounds {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("app.json");
            std::fs::write(&file, "{\"value\": 0}").unwrap();
            let writer = std::thread::spawn(move || std::fs::write(&file, format!("{{\"value\": {round}}}")).unwrap());
            let config = builder(directory.path()).file("app.json").watch(WatchOptions::default()).load();
            writer.join().unwrap();
            // The first load may have met the file while it was written.
            let Ok(config) = config else { continue };
            watching::until(|| config.get::<u64>("value").unwrap() == round);
        }
    });
}

#[test]
#[cfg(feature = "discovery")]
fn a_file_that_discovery_finds_appears() {
    let root = std::cell::OnceCell::new();
    let watched = Watched::new(
        |at| {
            std::fs::create_dir_all(at.join("home/project/src")).unwrap();
            std::fs::create_dir(at.join("home/project/.git")).unwrap();
            root.set(at.to_path_buf()).unwrap();
        },
        |builder| {
            let at = root.get().unwrap();
            builder.cwd(at.join("home/project/src")).home(at.join("home")).root(at.join("root")).discover("myapp")
        },
    );
    for round in 1..=rounds() {
        watched.write_text("home/project/myapp.config.json", &format!("{{\"value\": {round}}}"));
        watched.expect(round);
        std::fs::create_dir_all(watched.at("root/etc/myapp")).unwrap();
        watched.write_text("root/etc/myapp/config.json", "{\"other\": true}");
        assert_eq!(watched.change().changed, ["other"]);
        std::fs::create_dir_all(watched.at("home/.config/myapp")).unwrap();
        watched.write_text("home/.config/myapp/config.toml", "third = 3");
        assert_eq!(watched.change().changed, ["third"]);
        for path in ["root", "home/.config"] {
            std::fs::remove_dir_all(watched.at(path)).unwrap();
            assert_eq!(watched.change().changed.len(), 1);
        }
        std::fs::remove_file(watched.at("home/project/myapp.config.json")).unwrap();
        assert_eq!(watched.change().changed, ["value"]);
    }
    watched.nothing_more();
}

/// Files that belong together, and a thread that looks at them all the while.
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
        let described = builder(directory.path()).file("a.json").file("b.toml");
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
            }
            assert!(last > 1);
            apart
        });
        Self { directory, config, reader: Some(reader), ended }
    }

    fn write(&self, value: u64) {
        write_pair(self.directory.path(), value);
    }

    /// What the reader saw that does not belong together.
    fn end(mut self) -> Vec<(u64, u64)> {
        self.ended.store(true, Ordering::Relaxed);
        self.reader.take().unwrap().join().unwrap()
    }
}

fn write_pair(directory: &std::path::Path, value: u64) {
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
    let pair = Pair::new(Some(WatchOptions { debounce: DEBOUNCE, max_wait: watching::PATIENCE, ..WatchOptions::default() }));
    // The clock of a file system ticks.
    let together = DEBOUNCE - Duration::from_millis(10);
    let mut slow = Vec::new();
    for round in 1..=rounds() {
        let started = Instant::now();
        pair.write(round);
        if started.elapsed() >= together {
            slow.push(round);
        }
        watching::until(|| pair.config.get::<u64>("b").unwrap() == round);
    }
    // Where this thread had to wait for a processor, the files did not change together.
    let apart: Vec<_> = pair.end().into_iter().filter(|(a, b)| a < b || !slow.contains(a)).collect();
    assert_eq!(apart, []);
}

#[test]
fn a_file_found_half_written_is_not_seen_beside_newer_ones() {
    in_parallel(|rounds| {
        let prepare = |at: &std::path::Path| write_pair(at, 0);
        let watched = Watched::new(prepare, |builder| builder.file("a.json").file("b.toml"));
        for round in 1..=rounds {
            watched.write_text("a.json", "");
            watched.write_text("b.toml", &format!("b = {round}"));
            watched.settle();
            watched.write_text("a.json", &format!("{{\"a\": {round}}}"));
            assert_eq!(watched.change().changed, ["a", "b"]);
        }
        watched.nothing_more();
    });
}

#[test]
fn what_was_loaded_empty_holds_up_nothing() {
    let prepare = |at: &std::path::Path| std::fs::write(at.join("empty.toml"), "").unwrap();
    let watched = Watched::new(prepare, |builder| builder.file("empty.toml").file("app.json"));
    let started = Instant::now();
    watched.write("app.json", 1);
    watched.expect(1);
    watched.write_text("empty.toml", "value = 2\nother = 3");
    assert_eq!(watched.change().changed, ["other"]);
    watched.write_text("empty.toml", "");
    assert_eq!(watched.change().changed, ["other"]);
    assert!(started.elapsed() >= Duration::from_secs(1));
    watched.nothing_more();
}
