//! Command-line arguments as flags.

use crate::diagnostic::{Error, ErrorCode, Origin, Path, SourceKind};
use crate::merge::{Flag, FlagValue};
use std::sync::Arc;

/// Reads arguments: `--server.port=9000`, `--server.port 9000`, `--verbose`, `--no-color`, `--set server.port=9000`.
///
/// A flag without `=` takes the next argument as its value unless that starts like a flag itself (a negative number does
/// not); where its path turns out to be a boolean, it takes it only if it spells one. Everything after `--`, words that
/// belong to no flag, and flags with a single dash belong to other parsers and are skipped.
///
/// # Errors
/// `ERR_SUPERCONFIG_ARGS` for a malformed path, and for `--set` without `path=value`.
pub(crate) fn parse_args<S: AsRef<str>>(arguments: impl IntoIterator<Item = S>, source: &Arc<str>) -> Result<Vec<Flag>, Error> {
    let mut flags = Vec::new();
    let mut arguments = arguments.into_iter().peekable();
    while let Some(argument) = arguments.next() {
        let argument = argument.as_ref();
        if argument == "--" {
            break;
        }
        let Some(body) = argument.strip_prefix("--") else { continue };
        if body == "set" || body.starts_with("set=") {
            let next = if body == "set" { arguments.next() } else { None };
            let setting = body.strip_prefix("set=").or(next.as_ref().map(AsRef::as_ref)).unwrap_or_default();
            let Some((path, value)) = split_at_equals(setting) else {
                let origin = origin(source, "--set");
                return Err(Error::new(ErrorCode::Args, "the flag --set needs a path and a value")
                    .with_origin(origin)
                    .with_hint("write --set server.port=9000"));
            };
            flags.push(flag(path, FlagValue::Given(value.into()), format!("--set {path}"), source)?);
        } else if let Some((path, value)) = split_at_equals(body) {
            flags.push(flag(path, FlagValue::Given(value.into()), format!("--{path}"), source)?);
        } else {
            let value = match arguments.peek() {
                Some(next) if is_value(next.as_ref()) => FlagValue::Next(next.as_ref().into()),
                _ => FlagValue::Nothing,
            };
            flags.push(flag(body, value, argument.to_owned(), source)?);
        }
    }
    Ok(flags)
}

fn flag(path: &str, value: FlagValue, written: String, source: &Arc<str>) -> Result<Flag, Error> {
    let refuse = |problem: &str| {
        Error::new(ErrorCode::Args, format!("the flag {written} {problem}"))
            .with_origin(origin(source, &written))
            .with_hint("write --server.port=9000 or --set server.port=9000")
    };
    let path: Path = path.parse().map_err(|error: Error| refuse(&format!("has no valid path: {}", error.message())))?;
    if path.is_empty() {
        return Err(refuse("names no path"));
    }
    Ok(Flag { path, value, flag: written.into() })
}

fn origin(source: &Arc<str>, flag: &str) -> Origin {
    let mut origin = Origin::new(SourceKind::Args, Arc::clone(source));
    origin.variable = Some(flag.into());
    origin
}

/// Splits at the first `=` outside quotes, so that a quoted key may hold one.
fn split_at_equals(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'=') => return Some((&text[..at], &text[at + 1..])),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// True for an argument that can be a flag's value: a word, a lone dash, or a negative number.
fn is_value(argument: &str) -> bool {
    match argument.strip_prefix('-') {
        None | Some("") => true,
        Some(rest) => rest.starts_with(|first: char| first.is_ascii_digit() || first == '.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Vec<(String, FlagValue, String)>, Error> {
        let flags = parse_args(arguments.iter().copied(), &"args".into())?;
        Ok(flags.into_iter().map(|flag| (flag.path.to_string(), flag.value, flag.flag.to_string())).collect())
    }

    #[test]
    fn reads_every_form() {
        let given = |path: &str, value: &str, flag: &str| (path.to_owned(), FlagValue::Given(value.into()), flag.to_owned());
        let arguments =
            ["serve", "--a.b=1", "--c", "2", "--d", "--e=x=y", "-v", "--set", "f.g=h", "--set=i=j", "--n", "-5", "--", "--k=1"];
        let expected = vec![
            given("a.b", "1", "--a.b"),
            ("c".into(), FlagValue::Next("2".into()), "--c".into()),
            ("d".into(), FlagValue::Nothing, "--d".into()),
            given("e", "x=y", "--e"),
            given("f.g", "h", "--set f.g"),
            given("i", "j", "--set i"),
            ("n".into(), FlagValue::Next("-5".into()), "--n".into()),
        ];
        assert_eq!(parse(&arguments).unwrap(), expected);
        let next = FlagValue::Next("x".into());
        assert_eq!(parse(&["--no-color", "x"]).unwrap(), vec![("no-color".into(), next, "--no-color".into())]);
        assert_eq!(parse(&["--\"a=b\"=c"]).unwrap(), vec![given("a=b", "c", "--\"a=b\"")]);
        assert_eq!(parse(&["--a="]).unwrap(), vec![given("a", "", "--a")]);
    }

    #[test]
    fn refuses_flags_without_a_path() {
        for arguments in [&["--a..b=1"][..], &["--=1"], &["--set"], &["--set", "a"], &["--a["], &["--set=x"]] {
            let error = parse(arguments).unwrap_err();
            assert_eq!(error.code(), ErrorCode::Args, "{arguments:?}");
            assert!(error.origin().unwrap().variable.as_ref().unwrap().starts_with("--"), "{arguments:?}");
        }
    }
}
