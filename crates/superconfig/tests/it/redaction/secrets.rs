//! A secret value, and every output that could contain it.
#![cfg(all(feature = "toml", feature = "json", feature = "yaml"))]

use superconfig::{Error, Event, Format, Issue, SourceEntry, SourceSpec, SuperConfig, Table, Value};

const CANARY: &str = "Canary-7f3a";

#[track_caller]
fn silent(text: &str) {
    assert!(!text.to_lowercase().contains(&CANARY[..6].to_lowercase()), "{text}");
}

#[track_caller]
fn silent_error(error: &Error) {
    silent(&format!("{error} {error:?} {error:#?} {:?} {:?}", error.issues(), error.cause()));
}

#[test]
fn outputs_hold_no_secret() {
    let config = SuperConfig::builder()
        .text(format!("password = '{CANARY}'\nurl = 'db://me:{CANARY}@host/x'\n[inner]\npin = '{CANARY}'"), Format::Toml)
        .text(format!("tokens: [{CANARY}]\ntokens_add: [{CANARY}2]\npassword: {{now: {CANARY}}}"), Format::Yaml)
        .environment([("APP_INNER__PIN", CANARY)])
        .env("APP")
        .args([format!("--db.secret={CANARY}")])
        .secrets(["inner.*"])
        .load()
        .unwrap();
    assert_eq!(config.get::<String>("inner.pin").unwrap(), CANARY);
    let snapshot = config.snapshot().unwrap();
    for path in ["", "password", "password.now", "url", "inner", "inner.pin", "tokens", "tokens[0]", "db.secret"] {
        silent(&format!("{:?}", config.explain(path).unwrap()));
    }
    for format in [Format::Json, Format::Json5, Format::Toml, Format::Yaml] {
        silent(&snapshot.render(format, false).unwrap());
        assert!(snapshot.render(format, true).unwrap().contains(CANARY));
    }
    silent(&format!(
        "{:?} {:?} {:?} {:?}",
        snapshot.redacted(),
        snapshot.warnings(),
        snapshot.layers(),
        config.status().unwrap()
    ));
    silent_error(&config.get::<u8>("password.now").unwrap_err());
    silent_error(&config.extract::<std::collections::HashMap<String, u8>>().unwrap_err());
    silent_error(&config.get::<u8>("inner.pin").unwrap_err());
}

#[test]
fn debug_forms_hold_no_secret() {
    let derive = SourceSpec::Derive { name: "limits".into(), compute: None };
    let builder = SuperConfig::builder()
        .name("debug-forms")
        .text(format!("port = 80\npassword = '{CANARY}'"), Format::Toml)
        .environment([("APP_HARMLESS", CANARY)])
        .entry(SourceEntry { spec: derive, fill: false, directives: true });
    let environment = builder.capture_environment();
    silent(&format!("{environment:?} {:?}", builder.source_context(&environment).unwrap()));
    let mut prepared = builder.prepare().unwrap();
    let derivation = prepared.derivation().unwrap().unwrap();
    silent(&format!("{derivation:?}"));
    prepared.derive(Ok(Value::Table(Table::new()))).unwrap();
    let config = prepared.commit(None).unwrap();
    let shown = format!("{config:?}");
    silent(&shown);
    assert!(shown.contains("debug-forms") && shown.contains("port") && shown.contains("[redacted]"), "{shown}");
    config.close();
    assert!(format!("{config:?}").contains("closed: true"));
}

