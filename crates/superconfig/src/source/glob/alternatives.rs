//! Expands the `{a,b}` of a pattern into patterns without braces.

use crate::source::files::PROFILE_MARK;

/// More alternatives than these are a mistake, and would multiply the work.
const MAX_ALTERNATIVES: usize = 256;

/// Braces nested deeper are a mistake, and would take stack.
const MAX_NESTING: usize = 16;

/// A malformed pattern, with a hint.
#[derive(Debug, PartialEq)]
pub(super) struct PatternFault {
    pub(super) message: String,
    pub(super) hint: Option<&'static str>,
}

impl PatternFault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub(super) fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// The alternatives of a pattern, in the order in which they are written. `{profile}` and the content of `[…]` stay as they
/// are, but `[^…]` becomes `[!…]`.
///
/// Costs the length of the pattern times the number of its alternatives, which is bounded.
pub(super) fn alternatives(pattern: &str) -> Result<Vec<String>, PatternFault> {
    let mut expander = Expander { pattern, at: 0, nesting: 0 };
    expander.sequence()
}

struct Expander<'p> {
    pattern: &'p str,
    /// The byte that comes next.
    at: usize,
    nesting: usize,
}

impl Expander<'_> {
    /// The text up to the end of the pattern or, inside braces, up to the `,` or `}` that ends it.
    fn sequence(&mut self) -> Result<Vec<String>, PatternFault> {
        let mut all = vec![String::new()];
        while let Some(next) = self.pattern[self.at..].chars().next() {
            match next {
                '[' => {
                    let class = self.class()?;
                    all.iter_mut().for_each(|one| one.push_str(&class));
                }
                '{' if self.pattern[self.at..].starts_with(PROFILE_MARK) => {
                    self.at += PROFILE_MARK.len();
                    all.iter_mut().for_each(|one| one.push_str(PROFILE_MARK));
                }
                '{' => all = product(&all, &self.braces()?)?,
                ',' | '}' if self.nesting > 0 => break,
                '}' => {
                    return Err(PatternFault::new(format!("the `}}` at character {} closes nothing", self.character(self.at)))
                        .with_hint("`[}]` matches the character itself"));
                }
                other => {
                    self.at += other.len_utf8();
                    all.iter_mut().for_each(|one| one.push(other));
                }
            }
        }
        Ok(all)
    }

    /// The alternatives of the braces that open here.
    fn braces(&mut self) -> Result<Vec<String>, PatternFault> {
        let opened = self.at;
        if self.nesting == MAX_NESTING {
            return Err(PatternFault::new(format!("its braces are nested more than {MAX_NESTING} deep")));
        }
        self.nesting += 1;
        let mut all = Vec::new();
        loop {
            // The brace itself, or the comma.
            self.at += 1;
            all.extend(self.sequence()?);
            check_count(all.len())?;
            match self.pattern[self.at..].chars().next() {
                Some('}') => break,
                Some(_) => {}
                None => {
                    return Err(PatternFault::new(format!("the `{{` at character {} is not closed", self.character(opened)))
                        .with_hint("`[{]` matches the character itself"));
                }
            }
        }
        self.at += 1;
        self.nesting -= 1;
        Ok(all)
    }

    /// The `[…]` that begins here.
    fn class(&mut self) -> Result<String, PatternFault> {
        let opened = self.at;
        let here = || self.character(opened);
        let body = &self.pattern[opened + 1..];
        let negated = body.starts_with(['!', '^']);
        let body = if negated { &body[1..] } else { body };
        // A `]` that comes first is one of the characters.
        let first = body.chars().next().map_or(0, char::len_utf8);
        let Some(length) = body[first..].find(']').map(|found| first + found) else {
            return Err(PatternFault::new(format!("the `[` at character {} is not closed", here()))
                .with_hint("`[[]` matches the character itself"));
        };
        let members = &body[..length];
        if members.contains(std::path::is_separator) {
            return Err(PatternFault::new(format!("the `[…]` at character {} cannot match a `/`", here())));
        }
        let characters: Vec<char> = members.chars().collect();
        if let Some(range) = characters.windows(3).find(|range| range[1] == '-' && range[0] > range[2]) {
            let (from, to) = (range[0], range[2]);
            return Err(PatternFault::new(format!("the range `{from}-{to}` at character {} is the wrong way round", here())));
        }
        self.at = opened + 1 + usize::from(negated) + length + 1;
        Ok(format!("[{}{members}]", if negated { "!" } else { "" }))
    }

    /// The number of the character at a byte, from 1.
    fn character(&self, byte: usize) -> usize {
        self.pattern[..byte].chars().count() + 1
    }
}

fn product(left: &[String], right: &[String]) -> Result<Vec<String>, PatternFault> {
    check_count(left.len() * right.len())?;
    Ok(left.iter().flat_map(|left| right.iter().map(move |right| [&**left, right].concat())).collect())
}

fn check_count(count: usize) -> Result<(), PatternFault> {
    if count <= MAX_ALTERNATIVES {
        return Ok(());
    }
    Err(PatternFault::new(format!("its braces make more than {MAX_ALTERNATIVES} alternatives")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(pattern: &str) -> String {
        alternatives(pattern).unwrap_err().message
    }

    #[test]
    fn braces_multiply_and_nest() {
        assert_eq!(alternatives("a.{json,toml}").unwrap(), ["a.json", "a.toml"]);
        assert_eq!(alternatives("{a,b}{1,2}").unwrap(), ["a1", "a2", "b1", "b2"]);
        assert_eq!(alternatives("x{,.{eu,us}}.json").unwrap(), ["x.json", "x.eu.json", "x.us.json"]);
        assert_eq!(alternatives("{a}").unwrap(), ["a"]);
        assert_eq!(alternatives("a,b").unwrap(), ["a,b"]);
        assert_eq!(alternatives("{ä,ö}").unwrap(), ["ä", "ö"]);
    }

    #[test]
    fn profiles_and_classes_stay() {
        assert_eq!(alternatives("{default,{profile}}.json").unwrap(), ["default.json", "{profile}.json"]);
        assert_eq!(alternatives("[{,}]").unwrap(), ["[{,}]"]);
        assert_eq!(alternatives("[^a][!b][]x]").unwrap(), ["[!a][!b][]x]"]);
    }

    #[test]
    fn says_what_is_malformed_and_where() {
        assert_eq!(fault("ä{a,b"), "the `{` at character 2 is not closed");
        assert_eq!(fault("a}b"), "the `}` at character 2 closes nothing");
        assert_eq!(fault("{a,[b}"), "the `[` at character 4 is not closed");
        assert_eq!(fault("[]"), "the `[` at character 1 is not closed");
        assert_eq!(fault("[a/b]"), "the `[…]` at character 1 cannot match a `/`");
        assert_eq!(fault("x[z-a]"), "the range `z-a` at character 2 is the wrong way round");
    }

    #[test]
    fn alternatives_and_nesting_are_bounded() {
        assert_eq!(fault(&"{a,b}".repeat(30)), "its braces make more than 256 alternatives");
        assert_eq!(fault(&format!("{{{}}}", ",".repeat(5_000))), "its braces make more than 256 alternatives");
        assert_eq!(fault(&"{".repeat(100_000)), "its braces are nested more than 16 deep");
    }
}
