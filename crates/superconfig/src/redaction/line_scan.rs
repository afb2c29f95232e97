//! Scans the lines of a text for those that may belong to a secret.

use crate::diagnostic::count_steps;
use std::borrow::Cow;

/// True when a line, counted from 0, names a secret, or could belong to one that a line above begins: a table, a list or a
/// text of several lines. The text need not be well formed, so the test is a heuristic that rather hides too much.
///
/// Costs one pass over the text above.
pub(crate) fn may_show_secret(text: &str, at: usize, names_secret: &dyn Fn(&str) -> bool) -> bool {
    let lines: Vec<&str> = text.lines().take(at + 1).collect();
    let Some((line, above)) = lines.split_last() else { return false };
    if names_secret(line) || hides_characters(line) || hides_key(line) || armoured(&lines) {
        return true;
    }
    let mut below = Below {
        indent: indent(line),
        header: is_header(line),
        keyless: is_keyless(line),
        keys_above: begins_with_separator(line),
        ..Below::default()
    };
    above.iter().rev().any(|line| {
        let belongs = below.belongs_to(line);
        below.add(line, belongs);
        belongs && (hides_key(line) || names_secret(&decoded(line)))
    })
}

/// A summary of the lines between a line above and the one in question.
#[derive(Default)]
struct Below {
    /// The least indentation.
    indent: usize,
    /// A `[header]` begins something else.
    header: bool,
    /// No key: the line could continue the value above.
    keyless: bool,
    /// A value whose key ends above: `: value` belongs to `? key`, and to a key in quotes.
    keys_above: bool,
    /// Anything but empty lines.
    something: bool,
    /// Brackets that are opened and not closed, by what is between; negative where they close what is above.
    brackets: isize,
    /// Quotes of each kind, odd where one is open.
    quotes: [usize; 3],
}

impl Below {
    /// Whether the line in question could be part of what a line above begins.
    fn belongs_to(&self, line: &str) -> bool {
        let (brackets, quotes) = count(line);
        let is_quoted = quotes.iter().zip(self.quotes).any(|(own, below)| (own + below) % 2 == 1);
        let continues = !self.something && line.trim_end().ends_with([':', '=', '\\', '|', '>', ',', '-', '+']);
        let is_header = is_header(line) && !self.header;
        self.keys_above
            || is_header
            || is_quoted
            || self.keyless
            || brackets + self.brackets > 0
            || self.indent > indent(line)
            || continues
    }

    fn add(&mut self, line: &str, belongs: bool) {
        if line.trim().is_empty() {
            return;
        }
        // The key of a value may itself have several lines, up to the one with the question mark.
        let is_key = line.trim_start().starts_with(['?', '"', '\'']) || line.contains("{?") || line.contains("? ");
        self.keys_above = belongs && begins_with_separator(line) || self.keys_above && !is_key;
        let (brackets, quotes) = count(line);
        self.brackets += brackets;
        self.quotes.iter_mut().zip(quotes).for_each(|(all, own)| *all += own);
        self.indent = self.indent.min(indent(line));
        self.header |= is_header(line);
        self.keyless &= is_keyless(line);
        self.something = true;
    }
}

/// Spaces before the first character; an element of a YAML sequence may be below its key without any.
fn indent(line: &str) -> usize {
    let start = line.trim_start();
    let dash = start == "-" || start.starts_with("- ");
    2 * (line.len() - start.len()) + usize::from(dash)
}

/// `[table]` or `[[table]]` of TOML, or `[section]` of INI.
fn is_header(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('[') && !line.contains(['=', ',', '{'])
}

/// No `key = value` and no `key: value`; base64 ends with `=`.
fn is_keyless(line: &str) -> bool {
    !line.trim_end().trim_end_matches('=').contains(['=', ':'])
}

/// Brackets that a line opens beyond those that it closes, outside of quotes, and its quotes. A comment has neither.
fn count(line: &str) -> (isize, [usize; 3]) {
    let (mut brackets, mut quotes) = (0, [0; 3]);
    if is_header(line) || line.trim_start().starts_with(['#', ';']) || line.trim_start().starts_with("//") {
        return (brackets, quotes);
    }
    let (mut open, mut escaped) = (None, false);
    for character in line.chars() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match character {
            '\\' => escaped = true,
            '"' | '\'' | '`' if open.is_none_or(|quote| quote == character) => {
                open = if open.is_none() { Some(character) } else { None };
                quotes[match character {
                    '"' => 0,
                    '\'' => 1,
                    _ => 2,
                }] += 1;
            }
            '{' | '[' | '(' if open.is_none() => brackets += 1,
            '}' | ']' | ')' if open.is_none() => brackets -= 1,
            _ => {}
        }
    }
    (brackets, quotes)
}

/// `: value` or `= value`, whose key is above.
fn begins_with_separator(line: &str) -> bool {
    line.trim_start().starts_with([':', '='])
}

/// A key given by an alias, or continued below, cannot be judged by its text.
fn hides_key(line: &str) -> bool {
    if line.trim_end().ends_with('\\') {
        return true;
    }
    // From the right, as an alias is a key by what follows the white space behind it.
    let (mut next, mut colon_follows) = (None, false);
    line.char_indices().rev().any(|(at, character)| {
        count_steps(1);
        if character.is_whitespace() {
            colon_follows = next == Some(':');
            return false;
        }
        next = Some(character);
        let before = &line[..at];
        let begins = |before: char| before.is_whitespace() || "{[,".contains(before);
        let is_alias = character == '*' && before.chars().next_back().is_none_or(begins);
        is_alias && (colon_follows || before.trim_end().ends_with('?'))
    })
}

/// A line with its escapes decoded.
fn decoded(line: &str) -> Cow<'_, str> {
    if !line.contains('\\') {
        return line.into();
    }
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, escaped)) = rest.split_once('\\') {
        text.push_str(before);
        let Some(kind) = escaped.chars().next() else { break };
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        rest = &escaped[kind.len_utf8()..];
        let code = rest.get(..digits).filter(|_| digits > 0).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                text.push(character);
                rest = &rest[digits..];
            }
            None => text.push(kind),
        }
    }
    text.push_str(rest);
    text.into()
}

/// A key written with escapes cannot be judged by its text.
pub(super) fn hides_characters(line: &str) -> bool {
    ["\\u", "\\U", "\\x"].iter().any(|escape| line.contains(escape))
}

/// True inside armoured text such as a private key.
fn armoured(lines: &[&str]) -> bool {
    let begun = lines.iter().filter(|line| line.contains("-----BEGIN")).count();
    let ended = lines.iter().filter(|line| line.contains("-----END")).count();
    begun > 0 && (begun > ended || lines.last().is_some_and(|line| line.contains("-----")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::assert_linear;

    #[test]
    fn keys_that_aliases_give_are_hidden() {
        for line in ["*key : x", "{*key : x}", "? *key", "a: [1,*key   : x]", "* : x", "key: x\\"] {
            assert!(hides_key(line), "{line}");
        }
        for line in ["a: *value", "[*a, *b]", "a*b : c", "*key: x", "*a b: c", "", "*"] {
            assert!(!hides_key(line), "{line}");
        }
    }

    #[test]
    fn keys_that_aliases_give_are_found_in_linear_time() {
        for unit in ["*a,", "*", "{*", "* ", "[ *a", "a ? "] {
            assert_linear(unit, |size| {
                hides_key(&unit.repeat(size));
            });
        }
    }
}
