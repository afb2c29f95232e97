//! Content sniffing: detects the format of a text by its first characters.

#[cfg(feature = "dotenv")]
use super::dotenv;
use super::format::Format;
use super::parse::parse_document;
use super::parse_text::parse_text;
use super::parsed::Parsed;
use super::sniff::with_format_hint;
use crate::diagnostic::{Error, ErrorCode, Origin, Position, SourceKind};
use crate::value::{Limits, Value};

/// Extensions of programs, which are no texts of configuration.
const PROGRAMS: [&str; 34] = [
    "js", "cjs", "mjs", "jsx", "ts", "cts", "mts", "tsx", "coffee", "vue", "svelte", "py", "pyw", "sh", "bash", "zsh", "fish",
    "ps1", "bat", "cmd", "rb", "php", "pl", "pm", "lua", "go", "rs", "java", "kt", "kts", "swift", "dart", "c", "cpp",
];

const MODULE: &str = "a program gives its configuration through `module()`; of a text name the format explicitly";

/// Words that a program begins with, before a word that is no value of theirs.
const STATEMENTS: [&str; 11] =
    ["import ", "export ", "const ", "let ", "var ", "function ", "class ", "def ", "require(", "module.exports", "exports."];

/// The extension of a file whose name says that it is a program.
pub(crate) fn is_program(name: &str) -> Option<&str> {
    let extension = name.rsplit(['/', '\\']).next().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    extension.filter(|extension| PROGRAMS.contains(&extension.to_ascii_lowercase().as_str()))
}

/// Refuses a file whose name says that it is a program.
pub(crate) fn refuse_program(name: &str) -> Result<(), Error> {
    match is_program(name) {
        Some(extension) => {
            let message = format!("a file with the extension `.{extension}` is a program, and no text of configuration");
            Err(Error::new(ErrorCode::Format, message).with_hint(MODULE))
        }
        None => Ok(()),
    }
}

/// Parses a text of unknown format by its beginning: after comments and white space `{`, or `[` that opens no section, is
/// JSON, JSONC or JSON5; `[name]` and `name =` are TOML, or dotenv where TOML rejects a text of nothing but `NAME=value`;
/// anything else is YAML.
///
/// # Errors
/// The error of the format that the text was taken for, which is never read as another one instead;
/// `ERR_SUPERCONFIG_FORMAT` for what is no configuration at all.
pub(crate) fn detect(text: &str, limits: &Limits) -> Result<(Format, Parsed), Error> {
    let start = Start::of(text);
    let read = match start.line.as_bytes().first() {
        Some(b'{') => read_json(text, limits),
        Some(b'[') if !is_section(start.line) || start.is_last && read_json(text, limits).is_ok() => read_json(text, limits),
        Some(b'[') => read_toml(text, limits),
        _ if is_assignment(start.line) => read_toml(text, limits),
        _ if start.behind_slashes || start.is_statement() => return Err(start.unknown(text)),
        _ => {
            parse_document(text, Format::Yaml, limits).map(|parsed| (Format::Yaml, parsed)).map_err(|error| (Format::Yaml, error))
        }
    };
    match read {
        Ok((_, parsed)) if !matches!(parsed.value, Value::Table(_) | Value::Array(_)) => Err(start.unknown(text)),
        Ok(read) => Ok(read),
        Err((_, error)) if error.code() != ErrorCode::Parse => Err(error),
        Err((_, error)) if start.is_program() => Err(error.with_hint(MODULE)),
        Err((format, error)) => {
            let error = with_format_hint(error, text, format, limits);
            let has_hint = error.hint().is_some();
            let taken = format!("the text begins as {format} does: name the format explicitly where it is another one");
            Err(if has_hint { error } else { error.with_hint(taken) })
        }
    }
}

type Read = Result<(Format, Parsed), (Format, Error)>;

/// The first of the JSON family that reads a text, else the error of the one that comes furthest.
fn read_json(text: &str, limits: &Limits) -> Read {
    let position = |error: &Error| error.origin().and_then(|origin| origin.line.zip(origin.column));
    let mut furthest: Option<(Format, Error)> = None;
    for format in [Format::Json, Format::Jsonc, Format::Json5] {
        match parse_text(text, format, limits) {
            Ok(parsed) => return Ok((format, parsed)),
            Err(error) if error.code() == ErrorCode::Limit => return Err((format, error)),
            Err(error) => {
                if furthest.as_ref().is_none_or(|(_, kept)| position(kept) < position(&error)) {
                    furthest = Some((format, error));
                }
            }
        }
    }
    Err(furthest.unwrap_or_else(|| (Format::Json, Error::new(ErrorCode::Format, "the format was not compiled in"))))
}

