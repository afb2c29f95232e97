//! The array strategies of a configuration, by patterns of paths.

use super::array_strategy::ArrayStrategy;
use crate::diagnostic::Segment;
use crate::value::{PathPattern, PatternIndex};

/// The array strategies per pattern of paths.
#[derive(Clone, Debug, Default)]
pub(crate) struct ArrayRules {
    rules: Vec<(PathPattern, ArrayStrategy)>,
    index: Option<Box<PatternIndex>>,
}

static NONE: ArrayRules = ArrayRules { rules: Vec::new(), index: None };

impl Default for &ArrayRules {
    fn default() -> Self {
        &NONE
    }
}

impl From<Vec<(PathPattern, ArrayStrategy)>> for ArrayRules {
    fn from(rules: Vec<(PathPattern, ArrayStrategy)>) -> Self {
        let index = PatternIndex::new(rules.iter().map(|(pattern, _)| pattern));
        Self { rules, index }
    }
}

impl ArrayRules {
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The strategy for a path: of the patterns that match the one with the fewest wildcards, of those the last.
    pub(crate) fn choose(&self, path: &[Segment]) -> &ArrayStrategy {
        let mut best: Option<((usize, usize), &ArrayStrategy)> = None;
        let mut consider = |at: usize| {
            let (pattern, strategy) = &self.rules[at];
            if pattern.matches(path) {
                // The fewest wildcards first, then the last rule.
                let rank = (pattern.wildcards(), usize::MAX - at);
                if best.is_none_or(|(least, _)| rank < least) {
                    best = Some((rank, strategy));
                }
            }
        };
        match &self.index {
            Some(index) => index.candidates(path).for_each(&mut consider),
            None => (0..self.rules.len()).for_each(&mut consider),
        }
        best.map_or(&ArrayStrategy::Replace, |(_, strategy)| strategy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Path, assert_linear};

    fn rules(list: &[(&str, ArrayStrategy)]) -> ArrayRules {
        list.iter().map(|(pattern, strategy)| (pattern.parse().unwrap(), strategy.clone())).collect::<Vec<_>>().into()
    }

    #[test]
    fn fewer_wildcards_decide_then_the_later() {
        let path: Path = "a.tags".parse().unwrap();
        let many: Vec<(String, ArrayStrategy)> = (0..20).map(|at| (format!("x{at}"), ArrayStrategy::Replace)).collect();
        let many: Vec<(&str, ArrayStrategy)> = many.iter().map(|(text, strategy)| (&**text, strategy.clone())).collect();
        for others in [&[][..], &many] {
            let rules = |list: &[(&str, ArrayStrategy)]| rules(&[list, others].concat());
            let list = [("a.tags", ArrayStrategy::Append), ("**", ArrayStrategy::Unique), ("*.tags", ArrayStrategy::Prepend)];
            assert_eq!(rules(&list).choose(&path), &ArrayStrategy::Append);
            let list = [("*.tags", ArrayStrategy::Append), ("**.tags", ArrayStrategy::Prepend)];
            assert_eq!(rules(&list).choose(&path), &ArrayStrategy::Prepend);
            let list = [("**.tags", ArrayStrategy::Prepend), ("a.*", ArrayStrategy::Append)];
            assert_eq!(rules(&list).choose(&path), &ArrayStrategy::Append);
            assert_eq!(rules(&list).choose(&"b.x".parse::<Path>().unwrap()), &ArrayStrategy::Replace);
        }
    }

    #[test]
    fn twice_the_rules_and_arrays_cost_twice_as_much() {
        assert_linear("rules of arrays", |size| {
            let rule = |at: usize| (format!("k{at}").parse().unwrap(), ArrayStrategy::Append);
            let rules = ArrayRules::from((0..size).map(rule).collect::<Vec<_>>());
            for at in 0..size {
                assert_eq!(rules.choose(&[Segment::from(&*format!("k{at}"))]), &ArrayStrategy::Append);
            }
        });
    }
}
