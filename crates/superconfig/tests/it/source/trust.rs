//! `trust: 'strict'` on real files, links and directories. What other users own can only be made by root, whom the tests run as in
//! continuous integration; for others these checks have nothing to look at.
#![cfg(all(unix, feature = "json", feature = "dotenv", feature = "interpolation"))]

use std::os::unix::fs::{PermissionsExt, lchown, symlink};
use std::path::Path;
use superconfig::{
    Builder, DirectoryOptions, EnvOptions, Error, ErrorCode, FileOptions, SourceEntry, SourceSpec, SuperConfig, Trust,
};

const OTHER: Option<u32> = Some(54_321);

fn at(directory: &Path) -> Builder {
    SuperConfig::builder().cwd(directory).environment(Vec::<(String, String)>::new())
}

fn strict(builder: Builder, path: &str) -> Builder {
    builder.file_with(path, FileOptions { trust: Some(Trust::Strict), ..FileOptions::default() })
}

fn make(directory: &Path, files: &[&str]) {
    for file in files {
        let path = directory.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "{}").unwrap();
    }
}

#[track_caller]
fn refused(outcome: Result<SuperConfig, Error>, part: &str) {
    let error = outcome.expect_err("it is trusted");
    assert_eq!(error.code(), ErrorCode::Trust, "{error:?}");
    assert!(error.to_string().contains(part), "{error}");
}

/// Gives something to another user; false where only root could.
fn give_away(path: &Path) -> bool {
    lchown(path, OTHER, OTHER).is_ok()
}

#[test]
fn a_directory_in_which_all_can_replace_names_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path(), &["open/app.json", "closed/x.json"]);
    let open = directory.path().join("open");
    symlink("../open/app.json", directory.path().join("closed/app.json")).unwrap();
    let mode = |mode| std::fs::set_permissions(&open, std::fs::Permissions::from_mode(mode)).unwrap();
    for (bits, is_trusted) in [(0o755, true), (0o775, true), (0o777, false), (0o1777, true)] {
        mode(bits);
        for path in ["open/app.json", "closed/app.json", "closed/../open/app.json"] {
            let outcome = strict(at(directory.path()), path).load();
            if is_trusted {
                outcome.unwrap();
            } else {
                refused(outcome, "everybody can replace what is in the directory");
            }
        }
    }
}

#[test]
fn a_link_or_directory_of_another_user_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path(), &["own.json", "theirs/app.json"]);
    let link = directory.path().join("app.json");
    symlink("own.json", &link).unwrap();
    strict(at(directory.path()), "app.json").load().unwrap();
    strict(at(directory.path()), "theirs/app.json").load().unwrap();
    if give_away(&link) && give_away(&directory.path().join("theirs")) {
        refused(strict(at(directory.path()), "app.json").load(), "the link");
        refused(strict(at(directory.path()), "theirs/app.json").load(), "the directory");
        // A link of one's own to a link of theirs, and to a directory of theirs.
        symlink("app.json", directory.path().join("two.json")).unwrap();
        symlink("theirs", directory.path().join("mine")).unwrap();
        refused(strict(at(directory.path()), "two.json").load(), "the link");
        refused(strict(at(directory.path()), "mine/app.json").load(), "the directory");
        let options = DirectoryOptions { trust: Some(Trust::Strict), ..DirectoryOptions::default() };
        make(directory.path(), &["theirs/default.json"]);
        let spec = SourceSpec::Directory { path: "mine".to_owned(), options };
        let entry = SourceEntry { spec, fill: false, directives: true };
        refused(at(directory.path()).entry(entry).load(), "default.json");
        // A link that leads back is no trouble of trust.
        symlink("loop.json", directory.path().join("loop.json")).unwrap();
        assert_eq!(strict(at(directory.path()), "loop.json").load().err().unwrap().code(), ErrorCode::Io);
    }
}

#[test]
fn env_files_and_files_that_values_name_are_held_to_it() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path(), &["app.json", "secret"]);
    std::fs::write(directory.path().join(".env"), "APP_A=1").unwrap();
    std::fs::write(directory.path().join("reference.json"), r#"{"b": "${file:secret}"}"#).unwrap();
    let by_variable = || {
        let options = EnvOptions { prefix: "APP".into(), file_suffix: true, ..EnvOptions::default() };
        at(directory.path()).environment([("APP_B_FILE", "secret")]).env_with(options)
    };
    let dotenv = || at(directory.path()).dotenv().env("APP");
    let by_reference = || at(directory.path()).file("reference.json").interpolate();
    let readers: [&dyn Fn() -> Builder; 3] = [&dotenv, &by_variable, &by_reference];
    for reader in readers {
        strict(reader(), "app.json").load().unwrap();
    }
    for name in [".env", "secret"] {
        std::fs::set_permissions(directory.path().join(name), std::fs::Permissions::from_mode(0o666)).unwrap();
    }
    for reader in readers {
        // Without `strict` anywhere they are read as ever.
        reader().load().unwrap();
        refused(strict(reader(), "app.json").load(), "everybody can write it");
    }
    std::fs::set_permissions(directory.path().join("secret"), std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::rename(directory.path().join("secret"), directory.path().join("real")).unwrap();
    symlink("real", directory.path().join("secret")).unwrap();
    if give_away(&directory.path().join("secret")) {
        refused(strict(by_variable(), "app.json").load(), "the link");
        refused(strict(by_reference(), "app.json").load(), "the link");
    }
}
