//! Nesting: documents deeper than any limit.

use super::small_stack::{on_a_small_stack, read};
use superconfig::{Builder, ErrorCode, Format, Limits, Source, SourceContext, SourceError, SuperConfig, Table, Value};

#[test]
fn deep_nesting_hits_a_limit_on_a_small_stack() {
    const DEEP: usize = 100_000;
    let nest = |open: &str, close: &str| format!("{}{}", open.repeat(DEEP), close.repeat(DEEP));
    let mut cases: Vec<(Format, String)> = Vec::new();
    for format in [Format::Json, Format::Jsonc, Format::Json5, Format::Yaml] {
        for (open, close) in [("[", "]"), ("[", ""), ("{\"a\":", "}"), ("[{\"a\":", "}]"), ("[1,", "1]")] {
            cases.push((format, nest(open, close)));
        }
        cases.push((format, format!("{}1{}", "{\"a\":".repeat(DEEP), "}".repeat(DEEP))));
    }
    cases.push((Format::Jsonc, nest("/**/[", "]")));
    cases.push((Format::Json5, nest("{a:", "}")));
    for (open, close) in [("[", "]"), ("[", ""), ("{a=", "}"), ("[{a=", "}]"), ("{a.b=", "}")] {
        cases.push((Format::Toml, format!("x={}", nest(open, close))));
    }
    let dotted = vec!["a"; DEEP].join(".");
    cases.extend([
        (Format::Toml, format!("[{dotted}]")),
        (Format::Toml, format!("[[{dotted}]]")),
        (Format::Toml, format!("{dotted}=1")),
        (Format::Toml, format!("a={{{dotted}=1}}")),
        (Format::Yaml, nest("- ", "")),
        (Format::Yaml, nest("? ", "")),
        (Format::Yaml, nest("? - ", "")),
        (Format::Yaml, nest(": ", "")),
        (Format::Yaml, nest("[[{a: ", "")),
        (Format::Yaml, nest("{? ", "")),
        (Format::Yaml, (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect()),
        (Format::Ini, format!("[{dotted}]\na=1")),
    ]);
    for (format, text) in cases {
        let size = text.len();
        let start: String = text.chars().take(20).collect();
        let (outcome, peak) = read(text, format);
        assert!(matches!(outcome, Err(ErrorCode::Limit | ErrorCode::Parse)), "{format} {start}: {outcome:?}");
        assert!(peak < 100 * size + (1 << 20), "{format} {start}: {peak} bytes for {size}");
    }
    // These are texts, however they look.
    for text in [format!("a={}", "[".repeat(DEEP)), format!("a={}", nest("[", "]"))] {
        assert_eq!(read(text.clone(), Format::Ini).0, Ok(()));
        assert_eq!(read(text, Format::Dotenv).0, Ok(()));
    }
    let nested = format!("A={}{}", "${A:-".repeat(DEEP), "}".repeat(DEEP));
    assert_eq!(read(nested, Format::Dotenv).0, Err(ErrorCode::Limit));
    let chain: String = (1..DEEP).map(|at| format!("A{at}=${{A{}}}\n", at - 1)).collect();
    assert!(matches!(read(chain, Format::Dotenv).0, Ok(()) | Err(ErrorCode::Interpolation)));
    let chain: String = (1..DEEP).rev().map(|at| format!("A{at}=${{A{}}}\n", at - 1)).collect();
    assert_eq!(read(chain, Format::Dotenv).0, Err(ErrorCode::Interpolation));
}

#[test]
fn all_formats_share_one_depth_limit() {
    let lists = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let keys = |levels: usize| vec!["a"; levels].join(".");
    type Make = Box<dyn Fn(usize) -> String>;
    let cases: [(Format, Make); 10] = [
        (Format::Json, Box::new(lists)),
        (Format::Jsonc, Box::new(lists)),
        (Format::Json5, Box::new(lists)),
        (Format::Yaml, Box::new(lists)),
        (Format::Yaml, Box::new(|levels| format!("{}1", "- ".repeat(levels)))),
        (Format::Toml, Box::new(move |levels| format!("a = {}", lists(levels - 1)))),
        (Format::Toml, Box::new(move |levels| format!("{} = 1", keys(levels)))),
        (Format::Toml, Box::new(move |levels| format!("[{}]", keys(levels - 1)))),
        (Format::Toml, Box::new(move |levels| format!("[[{}]]", keys(levels - 2)))),
        (Format::Ini, Box::new(move |levels| format!("[{}]\na = 1", keys(levels - 1)))),
    ];
    for (format, make) in cases {
        assert_eq!(read(make(128), format).0, Ok(()), "{format}: {}", make(4));
        assert_eq!(read(make(129), format).0, Err(ErrorCode::Limit), "{format}: {}", make(4));
        assert_eq!(read(make(1_000), format).0, Err(ErrorCode::Limit), "{format}: {}", make(4));
    }
    // Values that come from code have the same limit.
    let nested = |levels: usize| (1..levels).fold(Value::Table(Table::new()), |inner, _| Table::from_iter([("a", inner)]).into());
    let load = |levels: usize, depth: usize| {
        let limits = Limits { depth, ..Limits::default() };
        SuperConfig::builder().limits(limits).defaults(nested(levels)).load().map(drop)
    };
    assert!(load(128, 128).is_ok() && load(512, 512).is_ok());
    let error = load(129, 128).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Limit);
    assert!(error.to_string().starts_with("defaults: "), "{error}");
    // In brackets the parser of YAML has a limit of its own.
    let yaml = |levels: usize| {
        let limits = Limits { depth: 512, ..Limits::default() };
        SuperConfig::builder().limits(limits).text(format!("a: {}", lists(levels)), Format::Yaml).load().map(drop)
    };
    assert!(yaml(255).is_ok());
    assert_eq!(yaml(256).unwrap_err().code(), ErrorCode::Limit);
}

