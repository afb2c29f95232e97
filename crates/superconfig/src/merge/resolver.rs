//! The name of a variable or flag as a path of the layers below.

use super::coerce::Kind;
use super::hints::Hints;
use super::merger::{Directive, FORBIDDEN};
use crate::value::{Path, Segment, Table, Value};
use std::sync::Arc;

/// A place in what lies below a layer: the value there, and what the schema says about it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) value: Option<&'a Value>,
    pub(crate) hints: Option<Hints<'a>>,
}

impl<'a> Place<'a> {
    fn table(self) -> Option<&'a Table> {
        self.value.and_then(Value::as_table)
    }

    pub(crate) fn child(self, key: &str) -> Place<'a> {
        Place { value: self.table().and_then(|table| table.get(key)), hints: self.hints.and_then(|hints| hints.key(key)) }
    }

    pub(crate) fn element(self, index: usize) -> Place<'a> {
        let items = self.value.and_then(Value::as_array).unwrap_or_default();
        Place { value: items.get(index), hints: self.hints.and_then(Hints::items) }
    }

    /// The type that is expected here: the schema's, else that of the value.
    pub(crate) fn kind(self) -> Option<Kind> {
        self.hints.and_then(Hints::kind).or_else(|| self.value.and_then(Kind::of))
    }

    /// The type that the elements of an array here share.
    pub(crate) fn element_kind(self) -> Option<Kind> {
        let hinted = self.hints.and_then(Hints::items).and_then(Hints::kind);
        hinted.or_else(|| Kind::of_elements(self.value.and_then(Value::as_array)?))
    }

    /// True for an array, and where the schema says that one belongs and there is nothing yet.
    fn is_array(self) -> bool {
        match self.value {
            Some(Value::Array(_)) => true,
            None | Some(Value::Null) => self.hints.and_then(Hints::kind) == Some(Kind::Array),
            Some(_) => false,
        }
    }

    /// The keys that a segment of a name means: the key spelled so, else all that differ only in case, `_` and `-`.
    fn keys_like(self, segment: &str) -> Vec<Arc<str>> {
        let mut found: Vec<Arc<str>> = Vec::new();
        let mut exact = None;
        let mut look = |key: &Arc<str>| {
            if **key == *segment {
                exact = Some(Arc::clone(key));
            } else if same_name(key, segment) && !found.contains(key) {
                found.push(Arc::clone(key));
            }
        };
        if let Some(table) = self.table() {
            table.entries().iter().for_each(|(key, _)| look(key));
        }
        if let Some(hints) = self.hints {
            hints.for_each_key(&mut look);
        }
        exact.map_or(found, |exact| vec![exact])
    }
}

/// Compares names ignoring case, `_` and `-`.
fn same_name(a: &str, b: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase())
    }
    if a.is_ascii() && b.is_ascii() {
        return letters(a).eq(letters(b));
    }
    fn characters(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|character| !matches!(character, '_' | '-')).flat_map(char::to_lowercase)
    }
    characters(a).eq(characters(b))
}

/// What a name means.
pub(crate) struct Target<'a> {
    /// The path, its keys spelled as the layers below spell them.
    pub(crate) path: Vec<Segment>,
    /// What is there.
    pub(crate) place: Place<'a>,
    /// What is one level above it.
    pub(crate) parent: Place<'a>,
    /// Whether elements are added or removed instead of setting it.
    pub(crate) directive: Option<Directive>,
    /// Whether the layers below or the schema know every segment.
    pub(crate) known: bool,
}

/// Why a name means nothing.
pub(crate) enum Failure {
    /// Two paths are meant equally well.
    Ambiguous(Path, Path),
    /// The name makes a `__proto__` key.
    Forbidden,
}

/// Matches names against what lies below a layer.
pub(crate) struct Resolver<'a> {
    pub(crate) root: Place<'a>,
    /// Whether `ADD` and `REMOVE` are instructions.
    pub(crate) directives: bool,
    /// Where a segment may be cut to spell a longer path: `_`, for flags also `-`.
    pub(crate) cuts: &'static [u8],
}