fn read_toml(text: &str, limits: &Limits) -> Read {
    match parse_text(text, Format::Toml, limits) {
        Ok(parsed) => Ok((Format::Toml, parsed)),
        #[cfg(feature = "dotenv")]
        Err(error) if error.code() != ErrorCode::Limit && dotenv::is_plain(text) => parse_text(text, Format::Dotenv, limits)
            .map(|parsed| (Format::Dotenv, parsed))
            .map_err(|error| (Format::Dotenv, error)),
        Err(error) => Err((Format::Toml, error)),
    }
}

/// The first content of a text.
struct Start<'a> {
    offset: usize,
    /// The line from there on; empty where there is none.
    line: &'a str,
    /// Nothing but comments comes behind the line.
    is_last: bool,
    /// Comments of JSONC come before it.
    behind_slashes: bool,
}

impl<'a> Start<'a> {
    fn of(text: &'a str) -> Self {
        let body = text.trim_start_matches('\u{feff}');
        let (rest, behind_slashes) = skip_comments(body);
        let (line, below) = rest.split_once(['\n', '\r']).unwrap_or((rest, ""));
        let is_last = skip_comments(below).0.is_empty();
        Self { offset: text.len() - rest.len(), line: line.trim_end(), is_last, behind_slashes }
    }

    /// Whether the line is rather a statement of a program or markup than a key of YAML.
    fn is_statement(&self) -> bool {
        let colon = self.line.find(": ").or_else(|| self.line.ends_with(':').then(|| self.line.len() - 1));
        let key = &self.line[..colon.unwrap_or(0)];
        !key.starts_with(['"', '\'', '-', '?', '&', '!', '*', '%', '|', '>']) && key.contains(['{', '}', ';', '='])
    }

    fn is_program(&self) -> bool {
        STATEMENTS.iter().any(|word| self.line.starts_with(word))
    }

    fn unknown(&self, text: &str) -> Error {
        let hint = if self.is_program() { MODULE } else { "name the format explicitly" };
        Error::new(ErrorCode::Format, "the text is neither JSON, TOML, YAML nor dotenv")
            .with_origin(Origin::new(SourceKind::Text, "text").at(Some(Position::from_offset(text, self.offset))))
            .with_hint(hint)
    }
}

/// The text after white space and comments of any format, and whether one of those was of JSONC.
fn skip_comments(text: &str) -> (&str, bool) {
    let mut rest = text.trim_start();
    let mut slashes = false;
    loop {
        let comment = if rest.starts_with('#') || rest.starts_with("//") {
            rest.find(['\n', '\r']).unwrap_or(rest.len())
        } else if let Some(body) = rest.strip_prefix("/*") {
            body.find("*/").map_or(rest.len(), |end| end + 4)
        } else {
            return (rest, slashes);
        };
        slashes |= rest.starts_with('/');
        rest = rest[comment..].trim_start();
    }
}

/// Whether a line is `[name]` or `[[name]]`, with or without a comment.
fn is_section(line: &str) -> bool {
    let ends = |(at, _): &(usize, &str)| {
        let rest = line[at + 1..].trim_start();
        rest.is_empty() || rest.starts_with(['#', ';'])
    };
    let Some((end, _)) = line.match_indices(']').find(ends) else { return false };
    let name = &line[1..end];
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let mut open = None;
    let stray = name.chars().any(|character| match (open, character) {
        (Some(quote), _) => {
            open = Some(quote).filter(|quote| *quote != character);
            false
        }
        (None, '"' | '\'') => {
            open = Some(character);
            false
        }
        (None, _) => ",{}[]".contains(character),
    });
    !stray && !name.trim().is_empty()
}

/// Whether a line begins with a name, plain, quoted or dotted, and `=`.
fn is_assignment(line: &str) -> bool {
    let mut rest = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(line).trim_start();
    loop {
        let length = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map_or(0, |end| end + 2),
            _ => rest.find(|character: char| character.is_whitespace() || "=.:\"'{}[](),;".contains(character)).unwrap_or(0),
        };
        if length == 0 {
            return false;
        }
        rest = rest[length..].trim_start();
        match rest.strip_prefix('.') {
            Some(more) => rest = more.trim_start(),
            None => return rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>"),
        }
    }
}

#[cfg(all(test, feature = "json5", feature = "toml", feature = "yaml", feature = "dotenv"))]
mod tests {
    use super::*;

