//! A guess of a text's real format, for the hint of a syntax error.

use super::codec::Codec;
use super::format::Format;
use super::parse_text::parse_text;
use crate::diagnostic::{Error, ErrorCode};
use crate::value::{Limits, Value};

/// Adds the format that the text resembles as a hint; it is never parsed as that.
pub(crate) fn with_format_hint(error: Error, text: &str, format: Format, limits: &Limits) -> Error {
    if error.code() != ErrorCode::Parse {
        return error;
    }
    match sniff(text, format, limits) {
        Some(Format::Jsonc | Format::Json5) if format == Format::Json && error.hint().is_some() => error,
        Some(sniffed) => {
            let name = if sniffed == Format::Dotenv { "dotenv".to_owned() } else { sniffed.as_str().to_uppercase() };
            error.with_hint(format!("it looks like {name}: give the file that extension, or name the format"))
        }
        None => error,
    }
}

/// The first other format that reads the text as a table. YAML, dotenv and INI read nearly anything, so each must have a
/// reason of its own.
fn sniff(text: &str, declared: Format, limits: &Limits) -> Option<Format> {
    let in_braces = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let is_likely = |other: &Format| {
        let fits = |codec: &Codec| codec.in_braces == in_braces && (codec.looks_like)(text, declared.as_str());
        *other != declared && other.codec().is_some_and(fits)
    };
    let reads = |other: &Format| matches!(parse_text(text, *other, limits), Ok(parsed) if matches!(&parsed.value, Value::Table(table) if !table.is_empty()));
    Format::ALL.into_iter().filter(is_likely).find(reads)
}

#[cfg(all(test, feature = "json5", feature = "toml", feature = "yaml", feature = "dotenv", feature = "ini"))]
mod tests {
    use super::*;

    #[test]
    fn hints_name_the_resembling_format() {
        let json = "{\"a\": 1}";
        let toml = "# service\nport = 1\n[a]\nb = \"x\"\n";
        let yaml = "a: 1\nb:\n  - x\n";
        let dotenv = "# service\nexport A=1\nB_C=${A}\n";
        let ini = "; service\n[a]\nb = one two\nc = /tmp\n";
        let cases = [
            (Format::Json, toml, Some("TOML")),
            (Format::Json, yaml, Some("YAML")),
            (Format::Json, dotenv, Some("dotenv")),
            (Format::Json, ini, Some("INI")),
            (Format::Jsonc, toml, Some("TOML")),
            (Format::Json5, yaml, Some("YAML")),
            (Format::Jsonc, "{a: 1}", Some("JSON5")),
            (Format::Json, "{\"a\": 1, // b\n}", Some(".jsonc")),
            (Format::Json, "{a: 1}", Some(".json5")),
            (Format::Json, "{\"a\": 01}", Some("no leading zero")),
            (Format::Json, "{\"a\": undefined}", Some(".json5")),
            (Format::Toml, json, Some("JSON")),
            (Format::Toml, yaml, Some("YAML")),
            (Format::Toml, ini, Some("INI")),
            (Format::Toml, "port = = 1\nhost = \"a\"", None),
            (Format::Yaml, toml, Some("TOML")),
            (Format::Yaml, "a: [1", None),
            (Format::Yaml, "\tA=1\nB: 2\nC: x: 1", None),
            (Format::Dotenv, json, Some("JSON")),
            (Format::Dotenv, yaml, Some("YAML")),
            (Format::Ini, json, Some("JSON")),
            (Format::Ini, yaml, Some("YAML")),
        ];
        for (format, text, expected) in cases {
            // A whole text of another kind may be one scalar of YAML, which is no layer.
            let scalar = |parsed| Error::new(ErrorCode::Parse, format!("no table: {parsed:?}"));
            let error = parse_text(text, format, &Limits::default()).map_or_else(|error| error, scalar);
            let error = with_format_hint(error, text, format, &Limits::default());
            match (error.hint(), expected) {
                (Some(hint), Some(expected)) => assert!(hint.contains(expected), "{format}: {text:?}: {hint}"),
                (hint, expected) => assert_eq!(hint, expected, "{format}: {text:?}"),
            }
        }
    }
}
