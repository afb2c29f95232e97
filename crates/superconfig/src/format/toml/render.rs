//! The TOML writer.

use crate::diagnostic::{Error, Segment};
use crate::format::{finite, too_long_names, unwritable};
use crate::value::{ExpandedSize, ExpansionBudget, Limits, Table, Value};
use std::fmt::Write;

pub(super) fn render(value: &Value) -> Result<String, Error> {
    let Value::Table(table) = value else {
        return Err(unwritable(&[], format!("a TOML document is a table, and cannot be one {}", value.kind())));
    };
    let budget = ExpansionBudget::new(&Limits::default());
    let mut writer = Writer { out: String::new(), path: Vec::new(), budget };
    writer.body(table, &mut String::new())?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    /// The path of the value being written, for errors.
    path: Vec<Segment>,
    /// A header repeats the keys above it, so headers could be out of proportion to the value.
    budget: ExpansionBudget,
}

/// A part with a header of its own.
enum Section<'a> {
    Table(&'a Table),
    Tables(&'a [Value]),
}

fn section(value: &Value) -> Option<Section<'_>> {
    match value {
        Value::Table(table) => Some(Section::Table(table)),
        Value::Array(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Value::Table(_))) => {
            Some(Section::Tables(items))
        }
        _ => None,
    }
}

impl Writer {
    /// Writes the content of a header: first the keys, then the sections.
    fn body(&mut self, table: &Table, header: &mut String) -> Result<(), Error> {
        for (key, value) in table.entries().iter().filter(|(_, value)| section(value).is_none()) {
            self.path.push(Segment::Key(key.clone()));
            name(&mut self.out, key);
            self.out.push_str(" = ");
            self.value(value)?;
            self.out.push('\n');
            self.path.pop();
        }
        for (key, value) in table.entries() {
            let Some(section) = section(value) else { continue };
            self.path.push(Segment::Key(key.clone()));
            let length = header.len();
            if length > 0 {
                header.push('.');
            }
            name(header, key);
            match section {
                Section::Table(table) => {
                    // A table of nothing but sections is there once one of them is.
                    if table.is_empty() || table.iter().any(|(_, value)| self::section(value).is_none()) {
                        self.header("[", header, "]")?;
                    }
                    self.body(table, header)?;
                }
                Section::Tables(items) => {
                    for (at, item) in items.iter().enumerate() {
                        self.path.push(Segment::Index(at));
                        self.header("[[", header, "]]")?;
                        if let Value::Table(table) = item {
                            self.body(table, header)?;
                        }
                        self.path.pop();
                    }
                }
            }
            header.truncate(length);
            self.path.pop();
        }
        Ok(())
    }

    fn header(&mut self, open: &str, header: &str, close: &str) -> Result<(), Error> {
        self.budget.take(ExpandedSize::text(header.len())).map_err(|_| too_long_names())?;
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.extend([open, header, close, "\n"]);
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Null => {
                return Err(unwritable(&self.path, "TOML has no null".to_owned()).with_hint("write YAML or JSON instead"));
            }
            Value::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Value::Integer(number) => self.out.push_str(itoa::Buffer::new().format(*number)),
            Value::Unsigned(number) => self.out.push_str(itoa::Buffer::new().format(*number)),
            Value::Float(number) if number.is_nan() => self.out.push_str("nan"),
            Value::Float(number) if number.is_infinite() => self.out.push_str(if *number > 0.0 { "inf" } else { "-inf" }),
            Value::Float(number) => self.out.push_str(&finite(*number)),
            Value::String(text) => string(&mut self.out, text),
            Value::Datetime(text) if is_datetime(text) => self.out.push_str(text),
            Value::Datetime(text) => string(&mut self.out, text),
            Value::Array(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.out.push_str(", ");
                    }
                    self.path.push(Segment::Index(at));
                    self.value(item)?;
                    self.path.pop();
                }
                self.out.push(']');
            }
            Value::Table(table) if table.is_empty() => self.out.push_str("{}"),
            Value::Table(table) => {
                self.out.push_str("{ ");
                for (at, (key, value)) in table.entries().iter().enumerate() {
                    if at > 0 {
                        self.out.push_str(", ");
                    }
                    self.path.push(Segment::Key(key.clone()));
                    name(&mut self.out, key);
                    self.out.push_str(" = ");
                    self.value(value)?;
                    self.path.pop();
                }
                self.out.push_str(" }");
            }
        }
        Ok(())
    }
}

fn is_datetime(text: &str) -> bool {
    text.parse::<toml_datetime::Datetime>().is_ok()
}

fn name(out: &mut String, key: &str) {
    if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        out.push_str(key);
    } else {
        out.push('"');
        escaped(out, key, false);
        out.push('"');
    }
}

fn string(out: &mut String, text: &str) {
    if text.contains('\n') && !text.contains('\r') {
        // The line end after the opening quotes is not part of the text.
        out.push_str("\"\"\"\n");
        escaped(out, text, true);
        out.push_str("\"\"\"");
    } else {
        out.push('"');
        escaped(out, text, false);
        out.push('"');
    }
}

fn escaped(out: &mut String, text: &str, lines: bool) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' if lines => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character if character.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", character as u32);
            }
            character => out.push(character),
        }
    }
}
