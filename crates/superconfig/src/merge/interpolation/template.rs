//! A string split into text and references.

use crate::diagnostic::Path;

/// The deepest nesting of defaults: parsing and rendering them must fit a small thread's stack.
const MAX_NESTING: usize = 32;

/// A string with references.
#[derive(Debug, PartialEq)]
pub(super) struct Template<'t> {
    pub(super) parts: Vec<Part<'t>>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Part<'t> {
    Text(&'t str),
    Reference(Reference<'t>),
}

#[derive(Debug, PartialEq)]
pub(super) struct Reference<'t> {
    /// The text between the braces.
    pub(super) text: &'t str,
    pub(super) target: Target<'t>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Target<'t> {
    Path(Path),
    Variable { name: &'t str, default: Option<Template<'t>> },
    File(&'t str),
}

/// A malformed reference, with a hint how to write it.
#[derive(Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) hint: &'static str,
}

impl<'t> Template<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, Problem> {
        Scanner { text, at: 0 }.template(0)
    }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    /// Reads to the end of the text or, inside of references, to the brace that closes the innermost; braces in a default
    /// nest.
    fn template(&mut self, depth: usize) -> Result<Template<'t>, Problem> {
        let mut parts = Vec::new();
        let mut start = self.at;
        let mut open = 0usize;
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'$' if bytes.get(self.at + 1..self.at + 3) == Some(b"${") => {
                    push_text(&mut parts, &self.text[start..self.at]);
                    push_text(&mut parts, "${");
                    self.at += 3;
                    (start, open) = (self.at, open + 1);
                }
                b'$' if bytes.get(self.at + 1) == Some(&b'{') => {
                    push_text(&mut parts, &self.text[start..self.at]);
                    parts.push(Part::Reference(self.reference(depth)?));
                    start = self.at;
                }
                b'}' if depth > 0 && open == 0 => break,
                byte => {
                    match byte {
                        b'{' => open += 1,
                        b'}' => open = open.saturating_sub(1),
                        _ => {}
                    }
                    self.at += 1;
                }
            }
        }
        push_text(&mut parts, &self.text[start..self.at]);
        Ok(Template { parts })
    }

    /// Reads a reference that starts here.
    fn reference(&mut self, depth: usize) -> Result<Reference<'t>, Problem> {
        if depth == MAX_NESTING {
            let message = format!("references nest deeper than {MAX_NESTING} levels");
            return Err(Problem { message, hint: "give one of them a path of its own" });
        }
        let start = self.at + 2;
        let inner = &self.text[start..];
        let mut default = None;
        let length = if let Some(variable) = inner.strip_prefix("env:") {
            let end = variable.find('}');
            match variable[..end.unwrap_or(variable.len())].find(":-") {
                Some(at) => {
                    self.at = start + "env:".len() + at + ":-".len();
                    default = Some(self.template(depth + 1)?);
                    (self.at < self.text.len()).then_some(self.at - start)
                }
                None => end.map(|end| "env:".len() + end),
            }
        } else {
            path_end(inner)
        };
        let Some(length) = length else {
            let hint = "close it with `}`, or write `$${` for a literal `${`";
            return Err(Problem { message: "a reference `${` has no closing brace".to_owned(), hint });
        };
        self.at = start + length + 1;
        Reference::parse(&inner[..length], default)
    }
}

fn push_text<'t>(parts: &mut Vec<Part<'t>>, text: &'t str) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

/// The offset of the closing brace; one inside a quoted key of a path does not count.
fn path_end(text: &str) -> Option<usize> {
    if text.starts_with("file:") {
        return text.find('}');
    }
    let mut quote = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'}') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, _) => {}
        }
    }
    None
}

