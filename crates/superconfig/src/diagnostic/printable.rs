//! Texts for messages without the characters that a terminal obeys.

use std::borrow::Cow;
use std::fmt::Write;

/// A name as messages quote it: what a terminal would obey, and line ends, as escapes.
pub(crate) fn printable(name: &str) -> Cow<'_, str> {
    escaped(name, is_obeyed)
}

/// The same for a message in one line.
pub(crate) fn printable_line(text: String) -> String {
    owned(escaped(&text, is_obeyed)).unwrap_or(text)
}

/// The same for a message that may have several lines and tabs.
pub(super) fn printable_text(text: String) -> String {
    owned(escaped(&text, |character| is_obeyed(character) && !matches!(character, '\n' | '\t'))).unwrap_or(text)
}

/// What was changed.
fn owned(text: Cow<'_, str>) -> Option<String> {
    match text {
        Cow::Borrowed(_) => None,
        Cow::Owned(changed) => Some(changed),
    }
}

/// Whether a terminal obeys a character: it would move the cursor, or turn the direction of the text.
pub(super) fn is_obeyed(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Writes the escape of a character, as paths have it.
pub(super) fn write_escape(out: &mut impl Write, character: char) -> std::fmt::Result {
    match character {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        other => write!(out, "\\u{{{:x}}}", u32::from(other)),
    }
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Nearly all texts hold none: bytes of printable ASCII are none of them.
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) || !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_escaped(character) {
            let _ = write_escape(&mut out, character);
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped() {
        let text = "a\u{1b}[31m\u{7}\u{9b}\u{7f}\u{202e}\u{2066}\u{2028}é\u{200d}\r\n\tb";
        let escapes = "a\\u{1b}[31m\\u{7}\\u{9b}\\u{7f}\\u{202e}\\u{2066}\\u{2028}é\u{200d}\\r";
        assert_eq!(printable(text), format!("{escapes}\\n\\tb"));
        assert_eq!(printable_line(text.to_owned()), printable(text));
        assert_eq!(printable_text(text.to_owned()), format!("{escapes}\n\tb"));
        assert!(matches!(printable("plain é"), Cow::Borrowed("plain é")));
    }
}
