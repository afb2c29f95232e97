//! JSON with comments and trailing commas, and JSON5.

use super::{Fault, Parsed, insert};
use crate::limits::Limits;
use crate::value::{Table, Value};
use crate::warning::Warning;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions};
use std::sync::Arc;

/// Which of the two supersets of JSON is read.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Dialect {
    Jsonc,
    Json5,
}

pub(super) fn parse(text: &str, dialect: Dialect, limits: &Limits) -> Result<Parsed, Fault> {
    // The parser recurses; what could exhaust the stack is refused before.
    if let Some(offset) = super::json_scan::too_deep(text, limits.depth) {
        return Err(Fault::depth(limits.depth, Some(offset)));
    }
    let extended = dialect == Dialect::Json5;
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_missing_commas: false,
        allow_loose_object_property_names: extended,
        allow_single_quoted_strings: extended,
        allow_hexadecimal_numbers: extended,
        allow_unary_plus_numbers: extended,
        allow_bare_decimal_point_numbers: extended,
        allow_non_finite_numbers: extended,
        allow_extended_string_escapes: extended,
    };
    let result = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &options)
        .map_err(|error| Fault::parse(lower_first(&error.kind().to_string()), error.range().start))?;
    let root = result.value.ok_or_else(|| Fault::parse("the document is empty", 0))?;
    let mut warnings = Vec::new();
    let value = convert(&root, &mut warnings)?;
    Ok(Parsed { value, warnings })
}

/// Reads a number: decimal, and for JSON5 also hexadecimal, signed with `+`, with a bare point, infinite or NaN.
fn number(text: &str, warnings: &mut Vec<Warning>) -> Option<Value> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let negative = text.starts_with('-');
    let sign = if negative { -1.0 } else { 1.0 };
    match unsigned {
        "Infinity" => return Some(Value::Float(sign * f64::INFINITY)),
        "NaN" => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    let hexadecimal = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((unsigned, 10), |digits| (digits, 16));
    if let Ok(magnitude) = u64::from_str_radix(digits, radix) {
        return Some(match i64::try_from(i128::from(magnitude) * if negative { -1 } else { 1 }) {
            Ok(0) if negative => Value::Float(-0.0),
            Ok(integer) => Value::Integer(integer),
            Err(_) if negative => rounded(-(magnitude as f64), warnings),
            Err(_) => Value::Unsigned(magnitude),
        });
    }
    if hexadecimal.is_some() {
        let magnitude = digits.chars().try_fold(0.0, |sum, digit| Some(sum * 16.0 + f64::from(digit.to_digit(16)?)))?;
        return Some(rounded(sign * magnitude, warnings));
    }
    let float = sign * unsigned.parse::<f64>().ok().filter(|float| float.is_finite())?;
    Some(if unsigned.bytes().all(|byte| byte.is_ascii_digit()) { rounded(float, warnings) } else { Value::Float(float) })
}

fn rounded(float: f64, warnings: &mut Vec<Warning>) -> Value {
    warnings.push(Warning::new("number-precision", "a number is too large for 64 bits and was rounded"));
    Value::Float(float)
}

/// Recursion is bounded: the text was checked against the depth limit.
fn convert(value: &ast::Value<'_>, warnings: &mut Vec<Warning>) -> Result<Value, Fault> {
    Ok(match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
        ast::Value::StringLit(literal) => Value::from(&*literal.value),
        ast::Value::NumberLit(literal) => number(literal.value, warnings)
            .ok_or_else(|| Fault::parse("the number is malformed or too large", literal.range().start))?,
        ast::Value::Array(array) => {
            let items = array.elements.iter().map(|item| convert(item, warnings));
            Value::array(items.collect::<Result<_, _>>()?)
        }
        ast::Value::Object(object) => {
            let mut table = Table::with_capacity(object.properties.len());
            for property in &object.properties {
                let key: Arc<str> = property.name.as_str().into();
                let value = convert(&property.value, warnings)?;
                if insert(&mut table, key.clone(), value, warnings).is_some() {
                    warnings.push(Warning::new("duplicate-key", format!("the key `{key}` stands twice; the last counts")));
                }
            }
            Value::Table(table)
        }
    })
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
