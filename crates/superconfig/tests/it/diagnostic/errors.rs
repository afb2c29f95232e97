//! Every code that Rust can raise, with the parts of its error: file, path, source line, hint. `ERR_SUPERCONFIG_ASYNC` and
//! `ERR_SUPERCONFIG_LOAD_NATIVE` belong to bindings.
#![cfg(all(feature = "toml", feature = "json", feature = "interpolation"))]

use std::path::Path;
use superconfig::{
    Builder, ConfigRegistry, Error, ErrorCode, Format, Issue, Limits, Source, SourceContext, SourceError, SuperConfig, Value,
    parse,
};

const APP: &str = "[server]\nhost = \"localhost\"\nport = 8080\n";

fn app() -> Builder {
    SuperConfig::builder().environment([("A", "b")]).text(APP, Format::Toml)
}

fn refused(builder: Builder) -> Error {
    builder.load().expect_err("it loads")
}

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

fn at(directory: &Path) -> Builder {
    SuperConfig::builder().environment([("A", "b")]).cwd(directory)
}

/// Compares the code and all that people see.
#[track_caller]
fn check(error: &Error, code: ErrorCode, printed: &str) {
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(error.to_string(), printed);
    assert_eq!(format!("{error:?}"), format!("{}: {printed}", code.as_str()));
}

#[test]
fn not_found() {
    let directory = directory(&[]);
    let error = refused(at(directory.path()).file("config/none.toml"));
    check(
        &error,
        ErrorCode::NotFound,
        "config/none.toml: config/none.toml is not there\n  hint: create it, correct the path, or make the source optional",
    );
    assert_eq!(error.origin().unwrap().file.as_deref(), Some("config/none.toml"));
}

#[test]
fn io() {
    let directory = directory(&[]);
    std::fs::create_dir(directory.path().join("app.toml")).unwrap();
    check(&refused(at(directory.path()).file("app.toml")), ErrorCode::Io, "app.toml: app.toml is a directory, not a file");
}

#[test]
fn parse_of_a_file() {
    let directory = directory(&[("app.toml", "[server]\nport = = 1\n")]);
    let error = refused(at(directory.path()).file("app.toml"));
    check(&error, ErrorCode::Parse, "app.toml:2:8: toml: extra `=`, expected nothing\n   2 | port = = 1\n     |        ^");
    assert_eq!((error.origin().unwrap().line, error.origin().unwrap().column), (Some(2), Some(8)));
    assert_eq!(error.snippet(), Some("   2 | port = = 1\n     |        ^"));
}

#[test]
fn parse_of_another_format() {
    let directory = directory(&[("app.json", "[server]\nport = 1\n")]);
    let error = refused(at(directory.path()).file("app.json"));
    assert_eq!(error.code(), ErrorCode::Parse);
    assert!(error.hint().unwrap().contains("TOML"), "{error}");
}

#[test]
fn format() {
    let directory = directory(&[("app.conf", "import settings from elsewhere\n")]);
    let error = refused(at(directory.path()).file("app.conf"));
    assert_eq!(error.code(), ErrorCode::Format, "{error}");
    assert_eq!(error.origin().unwrap().file.as_deref(), Some("app.conf"));
    let error = "tmol".parse::<Format>().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Format);
    assert!(error.to_string().contains("tmol"), "{error}");
}

