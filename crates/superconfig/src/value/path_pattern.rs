//! Patterns of paths in options: `plugins`, `servers.*.tags`, `**.tags`.

use crate::diagnostic::{Error, ErrorCode, Path, Segment, count_steps};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A path in which `*` matches exactly one segment and `**` any number of them, none included.
///
/// A star matches a whole segment (`servers.*.tags` or `servers[*].tags`); inside quotes and next to other characters it is
/// an ordinary character. Matching costs one pass over the path, or two for each `**`.
///
/// ```
/// use superconfig::{Path, PathPattern};
///
/// let pattern: PathPattern = "servers.*.tags".parse()?;
/// let path: Path = "servers[3].tags".parse()?;
/// assert!(pattern.matches(&path));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    parts: Vec<Part>,
    text: Box<str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Exactly(Segment),
    AnyOne,
    AnyNumber,
}

impl Part {
    /// Its key, where that can be no index.
    fn key(&self) -> Option<&Arc<str>> {
        match self {
            Part::Exactly(segment @ Segment::Key(key)) if segment.as_index().is_none() => Some(key),
            _ => None,
        }
    }

    fn accepts(&self, segment: &Segment) -> bool {
        match (self, segment) {
            (Part::Exactly(Segment::Key(a)), Segment::Key(b)) => a == b,
            // `servers.0` and `servers[0]` are one path.
            (Part::Exactly(own), other) => own.as_index().is_some() && own.as_index() == other.as_index(),
            (Part::AnyOne | Part::AnyNumber, _) => true,
        }
    }
}

impl PathPattern {
    /// A pattern of keys, where `None` is any one segment.
    pub(crate) fn from_keys(keys: &[Option<Arc<str>>]) -> Self {
        let part = |key: &Option<Arc<str>>| key.clone().map_or(Part::AnyOne, |key| Part::Exactly(Segment::Key(key)));
        let text: Vec<&str> = keys.iter().map(|key| key.as_deref().unwrap_or("*")).collect();
        Self { parts: keys.iter().map(part).collect(), text: text.join(".").into() }
    }

    /// The last key that it names; `None` where it names none.
    pub(crate) fn last_key(&self) -> Option<&str> {
        self.parts.iter().rev().find_map(|part| match part {
            Part::Exactly(Segment::Key(key)) => Some(&**key),
            _ => None,
        })
    }

    /// The keys that it begins and ends with, where they are keys and can be no indexes.
    pub(super) fn outer_keys(&self) -> (Option<&Arc<str>>, Option<&Arc<str>>) {
        (self.parts.first().and_then(Part::key), self.parts.last().and_then(Part::key))
    }

    /// Whether what it matches is named by a key and not by a wildcard or an index.
    pub(crate) fn ends_with_key(&self) -> bool {
        matches!(self.parts.last(), Some(Part::Exactly(Segment::Key(_))))
    }

    /// Whether it can match something below a path. Costs the product of both lengths.
    pub(crate) fn may_match_below(&self, path: &[Segment]) -> bool {
        // The parts that could come next, one flag each, and one for the end.
        let mut next = vec![false; self.parts.len() + 1];
        next[0] = true;
        for segment in path {
            self.skip_stars(&mut next);
            let mut after = vec![false; next.len()];
            for (at, part) in self.parts.iter().enumerate().filter(|(at, part)| next[*at] && part.accepts(segment)) {
                after[at + usize::from(*part != Part::AnyNumber)] = true;
            }
            next = after;
        }
        next[..self.parts.len()].contains(&true)
    }

    /// A `**` may match nothing, so what follows it could come next too.
    fn skip_stars(&self, next: &mut [bool]) {
        for (at, part) in self.parts.iter().enumerate() {
            next[at + 1] |= next[at] && *part == Part::AnyNumber;
        }
    }

    /// True when the pattern matches the whole path.
    ///
    /// ```
    /// use superconfig::{Path, PathPattern};
    ///
    /// let pattern: PathPattern = "servers.*.host".parse()?;
    /// assert!(pattern.matches(&"servers.0.host".parse::<Path>()?));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn matches(&self, path: &[Segment]) -> bool {
        count_steps(1);
        let (mut part, mut at) = (0, 0);
        // After a `**`: where to go on from, one segment further each time, when what follows it fails.
        let mut retry: Option<(usize, usize)> = None;
        while at < path.len() {
            match self.parts.get(part) {
                Some(Part::AnyNumber) => {
                    retry = Some((part + 1, at));
                    part += 1;
                    continue;
                }
                Some(one) if one.accepts(&path[at]) => {
                    part += 1;
                    at += 1;
                    continue;
                }
                _ => {}
            }
            let Some((after, from)) = retry else { return false };
            retry = Some((after, from + 1));
            part = after;
            at = from + 1;
        }
        self.parts[part..].iter().all(|rest| *rest == Part::AnyNumber)
    }

    /// The number of wildcards; of two patterns that match, the one with fewer decides.
    ///
    /// ```
    /// let pattern: superconfig::PathPattern = "servers.*.host".parse()?;
    /// assert_eq!(pattern.wildcards(), 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn wildcards(&self) -> usize {
        self.parts.iter().filter(|part| !matches!(part, Part::Exactly(_))).count()
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for PathPattern {
    type Err = Error;

    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for what is not a path: an empty segment, an unclosed quote or bracket.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parts = Vec::new();
        for piece in pieces(text) {
            match piece {
                "*" | "[*]" => parts.push(Part::AnyOne),
                "**" => parts.push(Part::AnyNumber),
                _ => {
                    let path: Path = piece.parse().map_err(|error: Error| {
                        Error::new(ErrorCode::Option, format!("the pattern {text:?} is not a path: {}", error.message()))
                            .with_hint("write `a.b`, `a.*.c` for one segment, `**.c` for any number, or quote a key: `a.\"b.c\"`")
                    })?;
                    if path.is_empty() {
                        return Err(Error::new(ErrorCode::Option, format!("the pattern {text:?} has an empty segment"))
                            .with_hint("write `a.b`, `a.*.c` for one segment, or `**.c` for any number"));
                    }
                    parts.extend(path.iter().cloned().map(Part::Exactly));
                }
            }
        }
        Ok(PathPattern { parts, text: text.into() })
    }
}

