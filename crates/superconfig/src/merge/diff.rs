//! The differences between two versions' values.

use crate::diagnostic::{Path, Segment, sort_by};
use crate::redaction::SecretRules;
use crate::value::Value;

/// The most bytes that the paths of one list may take: thousands of leaves may be below a long path.
const LISTED_BYTES: usize = 16 << 20;

/// The paths of the values that were set, changed or removed, sorted by their text.
///
/// An array is one value, whatever differs in it, and so is what is secret by the rules of either version. A table that appears
/// or vanishes is listed by the values in it, or by its own path when it is empty. Where the list would have more than 16 MiB
/// of text, it has the keys at the root that differ instead. Tables that both versions share are skipped unseen, so the cost is
/// that of what differs.
pub(crate) fn changed(previous: &Value, current: &Value, rules: &[&SecretRules]) -> Vec<String> {
    changed_below(&[], Some(previous), Some(current), rules)
}

/// The differences of two versions at one path, which itself replaces a list that is too long.
pub(crate) fn changed_below(
    path: &[Segment],
    previous: Option<&Value>,
    current: Option<&Value>,
    rules: &[&SecretRules],
) -> Vec<String> {
    let whole = Path::from(path.to_vec());
    if let Some(visible) = rules.iter().map(|rules| rules.visible(path)).min_by_key(|visible| visible.len())
        && visible.len() < path.len()
    {
        return if previous == current { Vec::new() } else { vec![Path::from(visible.to_vec()).to_string()] };
    }
    let mut differ = Differ { rules, path: path.to_vec(), found: Vec::new(), bytes: 0, levels: usize::MAX };
    match (previous, current) {
        (Some(previous), Some(current)) => differ.compare(previous, current),
        (Some(removed), None) => differ.leaves(removed),
        (None, Some(new)) => differ.leaves(new),
        (None, None) => {}
    }
    if differ.bytes > LISTED_BYTES {
        if !path.is_empty() {
            return vec![whole.to_string()];
        }
        (differ.path, differ.found, differ.bytes, differ.levels) = (Vec::new(), Vec::new(), 0, 1);
        if let (Some(previous), Some(current)) = (previous, current) {
            differ.compare(previous, current);
        }
    }
    sort_by(&mut differ.found, Ord::cmp);
    differ.found
}

/// Collects the paths of what differs.
struct Differ<'a> {
    rules: &'a [&'a SecretRules],
    path: Vec<Segment>,
    found: Vec<String>,
    /// Bytes of what is found.
    bytes: usize,
    /// The number of levels of tables visited.
    levels: usize,
}

