//! The line of a text that a problem is in.

use crate::origin::Position;
use crate::secrets::line_may_hold_secret;

/// Longer lines are not shown: nobody finds the place in them.
const MAX_CHARACTERS: usize = 160;

/// Shows a line with its number and a mark below the column; `None` where the line, or the one that it may continue,
/// could hold a secret.
pub(crate) fn render(text: &str, position: Position) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let at = position.line as usize - 1;
    let line = text.lines().nth(at)?;
    // A value that spans lines (a block scalar, a key in PEM) may belong to a key some lines above.
    let above = text.lines().take(at + 1).skip(at.saturating_sub(3));
    if line.chars().count() > MAX_CHARACTERS || above.into_iter().any(line_may_hold_secret) || multiline_secret(text, at) {
        return None;
    }
    let number = position.line.to_string();
    let shown: String = line.chars().map(|character| if character == '\t' { ' ' } else { character }).collect();
    let margin = " ".repeat(number.len());
    let indent = " ".repeat(position.column as usize - 1);
    Some(format!("   {number} | {shown}\n   {margin} | {indent}^"))
}

/// True inside armoured text such as a private key.
fn multiline_secret(text: &str, at: usize) -> bool {
    let before = || text.lines().take(at + 1);
    let begun = before().filter(|line| line.contains("-----BEGIN")).count();
    let ended = before().filter(|line| line.contains("-----END")).count();
    begun > 0 && (begun > ended || text.lines().nth(at).is_some_and(|line| line.contains("-----")))
}
