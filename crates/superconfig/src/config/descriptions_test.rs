//! The serialized form of explanations, statuses and layers: the field names, and the absence of empty fields.

use crate::{Environment, Event, FileOptions, Format, RegistryStats, ReloadInputs, SuperConfig, parse, to_json, to_value};
use serde::Serialize;
use std::sync::mpsc;

fn json(described: &impl Serialize) -> String {
    to_json(&to_value(described).unwrap())
}

#[test]
fn errors_serialize_all_fields() {
    assert_eq!(
        json(&parse("port = = 1", Format::Toml).unwrap_err()),
        r#"{"code":"ERR_SUPERCONFIG_PARSE","message":"toml: extra `=`, expected nothing","rendered":"text:1:8: toml: extra `=`, expected nothing\n   1 | port = = 1\n     |        ^","origin":{"kind":"text","source":"text","line":1,"column":8},"issues":[],"snippet":"   1 | port = = 1\n     |        ^"}"#
    );
    let config = SuperConfig::builder().text("[server]\nport = 80", Format::Toml).load().unwrap();
    assert_eq!(
        json(&config.get::<u16>("server.prot").unwrap_err()),
        r#"{"code":"ERR_SUPERCONFIG_PATH","message":"there is no `server.prot`","rendered":"there is no `server.prot`\n  hint: did you mean `server.port`?","path":"server.prot","issues":[],"hint":"did you mean `server.port`?"}"#
    );
    assert!(json(&config.get::<bool>("server.port").unwrap_err()).contains(
        r#""issues":[{"path":"server.port","message":"expected a boolean, found the integer 80","expected":"a boolean","found":"the integer 80","origin":{"kind":"text","source":"text","line":2,"column":8}}]"#
    ));
    let error = SuperConfig::builder().environment([("APP_FILE", "x")]).file("none.toml").load().err().unwrap();
    assert!(json(&error.with_cause("down")).ends_with(r#""cause":"down"}"#));
}

#[test]
fn explanations_serialize_origins() {
    let config =
        SuperConfig::builder().text("port = 80", Format::Toml).environment([("APP_PORT", "81")]).env("APP").load().unwrap();
    assert_eq!(
        json(&config.explain("port").unwrap()),
        r#"{"path":"port","value":81,"candidates":[{"kind":"text","name":"text","line":1,"column":8,"action":"set","value":80},{"kind":"env","name":"env","variable":"APP_PORT","action":"set","value":81}],"winner":1,"unreached":[],"names":[{"kind":"env","name":"APP_PORT","file":false,"ambiguous":false}]}"#
    );
}

#[test]
fn layers_and_status() {
    let optional = FileOptions { optional: true, ..FileOptions::default() };
    let builder = SuperConfig::builder().text(r#"{ "a": 1, "a": 2 }"#, Format::Json).file_with("none.toml", optional);
    let config = builder.profile("production").load().unwrap();
    let snapshot = config.snapshot().unwrap();
    assert_eq!(
        json(&snapshot.layers()),
        r#"[{"kind":"text","name":"text","format":"json","status":"found"},{"kind":"file","name":"none.toml","file":"none.toml","status":"missing","reason":"there is no such file"}]"#
    );
    assert_eq!(
        json(&snapshot.warnings()),
        r#"[{"code":"duplicate-key","message":"the key repeats; the last one counts","path":"a","origin":{"kind":"text","source":"text","line":1,"column":11}}]"#
    );
    let status = to_value(&config.status().unwrap()).unwrap();
    let fields: Vec<&str> = status.as_table().unwrap().iter().map(|(name, _)| name).collect();
    assert_eq!(
        fields,
        ["version", "fingerprint", "secretsFingerprint", "profiles", "watching", "sources", "lastReload", "timings"]
    );
    assert_eq!(json(&status.at(&["profiles".into()]).unwrap()), r#"["production"]"#);
    assert!(json(&status.at(&["lastReload".into()]).unwrap()).parse::<u64>().unwrap() > 1_600_000_000_000);
    assert_eq!(
        json(&RegistryStats::default()),
        r#"{"totalHandles":0,"activeReferences":0,"memoryUsageBytes":0,"inserts":0,"updates":0,"removes":0,"expired":0,"freed":0}"#
    );
}

#[test]
fn changes_serialize_without_values() {
    let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_PORT", "80")])).unwrap();
    let (sender, events) = mpsc::channel();
    let _subscription = config.subscribe(move |event| sender.send(event.clone()).unwrap_or_default());
    let environment = Some(Environment::from_pairs([("APP_PORT", "81")]));
    let reload = config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() }).unwrap();
    assert_eq!(json(&reload), r#"{"version":2,"changed":["port"]}"#);
    let Ok(Event::Changed(change)) = events.recv() else { panic!("nothing changed") };
    assert_eq!(json(&change), json(&reload));
    let builder = SuperConfig::builder().cwd("/").home("/home/me").profile("test");
    let context = builder.source_context(&builder.capture_environment()).unwrap();
    assert_eq!(json(&context), r#"{"cwd":"/","home":"/home/me","profiles":["test"]}"#);
}
