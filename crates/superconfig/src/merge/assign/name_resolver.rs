//! Resolves the name of a variable or flag to a path of the layers below.

use super::key_index::{KeyIndex, is_separator, normalize_key};
use super::location::{Address, Location, Matches};
use crate::diagnostic::{Path, Segment, count_steps, sort_by};
use crate::merge::Directive;
use crate::value::{FORBIDDEN, Value};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;

/// The path that a name resolves to.
#[derive(Clone)]
pub(crate) struct ResolvedName<'a> {
    /// The path, its keys spelled as the layers below spell them.
    pub(crate) path: Vec<Segment>,
    /// The location at the path.
    pub(crate) location: Location<'a>,
    /// The location of its parent.
    pub(crate) parent: Location<'a>,
    /// Set when elements are added or removed instead of setting the value.
    pub(crate) directive: Option<Directive>,
    /// Whether the layers below or the schema know every segment.
    pub(crate) known: bool,
}

impl<'a> ResolvedName<'a> {
    /// The root itself.
    pub(super) fn at_root(root: &Location<'a>) -> Self {
        ResolvedName { path: Vec::new(), location: root.clone(), parent: root.clone(), directive: None, known: true }
    }

    /// Goes one step down.
    pub(super) fn descend(&mut self, step: Segment) {
        let next = match &step {
            Segment::Key(key) => self.location.child(key),
            Segment::Index(index) => self.location.element(*index),
        };
        self.parent = std::mem::replace(&mut self.location, next);
        self.path.push(step);
    }
}

/// The reason why a name resolves to no path.
pub(crate) enum ResolveError {
    /// Two paths match equally well.
    Ambiguous(Path, Path),
    /// The name would create a `__proto__` key.
    Forbidden,
}

/// Matches names against the layers below.
pub(crate) struct NameResolver<'a> {
    pub(crate) root: Location<'a>,
    /// Whether `ADD` and `REMOVE` are directives.
    pub(crate) directives: bool,
    /// Whether names without a known path are ignored, so that no path is created for them.
    pub(crate) known_only: bool,
    /// Where a segment may be cut to spell a longer path: `_`, for flags also `-`.
    pub(crate) separators: &'static [u8],
    /// Segments that a path may have.
    pub(crate) depth: usize,
    pub(crate) keys: KeyIndex<'a>,
}

