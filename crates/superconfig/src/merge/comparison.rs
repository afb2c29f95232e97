//! The comparison of two configurations by meaning: numbers by value, elements by key, masked values as unknown.

use super::array_rules::ArrayRules;
use super::array_strategy::ArrayStrategy;
use crate::diagnostic::{Origin, Path, Segment};
use crate::redaction::{REDACTED, SecretRules, mask_userinfo};
use crate::value::{Value, ValueIndex};
use serde::Serialize;
use std::collections::HashSet;

/// The most bytes that the paths of one comparison may take.
const LISTED_BYTES: usize = 16 << 20;

/// A value that differs between two configurations; secrets show as `[redacted]`.
///
/// ```
/// use superconfig::{DifferenceKind, Format, SuperConfig};
///
/// let before = SuperConfig::builder().text("port = 80", Format::Toml).load()?.snapshot()?;
/// let after = SuperConfig::builder().text("port: 81", Format::Yaml).load()?.snapshot()?;
/// let difference = &before.differences(&after)[0];
/// assert_eq!((difference.path.to_string(), difference.kind), ("port".to_owned(), DifferenceKind::Changed));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The path, down to a secret and no further. Indexes are those of the second configuration, where it has the value.
    pub path: Path,
    /// The kind of the difference.
    pub kind: DifferenceKind,
    /// The value of the first configuration; `None` where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<ComparedValue>,
    /// The value of the second configuration; `None` where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<ComparedValue>,
}

/// The kind of a difference.
///
/// ```
/// use superconfig::{DifferenceKind, Format, SuperConfig};
///
/// let before = SuperConfig::builder().load()?.snapshot()?;
/// let after = SuperConfig::builder().text("port: 81", Format::Yaml).load()?.snapshot()?;
/// assert_eq!(before.differences(&after)[0].kind, DifferenceKind::Added);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DifferenceKind {
    /// Only the second configuration has it.
    Added,
    /// Only the first configuration has it.
    Removed,
    /// Both have it, with different values.
    Changed,
    /// Whether they differ cannot be told: one of them is masked.
    Unknown,
}

/// One side of a difference.
///
/// ```
/// use superconfig::{Format, SuperConfig, Value};
///
/// let before = SuperConfig::builder().text("port = 80", Format::Toml).load()?.snapshot()?;
/// let after = SuperConfig::builder().load()?.snapshot()?;
/// let removed = before.differences(&after).remove(0).before.unwrap();
/// assert_eq!((removed.value, removed.origin.unwrap().line), (Value::Integer(80), Some(1)));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedValue {
    /// The value; `[redacted]` for a secret.
    pub value: Value,
    /// The layer that set it, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// One place where two values differ: its path on each side that has it.
#[derive(Debug, PartialEq)]
pub(crate) struct DifferingPath {
    pub(crate) kind: DifferenceKind,
    pub(crate) before: Option<Path>,
    pub(crate) after: Option<Path>,
}

/// The rules of one side of a comparison.
#[derive(Clone, Copy)]
pub(crate) struct ComparedSide<'a> {
    pub(crate) secrets: &'a SecretRules,
    pub(crate) arrays: &'a ArrayRules,
}

/// The places where two values differ, in the order of the first and then of the second.
///
/// A secret of either side is one value, keys included. An array is one value, unless either side merges it by a key: then
/// its elements are compared by that. Costs one pass over both values.
pub(crate) fn compare(before: &Value, after: &Value, sides: [ComparedSide<'_>; 2]) -> Vec<DifferingPath> {
    let mut comparison = Comparison { sides, before: Vec::new(), after: Vec::new(), found: Vec::new(), bytes: 0 };
    comparison.compare(before, after);
    comparison.found
}

/// What is known of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Equality {
    Same,
    Unknown,
    Different,
}

struct Comparison<'a> {
    sides: [ComparedSide<'a>; 2],
    before: Vec<Segment>,
    after: Vec<Segment>,
    found: Vec<DifferingPath>,
    bytes: usize,
}

