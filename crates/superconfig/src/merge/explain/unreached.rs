//! The names that could have contributed to a value and did not.

use super::origin_fields::OriginFields;
use crate::diagnostic::{Origin, printable_line};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;

/// A layer, or a variable, that could have contributed to a value and did not.
///
/// ```
/// use superconfig::{FileOptions, Format, SuperConfig};
///
/// let options = FileOptions { optional: true, ..FileOptions::default() };
/// let config = SuperConfig::builder().text("port = 1", Format::Toml).file_with("local.toml", options).load()?;
/// let unreached = &config.explain("port")?.unreached[0];
/// assert_eq!((unreached.origin.file.as_deref(), &*unreached.reason), (Some("local.toml"), "there is no such file"));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unreached {
    /// The layer, and within it the file or the variable.
    pub origin: Origin,
    /// Why it did not contribute.
    pub reason: Cow<'static, str>,
}

impl Unreached {
    pub(crate) fn new(origin: Origin, reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = match reason.into() {
            Cow::Owned(reason) => Cow::Owned(printable_line(reason)),
            known => known,
        };
        Self { origin, reason }
    }
}

/// Serializes flat: the origin's fields, its source as `name`, beside `reason`.
impl Serialize for Unreached {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        OriginFields(&self.origin).serialize_into(&mut fields)?;
        fields.serialize_entry("reason", &self.reason)?;
        fields.end()
    }
}
