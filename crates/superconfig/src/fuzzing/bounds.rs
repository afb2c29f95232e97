//! The fuzz targets `masking` and `dotenv_expansion`: bounds hold for any text.

use crate::diagnostic::steps_of;
use crate::format::{Format, parse_within};
use crate::redaction::{SecretRules, mask_userinfo};
use crate::value::{Limits, Value};

/// Bytes that the variables of one text may expand to.
const EXPANDED_BYTES: usize = 64 << 10;

/// Masks a text, and an address that has the text as its user part; searches it for names of secrets. Each costs a constant
/// times its length.
pub fn masking(text: &str) {
    let rules = SecretRules::default();
    let most = 32 * (text.len() + 32);
    assert!(steps_of(|| mask_userinfo(text)) <= most, "{text:?}");
    assert!(steps_of(|| rules.names_secret(text)) <= most, "{text:?}");
    let is_end = |character: char| character.is_whitespace() || matches!(character, '"' | '\'' | '`');
    let mut user: String = text.chars().filter(|character| !is_end(*character)).collect();
    // Another address in it would be one of its own. What is left of `:///` is `://` again.
    while user.contains("://") {
        user = user.replace("://", ":/");
    }
    let masked = mask_userinfo(&format!("see db://{user}@host.example/x for more"));
    assert_eq!(masked.as_deref(), Some("see db://[redacted]@host.example/x for more"), "{user:?}");
}

/// Expands the variables of a dotenv text: to no more than is written and what the budget allows.
pub fn dotenv_expansion(text: &str) {
    let limits = Limits { expanded_bytes: EXPANDED_BYTES, ..Limits::default() };
    let Ok(Value::Table(table)) = parse_within(text, Format::Dotenv, &limits) else { return };
    let bytes: usize = table.iter().filter_map(|(_, value)| value.as_str()).map(str::len).sum();
    assert!(bytes <= text.len() + EXPANDED_BYTES, "{bytes} of {}", text.len());
}
