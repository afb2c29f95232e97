//! The texts and files that all benchmarks read.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// The value of the small files and the variables.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Settings {
    pub(crate) revision: u64,
    pub(crate) server: Server,
    pub(crate) log: Log,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Log {
    pub(crate) level: String,
}

/// The value of the large texts.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Fleet {
    pub(crate) services: BTreeMap<String, Service>,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Service {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) enabled: bool,
    pub(crate) weight: f64,
    pub(crate) tags: Vec<String>,
}

/// Writes two small layers; each revision is a different text, so that no earlier parse can be reused.
pub(crate) fn write_small(directory: &Path, revision: u64) {
    let base = format!(
        r#"{{ "revision": {revision}, "server": {{ "host": "127.0.0.1", "port": 8080 }}, "log": {{ "level": "info" }} }}"#
    );
    std::fs::write(directory.join("default.json"), base).expect("the directory can be written");
    let above = format!(r#"{{ "server": {{ "host": "host{revision}" }} }}"#);
    std::fs::write(directory.join("production.json"), above).expect("the directory can be written");
}

/// About as many bytes of each format as the JavaScript rows have.
pub(crate) const SERVICES: u32 = 700;

pub(crate) fn yaml(services: u32) -> String {
    let mut text = "services:\n".to_owned();
    for number in 0..services {
        let (port, enabled, weight) = fields(number);
        write!(
            text,
            "  service{number}:\n    host: service-{number}.internal.example.com\n    port: {port}\n    enabled: {enabled}\n    \
             weight: {weight:?}\n    tags:\n      - web\n      - zone-{}\n",
            number % 3
        )
        .expect("a string takes everything");
    }
    text
}

pub(crate) fn toml(services: u32) -> String {
    let mut text = String::new();
    for number in 0..services {
        let (port, enabled, weight) = fields(number);
        write!(
            text,
            "[services.service{number}]\nhost = \"service-{number}.internal.example.com\"\nport = {port}\nenabled = {enabled}\n\
             weight = {weight:?}\ntags = [\"web\", \"zone-{}\"]\n\n",
            number % 3
        )
        .expect("a string takes everything");
    }
    text
}

pub(crate) fn json(services: u32) -> String {
    let mut text = "{\n  \"services\": {\n".to_owned();
    for number in 0..services {
        let (port, enabled, weight) = fields(number);
        let comma = if number + 1 == services { "" } else { "," };
        write!(
            text,
            "    \"service{number}\": {{\n      \"host\": \"service-{number}.internal.example.com\",\n      \"port\": {port},\n      \
             \"enabled\": {enabled},\n      \"weight\": {weight:?},\n      \"tags\": [\"web\", \"zone-{}\"]\n    }}{comma}\n",
            number % 3
        )
        .expect("a string takes everything");
    }
    text.push_str("  }\n}\n");
    text
}

fn fields(number: u32) -> (u32, bool, f64) {
    (8000 + number % 1000, !number.is_multiple_of(7), f64::from(number % 100) / 8.0)
}
