//! Replays the packed corpus of each fuzz target. `scripts/corpus.mjs` packs it.

use super::parse;
use crate::format::Format;
use std::path::PathBuf;

fn fuzz(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

/// Runs every kept input of a target: as much of it as is UTF-8, which is what the fuzzer passes on.
fn replay(target: &str, run: impl Fn(&str)) {
    let packed = std::fs::read(fuzz(&format!("corpus/{target}.corpus"))).unwrap();
    let (mut rest, mut count) = (&packed[..], 0);
    while let Some((length, after)) = rest.split_first_chunk() {
        let (input, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        run(input.utf8_chunks().next().map_or("", |chunk| chunk.valid()));
        (rest, count) = (after, count + 1);
    }
    assert!(rest.is_empty() && count >= 100, "{target}: {count} inputs");
}

/// A test for each target, and one that none is forgotten.
macro_rules! targets {
    ($($target:ident => $run:expr;)*) => {
        $(#[test]
        fn $target() {
            replay(stringify!($target), $run);
        })*

        #[test]
        fn every_target_is_run() {
            let files = std::fs::read_dir(fuzz("fuzz_targets")).unwrap();
            let mut found: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
            found.sort();
            assert_eq!(found, [$(concat!(stringify!($target), ".rs")),*]);
        }
    };
}

targets! {
    dotenv_expansion => super::dotenv_expansion;
    env => super::env;
    json_agrees => super::json_agrees;
    masking => super::masking;
    merge => super::merge;
    parse_dotenv => |text| parse(text, Format::Dotenv);
    parse_ini => |text| parse(text, Format::Ini);
    parse_json => |text| parse(text, Format::Json);
    parse_json5 => |text| parse(text, Format::Json5);
    parse_jsonc => |text| parse(text, Format::Jsonc);
    parse_toml => |text| parse(text, Format::Toml);
    parse_yaml => |text| parse(text, Format::Yaml);
    path => super::path;
}