impl<'a> NameResolver<'a> {
    /// Finds the path that the segments of a name spell.
    pub(crate) fn resolve(&self, segments: &[&str]) -> Result<ResolvedName<'a>, ResolveError> {
        let mut target = ResolvedName {
            path: Vec::with_capacity(segments.len()),
            location: self.root.clone(),
            parent: self.root.clone(),
            directive: None,
            known: true,
        };
        for (at, segment) in segments.iter().enumerate() {
            let last = at + 1 == segments.len();
            if self.step(&mut target, segment)? {
                continue;
            }
            if last && self.directives {
                if let (Some(directive), false) = (directive_word(segment), target.path.is_empty()) {
                    target.directive = Some(directive);
                    return Ok(target);
                }
                if let Some((stem, directive)) = self.directive_suffix(segment) {
                    let mut shorter = target.clone();
                    if (self.step(&mut shorter, stem)? || self.split(&mut shorter, stem)?) && shorter.location.is_array() {
                        // A longer known path comes first: it is what the name spells in full.
                        if self.split(&mut target, segment)? {
                            return Ok(target);
                        }
                        shorter.directive = Some(directive);
                        return Ok(shorter);
                    }
                }
            }
            if !self.split(&mut target, segment)? {
                target.known = false;
                if self.known_only {
                    return Ok(target);
                }
                let key = segment.to_lowercase();
                if key == FORBIDDEN {
                    return Err(ResolveError::Forbidden);
                }
                target.descend(Segment::Key(key.into()));
            }
        }
        Ok(target)
    }

    /// Goes one step to the key or index that a whole segment spells.
    pub(super) fn step(&self, target: &mut ResolvedName<'a>, segment: &str) -> Result<bool, ResolveError> {
        if let Some(index) = target.location.index(segment) {
            target.descend(Segment::Index(index));
            return Ok(true);
        }
        match target.location.matching_keys(segment, &self.keys) {
            Matches::None => Ok(false),
            Matches::One(key) => {
                target.descend(Segment::Key(Arc::clone(key)));
                Ok(true)
            }
            Matches::Many(keys) => Err(ambiguous(&target.path, keys)),
        }
    }

    /// Goes down the one known path that a segment spells when it is cut at single underscores.
    fn split(&self, target: &mut ResolvedName<'a>, segment: &str) -> Result<bool, ResolveError> {
        let splits = self.split_positions(segment);
        if splits.is_empty() {
            return Ok(false);
        }
        let path = target.path.clone();
        let mut search = Search {
            known: &self.keys,
            segment,
            splits: &splits,
            depth: self.depth,
            path,
            found: Vec::new(),
            visits: 0,
            dead: HashMap::new(),
        };
        search.visit(&target.location, 0);
        let mut found = search.found;
        let second = found.pop();
        match (found.pop(), second) {
            (Some((first, _, _)), Some((second, _, _))) => {
                let (first, second) = (Path::from(first), Path::from(second));
                Err(if first <= second { ResolveError::Ambiguous(first, second) } else { ResolveError::Ambiguous(second, first) })
            }
            (None, Some((path, parent, location))) => {
                (target.path, target.parent, target.location) = (path, parent, location);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The offsets of the single separators: those with another character on both sides.
    fn split_positions(&self, segment: &str) -> SmallVec<[usize; 8]> {
        let bytes = segment.as_bytes();
        count_steps(bytes.len());
        let is_separator = |at: usize| bytes.get(at).is_some_and(|byte| self.separators.contains(byte));
        (1..bytes.len().saturating_sub(1))
            .filter(|&at| is_separator(at) && !is_separator(at - 1) && !is_separator(at + 1))
            .collect()
    }

    /// Splits `_ADD` or `_REMOVE` off a segment.
    fn directive_suffix<'s>(&self, segment: &'s str) -> Option<(&'s str, Directive)> {
        let at = segment.bytes().rposition(|byte| self.separators.contains(&byte)).filter(|at| *at > 0)?;
        Some((&segment[..at], directive_word(&segment[at + 1..])?))
    }

    /// The directive that a new key with an array as its value is: `tags_add`. Gives the key that it acts on.
    pub(crate) fn directive_key(&self, target: &ResolvedName<'a>) -> Result<Option<(Arc<str>, Directive)>, ResolveError> {
        let Some(Segment::Key(key)) = target.path.last().filter(|_| self.directives && !target.known) else { return Ok(None) };
        let Some((stem, directive)) = Directive::from_key(key) else { return Ok(None) };
        if stem == FORBIDDEN {
            return Err(ResolveError::Forbidden);
        }
        match target.parent.matching_keys(stem, &self.keys) {
            Matches::None => Ok(Some((stem.into(), directive))),
            Matches::One(key) => Ok(Some((Arc::clone(key), directive))),
            Matches::Many(keys) => Err(ambiguous(&target.path[..target.path.len() - 1], keys)),
        }
    }
}

/// Names the first two of the keys by their text: the message must not depend on their order below.
fn ambiguous(parent: &[Segment], mut keys: Vec<&Arc<str>>) -> ResolveError {
    sort_by(&mut keys, Ord::cmp);
    let mut paths = keys.into_iter().map(|key| Path::from([parent, &[Segment::Key(Arc::clone(key))]].concat()));
    ResolveError::Ambiguous(paths.next().unwrap_or_default(), paths.next().unwrap_or_default())
}

type Found<'a> = (Vec<Segment>, Location<'a>, Location<'a>);

/// Visits from which on dead ends are remembered: most names need fewer.
const REMEMBER_FROM: usize = 64;

/// Collects up to two known paths that a segment spells when it is cut at single separators. Goes by the keys, not by the
/// splits: a name can be cut in more ways than there are keys.
///
/// Costs a comparison with each key of each location for each split, however many ways lead there: where a schema refers to
/// itself there are as many locations as splits.
struct Search<'s, 'a> {
    known: &'s KeyIndex<'a>,
    segment: &'s str,
    splits: &'s [usize],
    /// Segments that a path may have.
    depth: usize,
    path: Vec<Segment>,
    found: Vec<Found<'a>>,
    visits: usize,
    /// Locations, and where the rest of the segment starts, from which nothing is found in so many segments.
    dead: HashMap<(Address, usize), usize>,
}

impl<'a> Search<'_, 'a> {
    fn visit(&mut self, location: &Location<'a>, start: usize) {
        let left = self.depth.saturating_sub(self.path.len());
        if self.found.len() > 1 || left == 0 {
            return;
        }
        self.visits += 1;
        count_steps(1);
        if self.visits <= REMEMBER_FROM {
            return self.explore(location, start);
        }
        let state = (location.address(), start);
        if self.dead.get(&state).is_some_and(|explored| *explored >= left) {
            return;
        }
        let before = self.found.len();
        self.explore(location, start);
        if self.found.len() == before {
            self.dead.insert(state, left);
        }
    }

    fn explore(&mut self, location: &Location<'a>, start: usize) {
        if location.is_array() {
            let end = self.splits[self.splits.partition_point(|split| *split <= start)..]
                .first()
                .copied()
                .unwrap_or(self.segment.len());
            // An element that is there, or one that the schema knows.
            let is_known = |index: &usize| location.value.and_then(Value::as_array).is_none_or(|items| *index < items.len());
            if let Some(index) = location.index(&self.segment[start..end]).filter(is_known) {
                self.follow(Segment::Index(index), location, location.element(index), end);
            }
            if location.value.is_some_and(|value| value.as_array().is_some()) {
                return;
            }
        }
        let matches = self.matches(location, start);
        for (end, key) in &matches {
            let exactly = |key: &str| *key == self.segment[start..*end];
            if exactly(key) || !matches.iter().any(|(other_end, other)| other_end == end && exactly(other)) {
                self.follow(Segment::Key(Arc::clone(key)), location, location.child(key), *end);
            }
        }
    }

    fn follow(&mut self, step: Segment, parent: &Location<'a>, next: Location<'a>, end: usize) {
        if self.found.len() > 1 {
            return;
        }
        self.path.push(step);
        if end == self.segment.len() {
            self.found.push((self.path.clone(), parent.clone(), next));
        } else {
            self.visit(&next, end + 1);
        }
        self.path.pop();
    }

    /// The keys at a location that the segment spells from an offset on, and where each ends.
    fn matches(&self, location: &Location<'a>, start: usize) -> SmallVec<[(usize, &'a Arc<str>); 4]> {
        let (segment, splits) = (self.segment, self.splits);
        let mut matches: SmallVec<[(usize, &'a Arc<str>); 4]> = SmallVec::new();
        let mut visit = |key: &'a Arc<str>| {
            if let Some(end) = match_prefix(key, segment, start, splits)
                && !matches.contains(&(end, key))
            {
                matches.push((end, key));
            }
        };
        match location.table().map(|table| (table, self.known.of(table))) {
            Some((table, None)) => table.entries().iter().for_each(|(key, _)| visit(key)),
            Some((_, Some(names))) => {
                let mut name = String::new();
                let mut from = start;
                let after = splits.partition_point(|split| *split <= start);
                for end in splits[after..].iter().copied().chain([segment.len()]) {
                    name.extend(normalize_key(&segment[from..end]));
                    if name.len() > names.longest {
                        break;
                    }
                    names.keys(&name).iter().copied().for_each(&mut visit);
                    from = end;
                }
            }
            None => {}
        }
        if let Some(schema) = &location.schema {
            schema.for_each_key(&mut visit);
        }
        matches
    }
}

