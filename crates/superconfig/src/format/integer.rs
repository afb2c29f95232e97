//! Integers of any size and radix.

use crate::value::Value;

/// A number, and whether it is an integer that had to be rounded.
pub(super) struct Number {
    pub(super) value: Value,
    pub(super) rounded: bool,
}

impl Number {
    pub(super) fn exact(value: Value) -> Self {
        Self { value, rounded: false }
    }
}

/// An integer of digits (at least one, all of the radix) as the narrowest kind that holds it; beyond 64 bits it is the
/// nearest float, which is infinite where it has too many digits.
pub(super) fn integer(digits: &str, radix: u32, negative: bool) -> Number {
    match (u64::from_str_radix(digits, radix), negative) {
        (Ok(magnitude), false) => Number::exact(Value::from(magnitude)),
        (Ok(magnitude), true) if magnitude <= i64::MIN.unsigned_abs() => {
            Number::exact(Value::Integer((magnitude as i64).wrapping_neg()))
        }
        _ => {
            let magnitude = nearest_float(digits, radix);
            Number { value: Value::Float(if negative { -magnitude } else { magnitude }), rounded: true }
        }
    }
}

/// Correctly rounded for 10 and for powers of two.
fn nearest_float(digits: &str, radix: u32) -> f64 {
    if radix == 10 {
        return digits.parse().unwrap_or(f64::NAN);
    }
    let bits = radix.trailing_zeros();
    let digits = digits.trim_start_matches('0');
    // 128 bits are more than a float keeps; of what follows it only matters whether it is all zeros.
    let (head, tail) = digits.split_at(digits.len().min((128 / bits) as usize));
    let sticky = tail.bytes().any(|digit| digit != b'0');
    let head = u128::from_str_radix(head, radix).unwrap_or_default() | u128::from(sticky);
    let scale = i32::try_from(tail.len() * bits as usize).unwrap_or(i32::MAX);
    head as f64 * 2f64.powi(scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_the_nearest_float() {
        let cases: [(&str, u32, f64); 6] = [
            ("18446744073709551616", 10, 18446744073709551616.0),
            ("10000000000000000", 16, 18446744073709551616.0),
            ("ffffffffffffffffffff", 16, 1208925819614629174706175.0),
            // Exactly half way to the next float, then a bit more far behind it.
            ("100000000000008000000000000000000000000", 16, 2f64.powi(152)),
            ("100000000000008000000000000000000000001", 16, 2f64.powi(152) * (1.0 + f64::EPSILON)),
            ("7777777777777777777777777", 8, 2f64.powi(75)),
        ];
        for (digits, radix, expected) in cases {
            let number = integer(digits, radix, false);
            assert!(number.rounded);
            assert_eq!(number.value, Value::Float(expected), "{digits} base {radix}");
        }
        assert_eq!(integer(&"9".repeat(400), 10, true).value, Value::Float(f64::NEG_INFINITY));
        assert_eq!(integer(&"f".repeat(400), 16, false).value, Value::Float(f64::INFINITY));
    }

    #[test]
    fn integers_that_fit_are_exact() {
        for (digits, negative, expected) in [
            ("9223372036854775807", false, Value::Integer(i64::MAX)),
            ("9223372036854775808", true, Value::Integer(i64::MIN)),
            ("18446744073709551615", false, Value::Unsigned(u64::MAX)),
            ("0", true, Value::Integer(0)),
            ("007", false, Value::Integer(7)),
        ] {
            let number = integer(digits, 10, negative);
            assert!(!number.rounded);
            assert_eq!(number.value, expected);
        }
        assert!(integer("9223372036854775809", 10, true).rounded);
    }
}
