//! Origins in what is serialized flat.

use crate::diagnostic::Origin;
use serde::ser::SerializeMap;

/// The fields of an origin, for what is serialized flat: its source is the `name`.
pub(super) struct OriginFields<'a>(pub(super) &'a Origin);

impl OriginFields<'_> {
    pub(super) fn serialize_into<M: SerializeMap>(&self, fields: &mut M) -> Result<(), M::Error> {
        let Origin { kind, source, file, line, column, variable, stored } = self.0;
        fields.serialize_entry("kind", kind)?;
        fields.serialize_entry("name", source)?;
        for (name, text) in [("file", file), ("variable", variable)] {
            if let Some(text) = text {
                fields.serialize_entry(name, text)?;
            }
        }
        for (name, number) in [("line", line), ("column", column)] {
            if let Some(number) = number {
                fields.serialize_entry(name, number)?;
            }
        }
        if let Some(stored) = stored {
            fields.serialize_entry("key", &stored.key)?;
            if let Some(revision) = &stored.revision {
                fields.serialize_entry("revision", revision)?;
            }
        }
        Ok(())
    }
}