#[cfg(feature = "interpolation")]
#[test]
fn values_derived_from_secrets_are_masked() {
    let text = format!(
        "dsn = 'host=h password=${{db.password}}'\nagain = '<${{dsn}}>'\ncopy = '${{db}}'\npin = '${{copy.deep[0].pin}}'\nwhole = ['${{list}}']\nenv = '${{env:API_TOKEN}}'\nlist = ['x', '${{db.password}}']\n[db]\nhost = 'h'\npassword = '{CANARY}'\ndeep = [{{ pin = '{CANARY}', x = 1 }}]"
    );
    let builder = SuperConfig::builder().text(text, Format::Toml).environment([("API_TOKEN", CANARY)]).interpolate();
    let config = builder.clone().secrets(["db.deep[0].pin"]).load().unwrap();
    assert_eq!(config.get::<String>("again").unwrap(), format!("<host=h password={CANARY}>"));
    let snapshot = config.snapshot().unwrap();
    let output = superconfig::to_json(&snapshot.redacted());
    silent(&output);
    for visible in [r#""copy":{"host":"h","#, r#""x":1"#, r#""list":["x","#, r#""whole":[["x","#] {
        assert!(output.contains(visible), "{output}");
    }
    for path in ["dsn", "again", "copy", "copy.password", "copy.deep[0].pin", "pin", "whole[0][1]", "env", "list"] {
        silent(&format!("{:?} {:?}", config.explain(path).unwrap(), config.get::<bool>(path).unwrap_err()));
    }
    let refuse = |value: &superconfig::Value| Err(vec![Issue::new("again".parse().unwrap(), format!("not {value:?}"))]);
    silent_error(&builder.secrets(["db.deep.*.pin"]).validate_with(refuse).load().err().unwrap());
}