/// What a program's own code gives is refused before it is dropped, copied or compared.
#[test]
fn deep_values_from_code_hit_a_limit_on_a_small_stack() {
    const DEEP: usize = 200_000;
    let in_tables = || (0..DEEP).fold(Value::Null, |inner, _| Table::from_iter([("a", inner)]).into());
    let in_arrays = || {
        let inner = (0..DEEP).fold(Value::Null, |inner, _| Value::array(vec![Value::Null, inner]));
        Value::Table(Table::from_iter([("a", inner)]))
    };
    struct Deep(fn() -> Value);
    impl Source for Deep {
        fn name(&self) -> &str {
            "deep"
        }
        fn load(&self, _: &SourceContext) -> Result<Value, SourceError> {
            Ok(self.0())
        }
    }
    type Make = fn() -> Value;
    let values: [Make; 2] = [in_tables, in_arrays];
    for value in values {
        let loads: [fn(Make) -> Builder; 6] = [
            |value| SuperConfig::builder().defaults(value()),
            |value| SuperConfig::builder().overrides(value()),
            |value| SuperConfig::builder().join(value()),
            |value| SuperConfig::builder().source(Deep(value)),
            |value| SuperConfig::builder().derive("deep", move |_| Ok(value())),
            |value| SuperConfig::builder().validate_with(move |_| Ok(value())),
        ];
        for (at, load) in loads.into_iter().enumerate() {
            let (outcome, _) = on_a_small_stack(move || load(value).load().map(drop).map_err(|error| error.code()));
            assert_eq!(outcome, Err(ErrorCode::Limit), "{at}");
        }
        // Where there is an error already, or another value holds a part of it.
        let (outcome, _) = on_a_small_stack(move || {
            let builder = SuperConfig::builder().defaults(Table::from_iter([("port", Value::Integer(1))]));
            let unusable = builder.environment([("APP_PORT", "x")]).env("APP").validate_with(move |_| Ok(value()));
            let schema = SuperConfig::builder().json_schema(value()).load().map(drop);
            (unusable.load().map(drop).map_err(|error| error.code()), schema.is_ok())
        });
        assert_eq!(outcome, (Err(ErrorCode::Env), true));
        let (outcome, _) = on_a_small_stack(move || {
            let array = Value::array(vec![value()]);
            SuperConfig::builder().defaults(array).load().map(drop).map_err(|error| error.code())
        });
        assert_eq!(outcome, Err(ErrorCode::Option));
    }
}
