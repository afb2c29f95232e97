//! Expansion: aliases, variables and references that grow exponentially.

use super::small_stack::{on_a_small_stack, read};
use superconfig::{ErrorCode, Format, Limits, SuperConfig, Value, VariableFormat, parse};

#[test]
fn yaml_aliases_are_bounded_by_values() {
    let laughs = |open: &str, close: &str, first: &str| {
        let line = |level: usize| {
            let aliases = vec![format!("*a{}", level - 1); 10].join(",");
            format!("a{level}: &a{level} {open}{aliases}{close}\n")
        };
        format!("a0: &a0 {first}\n{}", (1..30).map(line).collect::<String>())
    };
    let merges = {
        let line = |level: usize| format!("a{level}: &a{level}\n  <<: [*a{0}, *a{0}]\n  k{level}: 1\n", level - 1);
        format!("a0: &a0 {{k: 1}}\n{}", (1..2_000).map(line).collect::<String>())
    };
    let wide = format!("a: &a [{}]\nb: [{}]\n", vec!["1"; 2_000].join(","), vec!["*a"; 2_000].join(","));
    let chain: String = (1..200).map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1)).collect();
    for (text, code) in [
        (laughs("[", "]", "x"), ErrorCode::Limit),
        (merges, ErrorCode::Limit),
        (wide, ErrorCode::Limit),
        (format!("a0: &a0 [1]\n{chain}"), ErrorCode::Limit),
        ("a: &a [*a]\n".to_owned(), ErrorCode::Parse),
        ("&a {b: *a}\n".to_owned(), ErrorCode::Parse),
        ("a: *b\n".to_owned(), ErrorCode::Parse),
    ] {
        let start: String = text.chars().take(40).collect();
        let (outcome, peak) = read(text, Format::Yaml);
        assert_eq!(outcome, Err(code), "{start}");
        assert!(peak < 64 << 20, "{start}: {peak} bytes");
    }
    // Real files use their anchors often.
    let often = format!("a: &a {{b: 1}}\nc:\n{}", "  - *a\n".repeat(142));
    assert_eq!(read(often, Format::Yaml).0, Ok(()));
}

/// A text is shared in memory however many aliases it has, and is not where it is written out.
#[test]
fn yaml_aliases_are_bounded_by_text() {
    let texts = |count: usize| format!("a: &a \"{}\"\nb: [{}1]", "x".repeat(100_000), "*a,".repeat(count));
    let keys = |count: usize| format!("a: &a {{{}: 1}}\nb: [{}1]", "x".repeat(100_000), "*a,".repeat(count));
    let merged = |count: usize| {
        let line = |at: usize| format!("m{at}: {{<<: *a}}\n");
        format!("a: &a {{{}: 1}}\n{}", "x".repeat(100_000), (0..count).map(line).collect::<String>())
    };
    let within = |levels: usize| {
        let line = |level: usize| format!("a{level}: &a{level} [*a{0},*a{0}]\n", level - 1);
        format!("a0: &a0 \"{}\"\n{}", "x".repeat(1_000), (1..levels).map(line).collect::<String>())
    };
    for (text, is_small) in [
        (texts(600), true),
        (texts(700), false),
        (texts(90_000), false),
        (keys(600), true),
        (keys(90_000), false),
        (merged(600), true),
        (merged(20_000), false),
        (within(14), true),
        (within(18), false),
    ] {
        let size = text.len();
        let ((parsed, written), peak) = on_a_small_stack(move || match parse(&text, Format::Yaml) {
            Ok(value) => (Ok(()), superconfig::to_json(&value).len()),
            Err(error) => {
                assert_eq!(error.hint(), Some("the limit `expandedBytes` can be raised"));
                assert!(error.origin().unwrap().line.is_some(), "{error}");
                (Err(error.code()), 0)
            }
        });
        assert_eq!(parsed.err(), (!is_small).then_some(ErrorCode::Limit), "{size}");
        assert!(written < 70 << 20 && peak < 30 * size + (200 << 20), "{size}: {peak}");
    }
}