impl Comparison<'_> {
    fn compare(&mut self, before: &Value, after: &Value) {
        if self.is_leaf(before) || self.is_leaf(after) {
            return self.note_equality(equality(before, after));
        }
        match (before, after) {
            (Value::Table(old), Value::Table(new)) => {
                if old.is_same(new) {
                    return;
                }
                for (key, old) in old.entries() {
                    let segment = Segment::Key(key.clone());
                    match new.get(key) {
                        Some(new) => self.within(segment.clone(), segment, |own| own.compare(old, new)),
                        None => self.within(segment.clone(), segment, |own| own.leaves(old, DifferenceKind::Removed)),
                    }
                }
                for (key, new) in new.entries().iter().filter(|(key, _)| !old.contains_key(key)) {
                    let segment = Segment::Key(key.clone());
                    self.within(segment.clone(), segment, |own| own.leaves(new, DifferenceKind::Added));
                }
            }
            (Value::Array(old), Value::Array(new)) => match self.strategy().cloned() {
                Some(strategy) => self.compare_elements(old, new, &strategy),
                None => self.note_equality(equality(before, after)),
            },
            // An empty table that becomes something else is one value, any other the values in it.
            (Value::Table(table), _) | (_, Value::Table(table))
                if !table.is_empty() && !is_masked(before) && !is_masked(after) =>
            {
                self.leaves(before, DifferenceKind::Removed);
                self.leaves(after, DifferenceKind::Added);
            }
            _ => self.note_equality(equality(before, after)),
        }
    }

    /// Compares the elements of two arrays that are merged by a key.
    fn compare_elements(&mut self, old: &[Value], new: &[Value], strategy: &ArrayStrategy) {
        let placement = strategy.placement(old, new);
        let mut matched = HashSet::new();
        let mut added = Vec::new();
        for (at, target) in placement.targets.iter().enumerate() {
            match target.filter(|target| *target < old.len() && matched.insert(*target)) {
                Some(target) => {
                    self.within(Segment::Index(target), Segment::Index(at), |own| own.compare(&old[target], &new[at]));
                }
                None => added.push(at),
            }
        }
        // An element without the key is the same as an equal one.
        let removed: Vec<usize> = (0..old.len()).filter(|at| !matched.contains(at)).collect();
        let (of_old, of_new): (ValueIndex<'_>, ValueIndex<'_>) =
            (removed.iter().map(|at| &old[*at]).collect(), added.iter().map(|at| &new[*at]).collect());
        for at in removed.into_iter().filter(|at| of_new.find(&old[*at]).is_none()) {
            self.within(Segment::Index(at), Segment::Index(at), |own| own.leaves(&old[at], DifferenceKind::Removed));
        }
        for at in added.into_iter().filter(|at| of_old.find(&new[*at]).is_none()) {
            self.within(Segment::Index(at), Segment::Index(at), |own| own.leaves(&new[at], DifferenceKind::Added));
        }
    }

    /// How the array here is merged, where that is by a key.
    fn strategy(&self) -> Option<&ArrayStrategy> {
        let chosen = self.sides.iter().map(|side| side.arrays.choose(&self.after));
        chosen.into_iter().find(|strategy| matches!(strategy, ArrayStrategy::By(_)))
    }

    /// Whether a value here is compared as a whole: a secret of either side.
    fn is_leaf(&self, value: &Value) -> bool {
        !self.after.is_empty() && self.sides.iter().any(|side| side.secrets.is_secret(&self.after, value))
    }

    fn within(&mut self, before: Segment, after: Segment, call: impl FnOnce(&mut Self)) {
        self.before.push(before);
        self.after.push(after);
        call(self);
        self.before.pop();
        self.after.pop();
    }

    /// Notes the values in a value that one side alone has.
    fn leaves(&mut self, value: &Value, kind: DifferenceKind) {
        match value {
            Value::Table(table) if !table.is_empty() && !self.is_leaf(value) => {
                for (key, value) in table.entries() {
                    let segment = Segment::Key(key.clone());
                    self.within(segment.clone(), segment, |own| own.leaves(value, kind));
                }
            }
            _ => self.note(kind),
        }
    }

    fn note_equality(&mut self, equality: Equality) {
        match equality {
            Equality::Same => {}
            Equality::Unknown => self.note(DifferenceKind::Unknown),
            Equality::Different => self.note(DifferenceKind::Changed),
        }
    }

    fn note(&mut self, kind: DifferenceKind) {
        if self.bytes > LISTED_BYTES {
            return;
        }
        let (before, after) = (Path::from(self.before.clone()), Path::from(self.after.clone()));
        self.bytes += after.iter().map(|segment| if let Segment::Key(key) = segment { key.len() } else { 8 }).sum::<usize>();
        self.found.push(DifferingPath {
            kind,
            before: (kind != DifferenceKind::Added).then_some(before),
            after: (kind != DifferenceKind::Removed).then_some(after),
        });
    }
}

/// Whether a value was masked when it was printed.
fn is_masked(value: &Value) -> bool {
    value.as_str() == Some(REDACTED)
}

