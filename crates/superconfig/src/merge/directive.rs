//! The directives of keys that end in `_add` or `_remove`.

/// The directive of a key that ends in `_add` or `_remove`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Directive {
    Add,
    Remove,
}

impl Directive {
    /// The end of the keys that ask for it.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Directive::Add => "_add",
            Directive::Remove => "_remove",
        }
    }

    /// Takes a key apart; a bare `_add` or `_remove` is an ordinary key.
    pub(crate) fn from_key(key: &str) -> Option<(&str, Directive)> {
        [Directive::Add, Directive::Remove].into_iter().find_map(|directive| {
            let stem = key.strip_suffix(directive.suffix())?;
            (!stem.is_empty()).then_some((stem, directive))
        })
    }
}
