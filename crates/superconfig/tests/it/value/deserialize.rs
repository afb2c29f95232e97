//! Reading into Rust types: `get`, `extract` and live handles.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use superconfig::{Error, ErrorCode, Format, SuperConfig};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Server {
    host: String,
    port: u16,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct App {
    server: Server,
    log: Level,
    limits: BTreeMap<String, u32>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Level {
    Info,
    Debug,
}

const GOOD: &str = "log = 'info'\n[server]\nhost = 'a'\nport = 80\n[limits]\nusers = 5\n";

struct Files(tempfile::TempDir);

impl Files {
    fn new(text: &str) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write(text);
        files
    }

    fn write(&self, text: &str) {
        std::fs::write(self.0.path().join("app.toml"), text).unwrap();
    }

    fn load(&self) -> SuperConfig {
        SuperConfig::builder().cwd(self.0.path()).file("app.toml").environment([("A", "")]).load().unwrap()
    }
}

#[test]
fn extracts_a_whole_configuration() {
    let app: App = Files::new(GOOD).load().extract().unwrap();
    assert_eq!(app.server, Server { host: "a".into(), port: 80, tags: Vec::new() });
    assert_eq!((app.log, app.limits["users"]), (Level::Info, 5));
}

#[test]
fn extract_reports_all_mismatches_with_their_origins() {
    let text = "log = 'loud'\n[server]\nhots = 'a'\nport = 'eighty'\ntags = ['x', 1]\n[limits]\nusers = -5\nrooms = 7\n";
    let error = Files::new(text).load().extract::<App>().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Type);
    let issues: Vec<String> = error
        .issues()
        .iter()
        .map(|issue| format!("{} {}: {}", issue.origin.as_ref().unwrap(), issue.path, issue.message))
        .collect();
    let expected = [
        "app.toml:3:8 server.hots: the key `hots` is unknown; did you mean `host`?",
        "app.toml:4:8 server.port: expected u16, found the string \"eighty\"",
        "app.toml:5:14 server.tags[1]: expected a string, found the integer 1",
        "app.toml:2:1 server: the key `host` is missing",
        "app.toml:1:7 log: expected one of info, debug, found the string \"loud\"",
        "app.toml:7:9 limits.users: expected u32, found the integer -5",
    ];
    for wanted in expected {
        assert!(issues.iter().any(|issue| issue == wanted), "no {wanted:?} in {issues:#?}");
    }
    assert_eq!(issues.len(), expected.len(), "{issues:#?}");
}

#[test]
fn a_single_problem_is_the_error_itself() {
    let files = Files::new(&GOOD.replace("80", "'eighty'"));
    let error = files.load().extract::<App>().unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("app.toml:4:8: server.port: expected u16, found the string \"eighty\"\n   4 | port = 'eighty'"),
        "{text}"
    );
    let same = |error: Error| (error.code(), error.path().unwrap().to_string(), error.origin().unwrap().line);
    assert_eq!(same(error), (ErrorCode::Type, "server.port".to_owned(), Some(4)));
    assert_eq!(same(files.load().get::<u16>("server.port").unwrap_err()), (ErrorCode::Type, "server.port".to_owned(), Some(4)));
}

#[test]
fn untagged_and_flattened_types_work_as_serde_says() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Size {
        Number(u64),
        Text(String),
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Loose {
        a: Size,
        b: Size,
        c: Option<u8>,
        #[serde(flatten)]
        rest: BTreeMap<String, i64>,
    }
    let config = SuperConfig::builder().text("a: 1\nb: x\nd: 4", Format::Yaml).load().unwrap();
    let rest = BTreeMap::from([("d".to_owned(), 4)]);
    assert_eq!(config.extract::<Loose>().unwrap(), Loose { a: Size::Number(1), b: Size::Text("x".into()), c: None, rest });
    let config = SuperConfig::builder().text("a: 1\nb: [1]\nd: x", Format::Yaml).load().unwrap();
    assert_eq!(config.extract::<Loose>().unwrap_err().code(), ErrorCode::Type);
}

#[test]
fn a_handle_follows_its_value() {
    let files = Files::new(GOOD);
    let config = files.load();
    let server = config.handle::<Server>("server");
    let port = config.handle::<u16>("server.port");
    let mut cached = port.cached();
    let kept = server.value().unwrap();
    assert_eq!((kept.port, *port.value().unwrap(), *cached.value().unwrap()), (80, 80, 80));
    files.write(&GOOD.replace("80", "90"));
    config.reload().unwrap();
    assert_eq!((kept.port, server.value().unwrap().port), (80, 90), "a guard keeps what it reads");
    assert_eq!((*port.value().unwrap(), *cached.value().unwrap()), (90, 90));

    files.write(&GOOD.replace("80", "'x'"));
    config.reload().unwrap();
    let error = port.value().unwrap_err();
    assert_eq!((error.code(), error.origin().unwrap().line), (ErrorCode::Type, Some(4)));
    assert_eq!(cached.value().unwrap_err().code(), ErrorCode::Type);
    assert_eq!(server.value().unwrap_err().path().unwrap().to_string(), "server.port");
    files.write("log = 'info'");
    config.reload().unwrap();
    assert_eq!(port.value().unwrap_err().code(), ErrorCode::Path);
    files.write(GOOD);
    config.reload().unwrap();
    assert_eq!((*port.value().unwrap(), *cached.value().unwrap()), (80, 80), "and is back");
    config.close();
    assert_eq!(port.value().unwrap_err().to_string(), "the configuration is closed");
    assert_eq!(config.handle::<u16>("server.port").value().unwrap_err().code(), ErrorCode::Closed);
}

#[test]
fn handle_reports_errors_of_its_path() {
    let config = Files::new(GOOD).load();
    let error = config.handle::<u16>("server.prot").value().unwrap_err();
    assert_eq!((error.code(), error.hint()), (ErrorCode::Path, Some("did you mean `server.port`?")));
    assert_eq!(config.handle::<u16>("a[").value().unwrap_err().code(), ErrorCode::Path);
}

#[test]
fn dropped_handle_is_freed() {
    use superconfig::ConfigRegistry;
    let config = Files::new(GOOD).load();
    let handle = config.handle::<u16>("server.port");
    let id = handle.id();
    assert!(ConfigRegistry::global().contains(id));
    drop(handle);
    assert!(!ConfigRegistry::global().contains(id));
    let removed = config.handle::<u16>("server.port");
    ConfigRegistry::global().remove(removed.id()).unwrap();
    assert_eq!(removed.value().unwrap_err().code(), ErrorCode::Closed);
    drop(config);
}

/// Readers always find a whole value, of a version no older than the one they found before.
#[test]
fn readers_always_see_a_value_during_reloads() {
    #[derive(Deserialize)]
    struct Pair {
        a: u64,
        b: u64,
    }
    let files = Files::new("a = 0\nb = 0");
    let config = files.load();
    let pair = config.handle::<Pair>("");
    let done = Arc::new(AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (pair, done) = (pair.clone(), done.clone());
            scope.spawn(move || {
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    let value = pair.value().unwrap();
                    assert_eq!(value.a, value.b);
                    assert!(value.a >= last);
                    last = value.a;
                }
            });
        }
        for version in 1..200 {
            files.write(&format!("a = {version}\nb = {version}"));
            config.reload().unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(pair.value().unwrap().a, 199);
}
