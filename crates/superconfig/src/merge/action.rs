//! The effects that a layer can have on a value.

/// The effect of a layer on a value.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// assert_eq!(config.explain("server.port")?.winner().unwrap().action, superconfig::Action::Set);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The layer sets the value.
    Set,
    /// The layer adds elements to the array.
    Add,
    /// The layer removes elements of the array, or the key.
    Remove,
    /// The layer sets the value because no layer below it does (`join`).
    Fill,
}

impl Action {
    /// The action as it is called in every language: `set`, `add`, `remove` or `fill`.
    ///
    /// ```
    /// assert_eq!(superconfig::Action::Fill.as_str(), "fill");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Set => "set",
            Action::Add => "add",
            Action::Remove => "remove",
            Action::Fill => "fill",
        }
    }
}
