//! The results of custom sources in a load, with the last good values of those that failed.

use super::custom_sources::CustomResults;
use super::loader::{LayerCollector, Loader};
use crate::diagnostic::{Error, ErrorCode, Origin, SourceKind, Warning};
use crate::source::{SourceSpec, failed};
use crate::value::{Limits, Value};

impl Loader {
    /// Stores the results of custom sources in this load. One that failed keeps its last values, with the warning
    /// `source-stale`; without any its error is the load's. Results of a load that called its sources earlier than another
    /// one did are old: they do not replace that one's.
    pub(super) fn apply_custom_results(
        &mut self,
        turn: u64,
        custom_results: CustomResults,
        collector: &mut LayerCollector,
    ) -> Result<(), Error> {
        let sources = &self.options.sources;
        let mut failures = Vec::new();
        for (at, result) in custom_results {
            let (name, known) = match sources.get(at).map(|entry| &entry.spec) {
                Some(SourceSpec::Custom(source)) => (source.name(), self.custom.contains_key(&at)),
                Some(SourceSpec::Values { kind: SourceKind::Custom, name, .. }) => (&**name, true),
                _ => return Err(Error::new(ErrorCode::Option, format!("source {at} is not a custom one"))),
            };
            match result.and_then(|value| checked(&self.rules.limits, name, value)) {
                Err(error) if !known => failures.push(error),
                answer => {
                    let failure = answer.as_ref().err().cloned();
                    if self.custom.entry(at).or_default().take(turn, answer) {
                        collector.failed_sources.extend(failure.clone());
                        collector.answers.push((at, failure));
                    }
                }
            }
        }
        if let Some(code) = failures.first().map(Error::code) {
            Error::together(code, "sources failed", failures)?;
        }
        for (at, layer) in &self.custom {
            if let (Some(error), Some(entry)) = (&layer.failure, sources.get(*at)) {
                let name = entry.spec.name();
                let cause = error.cause().unwrap_or(error.message());
                let message = format!("the source `{name}` failed, what it gave last stays in use: {cause}");
                let origin = Origin::new(SourceKind::Custom, name);
                collector.warnings.push(Warning::new("source-stale", message).with_origin(origin));
            }
        }
        Ok(())
    }
}

fn checked(limits: &Limits, name: &str, value: Value) -> Result<Value, Error> {
    match &value {
        Value::Table(_) => {
            let origin = || Origin::new(SourceKind::Custom, name);
            limits.check_depth(&value, "what it gave").map_err(|error| error.with_origin(origin()))?;
            Ok(value)
        }
        other => Err(failed(name, format_args!("it gave one {}, not a table of keys", other.kind()))),
    }
}