/// Each document stays within its limits, and all of them together do not.
#[test]
fn expansions_of_one_load_share_one_budget() {
    let limits = Limits { expanded_bytes: 100_000, ..Limits::default() };
    let text = |name: &str| format!("{name}: &a \"{}\"\n{name}s: [*a,*a,*a,*a]", "x".repeat(10_000));
    let builder = |count: usize| {
        let names = ["a", "b", "c", "d"];
        let builder = SuperConfig::builder().limits(limits);
        names.iter().take(count).fold(builder, |builder, name| builder.text(text(name), Format::Yaml))
    };
    let config = builder(2).load().unwrap();
    assert!(config.reload().is_ok(), "a reload has a budget of its own");
    let error = builder(3).load().err().unwrap();
    assert_eq!(error.code(), ErrorCode::Limit);
    assert_eq!(
        error.to_string(),
        "text: expansions produce more than 100000 bytes of text in one load\n  hint: the limit `expandedBytes` can be raised"
    );
    // The same for files that come from the cache.
    let directory = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        std::fs::write(directory.path().join(format!("{name}.yaml")), text(name)).unwrap();
    }
    let files = |names: &[&str]| {
        let builder = SuperConfig::builder().cwd(directory.path()).limits(limits);
        names.iter().fold(builder, |builder, name| builder.file(format!("{name}.yaml")))
    };
    let config = files(&["a", "b"]).load().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert!(config.reload().is_ok() && config.reload().is_ok());
    let error = files(&["a", "b", "c"]).load().err().unwrap();
    assert_eq!((error.code(), error.origin().unwrap().file.as_deref()), (ErrorCode::Limit, Some("c.yaml")));
    assert!(SuperConfig::builder().limits(Limits { expanded_bytes: 0, ..limits }).load().is_err());
}

/// One large file that many variables name would be as many texts.
#[test]
fn files_named_by_variables_share_the_budget() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("large"), "x".repeat(1 << 20)).unwrap();
    let names = |count: usize| (0..count).map(|at| (format!("APP_K{at}_FILE"), "large")).collect::<Vec<_>>();
    let load = |count: usize, limits: Limits| {
        let options = superconfig::EnvOptions { prefix: "APP".into(), file_suffix: true, ..Default::default() };
        let builder = SuperConfig::builder().cwd(directory.path()).environment(names(count)).env_with(options).limits(limits);
        builder.load().map(drop)
    };
    assert!(load(3, Limits { expanded_bytes: 3 << 20, ..Limits::default() }).is_ok());
    let error = load(4, Limits { expanded_bytes: 3 << 20, ..Limits::default() }).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Limit);
    assert!(error.to_string().contains("APP_K3_FILE"), "{error}");
    let directory = directory.path().to_path_buf();
    let (outcome, peak) = on_a_small_stack(move || {
        let options = superconfig::EnvOptions { prefix: "APP".into(), file_suffix: true, ..Default::default() };
        let names = (0..500).map(|at| (format!("APP_K{at}_FILE"), "large"));
        SuperConfig::builder().cwd(directory).environment(names).env_with(options).load().map(drop).map_err(|error| error.code())
    });
    assert_eq!(outcome, Err(ErrorCode::Limit));
    assert!(peak < 200 << 20, "{peak}");
}

