//! The line of a text that a problem is in.

use crate::origin::Position;
use crate::secrets::line_may_hold_secret;

/// Longer lines are not shown: nobody finds the place in them.
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

/// `length` tells how many characters to mark of what begins at the column.
fn marked(text: &str, position: Position, length: impl FnOnce(&str) -> usize) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let at = position.line as usize - 1;
    let line = text.lines().nth(at)?;
    if line.chars().count() > MAX_CHARACTERS || may_show_secret(text, at, &line_may_hold_secret) {
        return None;
    }
    let number = position.line.to_string();
    let shown: String = line.chars().map(|character| if character == '\t' { ' ' } else { character }).collect();
    let margin = " ".repeat(number.len());
    let before = position.column as usize - 1;
    let indent = " ".repeat(before);
    let mark = "^".repeat(length(&line.chars().skip(before).collect::<String>()));
    Some(format!("   {number} | {shown}\n   {margin} | {indent}{mark}"))
}

/// True when a line, counted from 0, names a secret, or could belong to one that a line above begins: a table, a list or a
/// text of several lines. The text need not be well formed, so this goes by its looks, and rather hides too much.
///
/// Costs one pass over the text above.
pub(crate) fn may_show_secret(text: &str, at: usize, names_secret: &dyn Fn(&str) -> bool) -> bool {
    let lines: Vec<&str> = text.lines().take(at + 1).collect();
    let Some((line, above)) = lines.split_last() else { return false };
    if names_secret(line) || hides_characters(line) || armoured(&lines) {
        return true;
    }
    let mut below = Below { indent: indent(line), header: is_header(line), keyless: is_keyless(line), ..Below::default() };
    above.iter().rev().any(|line| {
        let opens = below.belongs_to(line) && names_secret(line);
        below.add(line);
        opens
    })
}

/// What stands between a line above and the one in question.
#[derive(Default)]
struct Below {
    /// The least indentation.
    indent: usize,
    /// A `[header]` begins something else.
    header: bool,
    /// No key: what stands there could go on with the value above.
    keyless: bool,
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
        is_header || is_quoted || self.keyless || brackets + self.brackets > 0 || self.indent > indent(line) || continues
    }

    fn add(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let (brackets, quotes) = count(line);
        self.brackets += brackets;
        self.quotes.iter_mut().zip(quotes).for_each(|(all, own)| *all += own);
        self.indent = self.indent.min(indent(line));
        self.header |= is_header(line);
        self.keyless &= is_keyless(line);
        self.something = true;
    }
}

/// Spaces before the first character; an element of a YAML sequence may stand below its key without any.
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

/// A key that is written with escapes cannot be read by its looks.
fn hides_characters(line: &str) -> bool {
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

    #[test]
    fn a_value_is_marked_as_far_as_it_goes() {
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
            let shown = render_value(text, Position { line: 1, column }).unwrap();
            assert_eq!(shown.lines().last().unwrap().split_once("| ").unwrap().1.trim_start(), mark, "{text}");
        }
    }

    /// The last line is the one in question.
    fn hidden(text: &str) -> bool {
        may_show_secret(text, text.lines().count() - 1, &line_may_hold_secret)
    }

    #[test]
    fn what_belongs_to_a_secret_is_hidden() {
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
        ] {
            assert!(hidden(text), "{text}");
        }
    }

    #[test]
    fn what_stands_beside_a_secret_is_shown() {
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
