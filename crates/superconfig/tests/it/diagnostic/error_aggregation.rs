//! One load reports all errors in its variables or flags, not only the first.

use superconfig::{Error, ErrorCode, Format, SuperConfig};

const BELOW: &str = "port = 1\ndebug = false\n[log]\nlevel = 'x'\n";

fn load(variables: &[(&str, &str)], flags: &[&str]) -> Result<SuperConfig, Error> {
    let builder = SuperConfig::builder().text(BELOW, Format::Toml).env("APP").args(flags.iter().copied());
    builder.environment(variables.iter().copied()).load()
}

fn said(error: &Error) -> Vec<(String, String)> {
    let said = |issue: &superconfig::Issue| {
        let variable = issue.origin.as_ref().and_then(|origin| origin.variable.as_deref());
        (issue.path.to_string(), variable.unwrap_or_default().to_owned())
    };
    error.issues().iter().map(said).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(path, variable)| ((*path).to_owned(), (*variable).to_owned())).collect()
}

#[test]
fn variables_that_do_not_fit_and_that_contradict_each_other() {
    let variables = [("APP_PORT", "x"), ("APP_DEBUG", "y"), ("APP_LOG", "{}"), ("APP_LOG__LEVEL", "z")];
    let error = load(&variables, &[]).err().unwrap();
    assert_eq!(error.code(), ErrorCode::Env);
    assert_eq!(error.message(), "3 variables cannot be used");
    assert_eq!(said(&error), pairs(&[("debug", "APP_DEBUG"), ("port", "APP_PORT"), ("log", "APP_LOG__LEVEL")]));
    let printed = error.to_string();
    assert!(printed.contains("\n  APP_PORT: port: expected a number"), "{printed}");
}

#[test]
fn flags_that_do_not_fit() {
    let error = load(&[], &["--port=x", "--debug=y", "--log.level=z"]).err().unwrap();
    assert_eq!(error.code(), ErrorCode::Args);
    assert_eq!(said(&error), pairs(&[("port", "--port"), ("debug", "--debug")]));
}

#[test]
fn one_problem_is_reported_as_itself() {
    let error = load(&[("APP_PORT", "x")], &[]).err().unwrap();
    assert_eq!(said(&error), pairs(&[("port", "APP_PORT")]));
    assert_eq!((error.issues()[0].expected.as_deref(), error.issues()[0].found.as_deref()), (Some("a number"), Some("\"x\"")));
    assert_eq!(error.path().unwrap().to_string(), "port");
}

#[test]
fn misfits_are_quoted_unless_they_may_be_secret() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("port");
    std::fs::write(&file, "in a file\n").unwrap();
    let file = file.to_str().unwrap();
    let below = "port = 1\nseat = 1\npassword = 1\nlist = [1]\nurl = 1\n[vault]\ncode = 1\n";
    let load = |variables: &[(&str, &str)]| {
        let options = superconfig::EnvOptions {
            prefix: "APP".into(),
            file_suffix: true,
            mapping: vec![("seat".into(), "SEAT_TOKEN".into())],
            ..Default::default()
        };
        let builder = SuperConfig::builder().text(below, Format::Toml).env_with(options).secrets(["vault"]);
        builder.environment(variables.iter().copied()).load().err().unwrap().to_string()
    };
    assert!(load(&[("APP_PORT", "eighty")]).contains("expected a number, found \"eighty\""));
    assert!(load(&[("APP_PORT", &"9x".repeat(100))]).contains(&format!("found \"{}…\"", "9x".repeat(20))));
    assert!(load(&[("APP_LIST", "1,two")]).contains("found \"1,two\""));
    let secrets = [
        ("APP_PASSWORD", "hunter2"),
        ("SEAT_TOKEN", "hunter2"),
        ("APP_VAULT__CODE", "hunter2"),
        ("APP_URL", "https://me:hunter2@host"),
        ("APP_PORT", "token=hunter2"),
    ];
    for secret in secrets {
        let printed = load(&[secret]);
        assert!(printed.contains("expected a") && !printed.contains("hunter2"), "{printed}");
    }
    let printed = load(&[("APP_PORT_FILE", file)]);
    assert!(printed.contains("expected a") && !printed.contains("in a file"), "{printed}");
}

#[test]
fn index_out_of_range_is_reported_before_a_misfit() {
    let load = |variables: &[(&str, &str)]| {
        let builder = SuperConfig::builder().text("items = [1]", Format::Toml).env("APP");
        builder.environment(variables.iter().copied()).load().err().unwrap().to_string()
    };
    let past = "APP_ITEMS__5: items[5]: the array has 1 element\n  hint: the next free index is 1";
    assert_eq!(load(&[("APP_ITEMS__5", "x")]), past);
    assert_eq!(load(&[("APP_ITEMS__5", "2")]), past);
    // A misfit that others make room for is reported as such.
    let unfit = load(&[("APP_ITEMS__1", "2"), ("APP_ITEMS__2", "x")]);
    assert!(unfit.contains("APP_ITEMS__2: items[2]: expected a number"), "{unfit}");
    let both = load(&[("APP_ITEMS__1", "x"), ("APP_ITEMS__3", "x")]);
    assert!(both.contains("APP_ITEMS__1: items[1]: expected a number"), "{both}");
    assert!(both.contains("APP_ITEMS__3: items[3]: the array has 2 elements"), "{both}");
}

#[test]
fn misfits_come_in_one_error_with_the_issues_of_the_validator() {
    let validator = |value: &superconfig::Value| match value.at(&["log".into(), "level".into()]).and_then(|level| level.as_str())
    {
        Some("x") => Ok(value.clone()),
        _ => Err(["log.level", "port"].map(|path| superconfig::Issue::new(path.parse().unwrap(), "expected another")).into()),
    };
    let load = |variables: &[(&str, &str)]| {
        let builder = SuperConfig::builder().text(BELOW, Format::Toml).env("APP").validate_with(validator);
        builder.load_with(superconfig::Environment::from_pairs(variables.iter().copied()))
    };
    let error = load(&[("APP_PORT", "many"), ("APP_LOG__LEVEL", "y")]).err().unwrap();
    assert_eq!(error.code(), ErrorCode::Validation);
    assert_eq!(said(&error), pairs(&[("port", "APP_PORT"), ("log.level", "APP_LOG__LEVEL")]));
    let printed = error.to_string();
    assert!(printed.contains("\n  APP_PORT: port: expected a number, found \"many\""), "{printed}");
    assert!(printed.contains("\n  APP_LOG__LEVEL: log.level: expected another, found the string \"y\""), "{printed}");
    let alone = load(&[("APP_PORT", "many")]).err().unwrap();
    assert_eq!((alone.code(), said(&alone)), (ErrorCode::Env, pairs(&[("port", "APP_PORT")])));

    let config = load(&[]).unwrap();
    let environment = Some(superconfig::Environment::from_pairs([("APP_PORT", "many"), ("APP_LOG__LEVEL", "y")]));
    let error = config.reload_with(superconfig::ReloadInputs { environment, ..Default::default() }).unwrap_err();
    assert_eq!((error.code(), error.issues().len()), (ErrorCode::Validation, 2));
    assert_eq!(config.get::<u16>("port").unwrap(), 1);
}
