//! A look at JSON text for what parsers of other languages read in another way.

use crate::value::{Limits, is_forbidden};
use std::num::Wrapping;

/// Digits of an integer that a double holds whatever they are.
const SAFE_DIGITS: usize = 15;

/// An object with no more keys than this is searched for repeated ones by comparing each with each.
const FEW_KEYS: usize = 16;

/// How many places of a table are looked at for one hash. Of hashes that nobody chose, in a table that is half full, next to none needs more.
const MOST_PROBES: usize = 64;

const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);
const SPACES: u64 = u64::from_ne_bytes([b' '; 8]);
const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// Whether each parser of JSON that has doubles for numbers reads the same values from a text as this engine does, if it reads it at all.
///
/// That is so for I-JSON (RFC 7493): no key twice in one object, no integer beyond those of a double, no half of a surrogate pair; and
/// here also no key that configurations may not have, no exponent, no escape in a key, and nesting within the usual limits. `false`
/// for a text that only might have one of those. Syntax is not checked: a text that is no JSON may be called interoperable.
///
/// Costs one pass over the text, and the keys of the open objects in memory.
///
/// ```
/// use superconfig::is_interoperable_json;
///
/// assert!(is_interoperable_json(r#"{"port": 8080, "hosts": ["a", "b"]}"#));
/// assert!(!is_interoperable_json(r#"{"port": 8080, "port": 8081}"#));
/// assert!(!is_interoperable_json(r#"{"id": 9007199254740993}"#));
/// ```
pub fn is_interoperable_json(text: &str) -> bool {
    let limits = Limits::default();
    text.len() <= limits.document_bytes && Scan::default().accepts(text, limits.depth)
}

/// What is open around the place that is looked at.
#[derive(Default)]
struct Scan {
    /// For each array or object that is open: where its keys begin in `keys`, and `None` for an array.
    open: Vec<Option<usize>>,
    /// Hashes of the keys of all objects that are open.
    keys: Vec<u64>,
    /// Places for the hashes of an object with many keys.
    table: Vec<u64>,
}

impl Scan {
    fn accepts(mut self, text: &str, depth: usize) -> bool {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut is_key = false;
        while let Some(&byte) = bytes.get(at) {
            // Whether a value ends here; each look at what a byte is costs as much as a short text, so what mostly follows is looked for.
            let ends_value = match byte {
                b'"' if is_key => {
                    let Some(key) = string::<true>(bytes, at + 1) else { return false };
                    if bytes[at + 1] == b'_' && text.get(at + 1..key.end).is_none_or(is_forbidden) {
                        return false;
                    }
                    self.keys.push(key.hash);
                    is_key = false;
                    at = key.end;
                    let is_before_text = bytes[at..].starts_with(b"\": \"");
                    if is_before_text {
                        let Some(value) = string::<false>(bytes, at + 4) else { return false };
                        at = value.end;
                    } else if bytes[at..].starts_with(b"\": ") {
                        at += 2;
                    }
                    is_before_text
                }
                b'"' => {
                    let Some(value) = string::<false>(bytes, at + 1) else { return false };
                    at = value.end;
                    true
                }
                b'\n' | b' ' => {
                    at += spaces(bytes, at + 1);
                    false
                }
                b't' | b'n' => {
                    at += 3;
                    true
                }
                b'f' => {
                    at += 4;
                    true
                }
                b'{' | b'[' => {
                    if self.open.len() >= depth {
                        return false;
                    }
                    is_key = byte == b'{';
                    self.open.push(is_key.then_some(self.keys.len()));
                    false
                }
                b'}' | b']' => {
                    is_key = false;
                    if let Some(Some(first)) = self.open.pop()
                        && !self.are_distinct(first)
                    {
                        return false;
                    }
                    true
                }
                b',' => {
                    is_key = self.is_in_object();
                    false
                }
                b'0'..=b'9' => {
                    let Some(end) = number(bytes, at) else { return false };
                    at = end - 1;
                    true
                }
                // A mark of the byte order, which some skip and others refuse, is refused here with whatever is no JSON.
                0x80.. => return false,
                _ => false,
            };
            at += 1;
            if ends_value && bytes.get(at..at + 2) == Some(b",\n") {
                is_key = self.is_in_object();
                at += 2 + spaces(bytes, at + 2);
            }
        }
        true
    }

    fn is_in_object(&self) -> bool {
        matches!(self.open.last(), Some(Some(_)))
    }

    /// Whether the keys of the object that closes differ; they are forgotten.
    fn are_distinct(&mut self, first: usize) -> bool {
        let keys = &self.keys[first..];
        let are_distinct = if keys.len() <= FEW_KEYS {
            keys.iter().enumerate().all(|(at, key)| !keys[..at].contains(key))
        } else {
            let mask = (keys.len() * 2).next_power_of_two() - 1;
            self.table.clear();
            self.table.resize(mask + 1, 0);
            keys.iter().all(|&key| claim(&mut self.table, mask, key))
        };
        self.keys.truncate(first);
        are_distinct
    }
}

/// Takes a place for a hash, which is not 0, in a table with more places than hashes; false where the same has one, and where so many
/// others are in the way that somebody has chosen them.
fn claim(table: &mut [u64], mask: usize, key: u64) -> bool {
    let first = (key >> 32) as usize;
    for place in (first..first + MOST_PROBES).map(|place| place & mask) {
        if table[place] == key {
            return false;
        }
        if table[place] == 0 {
            table[place] = key;
            return true;
        }
    }
    false
}

