//! "Did you mean" suggestions: the path of a tree closest to one that is not in it.

use super::value::Value;
use crate::diagnostic::{Path, Segment, closest_name, count_steps};
use std::borrow::Cow;

/// The most values visited for a path that is the same but for punctuation, or ends the same; in a large tree the rest is
/// left out.
const MOST_VALUES: usize = 10_000;

/// The path in a tree closest to one that is not in it, if one is close enough.
///
/// One that is the same but for case and punctuation is taken first (`dbpool.max_conn` means `dbPool.maxConn`). Else the
/// segments are followed: of keys the most similar one, of indexes the last that there is, up to where nothing is
/// similar. Else one whose last keys are those of the path.
///
/// Costs the length of the path, a look at each key of the tables on the way, and at 10,000 others at most.
pub(crate) fn closest_path(root: &Value, path: &[Segment]) -> Option<Path> {
    same_letters(root, path).or_else(|| followed(root, path)).or_else(|| same_end(root, path))
}

/// The first path whose letters and digits are those of another, ignoring case.
fn same_letters(root: &Value, path: &[Segment]) -> Option<Path> {
    let texts: Vec<Cow<'_, str>> = path.iter().map(text_of).collect();
    let wanted: String = texts.iter().flat_map(|text| letters(text)).collect();
    let mut search = SameLetters { path: Path::new(), left: MOST_VALUES };
    search.is_below(root, &wanted).then_some(search.path)
}

struct SameLetters {
    path: Path,
    left: usize,
}

impl SameLetters {
    /// Whether the rest of what is wanted spells a path below a value, which is then added to the path.
    fn is_below(&mut self, value: &Value, wanted: &str) -> bool {
        for (segment, child) in value.children() {
            if self.left == 0 {
                return false;
            }
            self.left -= 1;
            let Some(rest) = behind(wanted, &text_of(&segment)) else { continue };
            self.path.push(segment);
            if rest.is_empty() || self.is_below(child, rest) {
                return true;
            }
            self.path.pop();
        }
        false
    }
}

/// The rest of some letters after those of a segment, if they begin with them.
fn behind<'w>(wanted: &'w str, segment: &str) -> Option<&'w str> {
    let mut rest = wanted.chars();
    count_steps(segment.len() + 1);
    letters(segment).all(|letter| rest.next() == Some(letter)).then_some(rest.as_str())
}

fn text_of(segment: &Segment) -> Cow<'_, str> {
    match segment {
        Segment::Key(key) => Cow::Borrowed(&**key),
        Segment::Index(index) => Cow::Owned(index.to_string()),
    }
}

/// Letters and digits, in lower case.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// The path that ends with the most segments of another, the last of several.
fn same_end(root: &Value, path: &[Segment]) -> Option<Path> {
    let mut search = SameEnd { wanted: path, path: Vec::new(), best: Vec::new(), most: 1, left: MOST_VALUES };
    search.visit(root);
    (!search.best.is_empty()).then(|| Path::from(search.best))
}

struct SameEnd<'p> {
    wanted: &'p [Segment],
    path: Vec<Segment>,
    best: Vec<Segment>,
    /// Segments that the best one shares, or one.
    most: usize,
    left: usize,
}

impl SameEnd<'_> {
    fn visit(&mut self, value: &Value) {
        for (segment, child) in value.children() {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            self.path.push(segment);
            let shared = self.path.iter().rev().zip(self.wanted.iter().rev()).take_while(|(one, other)| one == other).count();
            count_steps(shared + 1);
            if shared >= self.most {
                (self.most, self.best) = (shared, self.path.clone());
            }
            self.visit(child);
            self.path.pop();
        }
    }
}

fn followed(root: &Value, path: &[Segment]) -> Option<Path> {
    let mut value = root;
    let mut known = Path::new();
    for segment in path {
        let closest = match (value, segment) {
            _ if value.child(segment).is_some() => segment.clone(),
            (Value::Table(table), Segment::Key(wanted)) => match closest_name(wanted, table.iter().map(|(key, _)| key)) {
                Some(closest) => Segment::from(closest),
                None => break,
            },
            (Value::Array(items), index) if index.as_index().is_some() && !items.is_empty() => Segment::Index(items.len() - 1),
            _ => break,
        };
        value = value.child(&closest)?;
        known.push(closest);
    }
    // What is only the beginning of the path as it was written is near when nothing can be below it.
    let is_start = path.starts_with(&known);
    (!known.is_empty() && (!is_start || !matches!(value, Value::Table(_) | Value::Array(_)))).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(path: &str) -> Option<String> {
        let server = Value::Table([("port", Value::Integer(1)), ("host", "h".into())].into_iter().collect());
        let host = |host: &str| Value::Table([("host", Value::from(host))].into_iter().collect());
        let pool = Value::Table([("maxConn", Value::Integer(1))].into_iter().collect());
        let servers = Value::array(vec![host("a"), host("b")]);
        let dotted = Value::Table([("b.c", Value::Integer(1))].into_iter().collect());
        let root = [("server", server), ("servers", servers), ("dbPool", pool), ("a", dotted)];
        closest_path(&Value::Table(root.into_iter().collect()), &path.parse::<Path>().unwrap()).map(|path| path.to_string())
    }

    #[test]
    fn finds_the_closest_path() {
        for (path, closest) in [
            ("server.prot", "server.port"),
            ("sever.prot", "server.port"),
            ("serverPort", "server.port"),
            ("DB_POOL.max_conn", "dbPool.maxConn"),
            ("a.b.c", "a.\"b.c\""),
            ("servers[5].host", "servers[1].host"),
            ("servers.5.hst", "servers[1].host"),
            ("server.port.x", "server.port"),
            ("sever.zzz", "server"),
            ("port", "server.port"),
            ("pool.maxConn", "dbPool.maxConn"),
        ] {
            assert_eq!(near(path).as_deref(), Some(closest), "{path}");
        }
        for path in ["zzz", "server.zzz", "servers.length", "server.constructor"] {
            assert_eq!(near(path), None, "{path}");
        }
    }

    #[test]
    fn finding_costs_the_path_and_the_keys() {
        use crate::diagnostic::assert_linear;
        let table = |size: usize| -> Value { Value::Table((0..size).map(|at| (format!("key{at}"), Value::Null)).collect()) };
        assert_linear("a long path in a large table", |size| {
            closest_path(&table(size), &[Segment::from(&*"x".repeat(size))]);
        });
        let deep = |leaf: Value| (0..100).fold(leaf, |inner, _| Value::Table([("y".repeat(1_000), inner)].into_iter().collect()));
        assert_linear("many leaves below a long path", |size| {
            closest_path(&deep(table(size)), &[Segment::from("zz"), Segment::from("zzz")]);
        });
        assert_linear("a path of many segments", |size| {
            closest_path(&table(size), &vec![Segment::from("a"); size]);
        });
        assert_linear("keys without letters", |size| {
            let key = |at: usize| (0..13).map(|bit| if at >> bit & 1 == 1 { '-' } else { '_' }).collect::<String>();
            let table: Value = Value::Table((0..size).map(|at| (key(at), Value::Null)).collect());
            closest_path(&table, &[Segment::from("abc")]);
        });
    }

    #[test]
    fn large_trees_are_searched_in_bounded_time() {
        let table: Value = Value::Table((0..200_000).map(|at| (format!("key{at}"), Value::Integer(at))).collect());
        assert_eq!(closest_path(&table, &[Segment::from("kex7")]).map(|path| path.len()), Some(1));
    }
}
