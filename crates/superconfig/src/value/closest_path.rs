//! Which of the names that exist was probably meant.

use super::value::Value;
use crate::diagnostic::{Path, Segment, closest_name};

/// The path in a tree nearest to one that is not in it, if one is near enough to be meant.
///
/// One that is the same but for case and punctuation is taken first (`dbpool.max_conn` means `dbPool.maxConn`). Else the
/// segments are followed: of keys the most similar one, of indexes the last that there is, up to where nothing is
/// similar. Else one whose last keys are those of the path.
pub(crate) fn closest_path(root: &Value, path: &[Segment]) -> Option<Path> {
    let wanted = bare(path);
    let mut known = Vec::new();
    list(root, &mut Path::new(), &mut known);
    if let Some(same) = known.iter().find(|known| bare(known) == wanted) {
        return Some(same.clone());
    }
    followed(root, path).or_else(|| {
        let last = path.last()?;
        known
            .into_iter()
            .filter(|known| known.last() == Some(last))
            .max_by_key(|known| known.iter().rev().zip(path.iter().rev()).take_while(|(one, other)| one == other).count())
    })
}

/// Paths looked at; those of a large tree need not all be.
const MOST_PATHS: usize = 10_000;

fn list(value: &Value, path: &mut Path, known: &mut Vec<Path>) {
    let mut add = |segment: Segment, value: &Value| {
        if known.len() < MOST_PATHS {
            path.push(segment);
            known.push(path.clone());
            list(value, path, known);
            path.pop();
        }
    };
    match value {
        Value::Table(table) => table.entries().iter().for_each(|(key, value)| add(Segment::Key(key.clone()), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| add(Segment::Index(at), item)),
        _ => {}
    }
}

/// A path's letters and digits, in lower case.
fn bare(path: &[Segment]) -> String {
    let text = Path::from(path.to_vec()).to_string();
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn followed(root: &Value, path: &[Segment]) -> Option<Path> {
    let mut value = root;
    let mut known = Path::new();
    for segment in path {
        let meant = match (value, segment) {
            _ if value.child(segment).is_some() => segment.clone(),
            (Value::Table(table), Segment::Key(wanted)) => match closest_name(wanted, table.iter().map(|(key, _)| key)) {
                Some(meant) => Segment::from(meant),
                None => break,
            },
            (Value::Array(items), index) if index.as_index().is_some() && !items.is_empty() => Segment::Index(items.len() - 1),
            _ => break,
        };
        value = value.child(&meant)?;
        known.push(meant);
    }
    // What is only the beginning of the path as it was written is near when nothing can be below it.
    let is_start = path.starts_with(&known);
    (!known.is_empty() && (!is_start || !matches!(value, Value::Table(_) | Value::Array(_)))).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typing_errors_and_nothing_far_fetched() {
        let names = ["port", "host", "poolSize", "plugins"];
        assert_eq!(closest_name("prot", names.into_iter()), Some("port"));
        assert_eq!(closest_name("poolsize", names.into_iter()), Some("poolSize"));
        assert_eq!(closest_name("plugin", names.into_iter()), Some("plugins"));
        assert_eq!(closest_name("database", names.into_iter()), None);
    }

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
    fn finds_paths_that_were_meant() {
        for (path, meant) in [
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
            assert_eq!(near(path).as_deref(), Some(meant), "{path}");
        }
        for path in ["zzz", "server.zzz", "servers.length", "server.constructor"] {
            assert_eq!(near(path), None, "{path}");
        }
    }

    #[test]
    fn a_large_tree_is_no_long_wait() {
        let table: Value = Value::Table((0..200_000).map(|at| (format!("key{at}"), Value::Integer(at))).collect());
        assert_eq!(closest_path(&table, &[Segment::from("kex7")]).map(|path| path.len()), Some(1));
    }
}
