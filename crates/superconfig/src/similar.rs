//! Which of the names that exist was probably meant.

use crate::value::{Path, Segment, Value};

/// The most similar of some names, if any is similar enough: Jaro–Winkler similarity of at least 0.8, ignoring case.
///
/// Costs one comparison per name; meant for messages.
///
/// ```
/// assert_eq!(superconfig::nearest("prot", ["host", "port"].into_iter()), Some("port"));
/// ```
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    names
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(similarity, _)| *similarity >= 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

/// The path in a tree nearest to one that is not in it, if one is near enough to be meant.
///
/// The segments that exist are followed; among the keys at the first that does not, the most similar one is taken, and
/// the rest of the path kept where it exists below it.
pub(crate) fn nearest_path(root: &Value, path: &[Segment]) -> Option<Path> {
    let mut value = root;
    let mut known = Path::new();
    for (at, segment) in path.iter().enumerate() {
        if let Some(child) = value.child(segment) {
            value = child;
            known.push(segment.clone());
            continue;
        }
        let Segment::Key(wanted) = segment else { return None };
        let table = value.as_table()?;
        let meant = nearest(wanted, table.iter().map(|(key, _)| key))?;
        let mut deeper = table.get(meant)?;
        known.push(Segment::Key(meant.into()));
        for segment in &path[at + 1..] {
            let Some(child) = deeper.child(segment) else { break };
            deeper = child;
            known.push(segment.clone());
        }
        return Some(known);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_typing_errors_and_nothing_far_fetched() {
        let names = ["port", "host", "poolSize", "plugins"];
        assert_eq!(nearest("prot", names.into_iter()), Some("port"));
        assert_eq!(nearest("poolsize", names.into_iter()), Some("poolSize"));
        assert_eq!(nearest("plugin", names.into_iter()), Some("plugins"));
        assert_eq!(nearest("database", names.into_iter()), None);
    }
}
