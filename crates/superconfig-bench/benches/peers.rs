//! Comparison with `figment` and `config`: the same files loaded and parsed into the same types, the results asserted. `cargo
//! bench -p superconfig-bench --bench peers`

#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]

mod inputs;

use config::{Config, File, FileFormat};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use figment::Figment;
use figment::providers::{Env, Format as _, Json, Toml};
use inputs::{Fleet, Log, SERVICES, Server, Settings};
use serde::de::DeserializeOwned;
use std::hint::black_box;
use std::path::Path;
use superconfig::{Format, SuperConfig};

type Load = fn(&Path) -> Settings;
type Parse = fn(&str) -> Fleet;
type Contenders = Vec<(&'static str, Parse)>;

const FILES: [&str; 2] = ["default.json", "production.json"];

fn ours(directory: &Path) -> Settings {
    let mut builder = SuperConfig::builder().cwd(directory);
    for file in FILES {
        builder = builder.file(file);
    }
    builder.env("APP").load().and_then(|config| config.extract()).expect("the files are right")
}

fn with_figment(directory: &Path) -> Settings {
    let files = FILES.into_iter().fold(Figment::new(), |figment, file| figment.merge(Json::file_exact(directory.join(file))));
    files.merge(Env::prefixed("APP_").split("__")).extract().expect("the files are right")
}

fn with_config(directory: &Path) -> Settings {
    let files = FILES.into_iter().fold(Config::builder(), |builder, file| builder.add_source(File::from(directory.join(file))));
    let variables = config::Environment::with_prefix("APP").prefix_separator("_").separator("__").try_parsing(true);
    files.add_source(variables).build().and_then(Config::try_deserialize).expect("the files are right")
}

fn loads(criterion: &mut Criterion) {
    // SAFETY: criterion has not started a thread yet, and nothing else of this process reads the environment now.
    unsafe {
        std::env::set_var("APP_SERVER__PORT", "9000");
        std::env::set_var("APP_LOG__LEVEL", "debug");
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut group = criterion.benchmark_group("load two small JSON files and the environment");
    let contenders: [(&str, Load); 3] = [("superconfig", ours), ("figment", with_figment), ("config", with_config)];
    let mut revision = 0;
    for (name, load) in contenders {
        group.bench_function(name, |bencher| {
            let write = || {
                revision += 1;
                inputs::write_small(directory.path(), revision);
                revision
            };
            let check = |revision| {
                let loaded = load(directory.path());
                let server = Server { host: format!("host{revision}"), port: 9000 };
                assert_eq!(loaded, Settings { revision, server, log: Log { level: "debug".to_owned() } });
            };
            bencher.iter_batched(write, check, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn text_ours<T: DeserializeOwned>(text: &str, format: Format) -> T {
    SuperConfig::builder().text(text, format).load().and_then(|config| config.extract()).expect("the text is right")
}

fn text_config<T: DeserializeOwned>(text: &str, format: FileFormat) -> T {
    let built = Config::builder().add_source(File::from_str(text, format)).build();
    built.and_then(Config::try_deserialize).expect("the text is right")
}

fn parses(criterion: &mut Criterion) {
    let formats: [(&str, String, Contenders); 3] = [
        (
            "JSON",
            inputs::json(SERVICES),
            vec![
                ("superconfig", |text| text_ours(text, Format::Json)),
                ("figment", |text| Figment::from(Json::string(text)).extract().expect("the text is right")),
                ("config", |text| text_config(text, FileFormat::Json)),
            ],
        ),
        (
            "TOML",
            inputs::toml(SERVICES),
            vec![
                ("superconfig", |text| text_ours(text, Format::Toml)),
                ("figment", |text| Figment::from(Toml::string(text)).extract().expect("the text is right")),
                ("config", |text| text_config(text, FileFormat::Toml)),
            ],
        ),
        (
            "YAML",
            inputs::yaml(SERVICES),
            vec![("superconfig", |text| text_ours(text, Format::Yaml)), ("config", |text| text_config(text, FileFormat::Yaml))],
        ),
    ];
    for (format, text, contenders) in formats {
        let mut group = criterion.benchmark_group(format!("{} KB of {format} to a struct", text.len() / 1000));
        group.sample_size(20);
        let (_, first) = contenders[0];
        let wanted = first(&text);
        assert_eq!(wanted.services.len(), SERVICES as usize);
        for (name, parse) in contenders {
            assert_eq!(parse(&text), wanted, "{name} reads something else");
            group.bench_function(name, |bencher| bencher.iter(|| parse(black_box(&text))));
        }
        group.finish();
    }
}

criterion_group!(benches, loads, parses);
criterion_main!(benches);
