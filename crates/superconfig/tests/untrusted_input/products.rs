//! Products: what one input costs times how many of another there are.

use super::small_stack::on_a_small_stack;
use super::time::assert_time_in_proportion;
use superconfig::{ArrayStrategy, EnvOptions, ErrorCode, Format, Issue, Limits, MappedVariable, SuperConfig, Value, find_unused};

/// One array below thousands of layers, each of which goes through all of it.
#[test]
fn arrays_that_every_layer_goes_through_share_the_budget() {
    let many = format!("[{}]", (0..10_000).map(|at| format!("{{\"id\":{at}}}")).collect::<Vec<_>>().join(","));
    let limits = Limits { alias_nodes: 60_000, ..Limits::default() };
    let load = |strategy: Option<ArrayStrategy>, layer: fn(usize) -> String, count: usize| {
        let base = SuperConfig::builder().limits(limits).text(format!("{{\"l\": {many}}}"), Format::Json);
        let base = strategy.into_iter().fold(base, |builder, strategy| builder.arrays("l", strategy));
        let all = (0..count).fold(base, |builder, at| builder.text(layer(at), Format::Json));
        all.load().map(drop)
    };
    let element: fn(usize) -> String = |at| format!("{{\"l\": [{{\"id\": \"n{at}\"}}]}}");
    let removal: fn(usize) -> String = |at| format!("{{\"l_remove\": [\"n{at}\"]}}");
    for (strategy, layer) in [
        (Some(ArrayStrategy::Unique), element),
        (Some(ArrayStrategy::By("id".into())), element),
        (Some(ArrayStrategy::Prepend), element),
        (None, removal),
    ] {
        assert!(load(strategy.clone(), layer, 80).is_ok());
        let error = load(strategy.clone(), layer, 120).unwrap_err();
        assert_eq!(
            (error.code(), error.hint()),
            (ErrorCode::Limit, Some("the limit `aliasNodes` can be raised")),
            "{strategy:?}"
        );
        assert!(error.path().is_some() && error.origin().is_some_and(|origin| origin.line.is_some()), "{error}");
    }
    // Flags are as many removals.
    let flags = |count: usize| {
        let builder = SuperConfig::builder().limits(limits).text(format!("{{\"l\": {many}}}"), Format::Json);
        builder.args((0..count).map(|at| format!("--l_remove=[\"n{at}\"]"))).load().map(drop).map_err(|error| error.code())
    };
    assert_eq!((flags(80), flags(120)), (Ok(()), Err(ErrorCode::Limit)));
    // Who adds goes through nothing.
    let add: fn(usize) -> String = |at| format!("{{\"l_add\": [\"n{at}\"]}}");
    assert!(load(None, add, 300).is_ok() && load(Some(ArrayStrategy::Append), element, 300).is_ok());
}

/// A variable of a hundred kilobytes could name fifty thousand profiles, each of which looks at all others.
#[test]
fn profiles_are_bounded() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("config")).unwrap();
    let large = format!("a = \"{}\"\nl_add = [1]", "x".repeat(100_000));
    for name in ["p.toml", "config/p.toml", "config/default.toml"] {
        std::fs::write(directory.path().join(name), &large).unwrap();
    }
    let load = |profiles: String| {
        let directory = directory.path().to_path_buf();
        on_a_small_stack(move || {
            let builder = SuperConfig::builder().cwd(&directory).home("/nowhere").root(&directory);
            let builder = builder.environment([("SUPERCONFIG_PROFILE", profiles)]).file("{profile}.toml").dir("config").dotenv();
            let config = builder.discover("p").env("APP").load()?;
            let snapshot = config.snapshot()?;
            Ok::<_, superconfig::Error>((snapshot.profiles().to_vec(), config.get::<Vec<u8>>("l")?.len()))
        })
    };
    // One that is named again applies once, where it is named last.
    let (outcome, peak) = load(["p"; 50_000].join(","));
    assert_eq!(outcome.unwrap().0, ["p"]);
    assert!(peak < 32 << 20, "{peak}");
    let (outcome, peak) = load((0..50_000).map(|at| format!("p{at}")).collect::<Vec<_>>().join(","));
    let error = outcome.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Limit);
    assert_eq!(error.origin().unwrap().variable.as_deref(), Some("SUPERCONFIG_PROFILE"));
    assert!(peak < 32 << 20 && error.to_string().len() < 300, "{peak} {error}");
    let many = SuperConfig::builder().profiles((0..50_000).map(|at| format!("p{at}"))).load();
    assert_eq!(many.err().unwrap().code(), ErrorCode::Limit);
}

