//! "Did you mean" suggestions: the known name closest to a misspelt one.

/// The most similar of some names, if any is similar enough: Jaro–Winkler similarity of at least 0.8, ignoring case.
///
/// Costs one comparison per name; meant for messages.
///
/// ```
/// assert_eq!(superconfig::closest_name("prot", ["host", "port"].into_iter()), Some("port"));
/// ```
pub fn closest_name<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    names
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(similarity, _)| *similarity >= 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}