impl<'t> Reference<'t> {
    /// Parses the text between the braces; a default has been parsed already.
    fn parse(text: &'t str, default: Option<Template<'t>>) -> Result<Self, Problem> {
        let target = if let Some(variable) = text.strip_prefix("env:") {
            let name = variable.split(":-").next().unwrap_or_default().trim();
            if name.is_empty() || name.contains(['{', '$']) {
                let message = format!("the reference `${{{text}}}` names no variable");
                return Err(Problem { message, hint: "write `${env:NAME}` or `${env:NAME:-default}`" });
            }
            Target::Variable { name, default }
        } else if let Some(file) = text.strip_prefix("file:") {
            if file.trim().is_empty() {
                return Err(Problem {
                    message: format!("the reference `${{{text}}}` names no file"),
                    hint: "write `${file:/run/secrets/name}`",
                });
            }
            Target::File(file.trim())
        } else {
            let path: Result<Path, _> = text.trim().parse();
            match path {
                Ok(path) if !path.is_empty() => Target::Path(path),
                Ok(_) => {
                    let hint = "write `${a.b}`, or `$${` for a literal `${`";
                    return Err(Problem { message: "the reference `${}` is empty".to_owned(), hint });
                }
                Err(error) => {
                    let message = format!("the reference `${{{text}}}` is no path: {}", error.message());
                    return Err(Problem { message, hint: "write `${a.b}`, or `$${` for a literal `${`" });
                }
            }
        };
        Ok(Reference { text, target })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<Part<'_>> {
        Template::parse(text).unwrap().parts
    }

    fn path(text: &'static str) -> Part<'static> {
        Part::Reference(Reference { text, target: Target::Path(text.parse().unwrap()) })
    }

    fn variable<'t>(text: &'t str, name: &'t str, default: Option<Vec<Part<'t>>>) -> Part<'t> {
        let default = default.map(|parts| Template { parts });
        Part::Reference(Reference { text, target: Target::Variable { name, default } })
    }

    #[test]
    fn splits_text_and_references() {
        assert_eq!(parts("${a.b}"), [path("a.b")]);
        assert_eq!(parts("x${a}y${b}"), [Part::Text("x"), path("a"), Part::Text("y"), path("b")]);
        assert_eq!(parts("$${a}"), [Part::Text("${"), Part::Text("a}")]);
        assert_eq!(parts("$$${a}"), [Part::Text("$"), Part::Text("${"), Part::Text("a}")]);
        assert_eq!(parts("cost: 5$ {a}"), [Part::Text("cost: 5$ {a}")]);
        assert_eq!(parts("${a.\"}\"}"), [path("a.\"}\"")]);
        assert_eq!(parts("${env:HOME}"), [variable("env:HOME", "HOME", None)]);
        assert_eq!(parts("${env:A:-b:-c}"), [variable("env:A:-b:-c", "A", Some(vec![Part::Text("b:-c")]))]);
        assert_eq!(parts("${env:A:-}"), [variable("env:A:-", "A", Some(vec![]))]);
        assert_eq!(parts("${env:A:-it's}"), [variable("env:A:-it's", "A", Some(vec![Part::Text("it's")]))]);
        assert_eq!(
            parts("${file:/run/secrets/x}"),
            [Part::Reference(Reference { text: "file:/run/secrets/x", target: Target::File("/run/secrets/x") })]
        );
    }

    #[test]
    fn defaults_hold_references_and_braces() {
        let inner = variable("env:B:-z", "B", Some(vec![Part::Text("z")]));
        assert_eq!(parts("${env:A:-${env:B:-z}}"), [variable("env:A:-${env:B:-z}", "A", Some(vec![inner]))]);
        let json = variable("env:A:-{\"a\":{}}", "A", Some(vec![Part::Text("{\"a\":{}}")]));
        assert_eq!(parts("${env:A:-{\"a\":{}}}x"), [json, Part::Text("x")]);
        let path = vec![Part::Text("<"), path("a.\"}\""), Part::Text(">")];
        assert_eq!(parts("${env:A:-<${a.\"}\"}>}"), [variable("env:A:-<${a.\"}\"}>", "A", Some(path))]);
        let literal = vec![Part::Text("${"), Part::Text("a}")];
        assert_eq!(parts("${env:A:-$${a}}"), [variable("env:A:-$${a}", "A", Some(literal))]);
        let deep = "${env:A:-".repeat(1000) + &"}".repeat(1000);
        assert!(Template::parse(&deep).is_err());
    }

    #[test]
    fn malformed_references_are_rejected() {
        for text in [
            "${",
            "a ${b",
            "${}",
            "${ }",
            "${env:}",
            "${env: :-x}",
            "${env:A:-${b}",
            "${env:A:-{}",
            "${env:${A}}",
            "${file:}",
            "${a..b}",
            "${a[}",
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
