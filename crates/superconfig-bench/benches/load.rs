//! Cold loads: small files, and large ones that threads can parse in parallel.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use superconfig::SuperConfig;

fn document(yaml: bool, services: usize) -> String {
    let entry = |at: usize| {
        if yaml {
            format!(
                "  service{at}:\n    host: host{at}.example.com\n    port: {}\n    tls: true\n    ratio: 0.{at}\n    tags: [a, b, c]\n",
                8000 + at
            )
        } else {
            format!(
                "\"service{at}\": {{\"host\": \"host{at}.example.com\", \"port\": {}, \"tls\": true, \"ratio\": 0.{at}, \"tags\": [\"a\", \"b\", \"c\"]}}",
                8000 + at
            )
        }
    };
    let entries = (0..services).map(entry);
    if yaml {
        format!("services:\n{}", entries.collect::<String>())
    } else {
        format!("{{\"services\": {{{}}}}}", entries.collect::<Vec<_>>().join(",\n"))
    }
}

fn loads(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (name, extension, files, services) in [
        ("two small JSON files", "json", 2, 2),
        ("three JSON files of 140 KB", "json", 3, 1_250),
        ("three YAML files of 140 KB", "yaml", 3, 1_250),
        ("ten YAML files of 35 KB", "yaml", 10, 310),
    ] {
        let names: Vec<String> = (0..files).map(|at| format!("{files}-{services}-{at}.{extension}")).collect();
        for file in &names {
            std::fs::write(directory.path().join(file), document(extension == "yaml", services)).expect("a file is written");
        }
        let builder = || names.iter().fold(SuperConfig::builder().cwd(directory.path()), |builder, file| builder.file(file));
        criterion.bench_function(name, |bencher| {
            bencher.iter_batched(builder, |builder| black_box(builder.load().expect("it loads")), BatchSize::PerIteration);
        });
    }
}

criterion_group!(benches, loads);
criterion_main!(benches);
