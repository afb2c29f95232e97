//! Hot paths for `valgrind --tool=callgrind`, which counts only the instructions of `measured`: `bench/instructions.mjs` runs
//! it once for each path. With a name as its argument it runs that path, otherwise it lists the names.

#![allow(missing_docs, reason = "a program for bench/instructions.mjs")]
#![allow(clippy::print_stdout, reason = "the list of paths is its output")]

#[allow(dead_code, reason = "shared with the benchmarks that have types for the texts")]
mod inputs;

use std::hint::black_box;
use superconfig::{ConfigRegistry, Format, SuperConfig, parse};

const PATHS: [&str; 10] = [
    "handle read",
    "cached handle read",
    "read by id",
    "update",
    "load of two small JSON files",
    "reload that finds nothing new",
    "parse of JSON",
    "parse of TOML",
    "parse of YAML",
    "merge of three layers",
];

/// The measured call. Never inlined, so that the profiler finds its name.
#[inline(never)]
fn measured<T>(work: impl FnOnce() -> T) -> T {
    black_box(work())
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    match PATHS.iter().position(|path| *path == name) {
        Some(0..=3) => reads(&name),
        Some(4) => load(),
        Some(5) => reload(),
        Some(6) => texts(&inputs::json(inputs::SERVICES), Format::Json),
        Some(7) => texts(&inputs::toml(inputs::SERVICES), Format::Toml),
        Some(8) => texts(&inputs::yaml(inputs::SERVICES), Format::Yaml),
        Some(_) => merge(),
        None => println!("{}", PATHS.join("\n")),
    }
}

/// The first call prepares what later calls find ready, as in a program that runs.
fn reads(name: &str) {
    let registry = ConfigRegistry::new();
    let handle = registry.insert(1_u64).expect("an id is free");
    let mut cached = handle.cached();
    for round in 0..2 {
        let count = round == 1;
        match name {
            "handle read" => once(count, || *handle.value().expect("open")),
            "cached handle read" => once(count, || *cached.value().expect("open")),
            "read by id" => once(count, || *registry.get::<u64>(handle.id()).expect("open")),
            _ => once(count, || {
                handle.update(2).expect("open");
                2
            }),
        };
    }
}

fn once(count: bool, work: impl FnOnce() -> u64) -> u64 {
    if count { measured(work) } else { black_box(work()) }
}

fn load() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let builder = |revision| {
        inputs::write_small(directory.path(), revision);
        let files = SuperConfig::builder().cwd(directory.path()).file("default.json").file("production.json");
        files.environment([("APP_SERVER__PORT", "9000")]).env("APP")
    };
    black_box(builder(1).load()).expect("the files are right");
    let second = builder(2);
    let loaded = measured(|| second.load()).expect("the files are right");
    assert_eq!(loaded.get::<u64>("server.port").expect("it is there"), 9000);
}

fn reload() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    inputs::write_small(directory.path(), 1);
    // A file that was written just now is read again.
    std::thread::sleep(std::time::Duration::from_millis(100));
    let files = SuperConfig::builder().cwd(directory.path()).file("default.json").file("production.json");
    let config = files.environment([("APP_SERVER__PORT", "9000")]).env("APP").load().expect("the files are right");
    black_box(config.reload()).expect("the files are right");
    let reload = measured(|| config.reload()).expect("the files are right");
    assert!(reload.changed.is_empty());
}

fn texts(text: &str, format: Format) {
    black_box(parse(text, format)).expect("the text is right");
    measured(|| parse(text, format)).expect("the text is right");
}

fn merge() {
    let layer = |port| {
        let text = inputs::json(100).replace("\"port\": 80", &format!("\"port\": {port}"));
        parse(&text, Format::Json).expect("the text is right")
    };
    let build =
        || SuperConfig::builder().environment([("", ""); 0]).defaults(layer(80)).overrides(layer(81)).overrides(layer(82));
    black_box(build().load()).expect("the layers are right");
    let second = build();
    measured(|| second.load()).expect("the layers are right");
}
