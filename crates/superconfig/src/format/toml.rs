//! TOML 1.1.

use super::{Fault, Parsed, insert};
use crate::limits::Limits;
use crate::value::{Segment, Table, Value};
use crate::warning::Warning;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Parsed, Fault> {
    let document = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        match error.message() {
            "recursion limit" | "cannot recurse further; max recursion depth met" => Fault::depth(limits.depth, Some(offset)),
            message => Fault::parse(message, offset),
        }
    })?;
    let mut converter = Converter { limit: limits.depth, warnings: Vec::new() };
    let value = converter.table(document.into_inner(), 1)?;
    Ok(Parsed { value: Value::Table(value), warnings: converter.warnings })
}

pub(super) fn locate(text: &str, path: &[Segment]) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let Some((first, rest)) = path.split_first() else { return Some(0) };
    let Segment::Key(key) = first else { return None };
    let found = rest.iter().try_fold(document.get_ref().get(&**key)?, |value, segment| match value.get_ref() {
        DeValue::Table(table) => match segment {
            Segment::Key(key) => table.get(&**key),
            Segment::Index(index) => table.get(index.to_string().as_str()),
        },
        DeValue::Array(items) => items.get(segment.as_index()?),
        _ => None,
    })?;
    Some(found.span().start)
}

struct Converter {
    limit: usize,
    warnings: Vec<Warning>,
}

impl Converter {
    fn table(&mut self, entries: DeTable<'_>, depth: usize) -> Result<Table, Fault> {
        // The parser's map sorts by key; the text's order is what users wrote.
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut table = Table::with_capacity(entries.len());
        for (key, value) in entries {
            let value = self.value(value, depth)?;
            insert(&mut table, Arc::from(&**key.get_ref()), value, &mut self.warnings);
        }
        Ok(table)
    }

    fn value(&mut self, value: Spanned<DeValue<'_>>, depth: usize) -> Result<Value, Fault> {
        let offset = value.span().start;
        if depth >= self.limit && matches!(value.get_ref(), DeValue::Array(_) | DeValue::Table(_)) {
            return Err(Fault::depth(self.limit, Some(offset)));
        }
        Ok(match value.into_inner() {
            DeValue::String(text) => Value::from(&*text),
            DeValue::Boolean(value) => Value::Bool(value),
            DeValue::Datetime(datetime) => Value::Datetime(datetime.to_string().into()),
            DeValue::Float(number) => {
                let float: f64 = number.as_str().parse().map_err(|_| Fault::parse("the float is malformed", offset))?;
                Value::Float(float)
            }
            DeValue::Integer(number) => self.integer(number.as_str(), number.radix(), offset)?,
            DeValue::Array(items) => {
                let items = items.into_iter().map(|item| self.value(item, depth + 1));
                Value::array(items.collect::<Result<_, _>>()?)
            }
            DeValue::Table(table) => Value::Table(self.table(table, depth + 1)?),
        })
    }

    fn integer(&mut self, digits: &str, radix: u32, offset: usize) -> Result<Value, Fault> {
        if let Ok(number) = i64::from_str_radix(digits, radix) {
            return Ok(Value::Integer(number));
        }
        if let Ok(number) = u64::from_str_radix(digits, radix) {
            return Ok(Value::Unsigned(number));
        }
        let (sign, magnitude) = digits.strip_prefix('-').map_or((1.0, digits.trim_start_matches('+')), |digits| (-1.0, digits));
        let float =
            magnitude.chars().try_fold(0.0, |sum, digit| Some(sum * f64::from(radix) + f64::from(digit.to_digit(radix)?)));
        let float = float.ok_or_else(|| Fault::parse("the integer is malformed", offset))?;
        self.warnings.push(Warning::new("number-precision", "an integer is too large for 64 bits and was rounded"));
        Ok(Value::Float(sign * float))
    }
}
