//! What a plain scalar means: the core schema of YAML 1.2.2, section 10.3.2.

use crate::value::Value;
use crate::warning::Warning;

pub(super) fn resolve(text: &str, warnings: &mut Vec<Warning>) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        _ => {}
    }
    let first = text.as_bytes()[0];
    if !first.is_ascii_digit() && !matches!(first, b'+' | b'-' | b'.') {
        return Value::from(text);
    }
    number(text, warnings).unwrap_or_else(|| Value::from(text))
}

fn number(text: &str, warnings: &mut Vec<Warning>) -> Option<Value> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(Value::Float(sign * f64::INFINITY));
    }
    let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(digits), _) => (digits, 16),
        (_, Some(digits)) => (digits, 8),
        _ => (unsigned, 10),
    };
    if !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix)) {
        return Some(integer(if radix == 10 { text } else { digits }, digits, radix, sign, warnings));
    }
    float_shaped(unsigned).then(|| text.parse().ok().map(Value::Float)).flatten()
}

fn integer(text: &str, digits: &str, radix: u32, sign: f64, warnings: &mut Vec<Warning>) -> Value {
    if let Ok(number) = i64::from_str_radix(text, radix) {
        return Value::Integer(number);
    }
    if let Ok(number) = u64::from_str_radix(text, radix) {
        return Value::Unsigned(number);
    }
    warnings.push(Warning::new("number-precision", "an integer is too large for 64 bits and was rounded"));
    let magnitude = digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit));
    Value::Float(sign * magnitude)
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn float_shaped(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    let mantissa_fits = match mantissa.split_once('.') {
        None => !mantissa.is_empty() && digits(mantissa),
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
    };
    exponent_fits && mantissa_fits
}
