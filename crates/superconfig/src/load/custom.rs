//! What custom sources gave, and what they gave before where they fail.

use super::context::CustomResults;
use super::loader::{LayerCollector, Loader};
use crate::diagnostic::{Error, ErrorCode, Origin, SourceKind, Warning};
use crate::source::{SourceEntry, SourceSpec, failed};
use crate::value::Value;
use std::sync::Arc;

impl Loader {
    /// Takes what custom sources gave for this load. One that failed keeps what it gave last, with the warning
    /// `source-stale`; without that its error is the load's.
    pub(super) fn apply_custom_results(
        &mut self,
        sources: &[SourceEntry],
        custom_results: CustomResults,
        collector: &mut LayerCollector,
    ) -> Result<(), Error> {
        for (at, result) in custom_results {
            let (name, known) = match sources.get(at).map(|entry| &entry.spec) {
                Some(SourceSpec::Custom(source)) => (Arc::from(source.name()), self.custom.contains_key(&at)),
                Some(SourceSpec::Values { kind: SourceKind::Custom, name, .. }) => (name.clone(), true),
                _ => return Err(Error::new(ErrorCode::Option, format!("source {at} is not a custom one"))),
            };
            let result = result.and_then(|value| self.checked(&name, value));
            match result {
                Ok(value) => {
                    self.custom.insert(at, value);
                }
                Err(error) if known => {
                    let cause = error.cause().unwrap_or(error.message());
                    let message = format!("the source `{name}` failed, what it gave last stays in use: {cause}");
                    let origin = Origin::new(SourceKind::Custom, name);
                    collector.warnings.push(Warning::new("source-stale", message).with_origin(origin));
                    collector.failed_sources.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn checked(&self, name: &str, value: Value) -> Result<Value, Error> {
        match &value {
            Value::Table(_) => {
                let origin = || Origin::new(SourceKind::Custom, name);
                self.rules.limits.check_depth(&value, "what it gave").map_err(|error| error.with_origin(origin()))?;
                Ok(value)
            }
            other => Err(failed(name, format_args!("it gave one {}, not a table of keys", other.kind()))),
        }
    }
}