impl Differ<'_> {
    fn compare(&mut self, previous: &Value, current: &Value) {
        match (previous, current) {
            (Value::Table(before), Value::Table(after)) => {
                if before.is_same(after) || self.bytes > LISTED_BYTES {
                    return;
                }
                if self.is_leaf() {
                    if before != after {
                        self.add();
                    }
                    return;
                }
                for (key, old) in before.entries() {
                    self.path.push(Segment::Key(key.clone()));
                    match after.get(key) {
                        Some(new) => self.compare(old, new),
                        None => self.leaves(old),
                    }
                    self.path.pop();
                }
                for (key, new) in after.entries().iter().filter(|(key, _)| !before.contains_key(key)) {
                    self.path.push(Segment::Key(key.clone()));
                    self.leaves(new);
                    self.path.pop();
                }
            }
            _ if previous == current => {}
            _ => {
                // Where one side is a table, its leaves and the other side's value are all different paths.
                self.leaves(previous);
                let has_leaves = |value: &Value| value.as_table().is_some_and(|table| !table.is_empty());
                if (has_leaves(previous) || has_leaves(current)) && !self.is_leaf() {
                    self.leaves(current);
                }
            }
        }
    }

    /// Lists the values in a value; an empty table is one itself.
    fn leaves(&mut self, value: &Value) {
        match value {
            Value::Table(table) if !table.is_empty() && !self.is_leaf() => {
                for (key, value) in table.entries() {
                    self.path.push(Segment::Key(key.clone()));
                    self.leaves(value);
                    self.path.pop();
                }
            }
            _ => self.add(),
        }
    }

    /// Whether a table here is listed as one value.
    fn is_leaf(&self) -> bool {
        self.path.len() >= self.levels || !self.path.is_empty() && self.rules.iter().any(|rules| rules.hides_keys_of(&self.path))
    }

    fn add(&mut self) {
        if self.bytes <= LISTED_BYTES {
            let path = Path::from(self.path.clone()).to_string();
            self.bytes += path.len();
            self.found.push(path);
        }
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::value::parse_json;

    fn paths(previous: &str, current: &str) -> Vec<String> {
        let parse = |text| parse_json(text).unwrap();
        changed(&parse(previous), &parse(current), &[])
    }

    #[test]
    fn lists_leaves_sorted() {
        assert_eq!(paths(r#"{"b":1,"a":{"x":1,"y":2}}"#, r#"{"a":{"y":3,"x":1},"b":2}"#), ["a.y", "b"]);
        assert_eq!(paths("{}", r#"{"b":{"c":1,"a":2},"a":null}"#), ["a", "b.a", "b.c"]);
        assert_eq!(paths(r#"{"b":{"c":1,"d":[1]}}"#, "{}"), ["b.c", "b.d"]);
        assert_eq!(paths(r#"{"a":1}"#, r#"{"a":1}"#), Vec::<String>::new());
    }

    #[test]
    fn an_array_is_one_leaf() {
        assert_eq!(paths(r#"{"a":[1,{"b":2}]}"#, r#"{"a":[1,{"b":3}]}"#), ["a"]);
        assert_eq!(paths(r#"{"a":[1]}"#, r#"{"a":1}"#), ["a"]);
    }

    #[test]
    fn empty_tables_and_changed_kinds() {
        assert_eq!(paths("{}", r#"{"a":{}}"#), ["a"]);
        assert_eq!(paths(r#"{"a":{}}"#, r#"{"a":{"b":1}}"#), ["a.b"]);
        assert_eq!(paths(r#"{"a":1}"#, r#"{"a":{"b":1}}"#), ["a", "a.b"]);
        assert_eq!(paths(r#"{"a":{"b":1}}"#, r#"{"a":[]}"#), ["a", "a.b"]);
        assert_eq!(paths(r#"{"a":{}}"#, r#"{"a":1}"#), ["a"]);
    }

    #[test]
    fn below_a_path() {
        let parse = |text| parse_json(text).unwrap();
        let (before, after) = (parse(r#"{"a":{"b":[1,2]}}"#), parse(r#"{"a":{"b":[1,3],"c":4}}"#));
        let below = |path: &str| {
            let path: Path = path.parse().unwrap();
            changed_below(&path, before.at(&path), after.at(&path), &[])
        };
        assert_eq!(below("a"), ["a.b", "a.c"]);
        assert_eq!(below("a.b[1]"), ["a.b[1]"]);
        assert_eq!(below("a.b[0]"), Vec::<String>::new());
        assert_eq!(below("a.c"), ["a.c"]);
        assert_eq!(below("d"), Vec::<String>::new());
    }

    #[test]
    fn secrets_are_one_leaf() {
        let rules = SecretRules::new(&["db.pins".into()], None).unwrap();
        let paths = |previous, current| {
            changed(&parse_json(previous).unwrap(), &parse_json(current).unwrap(), &[&SecretRules::default(), &rules])
        };
        assert_eq!(
            paths("{}", r#"{"tokens":{"abc":1,"def":{"x":2}},"db":{"pins":{"a":1},"port":1}}"#),
            ["db.pins", "db.port", "tokens"]
        );
        assert_eq!(paths(r#"{"tokens":{"abc":1}}"#, r#"{"tokens":{"abc":2}}"#), ["tokens"]);
        assert_eq!(paths(r#"{"tokens":{"abc":1}}"#, r#"{"tokens":{"abc":1}}"#), Vec::<String>::new());
        assert_eq!(paths(r#"{"tokens":{"abc":1}}"#, r#"{"tokens":"x"}"#), ["tokens"]);
        let (one, two) = (Value::Integer(1), Value::Integer(2));
        let path: Path = "a.tokens.abc".parse().unwrap();
        assert_eq!(changed_below(&path, Some(&one), Some(&two), &[&rules]), ["a.tokens"]);
        assert_eq!(changed_below(&path, Some(&one), Some(&one), &[&rules]), Vec::<String>::new());
    }

    /// Forty thousand leaves below a path of 250 KB would be ten gigabytes of text.
    #[test]
    fn long_lists_are_cut_to_root_keys() {
        let leaves: crate::value::Table = (0..4_000).map(|at| (format!("k{at}"), Value::Integer(at))).collect();
        let deep = |leaf: Value| (0..50).fold(leaf, |inner, _| Value::Table([("x".repeat(5_000), inner)].into_iter().collect()));
        let root = |inner: Value| Value::Table([("a", inner), ("b", Value::Integer(1))].into_iter().collect());
        let (before, after) = (root(deep(Value::Null)), root(deep(Value::Table(leaves))));
        assert_eq!(changed(&before, &after, &[]), ["a"]);
        let path: Path = "a".parse().unwrap();
        assert_eq!(changed_below(&path, before.at(&path), after.at(&path), &[]), ["a"]);
    }

    #[test]
    fn types_count_and_order_does_not() {
        assert_eq!(paths(r#"{"a":1}"#, r#"{"a":1.0}"#), ["a"]);
        assert_eq!(paths(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#), Vec::<String>::new());
    }
}
