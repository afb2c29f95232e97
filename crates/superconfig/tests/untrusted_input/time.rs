//! Time: four times the input takes about four times as long, in every format, read or refused on its last line.
#![cfg(target_os = "linux")]

use std::hint::black_box;
use superconfig::{Format, SuperConfig};

/// The time that this thread has run, in nanoseconds: it does not count what others do meanwhile.
fn thread_time() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure is valid and writable for the call.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// What grows with the square takes sixteen times as long.
const MOST: f64 = 9.0;

/// Asserts that four times the size takes about four times as long. Each size counts with its shortest run, as others disturb the
/// processor's memory: the small one, which is what others lengthen most, runs four times, and the large one until it is short enough.
pub(crate) fn assert_time_in_proportion(what: &str, sizes: [usize; 2], work: &dyn Fn(usize)) {
    assert_eq!(4 * sizes[0], sizes[1]);
    let run = |size: usize| {
        let before = thread_time();
        work(size);
        thread_time() - before
    };
    let one = (0..4).map(|_| run(sizes[0])).min().unwrap_or_default();
    let mut four = u64::MAX;
    for _ in 0..4 {
        four = four.min(run(sizes[1]));
        if (four as f64) < MOST * one as f64 {
            return;
        }
    }
    let ratio = four as f64 / one as f64;
    panic!("{what}: four times the input takes {ratio:.1} times as long, {one} and {four} ns");
}

fn load(text: &str, format: Format) {
    match SuperConfig::builder().text(text, format).load() {
        Ok(config) => drop(black_box(config.snapshot().unwrap().redacted())),
        Err(error) => drop(black_box(error.to_string())),
    }
}

#[test]
fn texts_take_time_in_proportion() {
    type Make = fn(usize) -> String;
    let braced = |line: Make| move |count: usize| format!("{{{}\"z\":1}}", (0..count).map(line).collect::<String>());
    let lines = |line: Make| move |count: usize| (0..count).map(line).collect::<String>();
    type Text = Box<dyn Fn(usize) -> String>;
    let mut cases: Vec<(Format, Text)> = Vec::new();
    for format in [Format::Jsonc, Format::Json5] {
        let units: [Make; 4] = [
            |_| "/**/".into(),
            |_| "//\n".into(),
            |_| "/* password: x */\n".into(),
            |at| format!("\"password{at}\": \"u://a:b@c\",\n"),
        ];
        units.into_iter().for_each(|unit| cases.push((format, Box::new(braced(unit)))));
    }
    let units: [Make; 3] = [|_| "\"a\": 1,\n".into(), |at| format!("\"k{at}\": {{}},\n"), |_| "\n \t".into()];
    units.into_iter().for_each(|unit| cases.push((Format::Json, Box::new(braced(unit)))));
    let units: [(Format, Make); 24] = [
        (Format::Ini, |at| format!("[s{at}]\na=1\n")),
        (Format::Ini, |_| "[a]\nb=1\n".into()),
        (Format::Ini, |at| format!("[a.b{at}]\nc\n")),
        (Format::Ini, |at| if at == 0 { "a=x\n".into() } else { " x\n".into() }),
        (Format::Ini, |_| "; password = x\n".into()),
        (Format::Dotenv, |at| format!("A{at}=${{B}}\n")),
        (Format::Dotenv, |_| "A=\"x\"\n".into()),
        (Format::Dotenv, |at| format!("A{at}=${{A0:-x}}\n")),
        (Format::Dotenv, |at| if at == 0 { "A=\"".into() } else { "x\n".into() }),
        (Format::Dotenv, |_| "# x\n".into()),
        (Format::Toml, |at| format!("[a{at}]\nb=1\n")),
        (Format::Toml, |_| "[[a]]\nb=1\n".into()),
        (Format::Toml, |at| format!("a.b{at}.c=1\n")),
        (Format::Toml, |at| format!("[a.b.c{at}]\n")),
        (Format::Toml, |at| format!("a{at}={{b={{c=1}}}}\n")),
        (Format::Toml, |_| "# password = x\n".into()),
        (Format::Yaml, |at| format!("k{at}: &a{at} x\nl{at}: *a{at}\n")),
        (Format::Yaml, |at| if at == 0 { "a: &a {b: 1}\n".into() } else { format!("k{at}: {{<<: *a, c: 1}}\n") }),
        (Format::Yaml, |_| "# x\n".into()),
        (Format::Yaml, |_| "- a: 1\n  b: [1, 2]\n".into()),
        (Format::Yaml, |at| format!("? k{at}\n: |\n  password\n")),
        (Format::Yaml, |at| format!("k{at}:\t'x'\n")),
        (Format::Yaml, |at| if at == 0 { "a: \"".into() } else { " x\\\n".into() }),
        (Format::Yaml, |at| if at == 0 { "a: |\n".into() } else { "  x\n\n".into() }),
    ];
    units.into_iter().for_each(|(format, unit)| cases.push((format, Box::new(lines(unit)))));
    for (format, make) in cases {
        for end in ["", "\n}{[:=\"\n"] {
            let texts = [4_000, 16_000].map(|count| make(count) + end);
            let start: String = texts[0].chars().take(24).collect();
            let text = |count: usize| &texts[usize::from(count > 4_000)];
            assert_time_in_proportion(&format!("{format} {start:?}{end:?}"), [4_000, 16_000], &|count| load(text(count), format));
        }
    }
}
