//! The results of custom sources in a load, with the last good values of those that failed.

use super::custom_sources::CustomResults;
use super::loader::{LayerCollector, Loader};
use super::source_contents::contents_of;
use crate::diagnostic::{Error, ErrorCode, Origin, SourceKind, Warning};
use crate::merge::Content;
use crate::source::{SourceEntry, SourceSpec};
use std::sync::Arc;

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
            let (name, known): (Arc<str>, bool) = match sources.get(at).map(|entry| &entry.spec) {
                Some(SourceSpec::Custom(source)) => (source.name().into(), self.custom.contains_key(&at)),
                Some(SourceSpec::Values { kind: SourceKind::Custom, name, .. } | SourceSpec::Supplied { name, .. }) => {
                    (name.clone(), true)
                }
                _ => return Err(Error::new(ErrorCode::Option, format!("source {at} is not a custom one"))),
            };
            match result.and_then(|data| contents_of(&self.rules, &name, data)) {
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
                let own = || Origin::new(SourceKind::Custom, name);
                let origin = error.origin().cloned().unwrap_or_else(own);
                collector.warnings.push(Warning::new("source-stale", message).with_origin(origin));
            }
        }
        Ok(())
    }
}

impl LayerCollector {
    /// Adds the layers of a custom source.
    pub(super) fn push_contents(&mut self, entry: &SourceEntry, name: &Arc<str>, contents: &[Content]) -> Result<(), Error> {
        for content in contents {
            if let Some(document) = content.document() {
                let file = document.file.clone();
                self.budget
                    .take(document.expanded)
                    .map_err(|error| Error::from(error).in_source(SourceKind::Custom, name, file.clone()))?;
            }
            self.push(entry, SourceKind::Custom, name.clone(), content.clone());
            if let (Some(info), Some(document)) = (self.searched.last_mut(), content.document()) {
                info.file.clone_from(&document.file);
            }
        }
        Ok(())
    }
}
