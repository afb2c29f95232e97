//! The offset of a value in a well-formed text of the JSON family.

use super::dialect::Dialect;
use super::lexer::Lexer;
use crate::diagnostic::Segment;

/// Finds the value at a path in a text of JSON.
pub(in crate::format) fn locate_json(text: &str, path: &[Segment]) -> Option<usize> {
    locate(text, Dialect::Json, path)
}

/// The byte offset of the value at a path; of equal keys the last, which is the one that counts.
pub(super) fn locate(text: &str, dialect: Dialect, path: &[Segment]) -> Option<usize> {
    let mut lexer = Lexer::new(text, dialect);
    lexer.skip_space().ok()?;
    for segment in path {
        lexer.at = child(&mut lexer, segment)?;
    }
    Some(lexer.at)
}

fn child(lexer: &mut Lexer<'_>, segment: &Segment) -> Option<usize> {
    let object = match lexer.peek()? {
        b'{' => true,
        b'[' => false,
        _ => return None,
    };
    lexer.at += 1;
    let mut found = None;
    let mut index = 0;
    loop {
        lexer.skip_space().ok()?;
        if matches!(lexer.peek()?, b'}' | b']') {
            return found;
        }
        if lexer.take(b',') {
            continue;
        }
        let matches = if object {
            let key = lexer.key().ok()?;
            lexer.skip_space().ok()?;
            lexer.take(b':');
            lexer.skip_space().ok()?;
            match segment {
                Segment::Key(wanted) => *key == **wanted,
                Segment::Index(wanted) => *key == *itoa::Buffer::new().format(*wanted),
            }
        } else {
            index += 1;
            segment.as_index() == Some(index - 1)
        };
        if matches {
            found = Some(lexer.at);
            // An array's elements are not searched again, but keys may repeat.
            if !object {
                return found;
            }
        }
        skip_value(lexer)?;
    }
}

/// Steps over a value, up to the comma or bracket after it.
fn skip_value(lexer: &mut Lexer<'_>) -> Option<()> {
    let mut depth = 0usize;
    loop {
        lexer.skip_space().ok()?;
        match lexer.peek()? {
            b'"' | b'\'' => drop(lexer.string().ok()?),
            b'{' | b'[' => {
                depth += 1;
                lexer.at += 1;
            }
            b'}' | b']' | b',' if depth == 0 => return Some(()),
            b'}' | b']' => {
                depth -= 1;
                lexer.at += 1;
            }
            byte if byte.is_ascii() => lexer.at += 1,
            _ => lexer.skip_character(),
        }
    }
}
