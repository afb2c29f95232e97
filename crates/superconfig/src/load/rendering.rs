//! Writes the values of a load as text: with their origins, or only what is not a default.

use super::load_result::LoadResult;
use crate::diagnostic::{Error, ErrorCode, Origin, Path, Segment, SourceKind};
use crate::format::{Format, annotate, escape_ascii, indent, render, render_ascii};
use crate::merge::{Candidate, Explainer, Explanation, Layer, fold};
use crate::value::{Table, Value, to_json};

/// The longest value in a comment, in characters.
const LONGEST_VALUE: usize = 60;

/// What is written of the values, and how.
///
/// ```
/// use superconfig::{Format, RenderOptions, SuperConfig};
///
/// let config = SuperConfig::builder().text("port = 1", Format::Toml).text("port = 2", Format::Toml).load()?;
/// let options = RenderOptions { origins: true, ..RenderOptions::default() };
/// assert_eq!(config.snapshot()?.render_with(Format::Yaml, options)?, "# text:1:8, over text:1:8 (1)\nport: 2\n");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RenderOptions {
    /// Whether secrets are shown.
    pub secrets: bool,
    /// Whether JSON and its kin are written over several lines.
    pub indent: bool,
    /// Whether a comment above each value says where it comes from and what it overrides; JSON has no comments.
    pub origins: bool,
    /// Whether what is as in the layers of `defaults`, and what only the schema gives, is left out.
    pub changed: bool,
    /// Whether escapes stand for what is not ASCII; dotenv has none, and keeps its values.
    pub ascii: bool,
}

impl LoadResult {
    pub(crate) fn render(&self, format: Format, options: RenderOptions) -> Result<String, Error> {
        self.render_all(format, options).map_err(|error| self.secrets.without_hidden_keys(error))
    }

    fn render_all(&self, format: Format, options: RenderOptions) -> Result<String, Error> {
        let RenderOptions { secrets, indent: is_indented, origins, changed, ascii } = options;
        let mut value = if secrets { self.value.clone() } else { self.redacted() };
        if changed {
            let defaults: Vec<Layer> = self.layers.iter().filter(|layer| layer.kind == SourceKind::Defaults).cloned().collect();
            let defaults = fold(&defaults, &self.rules.merge_options())?.value;
            value = self.changed_from(&defaults, &value, &mut Vec::new()).unwrap_or_else(|| Value::Table(Table::new()));
        }
        let is_json = matches!(format, Format::Json | Format::Jsonc | Format::Json5);
        let mut text = if ascii { render_ascii(&value, format)? } else { render(&value, format)? };
        if is_json && (is_indented || origins) {
            text = indent(&text);
        }
        if !origins {
            return Ok(text);
        }
        let merge_options = self.rules.merge_options();
        let explainer = Explainer::new(&self.layers, &self.merged, &merge_options);
        let paths = self.known_paths().into_iter().filter(|path| value.at(path).is_some());
        let comments: Vec<(Path, Vec<String>)> = paths.map(|path| self.comment_on(&explainer, path)).collect();
        let comments = comments.iter().map(|(path, lines)| (&**path, lines.clone()));
        let text = annotate(&text, format, comments).ok_or_else(|| {
            let error = Error::new(ErrorCode::Option, format!("{format} has no comments for the origins"));
            error.with_hint("write jsonc, json5, yaml, toml or dotenv")
        })?;
        Ok(if ascii { escape_ascii(&text, format) } else { text })
    }

    /// What differs from the defaults, and is in a layer; `None` where nothing is left.
    fn changed_from(&self, defaults: &Value, value: &Value, path: &mut Vec<Segment>) -> Option<Value> {
        let table = match value.as_table() {
            Some(table) if !table.is_empty() => table,
            _ => {
                let (own, below) = (self.value.at(path), defaults.at(path));
                let is_in_layer = self.merged.value.at(self.source_path(path)).is_some();
                let is_same = matches!((own, below), (Some(own), Some(below)) if own.numeric_eq(below));
                return (is_in_layer && !is_same).then(|| value.clone());
            }
        };
        let mut kept = Table::new();
        for (key, child) in table.entries() {
            path.push(Segment::Key(key.clone()));
            if let Some(child) = self.changed_from(defaults, child, path) {
                kept.insert(key.clone(), child);
            }
            path.pop();
        }
        (!kept.is_empty()).then_some(Value::Table(kept))
    }

    /// A comment that says where a value comes from, and what it overrides.
    fn comment_on(&self, explainer: &Explainer<'_>, path: Path) -> (Path, Vec<String>) {
        let Explanation { candidates, winner, .. } = self.traced(explainer, &path);
        let Some(winner) = winner.and_then(|at| candidates.get(at).map(|candidate| (at, candidate))) else {
            return (path, vec!["from the schema".to_owned()]);
        };
        let over = candidates.iter().enumerate().rev().filter(|(at, _)| *at != winner.0).map(|(_, candidate)| {
            let value = self.secrets.redact(&mut path.to_vec(), &candidate.value);
            format!("{} ({})", shown(candidate), shorten(&to_json(&value)))
        });
        let over: Vec<String> = over.collect();
        let own = shown(winner.1);
        let comment = if over.is_empty() { own } else { format!("{own}, over {}", over.join(", ")) };
        (path, vec![comment])
    }
}

/// The place of a candidate: file, line and column, or variable.
fn shown(candidate: &Candidate) -> String {
    let Origin { source, file, line, column, variable, .. } = &candidate.origin;
    let place = file.as_ref().unwrap_or(source);
    let position = match (line, column) {
        (Some(line), Some(column)) => format!("{place}:{line}:{column}"),
        _ => place.to_string(),
    };
    match (variable, file) {
        (Some(variable), Some(_)) => format!("{variable} in {position}"),
        (Some(variable), None) => variable.to_string(),
        (None, _) => position,
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
