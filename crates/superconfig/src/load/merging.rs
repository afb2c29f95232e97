//! Merges the layers of a load, once those that are computed from others have been.

use super::derivation::{Derivation, Derivations, MergeInputs};
use super::load_result::{LoadResult, PendingLoad};
use crate::diagnostic::{Error, ErrorCode, Origin, Path, SourceKind, Warning, span};
use crate::merge::{
    Content, Document, Expansions, Layer, MergeOptions, Merged, References, explain, fold, interpolate, unusable,
};
use crate::redaction::{SecretRules, SecretTexts};
use crate::source::{failed, panicked};
use crate::value::{ExpansionBudget, Value};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

/// Merged layers, before and after references were resolved.
struct Merging {
    merged: Merged,
    value: Value,
    secrets: Option<Arc<SecretRules>>,
}

impl PendingLoad {
    /// Merges the layers and resolves references. `warnings` are those of the sources until then.
    pub(super) fn merge(&mut self, inputs: &MergeInputs<'_>) -> Result<(), Error> {
        let _span = span!("merge");
        let Merging { mut merged, value, secrets } = self.merge_below(self.layers.len(), inputs)?;
        let problems = std::mem::take(&mut merged.problems);
        let LoadResult { layers, warnings, .. } = &mut self.result;
        for layer in layers {
            if let Some(document) = layer.content.document() {
                warnings.extend(document.warnings.iter().filter_map(|warning| located(warning, layer, document)));
            }
        }
        self.warnings.extend(merged.warnings.iter().cloned());
        (self.merged, self.value) = (merged, value);
        if let Some(secrets) = secrets {
            self.secrets = secrets;
        }
        let secrets = self.secrets.clone();
        self.problems = problems.into_iter().map(|problem| secrets.without_hidden_keys(problem)).collect();
        self.warnings.iter_mut().for_each(|warning| secrets.hide_keys_in(warning));
        let now = Instant::now();
        self.timings.merge = now.saturating_duration_since(self.stage_began);
        self.stage_began = now;
        Ok(())
    }

