//! The integers that a host held in its type of big integers, although its numbers hold them.

use superconfig::{Path, Segment, Snapshot, SpecialNumber, Value};

/// Integers above it are big ones for hosts whose numbers are doubles, whoever gave them.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// The places of the integers in a value that a schema gave in the host's type of big integers, although its numbers hold them. They are
/// kept with a version, so that every thread of the host reads them as they were given. A tree of its own: as large as the part of the
/// value that leads to them.
///
/// ```
/// use superconfig::{Format, SuperConfig};
/// use superconfig_binding::{BigIntegers, CheckedOutput, Committed, Preparation};
///
/// let prepared = Preparation::load(SuperConfig::builder().text("size = 5", Format::Toml)).run()?;
/// let output = CheckedOutput::parse(r#"{ "value": { "size": null }, "specials": [[0, ["size"], "bigint", "5"]] }"#)?;
/// let Committed::Opened(config) = prepared.commit(Some(output))? else { panic!("it is a first load") };
/// let (version, path) = (config.snapshot()?, "size".parse()?);
/// assert_eq!(BigIntegers::specials(&version, &path, version.at(&path)).len(), 1);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct BigIntegers {
    /// Whether the value itself is one.
    is_big: bool,
    /// The children that are or hold some, in order of their segments.
    below: Vec<(Segment, BigIntegers)>,
}

impl BigIntegers {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        !self.is_big && self.below.is_empty()
    }

    /// The place of a number that is a big integer; what no double holds is one in any case.
    pub(crate) fn of(number: &Value) -> Self {
        let is_big = matches!(number, Value::Integer(number) if number.unsigned_abs() <= MAX_SAFE_INTEGER);
        Self { is_big, below: Vec::new() }
    }

    /// Adds those of a child.
    pub(crate) fn add(&mut self, segment: Segment, child: Self) {
        if !child.is_empty() {
            self.below.push((segment, child));
        }
    }

    /// Puts the children into the order in which they are found.
    pub(crate) fn sorted(mut self) -> Self {
        self.below.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        self
    }

    /// The big integers in the value at a path of a version, as specials of that value, or of one that was redacted from it: where a
    /// secret is hidden there is no integer any more. Costs a search for each segment, and the size of what it gives.
    pub fn specials(version: &Snapshot, path: &Path, value: Option<&Value>) -> Vec<SpecialNumber> {
        let mut specials = Vec::new();
        if let (Some(all), Some(value)) = (version.annotation::<Self>(), value)
            && let Some(found) = all.at(version.value(), path)
        {
            found.list(value, &mut Unlisted::default(), &mut specials);
        }
        specials
    }

    fn at(&self, mut value: &Value, path: &Path) -> Option<&Self> {
        path.iter().try_fold(self, |marks, segment| {
            // In `list.0` a key stands for an index.
            let index = match value {
                Value::Array(_) => segment.as_index().map(Segment::Index),
                _ => None,
            };
            value = value.child(segment)?;
            let segment = index.as_ref().unwrap_or(segment);
            let found = marks.below.binary_search_by(|(known, _)| known.cmp(segment)).ok()?;
            Some(&marks.below[found].1)
        })
    }

    fn list(&self, value: &Value, unlisted: &mut Unlisted, specials: &mut Vec<SpecialNumber>) {
        if let (true, Value::Integer(_)) = (self.is_big, value) {
            let rest = std::mem::take(&mut unlisted.segments);
            specials.push(SpecialNumber { shared: unlisted.depth - rest.len(), rest, value: value.clone() });
        }
        for (segment, below) in &self.below {
            let Some(child) = value.child(segment) else { continue };
            unlisted.depth += 1;
            unlisted.segments.push(segment.clone());
            below.list(child, unlisted, specials);
            unlisted.segments.pop();
            unlisted.depth -= 1;
        }
    }
}

/// The path of a walk, of which only the end is kept that no special has yet.
#[derive(Default)]
struct Unlisted {
    /// The length of the whole path.
    depth: usize,
    segments: Vec<Segment>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CheckedOutput, Committed, Preparation};
    use superconfig::SuperConfig;

    #[test]
    fn big_integers_are_found_below_every_path_that_leads_to_them() {
        let output = CheckedOutput::parse(
            r#"{"value":{"a":{"n":null,"list":[1,null]},"ab":null,"big":null},
                "specials":[[0,["ab"],"bigint","7"],[0,["a","list",1],"bigint","-6"],[1,["n"],"bigint","5"],[0,["big"],"bigint","9007199254740993"]]}"#,
        );
        let prepared = Preparation::load(SuperConfig::builder()).run().unwrap();
        let Committed::Opened(config) = prepared.commit(Some(output.unwrap())).unwrap() else { panic!("it is a first load") };
        let version = config.snapshot().unwrap();
        let below = |path: &str| {
            let path = path.parse().unwrap_or_default();
            let rows = BigIntegers::specials(&version, &path, version.at(&path)).into_iter();
            rows.map(|special| (special.shared, Path::from(special.rest).to_string())).collect::<Vec<_>>()
        };
        let rows = |rows: &[(usize, &str)]| rows.iter().map(|(shared, rest)| (*shared, (*rest).to_owned())).collect::<Vec<_>>();
        assert_eq!(below(""), rows(&[(0, "a.list[1]"), (1, "n"), (0, "ab")]), "what no double holds is big in any case");
        assert_eq!(below("a"), rows(&[(0, "list[1]"), (0, "n")]));
        assert_eq!((below("a.list.1"), below("a.list[1]"), below("a.n")), (rows(&[(0, "")]), rows(&[(0, "")]), rows(&[(0, "")])));
        assert_eq!((below("a.list[0]"), below("a.x")), (Vec::new(), Vec::new()));
        let hidden = Value::Table([("n", Value::from("[redacted]"))].into_iter().collect());
        assert!(BigIntegers::specials(&version, &"a".parse().unwrap(), Some(&hidden)).is_empty());
    }
}
