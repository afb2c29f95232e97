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
    /// It sets it.
    Set,
    /// It adds elements.
    Add,
    /// It removes elements, or the key.
    Remove,
    /// It sets it unless something is there (`join`).
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
