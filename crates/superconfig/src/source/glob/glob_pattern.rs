//! A parsed pattern of files.

use super::alternatives::{PatternFault, alternatives};
use crate::diagnostic::{Error, ErrorCode, SourceKind};
use crate::source::BaseDirs;
use crate::source::files::PROFILE_MARK;
use std::path::{PathBuf, is_separator};

/// No path is longer.
const MAX_LENGTH: usize = 4096;

/// The names of dot files match only where the dot is written.
const OPTIONS: glob::MatchOptions =
    glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// A pattern such as `conf.d/**/*.{json,toml}`, its braces expanded.
#[derive(Debug)]
pub(crate) struct GlobPattern {
    alternatives: Vec<String>,
}

/// One alternative of a pattern: the directory of its files, and the parts below it.
#[derive(Debug)]
pub(super) struct Route {
    /// The number of the profile that it names.
    pub(super) profile: Option<usize>,
    pub(super) start: PathBuf,
    /// The last one names the files, the others directories.
    pub(super) parts: Vec<Part>,
}

/// The condition on one segment of a path.
#[derive(Debug)]
pub(super) enum Part {
    /// `**`: any number of directories.
    AnyDepth,
    /// A name without wildcards.
    Name(String),
    /// A name with wildcards.
    Pattern(glob::Pattern),
}

impl Part {
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Part::AnyDepth => !name.starts_with('.'),
            Part::Name(own) => own == name,
            Part::Pattern(pattern) => pattern.matches_with(name, OPTIONS),
        }
    }
}

impl GlobPattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for one that is empty or malformed, or that can match no file.
    pub(crate) fn parse(pattern: &str) -> Result<Self, Error> {
        let parsed = Self::try_parse(pattern).map_err(|fault| {
            let error = Error::new(ErrorCode::Option, format!("the pattern {pattern:?} is malformed: {}", fault.message));
            let error = error.in_source(SourceKind::File, &pattern.into(), None);
            match fault.hint {
                Some(hint) => error.with_hint(hint),
                None => error,
            }
        })?;
        Ok(parsed)
    }

    fn try_parse(pattern: &str) -> Result<Self, PatternFault> {
        if pattern.len() > MAX_LENGTH {
            return Err(PatternFault::new(format!("it has more than {MAX_LENGTH} bytes")));
        }
        if pattern.contains('\0') {
            return Err(PatternFault::new("it holds a NUL character"));
        }
        let mut alternatives = alternatives(pattern)?;
        alternatives.retain(|alternative| !alternative.trim().is_empty());
        if alternatives.is_empty() {
            return Err(PatternFault::new("it is empty"));
        }
        for alternative in &alternatives {
            parts(&alternative.replace(PROFILE_MARK, "x"))?;
        }
        Ok(Self { alternatives })
    }

    /// Whether the pattern contains `{profile}`.
    pub(crate) fn names_profiles(&self) -> bool {
        self.alternatives.iter().any(|alternative| alternative.contains(PROFILE_MARK))
    }

    /// The alternatives; each with profiles once for each profile, whose name is literal, whatever characters it has.
    pub(super) fn routes(&self, profiles: &[String], base_dirs: &BaseDirs) -> Vec<Route> {
        let mut routes = Vec::new();
        for alternative in &self.alternatives {
            if !alternative.contains(PROFILE_MARK) {
                routes.extend(Route::new(alternative, None, base_dirs));
                continue;
            }
            for (number, profile) in profiles.iter().enumerate() {
                let named = alternative.replace(PROFILE_MARK, &glob::Pattern::escape(profile));
                routes.extend(Route::new(&named, Some(number), base_dirs));
            }
        }
        routes
    }
}