/// Cuts at dots, and before and after `[*]`, outside quotes.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        if let Some(after) = current.strip_prefix("[*]") {
            rest = match after.strip_prefix('.') {
                Some(next) => Some(next),
                None if after.is_empty() => None,
                None => Some(after),
            };
            return Some("[*]");
        }
        let mut quote = None;
        let mut escaped = false;
        for (at, character) in current.char_indices() {
            match quote {
                Some(_) if escaped => escaped = false,
                Some(_) if character == '\\' => escaped = true,
                Some(open) if character == open => quote = None,
                Some(_) => {}
                None if character == '"' || character == '\'' => quote = Some(character),
                None if character == '.' => {
                    rest = Some(&current[at + 1..]);
                    return Some(&current[..at]);
                }
                None if current[at..].starts_with("[*]") => {
                    rest = Some(&current[at..]);
                    return Some(&current[..at]);
                }
                None => {}
            }
        }
        rest = None;
        Some(current)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        pattern.parse::<PathPattern>().unwrap().matches(&path.parse::<Path>().unwrap())
    }

    #[test]
    fn one_star_is_one_segment_and_two_are_any_number() {
        let yes = [
            ("a.b", "a.b"),
            ("*", "a"),
            ("a.*.c", "a.b.c"),
            ("a[*].c", "a[7].c"),
            ("a.*", "a[0]"),
            ("a.0", "a[0]"),
            ("a[*][*]", "a[0][1]"),
            ("**", "a.b.c"),
            ("**", ""),
            ("**.tags", "tags"),
            ("**.tags", "a.b.tags"),
            ("a.**.z", "a.z"),
            ("a.**.z", "a.b.z.y.z"),
            ("**.b.**", "a.b.c"),
            ("**.a.*", "a.a.b"),
            ("a.\"b.c\"", "a.\"b.c\""),
            ("\"*\"", "\"*\""),
        ];
        for (pattern, path) in yes {
            assert!(matches(pattern, path), "{pattern} matches {path}");
        }
        let no = [
            ("a.b", "a"),
            ("a", "a.b"),
            ("*", "a.b"),
            ("a.*.c", "a.c"),
            ("**.tags", "tags.a"),
            ("a.**.z", "a"),
            ("\"*\"", "a"),
            ("pl*", "plugins"),
            ("a.0", "a[1]"),
            ("A", "a"),
        ];
        for (pattern, path) in no {
            assert!(!matches(pattern, path), "{pattern} does not match {path}");
        }
    }

    #[test]
    fn can_match_below_a_path() {
        let below =
            |pattern: &str, path: &str| pattern.parse::<PathPattern>().unwrap().may_match_below(&path.parse::<Path>().unwrap());
        for (pattern, path) in [
            ("a.b", "a"),
            ("a.b", ""),
            ("**.b", "x.y"),
            ("a.*", "a"),
            ("a.**", "a"),
            ("a.**.c", "a.c.d"),
            ("a[*].c", "a[3]"),
            ("**", "a"),
        ] {
            assert!(below(pattern, path), "{pattern} below {path}");
        }
        for (pattern, path) in [("a.b", "a.b"), ("a.b", "b"), ("a.*", "a.b"), ("a.**.c", "b"), ("a", "a"), ("a.b.c", "a.c")] {
            assert!(!below(pattern, path), "{pattern} below {path}");
        }
    }

    #[test]
    fn counts_wildcards_and_prints_what_was_written() {
        let pattern: PathPattern = "a.*.**.\"*\"".parse().unwrap();
        assert_eq!(pattern.wildcards(), 2);
        assert_eq!(pattern.to_string(), "a.*.**.\"*\"");
    }

    #[test]
    fn refuses_what_is_not_a_path() {
        for text in ["", "a..b", ".a", "a.", "a[", "a[x]", "\"a", "a[*]b."] {
            assert_eq!(text.parse::<PathPattern>().unwrap_err().code(), ErrorCode::Option, "{text}");
        }
    }

    #[test]
    fn many_double_stars_stay_quick() {
        let pattern = format!("{}z", "**.a.".repeat(200)).parse::<PathPattern>().unwrap();
        let path: Path = std::iter::repeat_n(Segment::from("a"), 5000).collect();
        assert!(!pattern.matches(&path));
    }
}
