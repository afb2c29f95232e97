//! Comments in a text that was written for a value.

use super::format::Format;
use super::parse_text::locate;
use crate::diagnostic::Segment;
use std::collections::BTreeMap;

/// The same text with a comment in the lines above each of the paths. Costs a search for each path.
///
/// Gives `None` for a format without comments.
pub(crate) fn annotate<'p>(
    text: &str,
    format: Format,
    comments: impl IntoIterator<Item = (&'p [Segment], Vec<String>)>,
) -> Option<String> {
    let mark = format.codec()?.comment?;
    let mut by_line: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (path, lines) in comments {
        let position = match format {
            Format::Dotenv => variable_name(path).and_then(|name| locate(text, format, &[Segment::from(&*name)])),
            _ => locate(text, format, path),
        };
        if let Some(position) = position {
            by_line.entry(position.line as usize).or_default().extend(lines);
        }
    }
    let mut out = String::with_capacity(text.len() * 2);
    for (at, line) in text.split_inclusive('\n').enumerate() {
        for comment in by_line.get(&(at + 1)).into_iter().flatten() {
            let indentation = &line[..line.len() - line.trim_start_matches(' ').len()];
            out.push_str(indentation);
            out.push_str(mark);
            // A comment ends with its line, whatever a name holds.
            out.extend(comment.chars().map(|character| if character.is_control() { ' ' } else { character }));
            out.push('\n');
        }
        out.push_str(line);
    }
    Some(out)
}

/// The variable that the dotenv writer gives a path; what is in an array has none.
fn variable_name(path: &[Segment]) -> Option<String> {
    let part = |segment: &Segment| match segment {
        Segment::Key(key) => Some(variable_part(key)),
        Segment::Index(_) => None,
    };
    Some(path.iter().map(part).collect::<Option<Vec<String>>>()?.join("__"))
}

/// A key as the dotenv writer spells it in a variable's name.
pub(super) fn variable_part(key: &str) -> String {
    key.to_ascii_uppercase().replace('-', "_")
}
