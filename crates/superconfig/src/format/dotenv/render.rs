//! The dotenv writer: one variable for each value.

use crate::diagnostic::{Error, Segment};
use crate::format::annotate::variable_part;
use crate::format::{too_long_names, unwritable};
use crate::value::{ExpandedSize, ExpansionBudget, Limits, Value, to_json};
use std::collections::HashMap;

pub(super) fn render(value: &Value) -> Result<String, Error> {
    let Value::Table(table) = value else {
        return Err(unwritable(&[], format!("variables have names, and cannot be one {}", value.kind())));
    };
    let budget = ExpansionBudget::new(&Limits::default());
    let mut writer = Writer { out: String::new(), path: Vec::new(), names: HashMap::new(), budget };
    for (key, value) in table.entries() {
        writer.below(key, value, "")?;
    }
    Ok(writer.out)
}

struct Writer {
    out: String,
    path: Vec<Segment>,
    /// The names so far, with the path of each.
    names: HashMap<String, String>,
    /// A name repeats the keys above it, so names could be out of proportion to the value.
    budget: ExpansionBudget,
}

impl Writer {
    fn below(&mut self, key: &std::sync::Arc<str>, value: &Value, prefix: &str) -> Result<(), Error> {
        self.path.push(Segment::Key(key.clone()));
        let segment = self.segment(key)?;
        let name = if prefix.is_empty() { segment } else { format!("{prefix}__{segment}") };
        match value {
            Value::Table(table) if !table.is_empty() => {
                for (key, value) in table.entries() {
                    self.below(key, value, &name)?;
                }
            }
            _ => self.line(name, value)?,
        }
        self.path.pop();
        Ok(())
    }

    /// A key as a part of a variable's name. Case and dashes are found again when the variable is matched with the keys that
    /// are known; anything else would be another key.
    fn segment(&self, key: &str) -> Result<String, Error> {
        let starts = key.starts_with(|character: char| character.is_ascii_alphabetic());
        let fits = key.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'));
        let segment = variable_part(key);
        if !starts || !fits || segment.contains("__") || segment.ends_with('_') {
            return Err(unwritable(&self.path, format!("the key {key:?} cannot be part of a variable's name")));
        }
        Ok(segment)
    }

    fn line(&mut self, name: String, value: &Value) -> Result<(), Error> {
        self.budget.take(ExpandedSize::text(name.len())).map_err(|_| too_long_names())?;
        let path = self.path.iter().cloned().collect::<crate::diagnostic::Path>().to_string();
        if let Some(other) = self.names.insert(name.clone(), path) {
            return Err(unwritable(&self.path, format!("the variable {name} would also stand for `{other}`")));
        }
        let text = match value {
            Value::String(text) | Value::Datetime(text) => text.to_string(),
            Value::Float(number) if number.is_nan() => "NaN".to_owned(),
            Value::Float(number) if number.is_infinite() => (if *number > 0.0 { "Infinity" } else { "-Infinity" }).to_owned(),
            other => to_json(other),
        };
        if text.contains('\0') {
            return Err(unwritable(&self.path, "no variable can hold a NUL character".to_owned()));
        }
        self.out.push_str(&name);
        self.out.push('=');
        quoted(&mut self.out, &text);
        self.out.push('\n');
        Ok(())
    }
}

fn quoted(out: &mut String, text: &str) {
    let plain = |character: char| character.is_ascii_alphanumeric() || "_-./:@,+=%".contains(character);
    if text.chars().all(plain) {
        out.push_str(text);
    } else if !text.contains(['\'', '\n', '\r']) {
        out.extend(["'", text, "'"]);
    } else {
        out.push('"');
        for character in text.chars() {
            match character {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '"' | '\\' | '$' => out.extend(['\\', character]),
                character => out.push(character),
            }
        }
        out.push('"');
    }
}
