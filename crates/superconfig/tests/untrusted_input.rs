//! Adversarial texts in every format: read or refused on a small stack, with memory in proportion to their size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use superconfig::{Error, ErrorCode, Format, Limits, SuperConfig, Table, Value, parse};

/// Counts what each thread allocates, to tell the most that was in use at once.
struct Counting;

thread_local! {
    /// Bytes that the thread allocated and did not free; below zero where it freed those of another.
    static USED: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: everything is passed on to the system's allocator, which keeps the promises; the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.get() + layout.size() as isize;
        USED.set(used);
        PEAK.set(PEAK.get().max(used));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.set(USED.get() - layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The stack of the smallest threads that programs start.
const STACK: usize = 256 << 10;

/// Runs in a thread with a small stack, and gives the most bytes that were in use beyond those before.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> (T, usize) {
    let measured = move || {
        let before = USED.get();
        PEAK.set(before);
        let result = work();
        (result, usize::try_from(PEAK.get() - before).unwrap_or(0))
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(measured).unwrap();
    thread.join().expect("no panic")
}

/// Goes through large cases in as many threads as there are processors.
fn in_parallel<T: Send>(cases: Vec<T>, check: impl Fn(T) + Sync) {
    let cases = Mutex::new(cases.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let next = || cases.lock().unwrap().next();
                while let Some(case) = next() {
                    check(case);
                }
            });
        }
    });
}

/// Reads a text, prints, clones, compares and drops what came of it, all on a small stack.
fn read(text: String, format: Format) -> (Result<(), ErrorCode>, usize) {
    on_a_small_stack(move || match parse(&text, format) {
        Ok(value) => {
            assert!(value.clone() == value || text.contains("nan"));
            // Printing is slow where nothing is optimised.
            assert!(text.len() > 1 << 20 || !format!("{value:?}").is_empty());
            Ok(())
        }
        Err(error) => {
            // What went wrong is said in few words, however much of it there is.
            assert!(error.to_string().len() < 2_000, "{} bytes", error.to_string().len());
            Err(error.code())
        }
    })
}