#[test]
fn limit() {
    let limits = Limits { depth: 2, ..Limits::default() };
    let error = refused(SuperConfig::builder().text(r#"{"a":{"b":{"c":1}}}"#, Format::Json).limits(limits));
    assert_eq!(error.code(), ErrorCode::Limit);
    assert!(error.to_string().contains('2'), "{error}");
    let deep = "[".repeat(200);
    assert_eq!(parse(&deep, Format::Json).unwrap_err().code(), ErrorCode::Limit);
}

#[test]
fn merge() {
    let error = refused(app().text("[server]\nport_add = [1]\n", Format::Toml));
    check(
        &error,
        ErrorCode::Merge,
        "text:2:12: server.port: text:2:12 cannot add to server.port: it is an integer, set by text:3:8\n  hint: `_add` acts on an array; set server.port itself to replace it",
    );
    assert_eq!(error.path().unwrap().to_string(), "server.port");
}

#[test]
fn env() {
    let error = refused(app().environment([("APP_SERVER__PORT", "eighty")]).env("APP"));
    check(
        &error,
        ErrorCode::Env,
        "APP_SERVER__PORT: server.port: expected a number, found \"eighty\"\n  hint: write one number as JSON has it: 8080, -1 or 0.5",
    );
    assert_eq!(error.origin().unwrap().variable.as_deref(), Some("APP_SERVER__PORT"));
}

#[test]
fn args() {
    let error = refused(app().args(["--server.port=eighty"]));
    check(
        &error,
        ErrorCode::Args,
        "--server.port: server.port: expected a number, found \"eighty\"\n  hint: write one number as JSON has it: 8080, -1 or 0.5",
    );
    assert_eq!(error.origin().unwrap().variable.as_deref(), Some("--server.port"));
}

#[test]
fn interpolation() {
    let error = refused(app().text("[log]\nfile = \"${server.hots}.log\"\n", Format::Toml).interpolate());
    check(
        &error,
        ErrorCode::Interpolation,
        "text:2:8: log.file: `${server.hots}` refers to a path that does not exist\n  hint: did you mean `${server.host}`?",
    );
}

#[test]
fn all_failing_sources_are_reported_together() {
    let directory = directory(&[("a.toml", "a = = 1"), ("b.json", "{"), ("c.yaml", "c: [")]);
    let builder = at(directory.path()).file("none.toml").file("a.toml").file("b.json").glob("*.yaml");
    let error = refused(builder.text("[x", Format::Toml).text("fine = 1", Format::Toml));
    assert_eq!(error.code(), ErrorCode::NotFound, "that of the first");
    assert_eq!(error.message(), "5 sources cannot be loaded");
    let origins = error.issues().iter().map(|issue| issue.origin.as_ref().unwrap().to_string()).collect::<Vec<_>>();
    assert_eq!(origins.len(), 5);
    for (origin, expected) in origins.iter().zip(["none.toml", "a.toml:1:5", "b.json:1:2", "c.yaml:1:", "text:1:"]) {
        assert!(origin.starts_with(expected), "{origins:?}");
    }
    assert!(error.issues()[0].hint.as_ref().unwrap().contains("optional"));
}

#[test]
fn type_of_one_and_of_all() {
    let config = app().load().unwrap();
    check(
        &config.get::<bool>("server.port").unwrap_err(),
        ErrorCode::Type,
        "text:3:8: server.port: expected a boolean, found the integer 8080\n   3 | port = 8080\n     |        ^^^^",
    );
}

#[test]
fn path() {
    let config = app().load().unwrap();
    let error = config.get::<u16>("server.prot").unwrap_err();
    check(&error, ErrorCode::Path, "there is no `server.prot`\n  hint: did you mean `server.port`?");
    assert_eq!(config.get::<u16>("server..port").unwrap_err().code(), ErrorCode::Path);
}

#[test]
fn validation() {
    let directory = directory(&[("default.toml", APP), ("local.toml", "[server]\nport = \"eighty\"\nprot = 1\n")]);
    let validator = |value: &Value| {
        let port = value.at(&["server".into(), "port".into()]);
        match port {
            Some(Value::Integer(_)) => Ok(value.clone()),
            _ => Err(vec![Issue::new("server.port".parse().unwrap(), "expected an integer from 1 to 65535")]),
        }
    };
    let two = at(directory.path()).file("default.toml").file("local.toml");
    let error = refused(two.validate_with(validator));
    check(
        &error,
        ErrorCode::Validation,
        "local.toml:2:8: server.port: expected an integer from 1 to 65535, found the string \"eighty\"\n   2 | port = \"eighty\"\n     |        ^^^^^^^^\n  hint: set by local.toml:2:8, overriding default.toml:3:8",
    );
    assert_eq!(error.issues()[0].found.as_deref(), Some("the string \"eighty\""));
}

struct Remote(fn() -> Result<Value, SourceError>);

impl Source for Remote {
    fn name(&self) -> &str {
        "remote"
    }

    fn load(&self, _: &SourceContext) -> Result<Value, SourceError> {
        (self.0)()
    }
}

#[test]
fn source() {
    let error = refused(app().source(Remote(|| Err("connection refused".into()))));
    check(&error, ErrorCode::Source, "remote: the source `remote` failed\n  cause: connection refused");
    let error = refused(app().source(Remote(|| panic!("no luck"))));
    check(&error, ErrorCode::Source, "remote: the source `remote` failed\n  cause: it panicked: no luck");
}

#[cfg(unix)]
#[test]
fn trust() {
    use std::os::unix::fs::PermissionsExt;
    use superconfig::{FileOptions, Trust};
    let directory = directory(&[("app.toml", APP)]);
    std::fs::set_permissions(directory.path().join("app.toml"), std::fs::Permissions::from_mode(0o666)).unwrap();
    let error =
        refused(at(directory.path()).file_with("app.toml", FileOptions { trust: Some(Trust::Strict), ..FileOptions::default() }));
    assert_eq!(error.code(), ErrorCode::Trust, "{error}");
    assert!(error.to_string().starts_with("app.toml: "), "{error}");
}

/// In a process of its own: it gives up the right to start threads.
#[cfg(all(target_os = "linux", feature = "watch"))]
#[test]
fn watch() {
    use superconfig::WatchOptions;
    if !crate::support::alone::is_alone(module_path!(), "watch", &[]) {
        return;
    }
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limit does not hold for the superuser, so another user takes over; both calls only change this process.
    unsafe {
        assert_eq!(libc::setrlimit(libc::RLIMIT_NPROC, &raw const none), 0);
        if libc::geteuid() == 0 {
            assert_eq!(libc::setuid(65534), 0);
        }
    }
    let error = refused(app().cwd("/").name("watched").watch(WatchOptions::default()));
    assert_eq!(error.code(), ErrorCode::Watch, "{error}");
    assert!(error.to_string().starts_with("watching cannot start: the system gives no thread for it\n  cause: "), "{error}");
    assert_eq!(SuperConfig::attach("watched").err().unwrap().code(), ErrorCode::Closed, "nothing is left of it");
}

#[test]
fn closed() {
    let config = app().load().unwrap();
    let port = config.handle::<u16>("server.port");
    config.close();
    for error in [
        config.get::<u16>("server.port").unwrap_err(),
        config.reload().unwrap_err(),
        config.explain("server.port").unwrap_err(),
        port.value().err().unwrap(),
        SuperConfig::attach("unknown").err().unwrap(),
    ] {
        assert_eq!(error.code(), ErrorCode::Closed, "{error}");
    }
    let handle = ConfigRegistry::global().insert(1).unwrap();
    ConfigRegistry::global().remove(handle.id()).unwrap();
    assert_eq!(handle.value().err().unwrap().code(), ErrorCode::Closed);
}

#[test]
fn option() {
    let error = refused(app().profile("../production"));
    assert_eq!(error.code(), ErrorCode::Option);
    assert!(error.to_string().contains("\"../production\""), "{error}");
    assert_eq!(refused(app().secrets(["a..b"])).code(), ErrorCode::Option);
    assert_eq!(refused(app().limits(Limits { depth: 0, ..Limits::default() })).code(), ErrorCode::Option);
}

#[test]
fn internal() {
    let builder = app().text("token = \"hunter2\"", Format::Toml);
    let error = refused(builder.validate_with(|value| panic!("odd: {value:?}")));
    assert_eq!(error.code(), ErrorCode::Internal, "{error}");
    assert!(error.to_string().starts_with("the program's own check of the configuration panicked\n  cause: odd: "), "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

/// A log or a terminal that shows a message must not obey what a file, a variable or a source holds.
#[test]
fn messages_hold_nothing_that_a_terminal_obeys() {
    const HOSTILE: &str = "a\u{1b}[31m\n2026 fake\u{9b}\u{202e}b";
    let quoted = r#""a\u001b[31m\n2026 fake\u009b\u202eb""#;
    let toml = format!("{quoted} = 1\n{quoted} = 2");
    let yaml = format!("{quoted}: 1\n{quoted}: 2");
    let builder = || SuperConfig::builder().environment([("A", "b")]);
    let unknown = builder().text(format!("{{{quoted}: 1}}"), Format::Json).load().unwrap();
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Own {
        #[allow(dead_code)]
        port: Option<u16>,
    }
    let fails = |text: &str| -> Error { builder().text(text, Format::Toml).load().err().unwrap() };
    let variable = format!("APP_{HOSTILE}__X");
    let environment = [(variable.as_str(), "1"), ("APP_PORT", "\u{1b}[2Jx")];
    let misfit = builder().environment(environment).text("port = 1", Format::Toml).env("APP").load().err().unwrap();
    struct Failing;
    impl Source for Failing {
        fn name(&self) -> &str {
            HOSTILE
        }

        fn load(&self, _: &SourceContext) -> Result<Value, SourceError> {
            Err(HOSTILE.into())
        }
    }
    let errors = [
        fails(&toml),
        builder().text(yaml, Format::Yaml).load().err().unwrap(),
        unknown.extract::<Own>().unwrap_err(),
        unknown.get::<u16>("b").unwrap_err(),
        unknown
            .snapshot()
            .unwrap()
            .refuse(vec![unknown.snapshot().unwrap().unknown_key(superconfig::Path::new().join(HOSTILE), None)]),
        misfit,
        builder().file(HOSTILE).load().err().unwrap(),
        builder().profile(HOSTILE).file("{profile}.json").load().err().unwrap(),
        builder().source(Failing).load().err().unwrap(),
        Error::new(ErrorCode::Option, HOSTILE).with_hint(HOSTILE).with_cause(HOSTILE),
    ];
    for error in &errors {
        let obeyed = |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
        let all = format!("{error}\n{error:?}\n{}\n{:?}\n{:?}", error.message(), error.hint(), error.cause());
        assert!(!all.contains(obeyed), "{all:?}");
    }
    for error in &errors[..7] {
        assert!(!error.to_string().contains("\n2026"), "a name ends no line: {error}");
    }
    let warnings = builder().environment([(&*format!("APP__{HOSTILE}__"), "1")]).env("APP").load().unwrap();
    let warnings: Vec<String> = warnings.snapshot().unwrap().warnings().iter().map(ToString::to_string).collect();
    assert!(!warnings.is_empty() && warnings.iter().all(|warning| !warning.contains(char::is_control)), "{warnings:?}");
}
