//! The YAML writer, in block style.

use crate::format::{escape, finite};
use crate::value::Value;
use std::fmt::Write;

/// Keys longer than this must be marked as keys: a parser searches only 1024 characters for their colon.
const MAX_SIMPLE_KEY: usize = 500;

/// Writes a document; with `ascii` what is not ASCII is escaped.
pub(super) fn render(value: &Value, ascii: bool) -> String {
    let mut out = String::new();
    block(&mut out, value, 0, ascii);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Writes a value whose first character is at the given column of a line begun already.
fn block(out: &mut String, value: &Value, column: usize, ascii: bool) {
    match value {
        Value::Table(table) if !table.is_empty() => {
            for (at, (key, value)) in table.iter().enumerate() {
                if at > 0 {
                    start_line(out, column);
                }
                let mut name = String::new();
                string(&mut name, key, None, ascii);
                if name.len() > MAX_SIMPLE_KEY {
                    out.push_str("? ");
                    out.push_str(&name);
                    start_line(out, column);
                    out.push(':');
                } else {
                    out.push_str(&name);
                    out.push(':');
                }
                match value {
                    Value::Table(inner) if !inner.is_empty() => start_line(out, column + 2),
                    Value::Array(inner) if !inner.is_empty() => start_line(out, column + 2),
                    _ => out.push(' '),
                }
                block(out, value, column + 2, ascii);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    start_line(out, column);
                }
                out.push_str("- ");
                block(out, item, column + 2, ascii);
            }
        }
        Value::Table(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Integer(number) => out.push_str(itoa::Buffer::new().format(*number)),
        Value::Unsigned(number) => out.push_str(itoa::Buffer::new().format(*number)),
        Value::Float(number) if number.is_nan() => out.push_str(".nan"),
        Value::Float(number) if number.is_infinite() => out.push_str(if *number > 0.0 { ".inf" } else { "-.inf" }),
        Value::Float(number) => out.push_str(&finite(*number)),
        Value::String(text) | Value::Datetime(text) => string(out, text, Some(column), ascii),
    }
}

/// Ends the line, where it is not ended already, and begins the next at a column.
fn start_line(out: &mut String, column: usize) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.extend(std::iter::repeat_n(' ', column));
}

/// Writes a text: plain where it cannot be mistaken, in lines where it has some and `column` allows it, else in double
/// quotes.
fn string(out: &mut String, text: &str, column: Option<usize>, ascii: bool) {
    let is_escaped = ascii && !text.is_ascii();
    if !is_escaped && is_plain(text) {
        out.push_str(text);
    } else if let Some(column) = column.filter(|column| *column > 0 && !is_escaped && is_literal(text)) {
        out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
        for line in text.lines() {
            out.push('\n');
            if !line.is_empty() {
                out.extend(std::iter::repeat_n(' ', column));
                out.push_str(line);
            }
        }
        out.push('\n');
    } else {
        quoted(out, text, ascii);
    }
}

/// Words that YAML 1.1 or 1.2 takes for something else than text, in lower case.
const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    // Numbers, dates and signs start otherwise; so does all punctuation with a meaning but the one below.
    let starts = first.is_alphabetic() || first == '_' || first == '/' || text.starts_with("./") || text.starts_with("../");
    let fits = |character: char| character.is_alphanumeric() || " _-./:@+=~$%()*;&|<>?,'^#".contains(character);
    starts
        && text.chars().all(fits)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether the lines of a text can be written literally.
fn is_literal(text: &str) -> bool {
    let printable = |character: char| {
        character == '\n'
            || character == '\t'
            || !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    let body = text.strip_suffix('\n').unwrap_or(text);
    // A first line that is blank or indented would need the indentation spelled out, more than one line end at the end a
    // mark of its own; a line of nothing but white space hides from readers.
    body.contains('\n')
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && body.lines().all(|line| line.is_empty() || !line.trim().is_empty())
        && text.chars().all(printable)
}

fn quoted(out: &mut String, text: &str, ascii: bool) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", character as u32);
            }
            character if character.is_control() => {
                let _ = write!(out, "\\u{:04x}", character as u32);
            }
            character if ascii && !character.is_ascii() => escape(out, character),
            character => out.push(character),
        }
    }
    out.push('"');
}
