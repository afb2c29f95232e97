//! The start of a value's token, after its anchor and tag.

/// The byte offset of the token behind the anchor and the tag that begin at an offset; the offset itself where none does.
pub(super) fn behind_properties(text: &str, at: usize) -> usize {
    if !text[at..].starts_with(['&', '!']) {
        return at;
    }
    skip(text, at, &[])
}

/// The byte offset of the `|` or `>` of the block scalar that comes next after an offset between two values.
pub(super) fn block_header(text: &str, from: usize) -> Option<usize> {
    let at = skip(text, from, b":-?");
    text[at..].starts_with(['|', '>']).then_some(at)
}

/// The byte offset of the first dash of a block sequence, from the start that the parser gives. For the value of a key that
/// is after the dash, where the dash is at the key's column.
pub(super) fn first_dash(text: &str, start: usize) -> usize {
    let line = line_start(text, start);
    let first = start - text[line..start].trim_start_matches(' ').len();
    if text[first..].starts_with('-') { first } else { start }
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

/// Whether a text that is read as `null` says nothing: comments, directives, and the start and end of a document.
pub(in crate::format) fn is_empty_document(text: &str) -> bool {
    let is_marker = |line: &str| ["---", "..."].iter().any(|marker| line.strip_prefix(marker).is_some_and(is_comment));
    text.split(['\n', '\r']).all(|line| is_comment(line) || line.starts_with('%') || is_marker(line))
}

fn is_comment(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with('#')
}

/// Steps over white space, comments, anchors, tags and some indicators.
fn skip(text: &str, from: usize, indicators: &[u8]) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        let rest = &text[at..];
        at += match byte {
            b' ' | b'\t' | b'\n' | b'\r' => 1,
            b'#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            b'!' if rest.starts_with("!<") => rest.find('>').map_or(rest.len(), |end| end + 1),
            b'&' | b'!' => rest.find([' ', '\t', '\n', '\r', ',', '[', ']', '{', '}']).unwrap_or(rest.len()),
            byte if indicators.contains(byte) => 1,
            _ => break,
        };
    }
    at
}