#[test]
fn user_parts_of_urls_are_in_no_error() {
    let builder = SuperConfig::builder().text(format!("brokers = 'a://u:{CANARY}@h,a://u:{CANARY}@i'"), Format::Toml);
    let refuse = |value: &superconfig::Value| Err(vec![Issue::new("brokers".parse().unwrap(), format!("not {value:?}"))]);
    silent_error(&builder.clone().validate_with(refuse).load().err().unwrap());
    let config = builder.load().unwrap();
    let error = config.get::<u8>("brokers").unwrap_err();
    silent_error(&error);
    assert_eq!(error.issues()[0].found.as_deref(), Some(r#"the string "a://[redacted]@h,a://[redacted]@i""#));
}

#[test]
fn errors_hold_no_secret() {
    let broken = |text: &str, format: Format, marked: &[&str]| {
        let builder = SuperConfig::builder().text(text.replace("CANARY", CANARY), format).secrets(marked.iter().copied());
        builder.load().expect_err("it loads")
    };
    for (text, format) in [
        ("password = 'CANARY' x", Format::Toml),
        ("[credentials]\na = 1\nb = 2\nc = 3\nd = 'CANARY' x", Format::Toml),
        ("{\"tokens\": [\n1,\n2,\n3,\n4,\n\"CANARY\" x", Format::Json),
        ("credentials:\n  a: 1\n  b: 2\n  c: 3\n  d: 'CANARY' x\n", Format::Yaml),
    ] {
        silent_error(&broken(text, format, &[]));
    }
    silent_error(&broken("[inner]\npin = 'CANARY' x", Format::Toml, &["inner.pin"]));
    silent_error(&broken("[inner]\na = 1\nb = 2\nc = 3\npin = 'CANARY' x", Format::Toml, &["inner.**"]));

    let below = "password = 1\n[inner]\npin = 1\n";
    let unfit = SuperConfig::builder()
        .text(below, Format::Toml)
        .environment([("APP_PASSWORD", CANARY), ("APP_INNER__PIN", CANARY)])
        .env("APP")
        .secrets(["inner.pin"]);
    silent_error(&unfit.load().err().unwrap());
    let flags = [format!("--password={CANARY}"), format!("--inner.pin={CANARY}")];
    let unfit = SuperConfig::builder().text(below, Format::Toml).args(flags).secrets(["inner.pin"]);
    silent_error(&unfit.load().err().unwrap());

    let quoting = |value: &superconfig::Value| {
        let said = format!("odd: {value:?} {}", CANARY.to_lowercase());
        Err(vec![Issue::new("password".parse().unwrap(), said.clone()), Issue::new("inner.pin".parse().unwrap(), said)])
    };
    let text = format!("password = '{CANARY}'\ninner.pin = '{CANARY}'");
    let refused = SuperConfig::builder().text(text, Format::Toml).secrets(["inner.pin"]).validate_with(quoting);
    silent_error(&refused.load().err().unwrap());
}

/// A text for a whole table may hold what is marked below it.
#[test]
fn variables_and_flags_for_tables_hold_no_secret() {
    let builder = SuperConfig::builder().text("db = {}\nlist = [{ pin = 1 }]", Format::Toml).secrets(["**.pin", "list[*].code"]);
    for (name, flag, text) in [
        ("APP_DB", "--db", format!("{{\"pin\":\"{CANARY}\",}}")),
        ("APP_DB", "--db", format!("{{\"p\\u0069n\":\"{CANARY}\",}}")),
        ("APP_LIST", "--list", format!("[{{\"pin\":\"{CANARY}\",}}]")),
        ("APP_LIST", "--list", format!("[{{\"code\":\"{CANARY}\",}}]")),
        ("APP_DB", "--db", format!("{{\"password\":\"{CANARY}\",}}")),
    ] {
        silent_error(&builder.clone().environment([(name, &*text)]).env("APP").load().err().unwrap());
        silent_error(&builder.clone().args([format!("{flag}={text}")]).load().err().unwrap());
    }
    let output = builder.environment([("APP_DB", "{\"port\":80,}")]).env("APP").load().err().unwrap();
    assert!(output.message().contains("80"), "{output}");
}

#[test]
fn keys_below_a_secret_are_hidden() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("app.toml"), text).unwrap();
    write(&format!("[tokens.{CANARY}]\nuser = 'a'\n[db]\nport = 1"));
    let builder = SuperConfig::builder().cwd(directory.path()).file("app.toml");
    let config = builder.clone().load().unwrap();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let events = seen.clone();
    let subscription = config.subscribe(move |event: &Event| events.lock().unwrap().push(format!("{event:?}")));
    write(&format!("[tokens.{CANARY}]\nuser = 'b'\n[db]\nport = 2"));
    assert_eq!(config.reload().unwrap().changed, ["db.port", "tokens"]);
    drop(subscription);
    silent(&seen.lock().unwrap().join("\n"));
    for path in
        [format!("tokens.{CANARY}x"), format!("tokens.{CANARY}.usr"), format!("tokns.{CANARY}"), format!("tokns.{CANARY}.user")]
    {
        let error = config.get::<String>(&path).unwrap_err();
        assert!(!error.hint().unwrap_or_default().contains(CANARY), "{error}");
        assert!(path.starts_with("tokns") || !error.to_string().contains(CANARY), "{error}");
    }
    assert_eq!(config.get::<u8>("tokns.x").unwrap_err().hint(), Some("did you mean `tokens`?"));
    silent_error(&config.get::<u8>(&format!("tokens.{CANARY}.user")).unwrap_err());
    silent_error(&config.get::<std::collections::HashMap<String, u8>>("tokens").unwrap_err());
    let snapshot = config.snapshot().unwrap();
    assert_eq!(snapshot.changed_since(&snapshot, &[]), Vec::<String>::new());

    let refuse = |value: &superconfig::Value| {
        let path: superconfig::Path = format!("tokens.{CANARY}.user").parse().unwrap();
        let unknown: superconfig::Path = format!("tokens.{CANARY}x").parse().unwrap();
        let mut issue = Issue::new(unknown, format!("Unrecognized key: \"{CANARY}x\""));
        issue.hint = Some(format!("did you mean `{CANARY}`?"));
        assert!(value.at(&path).is_some());
        Err(vec![Issue::new(path, format!("the user of {CANARY} is odd")), issue])
    };
    let error = builder.clone().validate_with(refuse).load().err().unwrap();
    silent_error(&error);
    assert!(error.issues().iter().all(|issue| issue.path.to_string() == "tokens"), "{error}");
    assert!(error.issues()[0].origin.as_ref().unwrap().line.is_some());

    // Variables, references and warnings.
    let unfit =
        builder.clone().environment([("APP_TOKENS__X", "[1"), ("APP_TOKENS", "{}"), ("APP_TOKENS__X__Y", "1")]).env("APP");
    let error = unfit.load().err().unwrap();
    assert!(!error.issues().iter().any(|issue| issue.path.len() > 1), "{error}");
    let conflict = builder.clone().text(format!("[tokens]\n{CANARY} = 1"), Format::Toml).load().unwrap();
    let snapshot = conflict.snapshot().unwrap();
    let [warning] = snapshot.warnings() else { panic!("{:?}", snapshot.warnings()) };
    assert_eq!(warning.path.as_ref().unwrap().to_string(), "tokens");
    silent(&format!("{warning} {warning:?}"));
}

