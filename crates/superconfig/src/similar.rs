//! Which of the names that exist was probably meant.

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
