//! The source line of an error, redacted.

use super::line_scan::may_show_secret;
use super::rules::line_may_hold_secret;
use super::secret_words::REDACTED;
use crate::diagnostic::Position;

/// Longer lines are left out: the position in them is hard to see.
const MAX_CHARACTERS: usize = 160;

/// Longer keys are left out of lines that hold a secret.
const MAX_KEY: usize = 64;

/// Shows a line with its number and a mark below the column. Of a line that could hold a secret it shows the key alone, and nothing
/// where that cannot be told.
pub(crate) fn render(text: &str, position: Position) -> Option<String> {
    marked(text, position, |_| 1)
}

/// The same with the whole value marked that begins at the column, as far as it is on the line.
pub(crate) fn render_value(text: &str, position: Position) -> Option<String> {
    marked(text, position, |rest| {
        let mut characters = rest.chars();
        let quote = characters.next().filter(|first| matches!(first, '"' | '\'' | '`'));
        let end = match quote {
            Some(quote) => {
                let mut escaped = false;
                let is_end = |character| {
                    let ends = character == quote && !escaped;
                    escaped = character == '\\' && !escaped;
                    ends
                };
                characters.position(is_end).map(|at| at + 2)
            }
            None => rest.chars().position(|character| character.is_whitespace() || ",]}#;".contains(character)),
        };
        end.unwrap_or_else(|| rest.trim_end().chars().count()).max(1)
    })
}

/// Shows the number of a line and the key of the secret that it holds.
pub(crate) fn render_key(position: Position, key: &str) -> String {
    format!("   {} | {key}: {REDACTED}", position.line)
}

/// The key that a line begins with, where it is that key which names a secret, and no line above could.
fn key_of_secret<'t>(text: &str, at: usize, line: &'t str) -> Option<&'t str> {
    let is_of_line_above = |other: &str| !std::ptr::eq(other.as_ptr(), line.as_ptr()) && line_may_hold_secret(other);
    let rest = line.trim_start_matches(|character: char| character.is_whitespace() || "{,-[\"'".contains(character));
    let rest = rest.strip_prefix("export ").unwrap_or(rest);
    let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let (key, behind) = rest.split_at(rest.bytes().take_while(is_inside).count());
    let is_key = behind.trim_start_matches(['"', '\'']).trim_start().starts_with([':', '=']);
    let is_shown = is_key && key.len() <= MAX_KEY && line_may_hold_secret(key);
    (is_shown && !may_show_secret(text, at, &is_of_line_above)).then_some(key)
}

/// `length` gives the number of characters to mark from the column on.
fn marked(text: &str, position: Position, length: impl FnOnce(&str) -> usize) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let at = position.line as usize - 1;
    let line = text.lines().nth(at)?;
    if may_show_secret(text, at, &line_may_hold_secret) {
        return key_of_secret(text, at, line).map(|key| render_key(position, key));
    }
    if line.chars().count() > MAX_CHARACTERS {
        return None;
    }
    let number = position.line.to_string();
    let line_text: String = line.chars().map(harmless).collect();
    let margin = " ".repeat(number.len());
    let before = position.column as usize - 1;
    let indent = " ".repeat(before);
    let mark = "^".repeat(length(&line.chars().skip(before).collect::<String>()));
    Some(format!("   {number} | {line_text}\n   {margin} | {indent}{mark}"))
}

