//! The layers that contributed to a value.

use super::origin_fields::OriginFields;
use super::settable_name::SettableName;
use super::unreached::Unreached;
use crate::diagnostic::{Origin, Path};
use crate::merge::Action;
use crate::value::{SchemaSummary, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// One layer's word about a value.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// let candidate = &config.explain("server.port")?.candidates[0];
/// assert_eq!(candidate.value, superconfig::Value::Integer(8080));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The layer, and within it the file and position or the variable.
    pub origin: Origin,
    /// The effect of the layer.
    pub action: Action,
    /// The layer's value, or the values added or removed.
    pub value: Value,
}

/// Serializes flat: the origin's fields, its source as `name`, beside `action` and `value`.
impl Serialize for Candidate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        OriginFields(&self.origin).serialize_into(&mut fields)?;
        fields.serialize_entry("action", &self.action)?;
        fields.serialize_entry("value", &self.value)?;
        fields.end()
    }
}

/// The provenance of a value, and the values that it overrides. Serializes with the winner's index among the candidates.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// let explanation = config.explain("server.port")?;
/// assert_eq!(explanation.value, Some(superconfig::Value::Integer(8080)));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Explanation {
    /// The path; indexes are those of the merged array.
    pub path: Path,
    /// The merged value; `None` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Every layer that contributed to the path, from the lowest to the highest.
    pub candidates: Vec<Candidate>,
    /// The candidate in effect: the last that changed the value. For a table the last that set anything in it.
    pub winner: Option<usize>,
    /// The files, variables and flags that could have contributed and did not.
    pub unreached: Vec<Unreached>,
    /// The variables and flags that could set it.
    pub names: Vec<SettableName>,
    /// The schema's summary for the path; `None` where it does not mention it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<SchemaSummary>,
}

impl Explanation {
    /// The candidate that is in effect.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.explain("server.port")?.winner().unwrap().origin.line, Some(2));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn winner(&self) -> Option<&Candidate> {
        self.candidates.get(self.winner?)
    }
}
