//! Fingerprints of a version's values, by which replicas are compared.

use crate::diagnostic::sort_by;
use crate::redaction::REDACTED;
use crate::value::Value;
use sha2::{Digest, Sha256};
use std::collections::hash_map::RandomState;
use std::fmt::Write;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

/// The fingerprints of one version: SHA-256 in hexadecimal digits.
pub(super) struct Fingerprints {
    /// Of the leaves that are not secret.
    pub(super) visible: String,
    /// Of the secret ones, with a key: a given one, or one that only this process has.
    pub(super) secret: String,
}

impl Fingerprints {
    /// The fingerprints of values, which do not depend on the order of keys. Costs a walk over both trees.
    pub(super) fn new(value: &Value, redacted: &Value, key: Option<&[u8; 32]>) -> Self {
        let key = key.unwrap_or_else(|| process_key());
        let mut walk = Walk { visible: Sha256::new(), secret: Sha256::new_with_prefix(key), path: Vec::new() };
        walk.walk(value, redacted);
        // The digest of a digest: nothing can be appended to what the key precedes.
        let secret = Sha256::new_with_prefix(key).chain_update(walk.secret.finalize());
        Self { visible: hexadecimal(&walk.visible.finalize()), secret: hexadecimal(&secret.finalize()) }
    }
}

struct Walk {
    visible: Sha256,
    secret: Sha256,
    /// The way to the current value, each key behind its length.
    path: Vec<u8>,
}

impl Walk {
    fn walk(&mut self, value: &Value, redacted: &Value) {
        match (value, redacted) {
            (Value::Table(table), Value::Table(shown)) if !table.is_empty() => {
                let mut keys: Vec<&str> = table.iter().map(|(key, _)| key).collect();
                sort_by(&mut keys, Ord::cmp);
                for key in keys {
                    if let (Some(value), Some(shown)) = (table.get(key), shown.get(key)) {
                        self.below(b'k', key.as_bytes(), value, shown);
                    }
                }
            }
            (Value::Array(items), Value::Array(shown)) if !items.is_empty() => {
                for (at, (value, shown)) in items.iter().zip(shown.iter()).enumerate() {
                    self.below(b'i', &(at as u64).to_le_bytes(), value, shown);
                }
            }
            _ if value == redacted => leaf(&mut self.visible, &self.path, value),
            _ => {
                // Of an address only the user part is secret.
                if redacted.as_str() != Some(REDACTED) {
                    leaf(&mut self.visible, &self.path, redacted);
                }
                secret(&mut self.secret, &mut self.path, value);
            }
        }
    }

    fn below(&mut self, kind: u8, name: &[u8], value: &Value, redacted: &Value) {
        let length = self.path.len();
        step(&mut self.path, kind, name);
        self.walk(value, redacted);
        self.path.truncate(length);
    }
}

/// Everything below a secret path.
fn secret(digest: &mut Sha256, path: &mut Vec<u8>, value: &Value) {
    let length = path.len();
    let mut below = |kind, name: &[u8], value: &Value| {
        step(path, kind, name);
        secret(digest, path, value);
        path.truncate(length);
    };
    match value {
        Value::Table(table) if !table.is_empty() => {
            let mut entries: Vec<(&str, &Value)> = table.iter().collect();
            sort_by(&mut entries, |(one, _), (other, _)| one.cmp(other));
            entries.into_iter().for_each(|(key, value)| below(b'k', key.as_bytes(), value));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, value)| below(b'i', &(at as u64).to_le_bytes(), value));
        }
        _ => leaf(digest, path, value),
    }
}

fn step(path: &mut Vec<u8>, kind: u8, name: &[u8]) {
    path.push(kind);
    path.extend_from_slice(&(name.len() as u64).to_le_bytes());
    path.extend_from_slice(name);
}

fn leaf(digest: &mut Sha256, path: &[u8], value: &Value) {
    digest.update((path.len() as u64).to_le_bytes());
    digest.update(path);
    let mut text = |kind: u8, bytes: &[u8]| {
        digest.update([kind]);
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    };
    match value {
        Value::Null => text(b'n', &[]),
        Value::Bool(flag) => text(b'b', &[u8::from(*flag)]),
        Value::Integer(number) => text(b'i', &number.to_le_bytes()),
        Value::Unsigned(number) => text(b'u', &number.to_le_bytes()),
        Value::Float(number) => text(b'f', &number.to_bits().to_le_bytes()),
        Value::String(string) => text(b's', string.as_bytes()),
        Value::Datetime(time) => text(b'd', time.as_bytes()),
        // Only empty ones are leaves.
        Value::Array(_) => text(b'a', &[]),
        Value::Table(_) => text(b't', &[]),
    }
}