#[test]
fn a_hundred_thousand_levels() {
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
fn one_limit_on_depth_for_all_formats() {
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

#[test]
fn ten_megabytes_in_one_token() {
    let long = |unit: &str| unit.repeat((10 << 20) / unit.len());
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
fn a_megabyte_of_small_things() {
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
fn long_names_are_not_said_in_full() {
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
        // `read` looks at the length of the message.
        assert!(read(text, format).0.is_err() || start.starts_with('%'), "{format} {start}");
    }
}

#[test]
fn yaml_that_unfolds() {
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
fn yaml_whose_texts_unfold() {
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
fn expansions_of_one_load_have_one_budget() {
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
fn files_that_variables_name_have_the_same_budget() {
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

/// Doubling variables, each within bounds, that thousands of others refer to.
#[test]
fn variables_that_unfold() {
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
fn references_that_unfold() {
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

/// A document of every feature of its format.
fn rich(format: Format) -> &'static str {
    match format {
        Format::Json => {
            "{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00\\n\"], \"é\": {\"b\": {}, \"c\": []}, \"d\": 18446744073709551615}"
        }
        Format::Jsonc => "// é\n{\"a\": [1, /* two */ 2,], \"b\": {\"c\": \"d\",},} // end",
        Format::Json5 => "{a: 'it\\'s \\x41\\u00e9 \\\n', $b: [+1, .5, 0x1F, -Infinity, NaN,], /* é */ 'c': {\"d\": 1e3,},}",
        Format::Toml => {
            "a = 1\nb.\"c é\" = [1.5, 0x1F, true,]\nd = {e = 'x', f = \"\\u00e9\\n\"}\n[g.h]\ni = 1979-05-27T07:32:00.5Z\n[[j]]\nk = \"\"\"\nx \\\n y\"\"\"\n[[j]]\nk = '''z'''\n"
        }
        Format::Yaml => {
            "%YAML 1.2\n---\na: &x {b: 1, \"c é\": 'it''s'}\nd: !!str 1\ne:\n  - *x\n  - |\n    text\n  - >-\n    fold\n    ed\nf:\n  <<: *x\n  g: 0x1F\n? h\n: .inf\n..."
        }
        Format::Dotenv => "# é\nexport A=x # y\nB=\"a\\n${A:-d} é\nc\"\nC='$x'\nD=`y`\nE=${A-}${B}\n",
        Format::Ini => "; é\ntop = 1\n[a.b]\nc = \"x ; y\" ; z\nd = [1, {\"e\": null}]\n[f]\ng = é\n",
    }
}

thread_local! {
    /// Where each test, which has a thread of its own, writes its files.
    static DIRECTORY: tempfile::TempDir = tempfile::tempdir().unwrap();
}

fn load(bytes: &[u8], format: Format) -> Result<SuperConfig, Error> {
    let directory = DIRECTORY.with(|directory| directory.path().to_path_buf());
    let name = format!("config.{}", if format == Format::Dotenv { "env" } else { format.as_str() });
    std::fs::write(directory.join(&name), bytes).unwrap();
    SuperConfig::builder().cwd(directory).environment(Vec::<(String, String)>::new()).file(name).load()
}

#[test]
fn files_cut_at_every_byte() {
    for format in Format::ALL {
        let whole = rich(format).as_bytes();
        load(whole, format).unwrap_or_else(|error| panic!("{format}: {error}"));
        for end in 0..whole.len() {
            match load(&whole[..end], format) {
                Ok(config) => assert!(!config.snapshot().unwrap().value().is_null()),
                Err(error) => {
                    let code = error.code();
                    assert!(matches!(code, ErrorCode::Parse | ErrorCode::Interpolation), "{format} at {end}: {error}");
                    assert!(error.to_string().contains("config."), "{format} at {end}: {error}");
                }
            }
        }
        // And with a byte that belongs nowhere at every place.
        for at in 0..whole.len() {
            for byte in [0, 0x7f, 0xff, b'\r', b'"', b'{'] {
                let mut bytes = whole.to_vec();
                bytes[at] = byte;
                if let Err(error) = load(&bytes, format) {
                    let code = error.code();
                    assert!(matches!(code, ErrorCode::Parse | ErrorCode::Limit | ErrorCode::Interpolation), "{format}: {error}");
                }
            }
        }
    }
}

#[test]
fn other_encodings_are_named() {
    for format in Format::ALL {
        let text = rich(format);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [[b"\xff\xfe", &little[..]].concat(), [b"\xfe\xff", &big[..]].concat()] {
            let error = load(&bytes, format).err().unwrap();
            assert_eq!(error.code(), ErrorCode::Parse);
            assert!(error.to_string().contains("UTF-16"), "{error}");
        }
        // Without a mark it is no UTF-8 or holds NUL, which no format has outside of text.
        for bytes in [little, big] {
            assert_eq!(load(&bytes, format).err().unwrap().code(), ErrorCode::Parse, "{format}");
        }
        let latin: Vec<u8> = text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect();
        let error = load(&latin, format).err().unwrap();
        let offset = latin.iter().position(|byte| *byte >= 0x80).map_or("escape".to_owned(), |at| format!("offset {at}"));
        assert!(offset == "escape" || error.to_string().contains(&offset), "{format}: {error}");
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        assert_eq!(
            load(&marked, format).unwrap().snapshot().unwrap().value(),
            load(text.as_bytes(), format).unwrap().snapshot().unwrap().value()
        );
        assert!(format == Format::Json5 || load(&[b"\xef\xbb\xbf", &marked[..]].concat(), format).is_err(), "{format}");
    }
}

#[test]
fn nul_is_no_white_space() {
    for (format, text) in [
        (Format::Json, "\0{}"),
        (Format::Json, "{}\0"),
        (Format::Json, "\"a\0b\""),
        (Format::Jsonc, "[\0]"),
        (Format::Json5, "[\0]"),
        (Format::Toml, "a = 1\0"),
        (Format::Toml, "a = \"x\0y\""),
        (Format::Toml, "# \0"),
        (Format::Yaml, "a: \0b"),
        (Format::Yaml, "a: 1\n\0b: 2"),
        (Format::Yaml, "\"a\0b\""),
        (Format::Yaml, "# \0\na: 1"),
        (Format::Dotenv, "A\0=1"),
        (Format::Dotenv, "A=x\0y"),
        (Format::Ini, "[a\0]"),
        (Format::Ini, "a\0=1"),
        (Format::Ini, "a=x\0y"),
    ] {
        assert_eq!(read(text.to_owned(), format).0, Err(ErrorCode::Parse), "{format}: {text:?}");
    }
    assert_eq!(parse("\"\\u0000\"", Format::Json).unwrap(), Value::from("\0"));
}

#[test]
fn halves_of_surrogate_pairs_are_refused() {
    for (format, open, close) in [
        (Format::Json, "[\"", "\"]"),
        (Format::Json, "{\"", "\": 1}"),
        (Format::Jsonc, "[\"", "\"]"),
        (Format::Json5, "['", "']"),
        (Format::Json5, "{", ": 1}"),
        (Format::Toml, "a = \"", "\""),
        (Format::Yaml, "a: \"", "\""),
    ] {
        for escapes in [
            "\\ud800",
            "\\uDFFF",
            "\\udc00\\ud800",
            "\\ud800x",
            "\\ud83d\\u0041",
            "\\ud83d\\ud83d\\ude00",
            "\\ud83d\\",
            "\\ud83d\\u",
            "\\ud83d\\ude0",
        ] {
            let (outcome, _) = read(format!("{open}{escapes}{close}"), format);
            assert_eq!(outcome, Err(ErrorCode::Parse), "{format}: {open}{escapes}{close}");
        }
    }
    let pair = parse("[\"\\ud83d\\ude00\"]", Format::Json).unwrap();
    assert_eq!(pair, Value::array(vec!["😀".into()]));
}

#[test]
fn the_key_that_changes_prototypes_is_dropped_everywhere() {
    for (format, text, dropped) in [
        (Format::Json, "{\"a\": {\"__proto__\": {\"x\": 1}, \"b\": 1}, \"__proto__\": 1}", 2),
        (Format::Json, "{\"a\": {\"b\": 1}, \"\\u005f_proto__\": {}}", 1),
        (Format::Jsonc, "{\"a\": {\"b\": 1, \"__proto__\": []}}", 1),
        (Format::Json5, "{a: {b: 1, __proto__: 1, '__proto__': 2, \\u005f_proto__: 3}}", 3),
        (Format::Toml, "[a]\nb = 1\n__proto__ = {x = 1}\n[__proto__]\nc = 1", 2),
        (Format::Toml, "a.b = 1\na.__proto__.c = 1\n[[__proto__]]", 2),
        (Format::Yaml, "a:\n  b: 1\n  __proto__: {x: 1}\n__proto__: 1", 2),
        (Format::Yaml, "x: &x {__proto__: {y: 1}}\na: {<<: *x, b: 1}\n\"__proto__\": *x", 2),
        (Format::Ini, "[a]\nb = 1\n__proto__ = 1\n[__proto__]\nc = 1\n[a.__proto__.c]", 4),
    ] {
        let value = parse(text, format).unwrap();
        assert_eq!(value.at(&"a.b".parse::<superconfig::Path>().unwrap()), Some(&Value::Integer(1)), "{format}: {text}");
        assert!(!format!("{value:?}").contains("__proto__"), "{format}: {value:?}");
        let config = SuperConfig::builder().text(text, format).load().unwrap();
        let snapshot = config.snapshot().unwrap();
        let warnings = snapshot.warnings();
        let found = warnings.iter().filter(|warning| warning.code == "forbidden-key").count();
        assert_eq!(found, dropped, "{format}: {text}: {warnings:?}");
    }
}

#[test]
fn numbers_at_the_edges() {
    let max = Value::Unsigned(u64::MAX);
    let beyond = Value::Float(18446744073709551616.0);
    let infinite = Value::Float(f64::INFINITY);
    let zero = |format: Format| {
        if matches!(format, Format::Toml | Format::Yaml | Format::Ini) { Value::Integer(0) } else { Value::Float(-0.0) }
    };
    for format in [Format::Json, Format::Jsonc, Format::Json5, Format::Toml, Format::Yaml, Format::Ini] {
        let read = |number: &str| {
            let text = match format {
                Format::Toml | Format::Ini => format!("a = {number}"),
                Format::Yaml => format!("a: {number}"),
                _ => format!("{{\"a\": {number}}}"),
            };
            parse(&text, format).map(|value| value.as_table().unwrap().get("a").unwrap().clone())
        };
        assert_eq!(read("9223372036854775807").unwrap(), Value::Integer(i64::MAX), "{format}");
        assert_eq!(read("-9223372036854775808").unwrap(), Value::Integer(i64::MIN), "{format}");
        if format == Format::Ini {
            // Only what is canonical is a number there.
            assert_eq!(read("18446744073709551616").unwrap(), Value::from("18446744073709551616"));
            assert_eq!(read("1e400").unwrap(), Value::from("1e400"));
        } else {
            assert_eq!(read("18446744073709551615").unwrap(), max, "{format}");
            assert_eq!(read("18446744073709551616").unwrap(), beyond, "{format}");
            let huge = read("1e400");
            match format {
                Format::Toml | Format::Yaml => assert_eq!(huge.unwrap(), infinite, "{format}"),
                _ => assert_eq!(huge.unwrap_err().code(), ErrorCode::Parse, "{format}"),
            }
            assert_eq!(read("1e-400").unwrap(), Value::Float(0.0), "{format}");
        }
        let found = read("-0").unwrap();
        assert_eq!(format!("{found:?}"), format!("{:?}", zero(format)), "{format}");
        assert_eq!(format!("{:?}", read("-0.0").unwrap()), format!("{:?}", Value::Float(-0.0)), "{format}");
    }
}