/// A string: where its closing quote is, and a hash of what is before it.
struct Scanned {
    end: usize,
    hash: u64,
}

/// The string that begins at a place; nothing where it does not end, where a key has an escape, and where half of a surrogate pair may be.
#[inline(always)]
fn string<const IS_KEY: bool>(bytes: &[u8], start: usize) -> Option<Scanned> {
    let mut at = start;
    let mut hash = Wrapping(0_u64);
    loop {
        let rest = bytes.get(at..)?;
        // Eight bytes at once, up to the first that is a quote or a backslash.
        let word = match rest.first_chunk::<8>() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => {
                let mut padded = [0; 8];
                padded[..rest.len()].copy_from_slice(rest);
                u64::from_le_bytes(padded)
            }
        };
        let before = (zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES)).trailing_zeros() as usize / 8;
        if before == 8 {
            if IS_KEY {
                hash = mixed(hash, word);
            }
            at += 8;
            continue;
        }
        at += before;
        if *bytes.get(at)? == b'"' {
            // With how many bytes there are in the last word, as it may end with zeros of its own.
            let last = word & !(u64::MAX << (8 * before)) | (before as u64) << 56;
            return Some(Scanned { end: at, hash: mixed(hash, last).0 | 1 });
        }
        let is_surrogate = bytes.get(at + 1) == Some(&b'u') && matches!(bytes.get(at + 2), Some(b'd' | b'D'));
        if IS_KEY || is_surrogate {
            return None;
        }
        at += 2;
    }
}

fn mixed(hash: Wrapping<u64>, part: u64) -> Wrapping<u64> {
    let product = (hash ^ Wrapping(part)) * Wrapping(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

/// The highest bit of each byte that is zero, up to the first.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// How many spaces there are from a place on.
#[inline(always)]
fn spaces(bytes: &[u8], start: usize) -> usize {
    let mut count = 0;
    while let Some(eight) = bytes.get(start + count..).and_then(<[u8]>::first_chunk) {
        let others = u64::from_le_bytes(*eight) ^ SPACES;
        if others != 0 {
            return count + others.trailing_zeros() as usize / 8;
        }
        count += 8;
    }
    count
}

/// The end of the number that begins at a place; nothing for one that a double may not hold.
fn number(bytes: &[u8], start: usize) -> Option<usize> {
    let after_digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut end = after_digits(start);
    if end - start > SAFE_DIGITS {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        end = after_digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) { None } else { Some(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_read_in_another_way_is_found() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"b":{"a":1},"a":{"x":1,"x":2}}"#,
            "{\n  \"a\": \"x\",\n  \"a\": 1\n}",
            "{\n  \"a\": [\n    \"x\",\n    \"y\"\n  ],\n  \"b\": {},\n  \"a\": true\n}",
            "{\"eight by\": 1, \"eight by\": 2}",
            "{\"a\": \"x\",\n\"__proto__\": 1}",
            r#"[{"long key of many words":1,"other":2,"long key of many words":3}]"#,
            r#"{"__proto__":1}"#,
            r#"{"a":{"__proto__":{}}}"#,
            r#"{"\u0061":1,"a":2}"#,
            "9007199254740993",
            "[1234567890123456]",
            "-9223372036854775808",
            "1e400",
            "[1.5E3]",
            r#""\ud800""#,
            r#""\\\uDBFF""#,
            "\u{feff}1",
            &"[".repeat(129),
            r#"{"a":"#,
            r#"{"a"#,
            r#"{""#,
            "\"\\",
        ] {
            let broken = [r#"{"a":"#];
            assert_eq!(is_interoperable_json(text), broken.contains(&text), "{text}");
        }
        let many = |last: &str| (0..40).map(|key| format!("\"key {key}\":{{}},")).collect::<String>() + &format!("\"{last}\":1");
        assert!(is_interoperable_json(&format!("{{{}}}", many("key"))));
        assert!(!is_interoperable_json(&format!("{{{}}}", many("key 7"))));
    }

    #[test]
    fn usual_texts_are_interoperable() {
        for text in [
            "",
            "null",
            "-0",
            "[0.1234567890123456789, -1.5, 123456789012345]",
            r#"{"a":1,"b":{"a":2,"c":[{"a":1},{"a":1}]},"c":"a","é":"ü","":0}"#,
            "{\n  \"a\": \"x\",\n  \"b\": [\n    \"a\",\n    \"a\",\n    true,\n    true\n  ],\n  \"c\": { \"a\": \"a\" },\n  \"x\": 1\n}",
            r#"{"a":"{\"a\":1, \"a\":2}","b":"\\","c":"\u00e9","d":"12345678901234567890"}"#,
            r#"{"eight by":1,"eight by8":2,"__proto":3,"__proto___":4,"_":5}"#,
            &"[".repeat(128),
        ] {
            assert!(is_interoperable_json(text), "{text}");
        }
    }

    #[test]
    fn keys_that_somebody_chose_cost_no_more_than_others() {
        // Were a place searched for without end, these would take the square of their number.
        let keys = (1..=100_000).map(|key| key << 1 | 1).collect();
        let mut scan = Scan { keys, ..Scan::default() };
        assert!(!scan.are_distinct(0));
        assert!(scan.keys.is_empty());
    }
}
