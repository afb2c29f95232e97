//! Growth: twice the profiles, among twice the names that could be one, take about twice the steps.

use super::{Builder, SuperConfig};
use crate::FileOptions;
use crate::diagnostic::assert_linear_from;
use std::path::Path;

/// An eighth of the most profiles that a load takes.
const LEAST: usize = 125;

/// Loads with as many profiles as names beside them. Every fourth profile has a file.
fn grows_with_the_profiles(what: &str, name: impl Fn(usize) -> String, build: impl Fn(Builder) -> Builder) {
    assert_linear_from(LEAST, what, |size| {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: String| std::fs::write(directory.path().join(name), "{}").unwrap();
        (0..size).for_each(|at| write(name(if at % 4 == 0 { at } else { size + at })));
        let profiles = (0..size).map(|at| format!("profile{at:04}"));
        let builder = SuperConfig::builder().cwd(directory.path()).profiles(profiles).environment([("A", "b")]);
        let config = build(builder).load().unwrap();
        let snapshot = config.snapshot().unwrap();
        assert_eq!(snapshot.profiles().len(), size);
        let unused = snapshot.warnings().iter().filter(|warning| warning.code == "profile-unused").count();
        assert_eq!(unused, size - size.div_ceil(4), "{what}");
    });
}

#[test]
fn profiles_of_a_directory_cost_the_names_and_the_profiles() {
    grows_with_the_profiles("files of profiles", |at| format!("profile{at:04}.json"), |builder| builder.dir("."));
    grows_with_the_profiles("local files", |at| format!("profile{at:04}.local.json"), |builder| builder.dir("."));
}

#[test]
fn profiles_in_a_path_cost_the_names_and_the_profiles() {
    let options = || FileOptions { optional: true, ..FileOptions::default() };
    let build = |builder: Builder| builder.file_with("app.{profile}.json", options());
    grows_with_the_profiles("a path with profiles", |at| format!("app.profile{at:04}.json"), build);
}

#[test]
fn profiles_of_one_file_cost_the_sections_and_the_profiles() {
    assert_linear_from(LEAST, "sections of profiles", |size| {
        let directory = tempfile::tempdir().unwrap();
        let sections: Vec<String> = (0..size).map(|at| format!("\"profile{:04}\":{{\"a\":1}}", 2 * at)).collect();
        std::fs::write(directory.path().join("app.json"), format!("{{{}}}", sections.join(","))).unwrap();
        let options = FileOptions { nested_profiles: true, ..FileOptions::default() };
        let builder = SuperConfig::builder().cwd(directory.path()).profiles((0..size).map(|at| format!("profile{at:04}")));
        assert!(builder.file_with("app.json", options).load().unwrap().get::<u8>("a").is_ok());
    });
}

#[test]
fn names_are_found_to_be_of_a_profile_in_one_pass() {
    assert_linear_from(LEAST, "names that look like configuration", |size| {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: String| std::fs::write(Path::join(directory.path(), name), "{}").unwrap();
        (0..size).for_each(|at| write(format!("profile{at:04}-2.json")));
        let builder = SuperConfig::builder().cwd(directory.path()).profiles((0..size).map(|at| format!("profile{at:04}")));
        let config = builder.dir(".").load().unwrap();
        let warnings = config.snapshot().unwrap().warnings().iter().filter(|warning| warning.code == "unread-file").count();
        assert_eq!(warnings, 100.min(size));
    });
}
