//! Paths in order, to find those above and below another one.

use super::path::{Path, Segment};
use super::sort_by::sort_by;

/// A set of paths that is asked for what is above and below others.
pub(crate) struct PathSet<'p> {
    sorted: Vec<&'p [Segment]>,
}

impl<'p> FromIterator<&'p Path> for PathSet<'p> {
    fn from_iter<I: IntoIterator<Item = &'p Path>>(paths: I) -> Self {
        let mut sorted: Vec<&[Segment]> = paths.into_iter().map(|path| &**path).collect();
        sort_by(&mut sorted, Ord::cmp);
        Self { sorted }
    }
}

impl PathSet<'_> {
    /// Whether it has a path or one above it. Costs a search for each segment of the path.
    pub(crate) fn has_at_or_above(&self, path: &[Segment]) -> bool {
        (0..=path.len()).any(|length| self.sorted.binary_search(&&path[..length]).is_ok())
    }

    /// Whether it has a path or one below it. Costs one search.
    pub(crate) fn has_at_or_below(&self, path: &[Segment]) -> bool {
        // What is below a path comes right after it.
        let at = self.sorted.partition_point(|other| *other < path);
        self.sorted.get(at).is_some_and(|other| other.starts_with(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_comparing_all_finds() {
        let texts = ["a.b", "a.b.c", "b[0]", "b[10]", "c", "d.e.f"];
        let paths: Vec<Path> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let set: PathSet<'_> = paths.iter().collect();
        for text in ["", "a", "a.b", "a.b.c.d", "a.c", "b", "b[0].x", "b[1]", "c.x", "cc", "d.e", "d.f", "e"] {
            let path: Path = text.parse().unwrap();
            assert_eq!(set.has_at_or_above(&path), paths.iter().any(|other| path.starts_with(other)), "{text}");
            assert_eq!(set.has_at_or_below(&path), paths.iter().any(|other| other.starts_with(&path)), "{text}");
        }
    }
}