/// One variable that many paths are mapped to would be as many values.
#[test]
fn variables_mapped_to_many_paths_share_the_budget() {
    let text = |size: usize| "x".repeat(size);
    let list = |size: usize| format!("[{}]", vec!["1"; size].join(","));
    let commas = |size: usize| ",".repeat(size);
    let load = |value: String, from: &'static str, format: Option<VariableFormat>, below: Value| {
        on_a_small_stack(move || {
            let directory = tempfile::tempdir().unwrap();
            let mapped = |at: usize| {
                let path = format!("k{at}");
                (path, superconfig::MappedVariable { format, ..superconfig::MappedVariable::from("SHARED") })
            };
            let mapping = (0..1_000).map(mapped).collect();
            let options = superconfig::EnvOptions { mapping, mapped_only: true, file_suffix: true, ..Default::default() };
            let builder = SuperConfig::builder().cwd(directory.path()).defaults(below);
            let builder = match from {
                "env" => builder.environment([("SHARED", value)]),
                "file" => {
                    std::fs::write(directory.path().join("value"), value).unwrap();
                    builder.environment([("SHARED_FILE", "value")])
                }
                _ => {
                    std::fs::write(directory.path().join(".env"), format!("SHARED='{value}'")).unwrap();
                    builder.environment([("OTHER", "")]).dotenv()
                }
            };
            builder.env_with(options).load().map(drop)
        })
    };
    let arrays = || (0..1_000).map(|at| (format!("k{at}"), Value::array(vec!["x".into()]))).collect::<superconfig::Table>();
    for (value, format, below, hint) in [
        (text(1 << 20), None, superconfig::Table::new(), "the limit `expandedBytes` can be raised"),
        (text(1 << 20), Some(VariableFormat::String), superconfig::Table::new(), "the limit `expandedBytes` can be raised"),
        (list(20_000), None, superconfig::Table::new(), "the limit `aliasNodes` can be raised"),
        (list(20_000), Some(VariableFormat::Json), superconfig::Table::new(), "the limit `aliasNodes` can be raised"),
        (commas(20_000), None, arrays(), "the limit `aliasNodes` can be raised"),
    ] {
        for from in ["env", "file", "dotenv"] {
            let (outcome, peak) = load(value.clone(), from, format, Value::Table(below.clone()));
            let error = outcome.unwrap_err();
            assert_eq!((error.code(), error.hint()), (ErrorCode::Limit, Some(hint)), "{from}: {error}");
            assert!(error.origin().is_some_and(|origin| origin.variable.is_some()), "{from}: {error}");
            assert!(peak < 250 << 20, "{from}: {peak}");
        }
    }
    for from in ["env", "file", "dotenv"] {
        assert!(load(text(60_000), from, None, Value::Table(superconfig::Table::new())).0.is_ok());
        assert!(load(list(900), from, None, Value::Table(superconfig::Table::new())).0.is_ok());
    }
}

/// One file that many variables name holds as many values each time.
#[test]
fn values_of_files_named_by_variables_share_the_budget() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("list"), format!("[{}]", vec!["1"; 200_000].join(","))).unwrap();
    let directory = directory.path().to_path_buf();
    let (outcome, peak) = on_a_small_stack(move || {
        let options = superconfig::EnvOptions { prefix: "APP".into(), file_suffix: true, ..Default::default() };
        let names = (0..100).map(|at| (format!("APP_K{at}_FILE"), "list"));
        SuperConfig::builder().cwd(directory).environment(names).env_with(options).load().map(drop)
    });
    let error = outcome.unwrap_err();
    assert_eq!((error.code(), error.hint()), (ErrorCode::Limit, Some("the limit `aliasNodes` can be raised")));
    assert!(error.to_string().contains("_FILE"), "{error}");
    assert!(peak < 100 << 20, "{peak}");
}

/// What was taken from the budget before a layer is derived stays taken.
#[test]
fn derived_layers_share_the_budget() {
    let limits = Limits { expanded_bytes: 100_000, ..Limits::default() };
    let text = format!("a: &a \"{}\"\nas: [*a,*a,*a,*a,*a,*a]\nb: ${{a}}", "x".repeat(10_000));
    let load = |count: usize| {
        let builder = SuperConfig::builder().limits(limits).text(text.clone(), Format::Yaml);
        let texts = (0..count).map(|at| (format!("r{at}"), Value::from("${a}"))).collect::<superconfig::Table>();
        builder.derive("d", move |_| Ok(texts.clone().into())).interpolate().load().map(drop).map_err(|error| error.code())
    };
    assert_eq!((load(2), load(5)), (Ok(()), Err(ErrorCode::Limit)));
}

