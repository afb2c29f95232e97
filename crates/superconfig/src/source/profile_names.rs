//! The selected profiles as a set of names.

use crate::diagnostic::count_steps;
use std::collections::HashSet;

/// Fewer profiles are compared in order: quicker than hashing.
const FEW: usize = 8;

/// The selected profiles, looked up by name.
pub(crate) struct ProfileNames<'a> {
    list: &'a [String],
    /// Empty where there are few.
    set: HashSet<&'a str>,
}

impl<'a> ProfileNames<'a> {
    pub(crate) fn new(list: &'a [String]) -> Self {
        let set = if list.len() > FEW { list.iter().map(String::as_str).collect() } else { HashSet::new() };
        Self { list, set }
    }

    /// Whether it is one of them.
    pub(crate) fn contains(&self, name: &str) -> bool {
        count_steps(1);
        if self.set.is_empty() { self.list.iter().any(|profile| profile == name) } else { self.set.contains(name) }
    }

    /// The profiles that a name is or ends with, behind a dot. Costs a lookup for each dot.
    pub(crate) fn at_end_of<'n>(&self, name: &'n str) -> impl Iterator<Item = &'n str> {
        let starts = name.match_indices('.').map(|(at, _)| at + 1);
        [0].into_iter().chain(starts).map(|at| &name[at..]).filter(|end| self.contains(end))
    }

    /// Whether a name is one of them, a hyphen and something else. Costs a lookup for each hyphen.
    pub(super) fn begin_variant(&self, name: &str) -> bool {
        name.match_indices('-').any(|(at, _)| at + 1 < name.len() && self.contains(&name[..at]))
    }
}
