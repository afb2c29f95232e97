//! Merging of layers, and of variables into them.

use superconfig::{Table, Value};

/// Merges a layer into those below it.
pub(crate) fn merge(below: &mut Value, layer: Value) {
    match (&mut *below, &layer) {
        (Value::Table(below), Value::Table(layer)) => merge_table(below, layer),
        _ => *below = layer,
    }
}

fn merge_table(below: &mut Table, layer: &Table) {
    for (key, value) in layer {
        match (below.get_mut(key), value) {
            (Some(Value::Table(below)), Value::Table(value)) => merge_table(below, value),
            (Some(below), value) => *below = value.clone(),
            (None, value) => _ = below.insert(key, value.clone()),
        }
    }
}

/// Sets what a variable means by its name behind the prefix.
pub(crate) fn set(table: &mut Table, name: &str, text: &str) {
    let (key, rest) = name.split_once("__").map_or((name, None), |(key, rest)| (key, Some(rest)));
    let key = key.to_ascii_lowercase();
    let Some(rest) = rest else {
        table.insert(key, infer(text));
        return;
    };
    if !matches!(table.get(&key), Some(Value::Table(_))) {
        table.insert(key.as_str(), Value::Table(Table::new()));
    }
    if let Some(Value::Table(inner)) = table.get_mut(&key) {
        set(inner, rest, text);
    }
}

/// The value that a text spells: a flag, a whole number, or itself.
fn infer(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "0" => Value::Integer(0),
        _ => {
            let number = if text.starts_with(['+', '0']) { None } else { text.parse().ok() };
            number.map_or_else(|| Value::from(text), Value::Integer)
        }
    }
}
