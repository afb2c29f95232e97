//! A value that must never be seen, and everything that people could see of it.
#![cfg(all(feature = "toml", feature = "json", feature = "yaml"))]

use superconfig::{Error, Event, Format, Issue, SuperConfig};

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
fn outputs_show_none() {
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

#[cfg(feature = "interpolation")]
#[test]
fn values_made_of_secrets_show_none() {
    let text = format!(
        "dsn = 'host=h password=${{db.password}}'\nagain = '<${{dsn}}>'\ncopy = '${{db}}'\npin = '${{copy.deep[0].pin}}'\nwhole = ['${{list}}']\nenv = '${{env:API_TOKEN}}'\nlist = ['x', '${{db.password}}']\n[db]\nhost = 'h'\npassword = '{CANARY}'\ndeep = [{{ pin = '{CANARY}', x = 1 }}]"
    );
    let builder = SuperConfig::builder().text(text, Format::Toml).environment([("API_TOKEN", CANARY)]).interpolate();
    let config = builder.clone().secrets(["db.deep[0].pin"]).load().unwrap();
    assert_eq!(config.get::<String>("again").unwrap(), format!("<host=h password={CANARY}>"));
    let snapshot = config.snapshot().unwrap();
    let shown = superconfig::to_json(&snapshot.redacted());
    silent(&shown);
    for visible in [r#""copy":{"host":"h","#, r#""x":1"#, r#""list":["x","#, r#""whole":[["x","#] {
        assert!(shown.contains(visible), "{shown}");
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
fn errors_show_none() {
    let broken = |text: &str, format: Format, marked: &[&str]| {
        let builder = SuperConfig::builder().text(text.replace("CANARY", CANARY), format).secrets(marked.iter().copied());
        builder.load().err().expect("it loads")
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

#[test]
fn events_show_none() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("app.toml"), text).unwrap();
    write(&format!("password = '{CANARY}'"));
    let config = SuperConfig::builder().cwd(directory.path()).file("app.toml").load().unwrap();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = seen.clone();
    let subscription = config.subscribe(move |event: &Event| told.lock().unwrap().push(format!("{event:?}")));
    write(&format!("password = '{CANARY}2'"));
    assert_eq!(config.reload().unwrap().changed, ["password"]);
    write(&format!("password = '{CANARY}2' x"));
    silent_error(&config.reload().unwrap_err());
    drop(subscription);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    silent(&seen.join("\n"));
}