    /// What its layers merge to, where they are those of an earlier version: a reload that finds nothing new merges nothing.
    pub(super) fn merged_before<'a>(&self, previous: &'a LoadResult) -> Option<&'a Merged> {
        let is_same = previous.problems.is_empty()
            && self.layers.len() == previous.layers.len()
            && self.layers.iter().zip(&previous.layers).all(|(layer, before)| layer.is_same(before));
        is_same.then_some(&previous.merged)
    }

    fn merge_below(&self, end: usize, inputs: &MergeInputs<'_>) -> Result<Merging, Error> {
        let layers = &self.layers[..end];
        let MergeInputs { environment, options, read, budget, known } = inputs;
        // The text of a reference counts where it is inserted, and that of a variable's file at once.
        let expansions = Expansions { read: *read, budget };
        let keep_problems = options.validator.is_some() || options.validated_by_host;
        let merged = match *known {
            Some(known) => known.clone(),
            None => fold(layers, &MergeOptions { expansions: Some(&expansions), keep_problems, ..self.rules.merge_options() })?,
        };
        let value = merged.value.clone();
        let mut merging = Merging { value, merged, secrets: None };
        if options.interpolate {
            let env = |name: &str| environment.get(name).cloned();
            let (secrets, schema) = (&self.rules.secrets, self.rules.schema.as_ref());
            let references = References { env: &env, read_file: *read, limits: self.rules.limits, budget, secrets, schema };
            let interpolated = interpolate(merging.value.clone(), &references).map_err(|error| {
                let mut problems = std::mem::take(&mut merging.merged.problems);
                problems.push(match error.path().and_then(|path| self.origin_in(layers, &merging.merged, path)) {
                    Some(origin) => error.with_origin(origin),
                    None => error,
                });
                unusable(problems)
            })?;
            merging.value = interpolated.value;
            if !interpolated.made_of_secrets.is_empty() {
                merging.secrets = Some(secrets.with_derived(interpolated.made_of_secrets).into());
            }
        }
        Ok(merging)
    }

    /// Reads the files that values name while their names are recorded as dependencies: merges without the layers that are still
    /// to be computed, whatever comes of it.
    pub(super) fn prefetch(&self, derivations: &Derivations, read: &dyn Fn(&str) -> Result<Arc<str>, Error>) {
        let budget = ExpansionBudget::new(&self.rules.limits);
        let read = |name: &str| derivations.read(name, || read(name));
        let (environment, options) = (&*derivations.environment, &*derivations.options);
        let inputs = MergeInputs { environment, options, read: &read, budget: &budget, known: None };
        let ends = derivations.pending.iter().map(|(layer, _)| *layer).chain([self.layers.len()]);
        ends.for_each(|end| drop(self.merge_below(end, &inputs)));
    }

    /// The next layer to compute, with the values below it. Costs a merge of those.
    pub(crate) fn derivation(&self) -> Result<Option<Derivation>, Error> {
        let Some(derivations) = &self.derivations else { return Ok(None) };
        let Some((layer, source)) = derivations.pending.front().copied() else { return Ok(None) };
        let Some((name, _)) = derivations.spec(source) else { return Ok(None) };
        let values = derivations.with_inputs(&self.rules.limits, |inputs| Ok(self.merge_below(layer, inputs)?.value))?;
        Ok(Some(Derivation { name: name.clone(), source, values }))
    }

    /// Takes the values of the next layer, or why there are none; merges everything after the last one.
    pub(crate) fn derive(&mut self, result: Result<Value, String>) -> Result<(), Error> {
        let result = result.map_err(|cause| self.without_given_secrets(cause));
        let Some(derivations) = &mut self.derivations else { return Err(nothing_to_derive()) };
        let Some((layer, source)) = derivations.pending.pop_front() else { return Err(nothing_to_derive()) };
        let name = derivations.spec(source).map_or_else(|| "derive".into(), |(name, _)| name.clone());
        let value = result.map_err(|cause| failed(&name, cause))?;
        if !matches!(value, Value::Table(_)) {
            return Err(failed(&name, format_args!("it gave one {}, not a table of keys", value.kind())));
        }
        let limits = &self.result.rules.limits;
        let measured = limits.expanded_size(&value, "the derived value");
        let taken = measured.and_then(|size| derivations.take(size, limits));
        taken.map_err(|error| error.with_origin(Origin::new(SourceKind::Custom, name.clone())))?;
        self.layers[layer].content = Content::Document(Arc::new(Document::of(value)));
        self.merge_when_derived()
    }

    /// What a function says of its failure, with the secrets masked that it was given. Costs a merge of the values below it.
    fn without_given_secrets(&self, cause: String) -> String {
        match self.derivation() {
            Ok(Some(derivation)) => SecretTexts::new(&self.rules.secrets, &[&derivation.values]).mask(cause),
            _ => cause,
        }
    }

    /// Computes layers up to the first that the host has to, and merges everything after the last one.
    pub(crate) fn derive_all(&mut self) -> Result<(), Error> {
        self.derive_own().map_err(|error| self.rules.secrets.without_hidden_keys(error))
    }

    fn derive_own(&mut self) -> Result<(), Error> {
        while let Some(derivation) = self.derivation()? {
            let derivations = self.derivations.as_ref();
            let Some(compute) = derivations.and_then(|derivations| derivations.spec(derivation.source)?.1.cloned()) else {
                return Ok(());
            };
            let result = match catch_unwind(AssertUnwindSafe(|| compute(&derivation.values))) {
                Ok(result) => result.map(Value::limit_depth).map_err(|error| error.to_string()),
                Err(panic) => Err(format!("it panicked: {}", panicked(&*panic))),
            };
            self.derive(result)?;
        }
        Ok(())
    }

    /// The error of a load that still has layers to compute.
    pub(crate) fn check_derived(&self) -> Result<(), Error> {
        let next = self.derivations.as_ref().and_then(|derivations| derivations.spec(derivations.pending.front()?.1));
        match next {
            Some((name, _)) => Err(Error::new(ErrorCode::Option, format!("the values of `{name}` are not derived yet"))
                .with_hint("only the program that loaded the configuration can reload it")),
            None => Ok(()),
        }
    }

    fn merge_when_derived(&mut self) -> Result<(), Error> {
        if self.derivations.as_ref().is_none_or(|derivations| !derivations.pending.is_empty()) {
            return Ok(());
        }
        let Some(derivations) = self.derivations.take() else { return Ok(()) };
        let limits = self.rules.limits;
        derivations.with_inputs(&limits, |inputs| self.merge(inputs))
    }

    fn origin_in(&self, layers: &[Layer], merged: &Merged, path: &Path) -> Option<Origin> {
        let explanation = explain(layers, merged, &self.rules.merge_options(), path);
        explanation.winner().map(|winner| winner.origin.clone())
    }
}

fn nothing_to_derive() -> Error {
    Error::new(ErrorCode::Option, "the load has no values to derive")
}

/// A parser's warning with its file; `None` where it concerns a part of the text outside the layer.
fn located(warning: &Warning, layer: &Layer, document: &Document) -> Option<Warning> {
    let mut origin = Origin::new(layer.kind, layer.name.clone());
    origin.file = document.file.clone();
    if let Some(known) = &warning.origin {
        (origin.line, origin.column) = (known.line, known.column);
    }
    let mount = match &layer.content {
        Content::Stored(stored) => {
            origin.stored = Some(stored.key.clone());
            stored.mounted_at()
        }
        _ => Vec::new(),
    };
    let mut located = warning.clone().with_origin(origin);
    if let Some(path) = &warning.path {
        located.path = Some(mount.into_iter().chain(path.strip_prefix(&*document.root)?.iter().cloned()).collect());
    }
    Some(located)
}
