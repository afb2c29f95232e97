//! The source line of an error, redacted.

use super::line_scan::may_show_secret;
use super::rules::line_may_hold_secret;
use crate::diagnostic::Position;

/// Longer lines are left out: the position in them is hard to see.
const MAX_CHARACTERS: usize = 160;

/// Shows a line with its number and a mark below the column; `None` where the line could hold a secret.
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

/// `length` gives the number of characters to mark from the column on.
fn marked(text: &str, position: Position, length: impl FnOnce(&str) -> usize) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let at = position.line as usize - 1;
    let line = text.lines().nth(at)?;
    if line.chars().count() > MAX_CHARACTERS || may_show_secret(text, at, &line_may_hold_secret) {
        return None;
    }
    let number = position.line.to_string();
    let line_text: String = line.chars().map(|character| if character == '\t' { ' ' } else { character }).collect();
    let margin = " ".repeat(number.len());
    let before = position.column as usize - 1;
    let indent = " ".repeat(before);
    let mark = "^".repeat(length(&line.chars().skip(before).collect::<String>()));
    Some(format!("   {number} | {line_text}\n   {margin} | {indent}{mark}"))
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
