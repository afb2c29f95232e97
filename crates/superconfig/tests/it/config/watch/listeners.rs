//! Delivery of a change: several configurations, and misbehaving listeners.

use crate::support::watched::{PATIENCE, Watched, in_parallel, until};
use std::sync::mpsc::channel;
use superconfig::{ErrorCode, Event, SuperConfig, WatchOptions};

#[test]
fn two_configurations_over_one_file() {
    in_parallel(|rounds| {
        let watched = Watched::file();
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
fn a_listener_that_panics_stops_no_other() {
    let watched = Watched::file();
    let _bad = watched.config.subscribe(|_| std::panic::resume_unwind(Box::new("listener")));
    let (sender, others) = channel();
    let _good = watched.config.subscribe(move |event| drop(sender.send(format!("{event:?}"))));
    watched.write("app.json", 1);
    watched.expect(1);
    assert!(others.recv_timeout(PATIENCE).unwrap().starts_with("Changed"));
    watched.config.close();
    assert_eq!(others.recv_timeout(PATIENCE).unwrap(), "Closed");
}

#[test]
fn a_listener_may_reload_load_and_close() {
    let watched = Watched::file();
    let (sender, done) = channel();
    let config = watched.config.clone();
    let root = watched.root().to_path_buf();
    let _subscription = watched.config.subscribe(move |event| {
        if let Event::Changed(_) = event {
            config.reload().unwrap();
            let builder = SuperConfig::builder().cwd(&root).file("app.json");
            builder.watch(WatchOptions::default()).load().unwrap().close();
            config.close();
            sender.send(()).unwrap();
        }
    });
    watched.write("app.json", 1);
    done.recv_timeout(PATIENCE).unwrap();
    assert_eq!(watched.config.version().unwrap_err().code(), ErrorCode::Closed);
}

#[test]
fn a_write_during_the_first_load_is_not_missed() {
    in_parallel(|rounds| {
        for round in 1..=rounds {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("app.json");
            std::fs::write(&file, "{\"value\": 0}").unwrap();
            let writer = std::thread::spawn(move || std::fs::write(&file, format!("{{\"value\": {round}}}")).unwrap());
            let config = SuperConfig::builder().cwd(directory.path()).file("app.json").watch(WatchOptions::default()).load();
            writer.join().unwrap();
            // The first load may have met the file while it was written.
            let Ok(config) = config else { continue };
            until(|| config.get::<u64>("value").unwrap() == round);
        }
    });
}