/// Whether two values are the same, as far as masks let one see. Order counts in arrays and not in tables.
fn equality(before: &Value, after: &Value) -> Equality {
    if is_masked(before) || is_masked(after) {
        return Equality::Unknown;
    }
    match (before, after) {
        (Value::String(a), Value::String(b)) if a.contains(REDACTED) || b.contains(REDACTED) => {
            let masked = |text: &str| mask_userinfo(text).unwrap_or_else(|| text.to_owned());
            if masked(a) == masked(b) { Equality::Unknown } else { Equality::Different }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b.iter()).map(|(a, b)| equality(a, b)).max().unwrap_or(Equality::Same)
        }
        (Value::Table(a), Value::Table(b)) if a.len() == b.len() => {
            let entries = a.iter().map(|(key, a)| b.get(key).map_or(Equality::Different, |b| equality(a, b)));
            entries.max().unwrap_or(Equality::Same)
        }
        _ if before.numeric_eq(after) => Equality::Same,
        _ => Equality::Different,
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::value::parse_json;

    fn compared(before: &str, after: &str, arrays: &ArrayRules) -> Vec<String> {
        let rules = SecretRules::new(&["db.pins".into()], None).unwrap();
        let own = SecretRules::default();
        let sides = [ComparedSide { secrets: &rules, arrays: <_>::default() }, ComparedSide { secrets: &own, arrays }];
        let found = compare(&parse_json(before).unwrap(), &parse_json(after).unwrap(), sides);
        let shown = |path: &Option<Path>| path.as_ref().map_or("-".to_owned(), Path::to_string);
        found
            .iter()
            .map(|found| format!("{:?} {} {}", found.kind, shown(&found.before), shown(&found.after)).to_lowercase())
            .collect()
    }

    #[test]
    fn values_by_meaning() {
        assert_eq!(
            compared(r#"{"a":1,"b":[1,{"c":2}]}"#, r#"{"b":[1.0,{"c":2.0}],"a":1.0}"#, <_>::default()),
            Vec::<String>::new()
        );
        assert_eq!(
            compared(r#"{"a":1,"b":{"c":1},"e":{}}"#, r#"{"b":{"c":2,"d":null},"a":"1","f":{"g":1}}"#, <_>::default()),
            ["changed a a", "changed b.c b.c", "added - b.d", "removed e -", "added - f.g"]
        );
        assert_eq!(compared(r#"{"a":{"b":1}}"#, r#"{"a":2}"#, <_>::default()), ["removed a.b -", "added - a"]);
        assert_eq!(compared(r#"{"a":{}}"#, r#"{"a":2}"#, <_>::default()), ["changed a a"]);
        assert_eq!(compared(r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#, <_>::default()), ["changed a a"]);
    }

    #[test]
    fn elements_by_their_key() {
        let arrays = vec![("users".parse().unwrap(), ArrayStrategy::By("name".into()))].into();
        let before = r#"{"users":[{"name":"a","role":1},{"name":"b","role":2},{"x":1},{"name":"d"}]}"#;
        let after = r#"{"users":[{"x":1.0},{"name":"b","role":3},{"name":"a","role":1.0},{"name":"e"}]}"#;
        assert_eq!(
            compared(before, after, &arrays),
            ["changed users[1].role users[1].role", "removed users[3].name -", "added - users[3].name"]
        );
        assert_eq!(compared(before, after, <_>::default()), ["changed users users"]);
    }

    #[test]
    fn secrets_are_one_value_and_masks_are_unknown() {
        assert_eq!(
            compared(r#"{"db":{"pins":{"a":1}}}"#, r#"{"db":{"pins":{"a":2}}}"#, <_>::default()),
            ["changed db.pins db.pins"]
        );
        assert_eq!(
            compared(r#"{"db":{"pins":{"a":1}}}"#, r#"{"db":{"pins":"[redacted]"}}"#, <_>::default()),
            ["unknown db.pins db.pins"]
        );
        assert_eq!(compared(r#"{"other":"[redacted]"}"#, r#"{"other":{"x":1}}"#, <_>::default()), ["unknown other other"]);
        assert_eq!(
            compared(r#"{"l":[{"password":"x","n":1}]}"#, r#"{"l":[{"password":"[redacted]","n":1}]}"#, <_>::default()),
            ["unknown l l"]
        );
        assert_eq!(
            compared(r#"{"l":[{"password":"x","n":1}]}"#, r#"{"l":[{"password":"[redacted]","n":2}]}"#, <_>::default()),
            ["changed l l"]
        );
        let url = |user: &str, host: &str| format!(r#"{{"url":"http://{user}@{host}/"}}"#);
        assert_eq!(compared(&url("u:p", "h"), &url("[redacted]", "h"), <_>::default()), ["unknown url url"]);
        assert_eq!(compared(&url("u:p", "h"), &url("[redacted]", "other"), <_>::default()), ["changed url url"]);
    }
}
