//! A string taken apart into text and references.

use crate::diagnostic::Path;

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
    /// What stands between the braces.
    pub(super) text: &'t str,
    pub(super) target: Target<'t>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Target<'t> {
    Path(Path),
    Variable { name: &'t str, default: Option<&'t str> },
    File(&'t str),
}

/// What is wrong with a reference, and how to write it.
#[derive(Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) hint: &'static str,
}

impl<'t> Template<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, Problem> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, reference) = rest.split_at(at);
            if let Some(before) = before.strip_suffix('$') {
                push_text(&mut parts, before);
                push_text(&mut parts, "${");
                rest = &reference[2..];
                continue;
            }
            push_text(&mut parts, before);
            let Some(end) = reference_end(reference) else {
                let hint = "close it with `}`, or write `$${` for a literal `${`";
                return Err(Problem { message: "a reference `${` has no closing brace".to_owned(), hint });
            };
            parts.push(Part::Reference(Reference::parse(&reference[2..end])?));
            rest = &reference[end + 1..];
        }
        push_text(&mut parts, rest);
        Ok(Template { parts })
    }
}

fn push_text<'t>(parts: &mut Vec<Part<'t>>, text: &'t str) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

/// The offset of the closing brace; one inside a quoted key of a path does not count.
fn reference_end(text: &str) -> Option<usize> {
    if text.starts_with("${env:") || text.starts_with("${file:") {
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
    fn parse(text: &'t str) -> Result<Self, Problem> {
        let target = if let Some(variable) = text.strip_prefix("env:") {
            let (name, default) = match variable.split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (variable, None),
            };
            if name.trim().is_empty() {
                let message = format!("the reference `${{{text}}}` names no variable");
                return Err(Problem { message, hint: "write `${env:NAME}` or `${env:NAME:-default}`" });
            }
            Target::Variable { name: name.trim(), default }
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

    #[test]
    fn takes_strings_apart() {
        assert_eq!(parts("${a.b}"), [path("a.b")]);
        assert_eq!(parts("x${a}y${b}"), [Part::Text("x"), path("a"), Part::Text("y"), path("b")]);
        assert_eq!(parts("$${a}"), [Part::Text("${"), Part::Text("a}")]);
        assert_eq!(parts("$$${a}"), [Part::Text("$"), Part::Text("${"), Part::Text("a}")]);
        assert_eq!(parts("cost: 5$ {a}"), [Part::Text("cost: 5$ {a}")]);
        assert_eq!(parts("${a.\"}\"}"), [path("a.\"}\"")]);
        let variable = |text, name, default| Part::Reference(Reference { text, target: Target::Variable { name, default } });
        assert_eq!(parts("${env:HOME}"), [variable("env:HOME", "HOME", None)]);
        assert_eq!(parts("${env:A:-b:-c}"), [variable("env:A:-b:-c", "A", Some("b:-c"))]);
        assert_eq!(parts("${env:A:-}"), [variable("env:A:-", "A", Some(""))]);
        assert_eq!(parts("${env:A:-it's}"), [variable("env:A:-it's", "A", Some("it's"))]);
        assert_eq!(
            parts("${file:/run/secrets/x}"),
            [Part::Reference(Reference { text: "file:/run/secrets/x", target: Target::File("/run/secrets/x") })]
        );
    }

    #[test]
    fn refuses_what_refers_to_nothing() {
        for text in ["${", "a ${b", "${}", "${ }", "${env:}", "${env: :-x}", "${file:}", "${a..b}", "${a[}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