/// The cut, or the end of the segment, up to which the segment spells a key from `start`, ignoring case, `_` and `-`.
fn match_prefix(key: &str, segment: &str, start: usize, splits: &[usize]) -> Option<usize> {
    let mut letters = normalize_key(key).peekable();
    letters.peek()?;
    count_steps(1);
    let mut end = segment.len();
    for (at, character) in segment[start..].char_indices() {
        if letters.peek().is_none() {
            end = start + at;
            break;
        }
        count_steps(1);
        if !is_separator(character) && !character.to_lowercase().all(|letter| letters.next() == Some(letter)) {
            return None;
        }
    }
    if letters.next().is_some() {
        return None;
    }
    let is_end = |at: usize| at == segment.len() || splits.binary_search(&at).is_ok();
    while !is_end(end) && is_separator(char::from(segment.as_bytes()[end])) {
        end += 1;
    }
    is_end(end).then_some(end)
}

fn directive_word(word: &str) -> Option<Directive> {
    if word.eq_ignore_ascii_case("add") {
        Some(Directive::Add)
    } else if word.eq_ignore_ascii_case("remove") {
        Some(Directive::Remove)
    } else {
        None
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::diagnostic::assert_linear;
    use crate::value::{SchemaNode, parse_json};

    fn resolver<'a>(value: &'a Value, schema: &'a Value) -> NameResolver<'a> {
        let root = Location { value: Some(value), schema: Some(SchemaNode::new(schema)) };
        NameResolver { root, directives: true, known_only: false, separators: b"_", depth: 128, keys: KeyIndex::default() }
    }

    /// A name of 26 underscores could be cut in millions of ways, all of which a schema that refers to itself knows but for
    /// the last key.
    #[test]
    fn recursive_schema_costs_the_length_of_the_name() {
        let text =
            r##"{"properties": {"a": {"$ref": "#"}, "a_a": {"$ref": "#"}, "aAa": {"$ref": "#"}, "b": {"type": "number"}}}"##;
        let (value, schema) = (parse_json(r#"{"a":{"a":{"a":{"c":1}}}}"#).unwrap(), parse_json(text).unwrap());
        let resolver = NameResolver { depth: 32, ..resolver(&value, &schema) };
        assert_linear("a name that spells nothing", |size| {
            let name = "a_".repeat(size) + "x";
            assert!(resolver.resolve(&[&*name]).is_ok_and(|target| !target.known));
        });
        assert_linear("a name that spells nothing in the middle", |size| {
            let name = "A_".repeat(50) + "x" + &"_a".repeat(size);
            assert!(resolver.resolve(&[&*name]).is_ok_and(|target| !target.known));
        });
        let ambiguous = "a_".repeat(26) + "b";
        assert!(matches!(resolver.resolve(&[&*ambiguous]), Err(ResolveError::Ambiguous(..))));
    }

    /// As a tree of Zod does: an object whose elements and optional keys are the object again, in variants.
    #[test]
    fn variants_that_refer_to_each_other_cost_the_length_of_the_name() {
        let text = r##"{"$ref": "#/$defs/node", "$defs": {
            "node": {"anyOf": [{"$ref": "#/$defs/leaf"}, {"$ref": "#/$defs/fork"}, {"type": "null"}]},
            "leaf": {"type": "object", "properties": {"a": {"$ref": "#/$defs/node"}, "a_a": {"$ref": "#/$defs/fork"}, "v": {"type": "number"}}},
            "fork": {"type": "object", "properties": {"a": {"$ref": "#/$defs/leaf"}, "aA": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
                     "additionalProperties": {"$ref": "#/$defs/node"}}}}"##;
        let (value, schema) = (parse_json("{}").unwrap(), parse_json(text).unwrap());
        let resolver = NameResolver { depth: 32, ..resolver(&value, &schema) };
        assert_linear("a name that spells nothing", |size| {
            let name = "a_".repeat(size) + "x";
            assert!(resolver.resolve(&[&*name]).is_ok_and(|target| !target.known));
        });
        let ambiguous = "a_".repeat(26) + "v";
        assert!(matches!(resolver.resolve(&[&*ambiguous]), Err(ResolveError::Ambiguous(..))));
    }

    #[test]
    fn dead_ends_hide_no_other_match() {
        // Two hundred ways lead to dead ends before the only one that leads to `z`.
        let text = r##"{"properties": {"a": {"$ref": "#/$defs/d"}, "a_a": {"$ref": "#/$defs/d"}}, "$defs": {"d": {"properties": {
            "a": {"$ref": "#/$defs/d"}, "a_a": {"$ref": "#/$defs/d"}, "aaaaaaaaaaaa": {"properties": {"z": {}}}}}}}"##;
        let (value, schema) = (parse_json("{}").unwrap(), parse_json(text).unwrap());
        let name = "a_".repeat(13) + "z";
        let target = resolver(&value, &schema).resolve(&[&*name]).ok().unwrap();
        assert_eq!(Path::from(target.path).to_string(), "a.aaaaaaaaaaaa.z");
        assert!(target.known);
    }

    /// A path may have no more segments than values may nest.
    #[test]
    fn names_respect_the_depth_limit() {
        let (value, schema) = (parse_json("{}").unwrap(), parse_json(r##"{"properties": {"a": {"$ref": "#"}}}"##).unwrap());
        let resolver = resolver(&value, &schema);
        let name = |levels: usize| vec!["a"; levels].join("_");
        let known = |levels: usize| resolver.resolve(&[&*name(levels)]).is_ok_and(|target| target.known);
        assert!(known(128));
        assert!(!known(129));
        assert!(!known(100_000));
    }
}
