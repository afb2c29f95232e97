//! The output of a host's check of the values, as the host gave it.

use crate::encoded_value::EncodedValue;
use crate::options::OptionReader;
use superconfig::{Error, FieldNames, Path, Segment, Snapshot, Value};

/// Integers above it are big ones for hosts whose numbers are doubles, whoever gave them.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// The output of a schema: what readers see in place of the merged values.
///
/// ```
/// use superconfig::{Format, SuperConfig};
/// use superconfig_binding::{BigIntegers, CheckedOutput, Committed, Preparation};
///
/// let prepared = Preparation::load(SuperConfig::builder().text("size = 5", Format::Toml)).run()?;
/// let output = CheckedOutput::parse(r#"{ "value": { "size": null }, "specials": [[["size"], "bigint", "5"]] }"#)?;
/// let Committed::Opened(config) = prepared.commit(Some(output))? else { panic!("it is a first load") };
/// assert_eq!(BigIntegers::below(&*config.snapshot()?, &"size".parse()?), [superconfig::Path::default()]);
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
        let mut paths = encoded.bigints();
        let value = encoded.decode();
        paths.retain(|path| matches!(value.at(path), Some(Value::Integer(number)) if number.unsigned_abs() <= MAX_SAFE_INTEGER));
        paths.sort_unstable();
        Ok(Self { value, big_integers: BigIntegers(paths) })
    }
}

impl From<Value> for CheckedOutput {
    fn from(value: Value) -> Self {
        Self { value, ..Self::default() }
    }
}

/// The integers of one version that a schema gave in the host's type of big integers, although its numbers hold them. They are kept
/// with the version, so that every thread of the host reads them as they were given.
#[derive(Debug, Default)]
pub struct BigIntegers(Vec<Path>);

impl BigIntegers {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The paths of the big integers at and below a path of a version, relative to it. Costs a binary search, and one copy for each.
    pub fn below(version: &Snapshot, path: &Path) -> Vec<Path> {
        let Some(BigIntegers(all)) = version.annotation() else { return Vec::new() };
        let at = indexed(version.value(), path);
        let first = all.partition_point(|known| known[..] < at[..]);
        let below = all[first..].iter().take_while(|known| known.starts_with(&at));
        below.map(|known| known[at.len()..].iter().cloned().collect()).collect()
    }
}

/// A path whose indexes are indexes: in `list.0` a key stands for one.
fn indexed(mut value: &Value, path: &Path) -> Vec<Segment> {
    let mut segments = Vec::with_capacity(path.len());
    for segment in path.iter() {
        let index = match (value, segment) {
            (Value::Array(_), Segment::Key(key)) => key.parse().ok().map(Segment::Index),
            _ => None,
        };
        value = value.at(std::slice::from_ref(segment)).unwrap_or(&Value::Null);
        segments.push(index.unwrap_or_else(|| segment.clone()));
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Committed, Preparation};
    use superconfig::SuperConfig;

    #[test]
    fn big_integers_are_found_below_every_path_that_leads_to_them() {
        let output = CheckedOutput::parse(
            r#"{"value":{"a":{"n":null,"list":[1,null]},"ab":null,"big":null},
                "specials":[[["ab"],"bigint","7"],[["a","list",1],"bigint","-6"],[["a","n"],"bigint","5"],[["big"],"bigint","9007199254740993"]]}"#,
        );
        let prepared = Preparation::load(SuperConfig::builder()).run().unwrap();
        let Committed::Opened(config) = prepared.commit(Some(output.unwrap())).unwrap() else { panic!("it is a first load") };
        let below = |path: &str| {
            let path = path.parse().unwrap_or_default();
            BigIntegers::below(&config.snapshot().unwrap(), &path).iter().map(Path::to_string).collect::<Vec<_>>()
        };
        assert_eq!(below(""), ["a.list[1]", "a.n", "ab"], "what no double holds is big in any case");
        assert_eq!(below("a"), ["list[1]", "n"]);
        assert_eq!(
            (below("a.list.1"), below("a.list[1]"), below("a.n")),
            (vec![String::new()], vec![String::new()], vec![String::new()])
        );
        assert_eq!((below("a.list[0]"), below("a.x")), (Vec::<String>::new(), Vec::new()));
    }
}
