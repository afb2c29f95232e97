//! "Did you mean" suggestions for many misspelt names among many known ones.

use super::sort_by::sort_by;
use super::suggestion::closest_name;

/// Of more names than this, a misspelt one is compared with those alone that begin or end most as it does.
const ALL: usize = 32;

/// The number of names before and after a misspelt one in each order that it is compared with.
const NEIGHBOURS: usize = 8;

/// Known names, sorted so that each misspelt one is compared with 32 of them at most.
pub(crate) struct SimilarNames {
    names: Vec<String>,
    /// The indexes of the names by their text, and by their text from the end; empty where there are few.
    by_start: Vec<usize>,
    by_end: Vec<usize>,
}

impl SimilarNames {
    /// Costs sorting the names twice.
    pub(crate) fn new(names: Vec<String>) -> Self {
        let (mut by_start, mut by_end) = (Vec::new(), Vec::new());
        if names.len() > ALL {
            by_start.extend(0..names.len());
            by_end.extend(0..names.len());
            sort_by(&mut by_start, |one, other| names[*one].cmp(&names[*other]));
            sort_by(&mut by_end, |one, other| names[*one].bytes().rev().cmp(names[*other].bytes().rev()));
        }
        Self { names, by_start, by_end }
    }

    /// The closest name, other than one that is the same.
    pub(crate) fn closest_other(&self, wanted: &str) -> Option<&str> {
        let candidates = self.candidates(wanted);
        let names = candidates.into_iter().map(|at| &*self.names[at]);
        closest_name(wanted, names.filter(|name| *name != wanted))
    }

    /// The index of the closest name, as [`closest_name`] has it; the first of several that are the same.
    pub(crate) fn closest(&self, wanted: &str) -> Option<usize> {
        let candidates = self.candidates(wanted);
        let closest = closest_name(wanted, candidates.iter().map(|at| &*self.names[*at]))?;
        candidates.into_iter().find(|at| self.names[*at] == closest)
    }

    /// The indexes of all names that are close enough for a suggestion.
    pub(crate) fn similar(&self, wanted: &str) -> Vec<usize> {
        let is_similar = |at: &usize| closest_name(wanted, [&*self.names[*at]].into_iter()).is_some();
        self.candidates(wanted).into_iter().filter(is_similar).collect()
    }

    /// The indexes of the names that are compared with one, ascending.
    fn candidates(&self, wanted: &str) -> Vec<usize> {
        if self.by_start.is_empty() {
            return (0..self.names.len()).collect();
        }
        let start = self.by_start.partition_point(|at| *self.names[*at] < *wanted);
        let end = self.by_end.partition_point(|at| self.names[*at].bytes().rev().lt(wanted.bytes().rev()));
        let around = |order: &[usize], at: usize| order[at.saturating_sub(NEIGHBOURS)..order.len().min(at + NEIGHBOURS)].to_vec();
        let mut candidates = around(&self.by_start, start);
        candidates.extend(around(&self.by_end, end));
        sort_by(&mut candidates, Ord::cmp);
        candidates.dedup();
        candidates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::assert_linear;

    fn names(size: usize) -> Vec<String> {
        (0..size).map(|at| format!("servers{at}port")).collect()
    }

    #[test]
    fn finds_the_same_among_few_and_many() {
        let wanted = "serverss77port";
        for size in [100, 5_000] {
            let known = SimilarNames::new(names(size));
            assert_eq!(known.closest(wanted), Some(77), "{size}");
            assert!(known.similar(wanted).contains(&77));
            assert_eq!(known.closest("zzzzzz"), None);
        }
        assert_eq!(SimilarNames::new(vec!["a1".into(), "b".into(), "a1".into()]).closest("a1"), Some(0));
        assert_eq!(SimilarNames::new(Vec::new()).closest("a"), None);
    }

    #[test]
    fn finding_many_costs_the_names() {
        assert_linear("as many misspelt names as known ones", |size| {
            let known = SimilarNames::new(names(size));
            for wanted in names(size) {
                known.closest(&wanted.replace("port", "prot"));
                known.similar(&wanted.replace("servers", "zzz"));
            }
        });
    }
}
