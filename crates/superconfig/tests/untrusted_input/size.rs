//! Size: huge tokens, and huge numbers of small ones.

use super::files::load;
use super::small_stack::{in_parallel, on_a_small_stack, read};
use superconfig::{ErrorCode, Format, SuperConfig};

/// Of two megabytes each; `SUPERCONFIG_TEST_MEGABYTES` makes them larger.
#[test]
fn tokens_of_megabytes() {
    let megabytes: usize = std::env::var("SUPERCONFIG_TEST_MEGABYTES").map_or(2, |text| text.parse().expect("a number"));
    let long = |unit: &str| unit.repeat((megabytes << 20) / unit.len());
    let (letters, digits) = (long("a"), long("1"));
    let mut cases: Vec<(Format, String, Option<ErrorCode>)> = Vec::new();
    for format in [Format::Json, Format::Jsonc, Format::Json5] {
        cases.push((format, format!("\"{letters}\""), None));
        cases.push((format, format!("{{\"{letters}\":1}}"), None));
        cases.push((format, format!("\"{letters}"), Some(ErrorCode::Parse)));
        cases.push((format, format!("0.{digits}"), None));
        cases.push((format, letters.clone(), Some(ErrorCode::Parse)));
        cases.push((format, format!("{}1", long(" ")), None));
    }
    cases.extend([
        (Format::Json, digits.clone(), Some(ErrorCode::Parse)),
        (Format::Json5, format!("0x{digits}"), Some(ErrorCode::Parse)),
        (Format::Jsonc, format!("/*{letters}*/1"), None),
        (Format::Json5, format!("{{{letters}:1}}"), None),
        (Format::Json5, format!("\"{}\"", long("\\\n")), None),
        (Format::Toml, format!("a='{letters}'"), None),
        (Format::Toml, format!("a='''{letters}"), Some(ErrorCode::Parse)),
        (Format::Toml, format!("{letters}=1"), None),
        (Format::Toml, format!("a=0.{digits}"), None),
        (Format::Toml, format!("#{letters}"), None),
        (Format::Toml, format!("[{letters}"), Some(ErrorCode::Parse)),
        (Format::Yaml, format!("a: {letters}"), None),
        (Format::Yaml, format!("a: |\n {letters}"), None),
        (Format::Yaml, format!("a: \"{letters}\""), None),
        (Format::Yaml, format!("a: \"{letters}"), Some(ErrorCode::Parse)),
        (Format::Yaml, format!("a: '{letters}'"), None),
        (Format::Yaml, format!("a: {digits}"), None),
        (Format::Yaml, format!("a: &{letters} b"), None),
        (Format::Yaml, format!("? {letters}\n: b"), None),
        (Format::Yaml, format!("a: 1 #{letters}"), None),
        (Format::Yaml, format!("a:{}b", long(" ")), None),
        (Format::Yaml, format!("!{letters} a"), Some(ErrorCode::Parse)),
        (Format::Dotenv, format!("A={letters}"), None),
        (Format::Dotenv, format!("A=\"{letters}"), Some(ErrorCode::Parse)),
        (Format::Dotenv, letters.clone(), Some(ErrorCode::Parse)),
        (Format::Dotenv, format!("{letters}=1"), None),
        (Format::Dotenv, format!("A=`{letters}`"), None),
        (Format::Dotenv, format!("A=1 #{letters}"), None),
        (Format::Ini, format!("a=1 ;{letters}"), None),
        (Format::Ini, format!("a=[\"{letters}\"]"), None),
        (Format::Ini, format!("a={digits}"), None),
        (Format::Ini, format!("a={letters}"), None),
        (Format::Ini, format!("{letters}=1"), None),
        (Format::Ini, format!("[{letters}]"), None),
        (Format::Ini, letters.clone(), None),
    ]);
    in_parallel(cases, |(format, text, expected)| {
        let size = text.len();
        let start: String = text.chars().take(12).collect();
        let (outcome, peak) = read(text, format);
        match (outcome, expected) {
            (Ok(()), None) => {}
            // A dotenv value may expand to less than a document may hold.
            (Err(ErrorCode::Limit), None) if format == Format::Dotenv => {}
            (Err(code), Some(expected)) => assert_eq!(code, expected, "{format} {start}"),
            (outcome, _) => panic!("{format} {start}: {outcome:?}"),
        }
        assert!(peak < 12 * size, "{format} {start}: {peak} bytes for {size}");
    });
}

