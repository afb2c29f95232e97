//! Which values differ between two versions.

use crate::diagnostic::{Path, Segment};
use crate::value::Value;

/// The paths of the values that were set, changed or removed, sorted by their text.
///
/// An array is one value, whatever differs in it. A table that appears or vanishes is listed by the values in it, or by
/// its own path when it is empty. Tables that both versions share are skipped unseen, so the cost is that of what
/// differs.
pub(crate) fn changed(previous: &Value, current: &Value) -> Vec<String> {
    changed_below(&[], Some(previous), Some(current))
}

/// The same for what two versions have at one path.
pub(crate) fn changed_below(path: &[Segment], previous: Option<&Value>, current: Option<&Value>) -> Vec<String> {
    let mut path = path.to_vec();
    let mut found = Vec::new();
    match (previous, current) {
        (Some(previous), Some(current)) => compare(previous, current, &mut path, &mut found),
        (Some(gone), None) => leaves(gone, &mut path, &mut found),
        (None, Some(new)) => leaves(new, &mut path, &mut found),
        (None, None) => {}
    }
    found.sort_unstable();
    found
}

fn compare(previous: &Value, current: &Value, path: &mut Vec<Segment>, found: &mut Vec<String>) {
    match (previous, current) {
        (Value::Table(before), Value::Table(after)) => {
            if before.is_same(after) {
                return;
            }
            for (key, old) in before.entries() {
                path.push(Segment::Key(key.clone()));
                match after.get(key) {
                    Some(new) => compare(old, new, path, found),
                    None => leaves(old, path, found),
                }
                path.pop();
            }
            for (key, new) in after.entries().iter().filter(|(key, _)| !before.contains_key(key)) {
                path.push(Segment::Key(key.clone()));
                leaves(new, path, found);
                path.pop();
            }
        }
        _ if previous == current => {}
        _ => {
            // Where one side is a table, its leaves and the other side's value are all different paths.
            leaves(previous, path, found);
            if matches!(previous, Value::Table(table) if !table.is_empty())
                || matches!(current, Value::Table(table) if !table.is_empty())
            {
                leaves(current, path, found);
            }
        }
    }
}

/// Lists the values in a value; an empty table is one itself.
fn leaves(value: &Value, path: &mut Vec<Segment>, found: &mut Vec<String>) {
    match value {
        Value::Table(table) if !table.is_empty() => {
            for (key, value) in table.entries() {
                path.push(Segment::Key(key.clone()));
                leaves(value, path, found);
                path.pop();
            }
        }
        _ => found.push(Path::from(path.clone()).to_string()),
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::value::parse_json;

    fn paths(previous: &str, current: &str) -> Vec<String> {
        let parse = |text| parse_json(text).unwrap();
        changed(&parse(previous), &parse(current))
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
            changed_below(&path, before.at(&path), after.at(&path))
        };
        assert_eq!(below("a"), ["a.b", "a.c"]);
        assert_eq!(below("a.b[1]"), ["a.b[1]"]);
        assert_eq!(below("a.b[0]"), Vec::<String>::new());
        assert_eq!(below("a.c"), ["a.c"]);
        assert_eq!(below("d"), Vec::<String>::new());
    }

    #[test]
    fn types_count_and_order_does_not() {
        assert_eq!(paths(r#"{"a":1}"#, r#"{"a":1.0}"#), ["a"]);
        assert_eq!(paths(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#), Vec::<String>::new());
    }
}
