//! The output of a host's check of the values, as the host gave it.

use crate::big_integers::BigIntegers;
use crate::encoded_value::EncodedValue;
use crate::options::OptionReader;
use superconfig::{Error, FieldNames, Value};

/// The output of a schema: what readers see in place of the merged values.
///
/// ```
/// use superconfig::{Format, SuperConfig};
/// use superconfig_binding::{CheckedOutput, Committed, Preparation};
///
/// let prepared = Preparation::load(SuperConfig::builder().text("size = 5", Format::Toml)).run()?;
/// let output = CheckedOutput::parse(r#"{ "value": { "size": null }, "specials": [[0, ["size"], "bigint", "5"]] }"#)?;
/// let Committed::Opened(config) = prepared.commit(Some(output))? else { panic!("it is a first load") };
/// assert_eq!(config.get::<u32>("size")?, 5);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct CheckedOutput {
    /// The values.
    pub value: Value,
    /// Small integers among them that are big ones for the host.
    pub big_integers: BigIntegers,
}

impl CheckedOutput {
    /// Reads an output from the JSON text of an [`EncodedValue`]. The engine checks its depth.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for what is not an encoded value.
    pub fn parse(json: &str) -> Result<Self, Error> {
        let encoded = OptionReader::new(FieldNames::Exact).parse::<EncodedValue>(json, "value")?;
        let (value, big_integers) = encoded.decode_marked();
        Ok(Self { value, big_integers })
    }
}

impl From<Value> for CheckedOutput {
    fn from(value: Value) -> Self {
        Self { value, ..Self::default() }
    }
}
