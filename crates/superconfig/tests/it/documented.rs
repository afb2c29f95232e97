//! Every public item has an example, which runs as a test, and every fallible function documents its errors.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "fuzzing" {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("_test.rs") && name != "fuzzing.rs" {
            found.push(path);
        }
    }
}

/// The lines that declare something public, with the comment before each.
fn declarations(text: &str) -> Vec<(&str, String, String)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(rest) = line.strip_prefix("pub ") else { continue };
        let rest = rest.strip_prefix("const ").or_else(|| rest.strip_prefix("unsafe ")).unwrap_or(rest);
        if !["fn ", "struct ", "enum ", "trait ", "type "].iter().any(|kind| rest.starts_with(kind)) {
            continue;
        }
        let before = lines[..at].iter().rev().take_while(|line| line.starts_with("///") || line.starts_with("#["));
        let comment = before.copied().collect::<Vec<_>>().join("\n");
        let signature = lines[at..].iter().take_while(|line| !line.ends_with('{') && !line.ends_with(';'));
        let signature = signature.chain(lines[at..].iter().find(|line| line.ends_with('{') || line.ends_with(';')));
        found.push((*line, comment, signature.copied().collect::<Vec<_>>().join(" ")));
    }
    found
}

#[test]
fn public_items_have_examples_and_error_sections() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut seen = 0;
    let mut lacking = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (line, comment, signature) in declarations(&text) {
            seen += 1;
            let location = format!("{}: {line}", file.strip_prefix(&root).unwrap().display());
            if !comment.contains("```") {
                lacking.push(format!("{location}: an example"));
            }
            // What takes a function that may fail does not fail itself.
            let result = signature.rsplit("->").next().unwrap_or_default().trim_start();
            if signature.starts_with("pub fn") && result.starts_with("Result<") && !comment.contains("# Errors") {
                lacking.push(format!("{location}: # Errors"));
            }
        }
    }
    assert!(seen > 200, "only {seen} declarations were found");
    assert!(lacking.is_empty(), "missing:\n{}", lacking.join("\n"));
}