#[cfg(feature = "interpolation")]
#[test]
fn references_name_no_key_below_a_secret() {
    let text = |reference: &str| {
        format!("a = '${{{reference}}}'\n[tokens]\n{CANARY}1 = '${{tokens.{CANARY}2}}'\n{CANARY}2 = '${{tokens.{CANARY}1}}'")
    };
    for reference in [format!("tokens.{CANARY}1"), format!("tokens.{CANARY}x"), "tokens.x".to_owned()] {
        silent_error(&SuperConfig::builder().text(text(&reference), Format::Toml).interpolate().load().err().unwrap());
    }
}

/// Each of these took minutes once: a search without an end inside a loop over the text.
#[test]
fn masking_long_texts_of_urls_costs_one_pass() {
    let addresses = "://a:b/".repeat(40_000);
    let started = std::time::Instant::now();
    let broken = SuperConfig::builder().text(format!("{{\"x\":\"{addresses}\",\n\"y\":}}"), Format::Json);
    assert_eq!(broken.load().err().unwrap().code(), superconfig::ErrorCode::Parse);
    let config = SuperConfig::builder().text(format!("x = '{addresses}'"), Format::Toml).load().unwrap();
    let snapshot = config.snapshot().unwrap();
    assert_eq!(snapshot.redacted(), *snapshot.value());
    assert!(snapshot.render(Format::Json, false).unwrap().len() > addresses.len());
    assert!(config.explain("x").is_ok());
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn thousands_of_issues_about_thousands_of_secrets() {
    let line = |at: usize| format!("password{at} = 'secret number {at}'\nport{at} = 1\n");
    let text: String = (0..2_000).map(line).collect();
    let refuse = |_: &superconfig::Value| {
        let issue = |at: usize| Issue::new(format!("port{at}").parse().unwrap(), format!("not secret number {at}"));
        Err((0..2_000).map(issue).collect::<Vec<_>>())
    };
    let started = std::time::Instant::now();
    let error = SuperConfig::builder().text(text, Format::Toml).validate_with(refuse).load().err().unwrap();
    assert_eq!(error.issues().len(), 2_000);
    assert!(error.issues().iter().all(|issue| issue.message == "not [redacted]" && issue.origin.is_some()));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn events_hold_no_secret() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("app.toml"), text).unwrap();
    write(&format!("password = '{CANARY}'"));
    let config = SuperConfig::builder().cwd(directory.path()).file("app.toml").load().unwrap();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let events = seen.clone();
    let subscription = config.subscribe(move |event: &Event| events.lock().unwrap().push(format!("{event:?}")));
    write(&format!("password = '{CANARY}2'"));
    assert_eq!(config.reload().unwrap().changed, ["password"]);
    write(&format!("password = '{CANARY}2' x"));
    silent_error(&config.reload().unwrap_err());
    drop(subscription);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    silent(&seen.join("\n"));
}
