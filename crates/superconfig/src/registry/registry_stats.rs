//! Statistics of a registry.

/// The contents of a registry, and its counters since it was made.
///
/// Serializes in camelCase. At rest, `inserts` is `total_handles + removes + expired + freed`.
///
/// ```
/// let registry = superconfig::ConfigRegistry::new();
/// let port = registry.insert(8080_u16)?;
/// let stats = registry.stats();
/// assert_eq!((stats.total_handles, stats.active_references), (1, 1));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RegistryStats {
    /// Entries that can be found by their id.
    pub total_handles: usize,
    /// Handles that refer to those entries, clones and cached handles included.
    pub active_references: usize,
    /// The memory of the entries in bytes: values as deep as they can be measured, slots, names and the tables that find
    /// them. The registry itself, some ten kilobytes, and the content of types without a measuring function beyond their own
    /// size are not included.
    pub memory_usage_bytes: usize,
    /// Entries put in.
    pub inserts: u64,
    /// Values replaced.
    pub updates: u64,
    /// Entries taken out by `remove`.
    pub removes: u64,
    /// Entries that came to the end of their time to live.
    pub expired: u64,
    /// Unnamed entries that went with their last handle.
    pub freed: u64,
    /// Successful reads; `None` unless the registry was made to count them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads: Option<u64>,
}
