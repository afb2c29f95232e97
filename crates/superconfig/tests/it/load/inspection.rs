//! Reports on a load as a whole: names that could set a path, what was never reached, what each layer contributed.

use std::fs;
use superconfig::{EnvOptions, Explanation, FileOptions, Format, RenderOptions, Snapshot, SuperConfig, parse};
use tempfile::TempDir;

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn names(explanation: &Explanation) -> Vec<&str> {
    explanation.names.iter().map(|name| &*name.name).collect()
}

fn missed(explanation: &Explanation) -> Vec<(String, &str)> {
    let shown =
        |origin: &superconfig::Origin| origin.variable.as_ref().or(origin.file.as_ref()).unwrap_or(&origin.source).to_string();
    explanation.unreached.iter().map(|missed| (shown(&missed.origin), &*missed.reason)).collect()
}

#[test]
fn names_are_those_that_resolve_to_the_path() {
    let options = EnvOptions {
        prefix: "APP".into(),
        file_suffix: true,
        mapping: vec![("db.host".into(), ["PGHOST", "DBHOST"].into())],
        ..EnvOptions::default()
    };
    let text = "plain = 1\n[db]\nhost = 'a'\nmaxConn = 1\n[db.pool]\nmax = 1\n[log_level]\nx = 1\n[log.level]\nx = 1";
    let builder = SuperConfig::builder().text(text, Format::Toml).environment([("X", "y")]).env_with(options).args(["--plain=2"]);
    let config = builder.load().unwrap();
    let of = |path: &str| config.explain(path).unwrap();
    assert_eq!(names(&of("plain")), ["APP_PLAIN", "APP_PLAIN_FILE", "--plain"]);
    assert_eq!(names(&of("db.pool.max")), ["APP_DB__POOL__MAX", "APP_DB_POOL_MAX", "APP_DB__POOL__MAX_FILE", "--db.pool.max"]);
    assert_eq!(names(&of("db.maxConn")), ["APP_DB__MAX_CONN", "APP_DB_MAX_CONN", "APP_DB__MAX_CONN_FILE", "--db.maxConn"]);
    assert_eq!(names(&of("db.host"))[..4], ["PGHOST", "PGHOST_FILE", "DBHOST", "DBHOST_FILE"]);
    let ambiguous: Vec<bool> = of("log.level.x").names.iter().map(|name| name.ambiguous).collect();
    assert_eq!(ambiguous, [false, true, false, false], "{:?}", of("log.level.x").names);
}

#[test]
fn what_was_never_reached_says_why() {
    let files = [
        ("config/default.toml", "port = 1\nhost = 'a'"),
        ("config/production.toml", "port = 2"),
        (".env", "APP_PORT=3\nOTHER=1\n"),
    ];
    let directory = directory(&files);
    let builder = SuperConfig::builder().cwd(directory.path()).dir("config");
    let builder = builder.file_with("extra.toml", FileOptions { optional: true, ..FileOptions::default() });
    let builder = builder.dotenv().env("APP").environment([("APP_PORT", "4"), ("APP_PRT", "5")]);
    let builder = builder.join(parse("{\"port\": 9}", Format::Json).unwrap());
    let explanation = builder.load().unwrap().explain("port").unwrap();
    assert_eq!(explanation.winner().unwrap().origin.variable.as_deref(), Some("APP_PORT"));
    let found = missed(&explanation);
    for expected in [
        ("config/local.*", "there is no such file"),
        ("extra.toml", "there is no such file"),
        ("config/production.toml", "the profile `production` is not selected"),
        ("APP_PORT", "the real environment wins"),
        ("APP_PRT", "the name matches no known path and sets `prt`"),
    ] {
        assert!(found.iter().any(|(name, reason)| (&**name, *reason) == expected), "{expected:?} in {found:?}");
    }
    let overruled = explanation.unreached.iter().find(|missed| missed.reason == "the real environment wins").unwrap();
    assert_eq!((overruled.origin.file.as_deref(), overruled.origin.line), (Some(".env"), Some(1)));
}

