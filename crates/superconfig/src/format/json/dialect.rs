//! The dialects of JSON.

/// A dialect of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// RFC 8259, strict.
    Json,
    /// RFC 8259 with comments and trailing commas.
    #[cfg(feature = "json5")]
    Jsonc,
    /// JSON5 1.0.
    #[cfg(feature = "json5")]
    Json5,
}

impl Dialect {
    pub(super) fn comments(self) -> bool {
        self != Dialect::Json
    }

    #[cfg(feature = "json5")]
    pub(super) fn extended(self) -> bool {
        self == Dialect::Json5
    }

    #[cfg(not(feature = "json5"))]
    pub(super) fn extended(self) -> bool {
        false
    }
}