/// Doubling variables, each within bounds, that thousands of others refer to.
#[test]
fn dotenv_expansion_is_bounded() {
    let doubled = |levels: usize| {
        let line = |level: usize| format!("A{level}=\"${{A{0}}}${{A{0}}}\"\n", level - 1);
        format!("A0={}\n{}", "x".repeat(64), (1..levels).map(line).collect::<String>())
    };
    let many = |count: usize| (0..count).map(|at| format!("APP_B{at}=\"${{A13}}\"\n")).collect::<String>();
    for (text, is_small) in
        [(doubled(19), true), (doubled(24), false), (doubled(14) + &many(100), true), (doubled(14) + &many(2_000), false)]
    {
        let size = text.len();
        let (outcome, peak) = read(text.clone(), Format::Dotenv);
        assert_eq!(outcome.err(), (!is_small).then_some(ErrorCode::Limit), "{size}");
        assert!(peak < 200 << 20, "{size}: {peak}");
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(".env"), text).unwrap();
        let (loaded, peak) = on_a_small_stack(move || {
            let builder = SuperConfig::builder().cwd(directory.path()).environment([("HOME", "/")]).dotenv().env("APP");
            builder.load().map(drop)
        });
        assert!(peak < 300 << 20, "{size}: {peak}");
        if let Err(error) = &loaded {
            let origin = error.origin().unwrap();
            assert_eq!(error.code(), ErrorCode::Limit);
            assert_eq!(error.hint(), Some("the limit `expandedBytes` can be raised"));
            assert!(origin.file.as_deref() == Some(".env") && origin.line.is_some() && origin.variable.is_some(), "{error}");
        }
        assert_eq!(loaded.is_ok(), is_small, "{size}");
    }
    // What the environment has counts too, and what is only written does not.
    let large = "x".repeat(1 << 20);
    let directory = tempfile::tempdir().unwrap();
    let load = |text: String| {
        std::fs::write(directory.path().join(".env"), text).unwrap();
        let builder = SuperConfig::builder().cwd(directory.path()).environment([("LARGE", &*large)]).dotenv().env("APP");
        builder.load().map(drop).map_err(|error| error.code())
    };
    assert_eq!(load(format!("APP_A={}", "${LARGE}".repeat(65))), Err(ErrorCode::Limit));
    assert_eq!(load(format!("APP_A={}", "${LARGE}".repeat(63))), Ok(()));
    assert_eq!(load(format!("APP_A={}", "x".repeat(10 << 20))), Ok(()));
}

#[test]
fn references_are_bounded() {
    let doubled = |levels: usize| {
        let line = |level: usize| format!("a{level} = '${{a{0}}}${{a{0}}}'\n", level - 1);
        format!("a0 = '{}'\n{}", "x".repeat(64), (1..levels).map(line).collect::<String>())
    };
    let many = |count: usize| (0..count).map(|at| format!("b{at} = '${{a13}}'\n")).collect::<String>();
    let keys = |count: usize| format!("{}list = [{}]\n[t]\n{} = 1", "", "'${t}',".repeat(count), "k".repeat(100_000));
    let deep = |count: usize| format!("x = 1\na = {}{}{}", "[".repeat(60), "'${x}',".repeat(count), "]".repeat(60));
    for (text, is_small) in [
        (doubled(18), true),
        (doubled(24), false),
        (doubled(14) + &many(100), true),
        (doubled(14) + &many(2_000), false),
        (keys(600), true),
        (keys(9_000), false),
        (deep(1_000), true),
        (deep(100_000), false),
    ] {
        let size = text.len();
        let ((loaded, written), peak) =
            on_a_small_stack(move || match SuperConfig::builder().text(text, Format::Toml).interpolate().load() {
                Ok(config) => (Ok(()), superconfig::to_json(config.snapshot().unwrap().value()).len()),
                Err(error) => {
                    assert!(error.path().is_some() && error.origin().unwrap().line.is_some(), "{error}");
                    assert_eq!(error.hint(), Some("the limit `expandedBytes` can be raised"));
                    (Err(error.code()), 0)
                }
            });
        assert_eq!(loaded.err(), (!is_small).then_some(ErrorCode::Limit), "{size}");
        assert!(written < 70 << 20 && peak < (300 << 20) + 60 * size, "{size}: {peak}");
    }
    // One large file that many references name.
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("large"), "x".repeat(1 << 20)).unwrap();
    for (count, is_small) in [(30, true), (500, false)] {
        let text: String = (0..count).map(|at| format!("k{at} = '${{file:large}}'\n")).collect();
        let directory = directory.path().to_path_buf();
        let (outcome, peak) = on_a_small_stack(move || {
            let builder = SuperConfig::builder().cwd(directory).text(text, Format::Toml).interpolate();
            builder.load().map(drop).map_err(|error| error.code())
        });
        assert_eq!(outcome.err(), (!is_small).then_some(ErrorCode::Limit), "{count}");
        assert!(peak < 200 << 20, "{peak}");
    }
}