impl<'a> Resolver<'a> {
    /// Finds the path that the segments of a name mean.
    pub(crate) fn resolve(&self, segments: &[&str]) -> Result<Target<'a>, Failure> {
        let mut target = Target {
            path: Vec::with_capacity(segments.len()),
            place: self.root,
            parent: self.root,
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
                    let mut shorter = Target { path: target.path.clone(), ..target };
                    if (self.step(&mut shorter, stem)? || self.cut(&mut shorter, stem)?) && shorter.place.is_array() {
                        // A longer known path comes first: it is what the name spells in full.
                        if self.cut(&mut target, segment)? {
                            return Ok(target);
                        }
                        shorter.directive = Some(directive);
                        return Ok(shorter);
                    }
                }
            }
            if !self.cut(&mut target, segment)? {
                let key = segment.to_lowercase();
                if key == FORBIDDEN {
                    return Err(Failure::Forbidden);
                }
                target.parent = target.place;
                target.place = target.place.child(&key);
                target.path.push(Segment::Key(key.into()));
                target.known = false;
            }
        }
        Ok(target)
    }

    /// Goes one step to the key or index that a segment means as a whole.
    fn step(&self, target: &mut Target<'a>, segment: &str) -> Result<bool, Failure> {
        if let Some(index) = index_of(target.place, segment) {
            target.parent = target.place;
            target.place = target.place.element(index);
            target.path.push(Segment::Index(index));
            return Ok(true);
        }
        let mut keys = target.place.keys_like(segment);
        if keys.len() > 1 {
            // Two keys whatever their order below: the message must not depend on it.
            keys.sort_unstable();
            let path = Path::from(target.path.clone());
            let with = |key: &Arc<str>| path.join(Segment::Key(Arc::clone(key)));
            return Err(Failure::Ambiguous(with(&keys[0]), with(&keys[1])));
        }
        let Some(key) = keys.pop() else { return Ok(false) };
        target.parent = target.place;
        target.place = target.place.child(&key);
        target.path.push(Segment::Key(key));
        Ok(true)
    }

    /// Goes down the one known path that a segment spells when it is cut at single underscores.
    fn cut(&self, target: &mut Target<'a>, segment: &str) -> Result<bool, Failure> {
        let cuts = self.cut_positions(segment);
        if cuts.is_empty() {
            return Ok(false);
        }
        let mut found = Vec::new();
        let mut path = target.path.clone();
        search(target.place, segment, &cuts, 0, &mut path, &mut found);
        let second = found.pop();
        match (found.pop(), second) {
            (Some((first, _, _)), Some((second, _, _))) => {
                let (first, second) = (Path::from(first), Path::from(second));
                Err(if first <= second { Failure::Ambiguous(first, second) } else { Failure::Ambiguous(second, first) })
            }
            (None, Some((path, parent, place))) => {
                (target.path, target.parent, target.place) = (path, parent, place);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The offsets of the single separators: those with another character on both sides.
    fn cut_positions(&self, segment: &str) -> Vec<usize> {
        let bytes = segment.as_bytes();
        let is_cut = |at: usize| bytes.get(at).is_some_and(|byte| self.cuts.contains(byte));
        (1..bytes.len().saturating_sub(1)).filter(|&at| is_cut(at) && !is_cut(at - 1) && !is_cut(at + 1)).collect()
    }

    /// Splits `_ADD` or `_REMOVE` off a segment.
    fn directive_suffix<'s>(&self, segment: &'s str) -> Option<(&'s str, Directive)> {
        let at = segment.bytes().rposition(|byte| self.cuts.contains(&byte)).filter(|at| *at > 0)?;
        Some((&segment[..at], directive_word(&segment[at + 1..])?))
    }

    /// The directive that a new key with an array as its value is: `tags_add`. Gives the key that it acts on.
    pub(crate) fn directive_key(&self, target: &Target<'a>) -> Result<Option<(Arc<str>, Directive)>, Failure> {
        let Some(Segment::Key(key)) = target.path.last().filter(|_| self.directives && !target.known) else { return Ok(None) };
        let Some((stem, directive)) = Directive::of_key(key) else { return Ok(None) };
        if stem == FORBIDDEN {
            return Err(Failure::Forbidden);
        }
        let parent = Path::from(target.path[..target.path.len() - 1].to_vec());
        match &target.parent.keys_like(stem)[..] {
            [] => Ok(Some((stem.into(), directive))),
            [key] => Ok(Some((Arc::clone(key), directive))),
            [first, second, ..] => {
                let with = |key: &Arc<str>| parent.join(Segment::Key(Arc::clone(key)));
                Err(Failure::Ambiguous(with(first), with(second)))
            }
        }
    }
}

type Found<'a> = (Vec<Segment>, Place<'a>, Place<'a>);

/// Collects up to two known paths that the rest of a segment spells.
fn search<'a>(
    place: Place<'a>,
    segment: &str,
    cuts: &[usize],
    start: usize,
    path: &mut Vec<Segment>,
    found: &mut Vec<Found<'a>>,
) {
    let ends = cuts.iter().copied().filter(|&cut| cut > start).chain([segment.len()]);
    for end in ends {
        let part = &segment[start..end];
        let steps: Vec<(Segment, Place<'a>)> = match (place.value, index_of(place, part)) {
            (Some(Value::Array(items)), Some(index)) if index < items.len() => {
                vec![(Segment::Index(index), place.element(index))]
            }
            _ => place.keys_like(part).into_iter().map(|key| (Segment::Key(Arc::clone(&key)), place.child(&key))).collect(),
        };
        for (step, next) in steps {
            path.push(step);
            if end == segment.len() {
                found.push((path.clone(), place, next));
            } else {
                search(next, segment, cuts, end + 1, path, found);
            }
            path.pop();
            if found.len() > 1 {
                return;
            }
        }
    }
}

/// A segment of digits as the index of an array that is there.
fn index_of(place: Place<'_>, segment: &str) -> Option<usize> {
    let digits = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    // What does not fit is far past the end of any array, which is the error that it then gets.
    (digits && place.is_array()).then(|| segment.parse().unwrap_or(usize::MAX))
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