    fn format(text: &str) -> Result<Format, ErrorCode> {
        detect(text, &Limits::default()).map(|(format, _)| format).map_err(|error| error.code())
    }

    #[test]
    fn detects_formats_by_the_first_content() {
        for (text, expected) in [
            ("{\"a\": 1}", Format::Json),
            (" \n{\"a\": 1, \"a\": 2}", Format::Json),
            ("{ // a\n \"a\": 1}", Format::Jsonc),
            ("// a\n/* b */ {\"a\": 1,}", Format::Jsonc),
            ("\u{feff}{a: 'b'}", Format::Json5),
            ("[1, 2]", Format::Json),
            ("[\n1\n]", Format::Json),
            ("[\"a\"]", Format::Json),
            ("[1] // one\n", Format::Jsonc),
            ("[a]\nb = 1", Format::Toml),
            ("# a\n[[a]] # b\nb = 1", Format::Toml),
            ("[\"a.b\"]\nc = 1", Format::Toml),
            ("[1]\na = 1", Format::Toml),
            ("[a]", Format::Toml),
            ("a = 1", Format::Toml),
            ("a.\"b c\" . d=1", Format::Toml),
            ("A=1\nB=2", Format::Toml),
            ("A=x\nexport B=1 # c\n\n# d\nC='y'", Format::Dotenv),
            ("export A=1", Format::Dotenv),
            ("A=\"x\ny\"\nB=${A}", Format::Dotenv),
            ("a: 1", Format::Yaml),
            ("# a\n---\nb: c=d", Format::Yaml),
            ("- a\n- b", Format::Yaml),
            ("\"a=b\": 1", Format::Yaml),
            ("a (b): 1", Format::Yaml),
            ("import: 1\nexport: 2", Format::Yaml),
            ("", Format::Yaml),
            ("# nothing\n", Format::Yaml),
        ] {
            assert_eq!(format(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn detection_never_contradicts_the_first_content() {
        for (text, taken, line) in [
            ("{\n  \"a\": 1\n  \"b\": 2\n}", "json", 3),
            ("{ // c\n  \"port\": 8080\n  \"b\": 1 }", "jsonc", 3),
            ("{\"a\": , \"b\": 1}", "json", 1),
            ("{a: 'b', c}", "json5", 1),
            ("# c\n{ // d\n \"port\": 8080 }", "json", 1),
            ("[1, 2", "json", 1),
            ("[a, b]", "json", 1),
            ("port = 8080\nhost = localhost\n", "toml", 2),
            ("[a]\nb = c\n", "toml", 2),
            ("a.b=c", "toml", 1),
            ("A=x\nB = y", "toml", 1),
            ("A=x\nfoo", "toml", 1),
            ("module.exports = { port: 8080 }\n", "toml", 1),
            ("a: b: c", "yaml", 1),
        ] {
            let error = detect(text, &Limits::default()).unwrap_err();
            assert_eq!(error.code(), ErrorCode::Parse, "{text:?}: {error}");
            assert!(error.message().starts_with(&format!("{taken}: ")), "{text:?}: {error}");
            assert_eq!(error.origin().and_then(|origin| origin.line), Some(line), "{text:?}: {error}");
            assert!(error.hint().is_some(), "{text:?}: {error}");
        }
    }

    #[test]
    fn texts_without_configuration_are_rejected() {
        for text in [
            "just words",
            "export default { port: 8080 }",
            "const a = { b: 1 };",
            "function f() { return { a: 1 } }",
            "<?xml version=\"1.0\" encoding='a: b'?>",
            "// c: d\na: 1",
            "/* c */ a: 1",
            "42",
        ] {
            let error = detect(text, &Limits::default()).unwrap_err();
            assert_eq!(error.code(), ErrorCode::Format, "{text:?}: {error}");
            assert!(error.origin().is_some_and(|origin| origin.line.is_some()), "{text:?}");
        }
        assert!(detect("export default { port: 1 }", &Limits::default()).unwrap_err().hint().unwrap().contains("module()"));
        assert!(detect("module.exports = 1x", &Limits::default()).unwrap_err().hint().unwrap().contains("module()"));
    }

    #[test]
    fn knows_programs_by_their_extensions() {
        for name in ["app.js", "a/b.CJS", "x.config.mts", "x.py", "C:\\x.sh", ".myapp.lua"] {
            assert!(refuse_program(name).is_err(), "{name}");
        }
        for name in ["app", "app.json", "js", ".jsrc", "a.js/b.conf", "a.js.conf"] {
            assert!(refuse_program(name).is_ok(), "{name}");
        }
    }
}