/// A key of one length for a key of any.
pub(super) fn key_of(given: &[u8]) -> Arc<[u8; 32]> {
    Arc::new(Sha256::digest(given).into())
}

/// A key that is drawn once in a process: without it nobody can try secrets until one fits.
fn process_key() -> &'static [u8; 32] {
    static KEY: OnceLock<[u8; 32]> = OnceLock::new();
    KEY.get_or_init(|| {
        let mut key = [0; 32];
        // Each is seeded from the system's random numbers.
        for (at, part) in key.chunks_exact_mut(8).enumerate() {
            part.copy_from_slice(&RandomState::new().hash_one(at).to_le_bytes());
        }
        key
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(all(test, feature = "json", feature = "toml"))]
mod tests {
    use crate::{Format, SuperConfig};

    fn of(text: &str) -> (String, String) {
        let config = SuperConfig::builder().text(text, Format::Json).load().unwrap();
        let status = config.status().unwrap();
        assert_eq!((status.fingerprint.len(), status.secrets_fingerprint.len()), (64, 64));
        (status.fingerprint, status.secrets_fingerprint)
    }

    #[test]
    fn equal_values_have_equal_fingerprints_whatever_the_order_of_keys() {
        assert_eq!(of(r#"{"a":1,"b":{"c":[1,{}]}}"#), of(r#"{"b":{"c":[1,{}]},"a":1}"#));
        let all = [
            "{}",
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":1.5}"#,
            r#"{"a":null}"#,
            r#"{"a":[]}"#,
            r#"{"a":{}}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[[1]]}"#,
            r#"{"a":{"0":1}}"#,
            r#"{"b":1}"#,
            r#"{"a":"x","b":"y"}"#,
            r#"{"a":"xb","y":""}"#,
        ];
        let mut prints: Vec<String> = all.iter().map(|text| of(text).0).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), all.len());
    }

    #[test]
    fn secrets_have_a_fingerprint_of_their_own() {
        let (visible, secret) = of(r#"{"port":1,"password":"one","credentials":{"user":"u"},"url":"x://u:p@h/d"}"#);
        for other in [
            r#"{"port":1,"password":"two","credentials":{"user":"u"},"url":"x://u:p@h/d"}"#,
            r#"{"port":1,"password":"one","credentials":{"user":"v"},"url":"x://u:p@h/d"}"#,
            r#"{"port":1,"password":"one","credentials":{"user":"u"},"url":"x://u:q@h/d"}"#,
        ] {
            let (same, differs) = of(other);
            assert_eq!(same, visible);
            assert_ne!(differs, secret);
        }
        let (differs, same) = of(r#"{"port":2,"password":"one","credentials":{"user":"u"},"url":"x://u:p@h/d"}"#);
        assert_ne!(differs, visible);
        assert_eq!(same, secret);
    }

    #[test]
    fn with_one_key_equal_secrets_have_equal_fingerprints_in_every_process() {
        let of = |text: &str, key: &str| {
            let config = SuperConfig::builder().text(text, Format::Json).fingerprint_key(key).load().unwrap();
            config.status().unwrap().secrets_fingerprint
        };
        let expected = "41969bf085e3fe963f7f8ef88d7992836ecd44d763bf93d7c5d779478ff9e360";
        assert_eq!(of(r#"{"password":"one"}"#, "key"), expected);
        for (text, key) in [(r#"{"password":"two"}"#, "key"), (r#"{"password":"one"}"#, "kez"), (r#"{"password":"one"}"#, "")] {
            assert_ne!(of(text, key), expected);
        }
    }

    #[test]
    fn the_fingerprint_stays_the_same_from_release_to_release() {
        let expected = "56957b8066c97205072168ca88ec223e1ea9de37dcf6184654c963b1bbb657a9";
        assert_eq!(of(r#"{"server":{"port":8080,"tags":["a"]},"on":true}"#).0, expected);
    }
}
