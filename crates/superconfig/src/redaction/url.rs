//! Masks the user part of URLs.

use super::secret_words::REDACTED;
use crate::diagnostic::count_steps;

/// Schemes longer than this are not compared with others of the same text.
const LONGEST_SCHEME: usize = 32;

/// Masks the user part of each URL in a text; `None` where there is none.
///
/// A user part begins behind `://` and reaches to the last `@` before white space or a quote, whatever characters a password
/// holds that should have been escaped; so a `@` further on hides the text before it. URLs of one scheme between commas or
/// semicolons are several.
///
/// Costs one pass over the text, and no memory where it has no `://`.
///
/// ```
/// let masked = superconfig::mask_userinfo("cannot reach db://me:2024#x@host/x");
/// assert_eq!(masked.as_deref(), Some("cannot reach db://[redacted]@host/x"));
/// assert_eq!(superconfig::mask_userinfo("https://example.com"), None);
/// ```
pub fn mask_userinfo(text: &str) -> Option<String> {
    let mut masked = String::new();
    let mut copied = 0;
    let mut from = 0;
    // Where the run of characters ends that the last URL is in: several can be in one.
    let mut run_end = 0;
    while let Some(colon) = find(text, "://", from) {
        let start = colon + "://".len();
        if start > run_end {
            let is_end = |character: char| character.is_whitespace() || matches!(character, '"' | '\'' | '`');
            run_end = text[start..].find(is_end).map_or(text.len(), |length| start + length);
            count_steps(run_end - start);
        }
        let end = next_url(&text[..run_end], colon).unwrap_or(run_end);
        count_steps(end - start);
        if let Some(at) = text[start..end].rfind('@') {
            masked.push_str(&text[copied..start]);
            masked.push_str(REDACTED);
            copied = start + at;
        }
        from = end;
    }
    if masked.is_empty() {
        return None;
    }
    masked.push_str(&text[copied..]);
    Some(masked)
}

/// The start of another URL of the same scheme after the one whose `://` is at an offset.
fn next_url(text: &str, colon: usize) -> Option<usize> {
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let length = text.as_bytes()[..colon].iter().rev().take(LONGEST_SCHEME + 1).take_while(|byte| is_scheme(byte)).count();
    if length == 0 || length > LONGEST_SCHEME {
        return None;
    }
    count_steps(length);
    let scheme = &text[colon - length..colon];
    let start = colon + "://".len();
    let mut from = start;
    while let Some(next) = find(text, "://", from) {
        if let Some(before) = text[start..next].strip_suffix(scheme)
            && before.ends_with([',', ';'])
        {
            return Some(start + before.len() - 1);
        }
        from = next + "://".len();
    }
    None
}

fn find(text: &str, what: &str, from: usize) -> Option<usize> {
    let found = text[from..].find(what).map(|at| from + at);
    count_steps(found.unwrap_or(text.len()) - from);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_part_reaches_to_the_last_at_sign() {
        for (text, expected) in [
            ("postgres://app:pw@db.internal/main", "postgres://[redacted]@db.internal/main"),
            ("postgres://app:2024#Winter@db.internal/main", "postgres://[redacted]@db.internal/main"),
            ("redis://default:/s3cr3t@cache:6379", "redis://[redacted]@cache:6379"),
            ("mysql://root:p@ss9@localhost/db", "mysql://[redacted]@localhost/db"),
            ("postgres://u:p/w?x#1@a/x", "postgres://[redacted]@a/x"),
            ("redis://:p@a", "redis://[redacted]@a"),
            ("https://ghp_abc@github.com/x", "https://[redacted]@github.com/x"),
            ("jdbc:pg://u:p@q@a", "jdbc:pg://[redacted]@a"),
            ("a://u:b://c@d", "a://[redacted]@d"),
            ("http://a/?to=ftp://u:p@b", "http://[redacted]@b"),
            ("mongodb://u:p@a,b:1/x", "mongodb://[redacted]@a,b:1/x"),
            // Rather too much than too little.
            ("http://a:8080/p@b", "http://[redacted]@b"),
            ("http://[::1]/p@b", "http://[redacted]@b"),
        ] {
            assert_eq!(mask_userinfo(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn text_without_a_user_part_is_unchanged() {
        for text in ["a@b, no scheme", "://", "http://a:8080/b", "http://a b@c", "'http://a' b@c", "", "@://", "é://é"] {
            assert_eq!(mask_userinfo(text), None, "{text}");
        }
    }

    #[test]
    fn masking_costs_the_length_of_the_text() {
        use crate::diagnostic::assert_linear;
        for unit in ["://a:b/", "a://", ",a://u:p@b", ";a://b", "a.a.a.", "@://", "a://b ", "aaaa:/", "'a://u@b'"] {
            assert_linear(unit, |size| drop(mask_userinfo(&unit.repeat(size))));
        }
        let long_scheme = |size| "a".repeat(size) + "://" + &"x://".repeat(size) + "@";
        assert_linear("a long scheme", |size| drop(mask_userinfo(&long_scheme(size))));
    }

    #[test]
    fn several_urls_are_masked_one_by_one() {
        for (text, expected) in [
            ("amqp://u:p@a/x,amqp://u:p@b/y", "amqp://[redacted]@a/x,amqp://[redacted]@b/y"),
            ("nats://a;nats://u:p@b;nats://c", "nats://a;nats://[redacted]@b;nats://c"),
            ("x://u:p@a x://u:p@b 'y://u:p@c'", "x://[redacted]@a x://[redacted]@b 'y://[redacted]@c'"),
            // Of another scheme it could be a part of a password.
            ("x://u:p@a,y://q@b", "x://[redacted]@b"),
        ] {
            assert_eq!(mask_userinfo(text).as_deref(), Some(expected), "{text}");
        }
    }
}
