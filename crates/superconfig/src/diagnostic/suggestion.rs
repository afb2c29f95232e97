//! "Did you mean" suggestions: the known name closest to a misspelt one.

use super::steps::count_steps;

/// Names longer than this are compared by one edit alone: similarity costs the product of both lengths.
const LONGEST: usize = 64;

/// Names whose similarity is computed; of more, the rest is compared by one edit alone.
const MOST_NAMES: usize = 10_000;

/// The least similarity of a suggestion.
const SIMILAR: f64 = 0.8;

/// Finds the closest name: one edit away, or by Jaro–Winkler similarity of at least 0.8, ignoring case.
///
/// An edit adds, drops or changes one character, or swaps two neighbours; it counts at any length, as long as something of the
/// name stays. Costs one look at each name: similarity is computed for up to 10,000 names of up to 64 bytes.
///
/// ```
/// assert_eq!(superconfig::closest_name("prot", ["host", "port"].into_iter()), Some("port"));
/// assert_eq!(superconfig::closest_name("mx", ["min", "max"].into_iter()), Some("max"));
/// ```
pub fn closest_name<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut compared = 0;
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        count_steps(1);
        // Small letters may take more bytes than capitals.
        if wanted.len().max(LONGEST) + LONGEST < name.len() || name.len().max(LONGEST) + LONGEST < wanted.len() {
            continue;
        }
        let lower = name.to_lowercase();
        count_steps(lower.len());
        let is_short = wanted.len().max(lower.len()) <= LONGEST && compared < MOST_NAMES;
        compared += usize::from(is_short);
        count_steps(if is_short { wanted.len() * lower.len() } else { wanted.len().min(lower.len()) });
        let similarity = if is_short { strsim::jaro_winkler(&wanted, &lower) } else { 0.0 };
        let similarity = if similarity < SIMILAR && is_one_edit(&wanted, &lower) { SIMILAR } else { similarity };
        if similarity >= SIMILAR && best.is_none_or(|(most, _)| similarity >= most) {
            best = Some((similarity, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Whether one edit makes one text of another and leaves something as it is. Costs one pass over the shorter one.
fn is_one_edit(one: &str, other: &str) -> bool {
    if one.len().abs_diff(other.len()) > char::MAX.len_utf8() {
        return false;
    }
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = one.chars().zip(other.chars()).take_while(same).map(|(character, _)| character.len_utf8()).sum();
    let (one, other) = (&one[start..], &other[start..]);
    let end: usize = one.chars().rev().zip(other.chars().rev()).take_while(same).map(|(character, _)| character.len_utf8()).sum();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    let (mut left, mut right) = (one.chars(), other.chars());
    match ((left.next(), left.next(), left.next()), (right.next(), right.next(), right.next())) {
        ((None, ..), (None, ..)) => true,
        ((_, None, _), (_, None, _)) => start + end > 0,
        ((a, b, None), (c, d, None)) => a == d && b == c,
        _ => false,
    }
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

    #[test]
    fn finding_costs_the_length_of_the_names() {
        use crate::diagnostic::assert_linear;
        for (unit, what) in [("a", "many short names"), ("ab", "names of one letter more")] {
            assert_linear(what, |size| {
                let names: Vec<String> = (0..size).map(|at| format!("{}{at}", unit.repeat(8))).collect();
                closest_name(&unit.repeat(9), names.iter().map(String::as_str));
            });
        }
        assert_linear("a long name and as many", |size| {
            let names: Vec<String> = (0..size).map(|at| format!("key{at}")).collect();
            closest_name(&"k".repeat(size), names.iter().map(String::as_str));
        });
        assert_linear("long names", |size| {
            let names = vec!["x".repeat(1_000); size / 10];
            closest_name(&"x".repeat(1_001), names.iter().map(String::as_str));
        });
    }

    #[test]
    fn one_edit_is_near_at_any_length() {
        let long = "é".repeat(5_000);
        let changed = format!("{}X{}", &long[..4_000], &long[4_000..]);
        for (wanted, name) in
            [("mx", "max"), ("MX", "max"), ("ab", "ba"), ("dv", "db"), ("a", "ab"), ("poort", "port"), (&long, &changed)]
        {
            assert_eq!(closest_name(wanted, [name].into_iter()), Some(name), "{wanted}");
            assert_eq!(closest_name(name, [wanted].into_iter()), Some(wanted), "{name}");
        }
        for (wanted, name) in [("a", "b"), ("", "a"), ("abc", "xbz")] {
            assert_eq!(closest_name(wanted, [name].into_iter()), None, "{wanted}");
        }
    }
}