#[test]
fn every_path_that_layers_or_schema_know_is_explained() {
    let schema = r#"{ "properties": { "port": { "type": "integer", "default": 80, "minimum": 1 }, "db": { "properties": {
        "password": { "type": "string" }, "host": { "type": "string", "description": "Where it is" } }, "required": ["host", "password"] } },
        "required": ["port", "db"] }"#;
    let schema = parse(schema, Format::Json).unwrap();
    let text = "[db]\nhost = 'a'\n[credentials]\nuser = 'hunter2'";
    let snapshot = SuperConfig::builder().text(text, Format::Toml).json_schema(schema).load().unwrap().snapshot().unwrap();
    let all = snapshot.explain_all();
    let paths: Vec<String> = all.iter().map(|explanation| explanation.path.to_string()).collect();
    assert_eq!(paths, ["db.host", "db.password", "credentials", "port"]);
    let required: Vec<Option<bool>> = all.iter().map(|explanation| Some(explanation.schema.as_ref()?.required)).collect();
    assert_eq!(required, [Some(true), Some(true), None, Some(false)]);
    assert_eq!(all[0].schema.as_ref().unwrap().description.as_deref(), Some("Where it is"));
    assert!(!format!("{all:?}").contains("hunter2"));
}

#[test]
fn layers_tell_what_they_set_and_what_of_it_wins() {
    let files =
        [("config/default.toml", "a = 1\nb = [1, 2]\n[c]\nd = 1"), ("config/x.toml", "a = 2\n[c]\nd = 2"), (".env", "APP_A=3\n")];
    let directory = directory(&files);
    let builder =
        SuperConfig::builder().cwd(directory.path()).profile("x").dir("config").dotenv().env("APP").environment([("A", "b")]);
    let snapshot = builder.load().unwrap().snapshot().unwrap();
    let uses: Vec<(String, usize, usize)> =
        snapshot.files().into_iter().map(|used| (used.info.name.to_string(), used.sets, used.wins)).collect();
    let found: Vec<(&str, usize, usize)> =
        uses.iter().filter(|(_, sets, _)| *sets > 0).map(|(name, sets, wins)| (&**name, *sets, *wins)).collect();
    assert_eq!(found, [(".env", 1, 1), ("config/default.toml", 3, 1), ("config/x.toml", 2, 1)]);
}

fn rendered(snapshot: &Snapshot, format: Format, changed: bool) -> String {
    snapshot
        .render_with(
            format,
            RenderOptions { secrets: true, origins: format != Format::Json, changed, indent: true, ..RenderOptions::default() },
        )
        .unwrap()
}

#[test]
fn values_with_their_origins_load_again() {
    let yaml = "s: \"x: y\"\nblock: |\n  a\n  b\nlist:\n  - 1\n  - {a: 1}\nnested: {deep: {er: 1.5, \"a.b\": no}}\nempty: {}\nnone: []\nname: \"é ✓\"\n";
    let builder =
        SuperConfig::builder().defaults(parse(r#"{ "s": "below", "nested": { "deep": { "er": 0 } } }"#, Format::Json).unwrap());
    let snapshot = builder.text(yaml, Format::Yaml).load().unwrap().snapshot().unwrap();
    for format in [Format::Yaml, Format::Toml, Format::Json, Format::Jsonc, Format::Json5] {
        let text = rendered(&snapshot, format, false);
        assert_eq!(&parse(&text, format).unwrap_or_else(|error| panic!("{error}\n{text}")), snapshot.value(), "{format}\n{text}");
        assert_eq!(text.contains("text:1:4, over defaults (\"below\")"), format != Format::Json, "{text}");
    }
    let snapshot = SuperConfig::builder().text("port = 80", Format::Toml).load().unwrap().snapshot().unwrap();
    assert_eq!(rendered(&snapshot, Format::Dotenv, false), "# text:1:8\nPORT=80\n");
}

#[test]
fn only_what_differs_from_the_defaults_is_changed() {
    let builder = SuperConfig::builder().defaults(parse(r#"{ "a": 1, "b": { "c": [1], "d": 1 } }"#, Format::Json).unwrap());
    let snapshot = builder.text("a = 1.0\n[b]\nc = [2]\nd = 1", Format::Toml).load().unwrap().snapshot().unwrap();
    assert_eq!(
        parse(&rendered(&snapshot, Format::Yaml, true), Format::Yaml).unwrap(),
        parse("b: {c: [2]}", Format::Yaml).unwrap()
    );
}

#[test]
fn secrets_stay_hidden_in_origins() {
    let directory = directory(&[("a.toml", "password = 'planted-1'"), ("b.toml", "password = 'planted-2'")]);
    let config = SuperConfig::builder().cwd(directory.path()).file("a.toml").file("b.toml").load().unwrap();
    let text = config
        .snapshot()
        .unwrap()
        .render_with(Format::Yaml, RenderOptions { origins: true, ..RenderOptions::default() })
        .unwrap();
    assert_eq!(text, "# b.toml:1:12, over a.toml:1:12 (\"[redacted]\")\npassword: \"[redacted]\"\n");
}