#[test]
fn searches_take_time_in_proportion() {
    let keys = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().join(",");
    // Variables that do not fit, beside as many that do.
    assert_time_in_proportion("variables that do not fit", [2_000, 8_000], &|count| {
        let text = format!("{{{}}}", keys(count, |at| format!("\"k{at}\":1")));
        let names = (0..count).map(|at| (format!("APP_K{at}"), if at % 2 == 0 { "x" } else { "2" }));
        let check = |value: &Value| {
            let keys = value.as_table().unwrap().iter().map(|(key, _)| key.parse().unwrap());
            Err(keys.map(|path| Issue::new(path, "no")).collect())
        };
        let builder = SuperConfig::builder().text(text, Format::Json).environment(names).env("APP");
        assert!(builder.validate_with(check).load().is_err());
    });
    // One table of a mapping.
    assert_time_in_proportion("mapped variables", [4_000, 16_000], &|count| {
        let mapping =
            (0..count).map(|at| (format!("a{}.k{at}", at % 10), MappedVariable::from(&*format!("NAME_{at}")))).collect();
        let names = (0..count).map(|at| (format!("NAME_{at}"), "1"));
        let options = EnvOptions { mapping, mapped_only: true, ..EnvOptions::default() };
        assert!(SuperConfig::builder().environment(names).env_with(options).load().is_ok());
    });
    // Lists that nothing else has, looked for in every layer.
    assert_time_in_proportion("new lists", [200, 800], &|count| {
        let layer =
            |at: usize| format!("{{{}}}", (0..50).map(|key| format!("\"k{at}_{key}_add\":[1]")).collect::<Vec<_>>().join(","));
        let builder = (0..count).fold(SuperConfig::builder(), |builder, at| builder.text(layer(at), Format::Json));
        assert_eq!(builder.load().unwrap().snapshot().unwrap().warnings().len(), 50 * count);
    });
    // As many patterns as keys.
    assert_time_in_proportion("patterns of secrets", [1_000, 4_000], &|count| {
        let text = format!("{{{}}}", keys(count, |at| format!("\"k{at}\":{{\"pin{at}\":\"x\"}}")));
        let builder = SuperConfig::builder().text(text, Format::Json);
        let config = builder.secrets((0..count).map(|at| format!("**.pin{at}"))).load().unwrap();
        assert!(!superconfig::to_json(&config.snapshot().unwrap().redacted()).contains("\"x\""));
    });
    assert_time_in_proportion("strategies of arrays", [1_000, 4_000], &|count| {
        let text = || format!("{{{}}}", keys(count, |at| format!("\"k{at}\":[1]")));
        let builder = SuperConfig::builder().text(text(), Format::Json).text(text(), Format::Json);
        let builder = (0..count).fold(builder, |builder, at| builder.arrays(format!("k{at}"), ArrayStrategy::Append));
        assert_eq!(builder.load().unwrap().get::<Vec<u8>>("k9").unwrap(), [1, 1]);
    });
}

#[test]
fn looking_for_unknown_keys_takes_time_in_proportion() {
    let keys = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().join(",");
    assert_time_in_proportion("unknown keys", [2_000, 8_000], &|count| {
        let schema = superconfig::parse(r#"{"properties":{"known":{}}}"#, Format::Json).unwrap();
        let text = format!("{{{}}}", keys(count, |at| format!("\"k{at}\":1")));
        let config = SuperConfig::builder().text(text, Format::Json).json_schema(schema).load().unwrap();
        assert_eq!(find_unused(&[config.snapshot().unwrap()]).unknown.len(), count);
    });
}

/// Thousands of values below a long key.
#[test]
fn lists_of_paths_are_bounded() {
    let nulls = format!(
        "{{\"{}\":{{{}}}}}",
        "k".repeat(1 << 20),
        (0..40).map(|at| format!("\"n{at}\":null")).collect::<Vec<_>>().join(",")
    );
    let losses = superconfig::convert(&nulls, Format::Json, Format::Toml, true).unwrap().losses;
    assert_eq!(losses.len(), 16);
    assert_eq!(losses[15].message, "25 more values are not listed");
    let twice = SuperConfig::builder().text(nulls.clone(), Format::Json).text(nulls, Format::Json).load().unwrap();
    assert_eq!(find_unused(&[twice.snapshot().unwrap()]).values.len(), 15);
}

/// A name that cannot be written costs another attempt, of which a long text has few.
#[test]
fn attempts_to_write_are_bounded() {
    let names = |count: usize| (0..count).map(|at| format!("\"é {at}\":1")).collect::<Vec<_>>().join(",");
    let convert =
        |text: String| superconfig::convert(&text, Format::Json, Format::Dotenv, true).map(|converted| converted.losses.len());
    assert_eq!(convert(format!("{{{}}}", names(500))).unwrap(), 500);
    let long = format!("{{\"a\":\"{}\",{}}}", "x".repeat(4 << 20), names(500));
    assert_eq!(convert(long).unwrap_err().code(), ErrorCode::Limit);
}
