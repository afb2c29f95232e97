//! Live reload under system limits. Each test runs itself again in a process with that limit.
#![cfg(all(target_os = "linux", feature = "watch", feature = "json"))]
#![allow(clippy::print_stderr, reason = "what cannot be tested on a system is said")]

mod support;

use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use superconfig::{ErrorCode, WatchMode};
use support::alone::{ALONE, is_alone};
use support::watched::{Watched, in_parallel, scenario, until};

/// A user namespace, in which a process has limits of its own. Some systems leave making one to the superuser.
const NAMESPACES: [&[&str]; 2] =
    [&["unshare", "--user", "--map-root-user"], &["sudo", "--non-interactive", "unshare", "--user", "--map-root-user"]];

/// [`is_alone`] in a user namespace, after a script has set its limits.
fn is_alone_after(test: &str, script: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let works = |wrap: &&&[&str]| {
        let tried = Command::new(wrap[0]).args(&wrap[1..]).arg("true").output();
        tried.is_ok_and(|output| output.status.success())
    };
    let Some(namespace) = NAMESPACES.iter().find(works) else {
        eprintln!("{test}: not tested, the system permits no user namespace");
        return false;
    };
    is_alone(module_path!(), test, &[namespace, &["sh", "-c", &format!("{script} && exec \"$0\" \"$@\"")][..]].concat())
}

#[test]
fn permission_taken_and_given_back() {
    // The superuser may read any file, unless that right is taken away.
    // SAFETY: it only asks.
    let is_superuser = unsafe { libc::geteuid() } == 0;
    let wrap: &[&str] = if is_superuser { &["setpriv", "--bounding-set=-dac_override,-dac_read_search"] } else { &[] };
    if !is_alone(module_path!(), "permission_taken_and_given_back", wrap) {
        return;
    }
    scenario(Watched::file, |watched, round| {
        let permit = |mode| std::fs::set_permissions(watched.at("app.json"), std::fs::Permissions::from_mode(mode)).unwrap();
        permit(0o000);
        assert_eq!(watched.error().code(), ErrorCode::Io);
        assert_eq!(watched.value(), round - 1);
        permit(0o200);
        watched.write("app.json", round);
        permit(0o600);
        watched.expect_after_errors(round);
    });
}

/// Whether everything is polled for a reason that contains a text.
fn is_refused(watched: &Watched, reason: &str) -> bool {
    let status = watched.config.status().unwrap();
    !status.watching.is_empty()
        && status
            .watching
            .iter()
            .all(|one| one.mode == WatchMode::Polling && one.reason.as_deref().is_some_and(|one| one.contains(reason)))
}

fn is_native(watched: &Watched) -> bool {
    watched.config.status().unwrap().watching.iter().all(|one| one.mode == WatchMode::Native && one.reason.is_none())
}

/// Two rounds in each thread are enough where each waits for up to a second, as files are polled once a second.
fn falls_back(reason: &str) {
    in_parallel(|_| {
        let watched = Watched::file();
        assert!(is_refused(&watched, reason), "{:?}", watched.config.status());
        for round in 1..=2 {
            watched.write("app.json", round);
            watched.expect(round);
        }
        watched.nothing_more();
    });
}

#[test]
fn no_more_watches_are_allowed() {
    if is_alone_after("no_more_watches_are_allowed", "echo 0 > /proc/sys/user/max_inotify_watches") {
        falls_back("max_user_watches");
    }
}

#[test]
fn no_more_instances_are_allowed() {
    if is_alone_after("no_more_instances_are_allowed", "echo 0 > /proc/sys/user/max_inotify_instances") {
        falls_back("max_user_instances");
    }
}

#[test]
fn watches_that_are_allowed_again_are_used() {
    let script = "echo 0 > /proc/sys/user/max_inotify_watches";
    if !is_alone_after("watches_that_are_allowed_again_are_used", script) {
        return;
    }
    let watched = Watched::file();
    assert!(is_refused(&watched, "max_user_watches"));
    std::fs::write("/proc/sys/user/max_inotify_watches", "1000").unwrap();
    until(|| is_native(&watched));
    watched.write("app.json", 1);
    watched.expect(1);
    watched.nothing_more();
}

/// The number of descriptors that the process may have.
fn allow_descriptors(count: u64) {
    let limit = libc::rlimit { rlim_cur: count, rlim_max: 1024 };
    // SAFETY: it reads what it is given.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
}

#[test]
fn descriptors_that_are_allowed_again_are_used() {
    if !is_alone(module_path!(), "descriptors_that_are_allowed_again_are_used", &[]) {
        return;
    }
    let next = std::fs::File::open("/dev/null").unwrap().as_raw_fd();
    // Enough to read files, one at a time.
    allow_descriptors(next as u64 + 1);
    let watched = Watched::file();
    assert!(is_refused(&watched, "descriptors"), "{:?}", watched.config.status());
    watched.write("app.json", 1);
    watched.expect(1);
    allow_descriptors(1024);
    until(|| is_native(&watched));
    watched.write("app.json", 2);
    watched.expect(2);
    watched.nothing_more();
}

static IS_HELD: AtomicBool = AtomicBool::new(false);

/// Holds whichever thread a signal hits.
extern "C" fn hold(_: i32) {
    while IS_HELD.load(Ordering::Relaxed) {
        // SAFETY: on Linux it is one system call, takes no lock and allocates nothing, so a signal handler may call it.
        unsafe { libc::usleep(1_000) };
    }
}

/// Keeps a thread from doing anything while something runs.
fn holding(thread: i32, work: impl FnOnce()) {
    IS_HELD.store(true, Ordering::Relaxed);
    // SAFETY: the handler is a function that touches an atomic and sleeps; the signal is for a thread of this process.
    unsafe {
        assert_ne!(libc::signal(libc::SIGUSR1, hold as *const () as libc::sighandler_t), libc::SIG_ERR);
        let pid = libc::c_long::from(libc::getpid());
        assert_eq!(libc::syscall(libc::SYS_tgkill, pid, libc::c_long::from(thread), libc::c_long::from(libc::SIGUSR1)), 0);
    }
    work();
    IS_HELD.store(false, Ordering::Relaxed);
}

/// The thread in which the system's library hears of changes.
fn listener() -> i32 {
    let mut tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let task = tasks.find(|task| std::fs::read_to_string(task.join("comm")).unwrap().starts_with("notify-rs"));
    task.unwrap().file_name().unwrap().to_str().unwrap().parse().unwrap()
}

#[test]
fn queue_overflow_of_the_system() {
    if !is_alone(module_path!(), "queue_overflow_of_the_system", &[]) {
        return;
    }
    let watched = Watched::file();
    watched.write("one", 0);
    let (one, other) = (watched.at("one"), watched.at("other"));
    let kept: usize = std::fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap().trim().parse().unwrap();
    holding(listener(), || {
        for _ in 0..kept {
            std::fs::rename(&one, &other).unwrap();
            std::fs::rename(&other, &one).unwrap();
        }
        // Of this nothing is heard.
        watched.write("app.json", 1);
    });
    until(|| is_refused(&watched, "more changes than it could report"));
    watched.expect(1);
    until(|| is_native(&watched));
    watched.write("app.json", 2);
    watched.expect(2);
    watched.nothing_more();
}