/// Each of these took time with the square of its length once, or memory many times its size.
#[test]
fn many_small_tokens_take_memory_in_proportion() {
    const REFERENCES: usize = 200_000;
    let names = |value: &dyn Fn(usize) -> String| (0..50_000).map(|at| format!("K{at}={}\n", value(at))).collect::<String>();
    let cases = vec![
        (format!("A=\"{}\"", "${A}".repeat(REFERENCES)), Format::Dotenv),
        (format!("A=\"{}\"", "${B}é".repeat(REFERENCES)), Format::Dotenv),
        (format!("A={}", "${B}".repeat(REFERENCES)), Format::Dotenv),
        (names(&|_| "1".to_owned()) + &names(&|at| format!("${{K{at}}}x")), Format::Dotenv),
        ("\n".repeat(1 << 20) + "{", Format::Json),
    ];
    in_parallel(cases, |(text, format)| {
        let size = text.len();
        let start: String = text.chars().take(12).collect();
        let (_, peak) = read(text, format);
        assert!(peak < 60 * size, "{format} {start}: {peak} bytes for {size}");
    });
    let unset = SuperConfig::builder().text("A=${B}".to_owned() + &"${B}".repeat(500), Format::Dotenv).load().unwrap();
    let snapshot = unset.snapshot().unwrap();
    assert_eq!(snapshot.warnings().len(), 101);
    assert_eq!(snapshot.warnings()[100].code, "more-warnings");
    // The positions of many variables are found in one pass.
    assert!(load(names(&|_| "1".to_owned()).as_bytes(), Format::Dotenv).is_ok());
}

/// Each state between two variables was kept whole once: thousands of tables with thousands of keys.
#[test]
fn explaining_thousands_of_variables() {
    let (found, peak) = on_a_small_stack(|| {
        let names = (0..4_000).map(|at| (format!("APP_K{at}"), "1"));
        let config = SuperConfig::builder().environment(names).env("APP").load().unwrap();
        config.explain("k3999").unwrap().winner().is_some()
    });
    assert!(found);
    assert!(peak < 32 << 20, "{peak} bytes");
}

#[test]
fn messages_shorten_long_names() {
    let name = "a".repeat(1 << 20);
    for (text, format) in [
        (format!("{name}=1\n{name}=1"), Format::Toml),
        (format!("{name}=1\n{name}.b=1"), Format::Toml),
        (format!("[{name}]\n[{name}]"), Format::Toml),
        (format!("a=\"\\y{name}\""), Format::Toml),
        (format!("{name}: 1\n{name}: 1"), Format::Yaml),
        (format!("a: *{name}"), Format::Yaml),
        (format!("a: !{name} 1"), Format::Yaml),
        (format!("%{name}\n---\na: 1"), Format::Yaml),
        (format!("[{name}\na=1"), Format::Ini),
        (format!("{name}=${{{name}}}"), Format::Dotenv),
        (format!("{name}=${{b}}\nb=${{{name}}}"), Format::Dotenv),
        (format!("{name}=b\nB=\"{}\"", format!("${{{name}}}").repeat(3) + "${B"), Format::Dotenv),
    ] {
        let start: String = text.chars().take(8).collect();
        // `read` checks the length of the message.
        assert!(read(text, format).0.is_err() || start.starts_with('%'), "{format} {start}");
    }
}