/// A character as a terminal can show it in one column: what would move its cursor, or turn the direction of the text, as a picture.
fn harmless(character: char) -> char {
    match character {
        '\t' => ' ',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mark_covers_the_value_on_its_line() {
        for (text, column, mark) in [
            ("port = \"eighty\"", 8, "^^^^^^^^"),
            ("port = 'a b' # c", 8, "^^^^^"),
            (r#"{"a": "b\"c\\", "d": 1}"#, 7, "^^^^^^^^"),
            ("[80, 81]", 2, "^^"),
            ("port: eighty", 7, "^^^^^^"),
            ("text = \"\"\"", 8, "^^"),
            ("a = \"open", 5, "^^^^^"),
            ("a =", 4, "^"),
        ] {
            let line_text = render_value(text, Position { line: 1, column }).unwrap();
            assert_eq!(line_text.lines().last().unwrap().split_once("| ").unwrap().1.trim_start(), mark, "{text}");
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown_as_a_picture() {
        let text = "a = \"\u{1b}]0;x\u{7}\u{7f}\u{9b}\u{202e}é\"\t}";
        let shown = render(text, Position { line: 1, column: 14 }).unwrap();
        assert_eq!(shown, "   1 | a = \"␛]0;x␇␡\u{fffd}\u{fffd}é\" }\n     |              ^");
    }

    #[test]
    fn line_of_a_secret_shows_its_key_alone() {
        let shown = |text: &str| render(text, Position { line: text.lines().count() as u32, column: 1 });
        for (text, key) in [
            ("a = 1\ndb_password = = 'hunter2'", "db_password"),
            ("{\n  \"apiKey\": hunter2", "apiKey"),
            ("export TOKEN=\"hunter2", "TOKEN"),
            ("- password: [hunter2", "password"),
        ] {
            let wanted = format!("   {} | {key}: [redacted]", text.lines().count());
            assert_eq!(shown(text).as_deref(), Some(&*wanted), "{text}");
        }
        for text in [
            "[credentials]\nuser = hunter2",
            "x = 'https://me:hunter2@host'",
            "token: |\n  password: hunter2",
            "TOKEN='a\npassword=hunter2",
            "hunter2 password",
            "# the password: hunter2",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    /// The last line is the one in question.
    fn hidden(text: &str) -> bool {
        may_show_secret(text, text.lines().count() - 1, &line_may_hold_secret)
    }

    #[test]
    fn lines_of_a_secret_are_hidden() {
        for text in [
            "password = 1",
            "[credentials]\na = 1\n\nb = 2\nc = 3\nuser = x",
            "[[a.tokens]]\nb = 1\nc = x",
            "tokens = [\n1,\n2,\n3,\n4\nx",
            "{\n\"tokens\": {\n\"a\": {\n\"b\": 1\n},\n\"c\": x",
            "credentials:\n  a: 1\n  b:\n    c: 2\n  d: x",
            "tokens:\n- 1\n- 2\n- x",
            "a:\n- b: 1\n  secrets:\n    c: 2\n    d: x",
            "password:\n\n  x",
            "\"password\":\n\"x\"",
            "TOKEN='a\nb\nx",
            "password = \"\"\"\na\nb\nx",
            "token: |\n  a\n\n  b\n  x",
            "[a]\npassword = 1\nab\ncd==\nx",
            "key = '''\n-----BEGIN RSA\nx",
            "{\"p\\u0061ssword\": x",
            "{\"pass\\u0077ord\":\nx,}",
            "{\"pass\\x77ord\": [\n1,\nx",
            "{'pass\\word':\nx}",
            "{\"pass\\\nword\": x",
            "\"pass\\U00000077ord\":\n  x",
            "[\"tok\\u0065ns\"]\na = x",
            "? password\n: x",
            "? password\n:\n  x",
            "? |\n  password\n: x",
            "a:\n  ? \"password\"\n  : x",
            "{? password\n: x}",
            "{\n\"password\"\n: x",
            "k: &k password\n*k : x",
            "k: &k password\nl: {*k :\n  x",
            "a: &k password\n? *k\n: x",
            "- &k password\n- *k :\n    x",
        ] {
            assert!(hidden(text), "{text}");
        }
    }

    #[test]
    fn lines_beside_a_secret_are_visible() {
        for text in [
            "password = 1\nport = x",
            "[credentials]\na = 1\n[server]\nport = x",
            "tokens = [\n1,\n2\n]\nport = x",
            "tokens = [1]\nport = x",
            "{\n  \"password\": \"a\",\n  \"a\": 1,\n  \"port\": x",
            "{\n\"tokens\": {\n\"a\": 1\n},\n\"c\": 1,\n\"d\": x",
            "credentials:\n  a: 1\nport: x",
            "tokens:\n- 1\nport: x",
            "# don't put a password here\nport = x",
            "TOKEN='a\nb'\nport=x",
            "? password\n: a\nport: x",
            "? password\n: a\n? port\n: x",
            "{\"a\\u0062\": \"\\u0063\",\n\"port\": x",
            "a: 2 * 3\nport: x",
            "a: *b\nport: x",
            "port: *x",
        ] {
            assert!(!hidden(text), "{text}");
        }
    }

    #[test]
    fn a_long_text_costs_one_pass() {
        let text = "password = [\n]\n".repeat(20_000) + "port = x";
        assert!(!hidden(&text));
    }
}
