//! An index of path patterns by the keys that they begin or end with.

use super::path_pattern::PathPattern;
use crate::diagnostic::Segment;
use std::collections::HashMap;
use std::sync::Arc;

/// Up to this many patterns are tried one by one.
const INDEX_FROM: usize = 8;

/// Patterns by their last key, else by their first one, so that a path is compared with few of them.
#[derive(Clone, Debug)]
pub(crate) struct PatternIndex {
    by_last: HashMap<Arc<str>, Vec<usize>>,
    by_first: HashMap<Arc<str>, Vec<usize>>,
    /// Those that begin and end with a wildcard or an index.
    others: Vec<usize>,
}

impl PatternIndex {
    /// The index of many patterns; `None` where there are so few that none is needed.
    pub(crate) fn new<'p>(patterns: impl ExactSizeIterator<Item = &'p PathPattern>) -> Option<Box<Self>> {
        if patterns.len() <= INDEX_FROM {
            return None;
        }
        let mut index = Self { by_last: HashMap::new(), by_first: HashMap::new(), others: Vec::new() };
        for (at, pattern) in patterns.enumerate() {
            let (first, last) = pattern.outer_keys();
            match (last, first) {
                (Some(last), _) => index.by_last.entry(last.clone()).or_default().push(at),
                (None, Some(first)) => index.by_first.entry(first.clone()).or_default().push(at),
                (None, None) => index.others.push(at),
            }
        }
        Some(Box::new(index))
    }

    /// The indexes of all patterns that could match a path.
    pub(crate) fn candidates(&self, path: &[Segment]) -> impl Iterator<Item = usize> + '_ {
        let (by_last, by_first) = (listed(&self.by_last, path.last()), listed(&self.by_first, path.first()));
        by_last.iter().chain(by_first).chain(&self.others).copied()
    }
}

fn listed<'i>(index: &'i HashMap<Arc<str>, Vec<usize>>, segment: Option<&Segment>) -> &'i [usize] {
    match segment {
        Some(Segment::Key(key)) => index.get(&**key).map_or(&[], Vec::as_slice),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Path, assert_linear};

    #[test]
    fn finds_what_trying_all_finds() {
        let texts = [
            "a.b",
            "a.*",
            "*.b",
            "**",
            "**.b",
            "a.**",
            "a[0]",
            "[0].b",
            "a.0",
            "*.0",
            "**.a.*",
            "\"0\".b",
            "b",
            "a.\"b.c\"",
            "*.*",
            "b.a",
        ];
        let patterns: Vec<PathPattern> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let index = PatternIndex::new(patterns.iter()).unwrap();
        for text in ["", "a", "b", "a.b", "a[0]", "a.0", "[0].b", "0.b", "b.a", "a.a.b", "a.\"b.c\"", "x[0]", "x.a.y"] {
            let path: Path = text.parse().unwrap();
            let all: Vec<usize> = (0..patterns.len()).filter(|at| patterns[*at].matches(&path)).collect();
            let mut found: Vec<usize> = index.candidates(&path).filter(|at| patterns[*at].matches(&path)).collect();
            found.sort_unstable();
            assert_eq!(found, all, "{text}");
        }
    }

    #[test]
    fn twice_the_patterns_and_paths_cost_twice_as_much() {
        for shape in ["**.k{}", "k{}.*", "a.k{}"] {
            assert_linear(shape, |size| {
                let text = |at: usize| shape.replace("{}", &at.to_string());
                let patterns: Vec<PathPattern> = (0..size).map(|at| text(at).parse().unwrap()).collect();
                let index = PatternIndex::new(patterns.iter()).unwrap();
                for at in 0..size {
                    let path: Path = text(at).replace("**", "x").replace('*', "y").parse().unwrap();
                    assert!(index.candidates(&path).any(|at| patterns[at].matches(&path)));
                }
            });
        }
    }
}