impl Route {
    fn new(alternative: &str, profile: Option<usize>, base_dirs: &BaseDirs) -> Option<Self> {
        let (prefix, parts) = parts(alternative).ok()?;
        let start = if prefix.is_empty() { base_dirs.cwd.clone() } else { base_dirs.resolve(prefix) };
        // Without the separator at its end and without `.` on the way.
        Some(Self { profile, start: start.components().collect(), parts })
    }
}

/// The part of a pattern before the first wildcard, up to the last separator in it, and the segments from there on.
fn parts(pattern: &str) -> Result<(&str, Vec<Part>), PatternFault> {
    let wild = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
    let length = pattern[..wild].rfind(is_separator).map_or(0, |at| at + 1);
    let (prefix, rest) = pattern.split_at(length);
    let mut parts: Vec<Part> = Vec::new();
    for segment in rest.split(is_separator).filter(|segment| !segment.is_empty() && *segment != ".") {
        if segment == "**" {
            if !matches!(parts.last(), Some(Part::AnyDepth)) {
                parts.push(Part::AnyDepth);
            }
        } else if segment.contains("**") {
            return Err(PatternFault::new(format!("in `{segment}` the `**` is not a whole segment"))
                .with_hint("`**/*.json` matches below all directories, `*.json` in one"));
        } else if segment.contains(['*', '?', '[']) {
            let parsed =
                glob::Pattern::new(segment).map_err(|error| PatternFault::new(format!("in `{segment}`: {}", error.msg)))?;
            parts.push(Part::Pattern(parsed));
        } else {
            parts.push(Part::Name(segment.to_owned()));
        }
    }
    let last = pattern.rsplit(is_separator).next().unwrap_or_default();
    if matches!(last, "" | "." | ".." | "~") {
        return Err(
            PatternFault::new("it names a directory, and no file").with_hint("add what the files are called, e.g. `*.json`")
        );
    }
    match parts.last() {
        // What is below all directories is every file in them.
        Some(Part::AnyDepth) => {
            parts.push(Part::Pattern(glob::Pattern::new("*").map_err(|error| PatternFault::new(error.msg))?));
            Ok((prefix, parts))
        }
        _ => Ok((prefix, parts)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(pattern: &str) -> String {
        let error = GlobPattern::parse(pattern).unwrap_err();
        assert_eq!((error.code(), &*error.origin().unwrap().source), (ErrorCode::Option, pattern));
        error.message().to_owned()
    }

    #[test]
    fn names_the_pattern_and_what_is_wrong_with_it() {
        assert_eq!(message(""), r#"the pattern "" is malformed: it is empty"#);
        assert_eq!(message("{,}"), r#"the pattern "{,}" is malformed: it is empty"#);
        assert_eq!(message("a/{b"), r#"the pattern "a/{b" is malformed: the `{` at character 3 is not closed"#);
        assert_eq!(message("a**.json"), r#"the pattern "a**.json" is malformed: in `a**.json` the `**` is not a whole segment"#);
        for directory in ["conf/", ".", "conf/..", "~", "{a,b/}", "*/"] {
            assert!(message(directory).ends_with("it names a directory, and no file"), "{directory}");
        }
        assert!(message("a\0b").ends_with("it holds a NUL character"));
        assert!(message(&"a".repeat(5_000)).ends_with("it has more than 4096 bytes"));
    }

    #[test]
    fn starts_where_the_first_wildcard_is() {
        let base_dirs = BaseDirs { cwd: "/srv".into(), home: Some("/home/me".into()), root: None };
        let start = |pattern: &str| GlobPattern::parse(pattern).unwrap().routes(&[], &base_dirs).remove(0).start;
        for (pattern, expected) in [
            ("*.json", "/srv"),
            ("./conf//a?/x.json", "/srv/conf"),
            ("conf/app.json", "/srv/conf"),
            ("~/.conf/*", "/home/me/.conf"),
            ("/etc/**", "/etc"),
            ("/*.json", "/"),
        ] {
            assert_eq!(start(pattern), PathBuf::from(expected), "{pattern}");
        }
    }
}
