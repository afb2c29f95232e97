//! Large files parsed in parallel: the same values, order, positions, warnings and errors as in sequence.
#![cfg(feature = "parallel")]

use std::fs;
use std::path::Path as FilePath;
use superconfig::{ErrorCode, Path, SuperConfig};

/// Past the size from which a thread is worth it.
const ENTRIES: usize = 2_000;

fn yaml(name: &str) -> String {
    let entries: String = (0..ENTRIES).map(|at| format!("  entry{at}: {{ from: {name}, at: {at} }}\n")).collect();
    format!("shared: {name}\n{name}:\n{entries}")
}

fn json(name: &str) -> String {
    let entries: Vec<String> = (0..ENTRIES).map(|at| format!("\"entry{at}\": {{\"from\": \"{name}\", \"at\": {at}}}")).collect();
    format!("{{\"shared\": \"{name}\", \"shared\": \"{name}\",\n\"{name}\": {{{}}}}}", entries.join(",\n"))
}

fn load(directory: &FilePath) -> Result<SuperConfig, superconfig::Error> {
    SuperConfig::builder()
        .cwd(directory)
        .file("small.toml")
        .file("{profile}.yaml")
        .profiles(["a", "b"])
        .glob("parts/*.json")
        .load()
}

fn written() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("parts")).unwrap();
    fs::write(directory.path().join("small.toml"), "shared = 'small'\n").unwrap();
    for name in ["a", "b"] {
        fs::write(directory.path().join(format!("{name}.yaml")), yaml(name)).unwrap();
    }
    for name in ["c", "d"] {
        fs::write(directory.path().join(format!("parts/{name}.json")), json(name)).unwrap();
    }
    directory
}

#[test]
fn layers_keep_their_order_positions_and_warnings() {
    let directory = written();
    let config = load(directory.path()).unwrap();
    assert_eq!(config.get::<String>("shared").unwrap(), "d");
    for name in ["a", "b", "c", "d"] {
        assert_eq!(config.get::<usize>(&format!("{name}.entry1999.at")).unwrap(), 1999);
    }
    let snapshot = config.snapshot().unwrap();
    let explanation = snapshot.explain(&"shared".parse::<Path>().unwrap()).unwrap();
    let files: Vec<_> = explanation.candidates.iter().map(|candidate| candidate.origin.file.as_deref().unwrap()).collect();
    assert_eq!(files, ["small.toml", "a.yaml", "b.yaml", "parts/c.json", "parts/d.json"]);
    let entry = snapshot.explain(&"b.entry7.at".parse::<Path>().unwrap()).unwrap();
    assert_eq!(entry.winner().unwrap().origin.line, Some(10));
    let warned: Vec<_> =
        snapshot.warnings().iter().map(|warning| warning.origin.as_ref().unwrap().file.as_deref().unwrap()).collect();
    assert_eq!(warned, ["parts/c.json", "parts/d.json"]);
}

#[test]
fn changed_files_are_read_again() {
    let directory = written();
    let config = load(directory.path()).unwrap();
    fs::write(directory.path().join("b.yaml"), yaml("b").replace("at: 1999", "at: -1")).unwrap();
    assert_eq!(config.reload().unwrap().changed.len(), 1);
    assert_eq!(config.get::<i64>("b.entry1999.at").unwrap(), -1);
}

#[test]
fn parse_error_is_the_same_as_in_sequence() {
    let directory = written();
    fs::write(directory.path().join("b.yaml"), format!("{}broken: [\n", yaml("b"))).unwrap();
    let error = load(directory.path()).err().unwrap();
    assert_eq!(error.code(), ErrorCode::Parse);
    assert_eq!(error.origin().unwrap().file.as_deref(), Some("b.yaml"));
}
