//! Live reload where the system refuses something. Each test runs itself again in a process of which that is true.
#![cfg(all(target_os = "linux", feature = "watch", feature = "json"))]

mod watching;

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;
use superconfig::{ErrorCode, WatchMode};
use watching::{Watched, rounds};

const INNER: &str = "SUPERCONFIG_TEST_INNER";

/// True in the process that `wrap` starts; else starts it, running the test of this name alone.
fn is_inner(test: &str, wrap: &[&str]) -> bool {
    if std::env::var_os(INNER).is_some() {
        return true;
    }
    let this = std::env::current_exe().unwrap();
    let status = Command::new(wrap[0]).args(&wrap[1..]).arg(this).args([test, "--exact", "--nocapture"]).env(INNER, "1").status();
    assert!(status.unwrap().success());
    false
}

#[test]
fn permission_taken_and_given_back() {
    // The superuser may read what nobody may, unless that right is taken away.
    // SAFETY: it only asks.
    let is_superuser = unsafe { libc::geteuid() } == 0;
    let wrap: &[&str] = if is_superuser { &["setpriv", "--bounding-set=-dac_override,-dac_read_search"] } else { &["env"] };
    if !is_inner("permission_taken_and_given_back", wrap) {
        return;
    }
    let watched = Watched::new(|_| {}, |builder| builder.file("app.json"));
    let permit = |mode| std::fs::set_permissions(watched.at("app.json"), std::fs::Permissions::from_mode(mode)).unwrap();
    for round in 1..=rounds() {
        permit(0o000);
        assert_eq!(watched.error().code(), ErrorCode::Io);
        assert_eq!(watched.config.get::<u64>("value").unwrap(), round - 1);
        permit(0o200);
        watched.write("app.json", round);
        permit(0o600);
        watched.expect_after_errors(round);
    }
    watched.nothing_more();
}

/// In a user namespace of its own the process has its own limits.
fn with_limit(test: &str, limit: &str) -> bool {
    let script = format!("echo 0 > /proc/sys/user/{limit} && exec \"$0\" \"$@\"");
    is_inner(test, &["unshare", "--user", "--map-root-user", "sh", "-c", &script])
}

fn falls_back(reason: &str) {
    let watched = Watched::new(|_| {}, |builder| builder.file("app.json"));
    let status = watched.config.status().unwrap();
    let refused = status
        .watching
        .iter()
        .all(|one| one.mode == WatchMode::Polling && one.reason.as_deref().is_some_and(|told| told.contains(reason)));
    assert!(refused && !status.watching.is_empty(), "{status:?}");
    for round in 1..=rounds().min(10) {
        watched.write("app.json", round);
        watched.expect(round);
    }
    watched.nothing_more();
}

#[test]
fn no_more_watches_are_allowed() {
    if with_limit("no_more_watches_are_allowed", "max_inotify_watches") {
        falls_back("max_user_watches");
    }
}

#[test]
fn no_more_instances_are_allowed() {
    if with_limit("no_more_instances_are_allowed", "max_inotify_instances") {
        falls_back("max_user_instances");
    }
}

#[test]
fn watches_that_are_allowed_again_are_used() {
    let script = "exec \"$0\" \"$@\"";
    let wrap = ["unshare", "--user", "--map-root-user", "sh", "-c", script];
    if !is_inner("watches_that_are_allowed_again_are_used", &wrap) {
        return;
    }
    let allow = |count: &str| std::fs::write("/proc/sys/user/max_inotify_watches", count).unwrap();
    allow("0");
    let watched = Watched::new(|_| {}, |builder| builder.file("app.json"));
    let mode = || watched.config.status().unwrap().watching[0].mode;
    assert_eq!(mode(), WatchMode::Polling);
    allow("1000");
    watching::until(|| mode() == WatchMode::Native);
    watched.write("app.json", 1);
    watched.expect(1);
    std::thread::sleep(Duration::from_millis(10));
    watched.nothing_more();
}
