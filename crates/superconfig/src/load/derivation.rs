//! Layers that the program computes from the merged values below them.

use super::options::LoadOptions;
use crate::diagnostic::{Error, ErrorCode};
use crate::format;
use crate::merge::Merged;
use crate::source::{BaseDirs, DeriveFunction, Environment, SourceSpec, check_strictly, read_file};
use crate::value::{ExpandedSize, ExpansionBudget, Limits, Value};
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

/// A layer that the host of a binding computes: its values have to be given to
/// [`PreparedLoad::derive`](crate::PreparedLoad::derive) before the load can be published.
///
/// ```
/// use superconfig::{Format, SourceEntry, SourceSpec, SuperConfig, parse};
///
/// let spec = SourceSpec::Derive { name: "limits".into(), compute: None };
/// let builder = SuperConfig::builder().text("cpu = 2", Format::Toml).entry(SourceEntry { spec, fill: false, directives: true });
/// let mut prepared = builder.prepare()?;
/// let derivation = prepared.derivation()?.expect("there is one");
/// assert_eq!((&*derivation.name, derivation.source), ("limits", 1));
/// assert_eq!(derivation.values, parse("cpu = 2", Format::Toml)?);
/// prepared.derive(Ok(parse("max = 8", Format::Toml)?))?;
/// assert!(prepared.derivation()?.is_none());
/// assert_eq!(prepared.commit(None)?.get::<u8>("max")?, 8);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone)]
pub struct Derivation {
    /// The name of the source.
    pub name: Arc<str>,
    /// The index among the sources.
    pub source: usize,
    /// The merged, interpolated values below it.
    pub values: Value,
}

/// Prints no values, which may be secrets.
impl fmt::Debug for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Derivation").field("name", &self.name).field("source", &self.source).finish_non_exhaustive()
    }
}

/// The layers of a load that are still to be computed, and what merging them needs.
pub(crate) struct Derivations {
    /// Their indexes among the layers and among the sources, in order.
    pub(super) pending: VecDeque<(usize, usize)>,
    pub(super) options: Arc<LoadOptions>,
    pub(super) environment: Arc<Environment>,
    base_dirs: BaseDirs,
    /// The expansions of the layers, those that were computed included.
    taken: ExpandedSize,
    /// The texts of files that values name: each is read once, so that all merges of a load belong together.
    files: Mutex<HashMap<String, Result<Arc<str>, Error>>>,
}

/// What merging layers needs beside the rules.
pub(super) struct MergeInputs<'a> {
    pub(super) environment: &'a Environment,
    pub(super) options: &'a LoadOptions,
    /// Reads a file that a value names.
    pub(super) read: &'a dyn Fn(&str) -> Result<Arc<str>, Error>,
    pub(super) budget: &'a ExpansionBudget,
    /// What all layers merge to, where that is known.
    pub(super) known: Option<&'a Merged>,
}

impl Derivations {
    pub(super) fn new(
        pending: VecDeque<(usize, usize)>,
        options: Arc<LoadOptions>,
        environment: Arc<Environment>,
        base_dirs: BaseDirs,
        taken: ExpandedSize,
    ) -> Self {
        Self { pending, options, environment, base_dirs, taken, files: Mutex::default() }
    }

    /// Takes the expansions of a computed layer out of the budget of all merges to come.
    ///
    /// # Errors
    /// When it is more than is left.
    pub(super) fn take(&mut self, size: ExpandedSize, limits: &Limits) -> Result<(), Error> {
        self.taken.add(size);
        Ok(ExpansionBudget::new(limits).take(self.taken)?)
    }

    /// The text of a file that a value names, read once.
    pub(super) fn read(&self, name: &str, read: impl FnOnce() -> Result<Arc<str>, Error>) -> Result<Arc<str>, Error> {
        let known = self.files.lock().get(name).cloned();
        known.unwrap_or_else(|| {
            let text = read();
            // What the budget of one merge refuses, another may take.
            if !text.as_ref().is_err_and(|error| error.code() == ErrorCode::Limit) {
                self.files.lock().insert(name.to_owned(), text.clone());
            }
            text
        })
    }

    /// Calls a merge with its inputs. Each begins with what the layers leave of the budget: what it produces replaces what the one
    /// before has.
    pub(super) fn with_inputs<T>(
        &self,
        limits: &Limits,
        merge: impl FnOnce(&MergeInputs<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let budget = ExpansionBudget::new(limits);
        budget.take(self.taken)?;
        let from_disk = |name: &str| {
            let mut buffer = Vec::new();
            let path = self.base_dirs.resolve(name);
            let opened = read_file::read(&path, name, limits.document_bytes.min(budget.left().bytes), &mut buffer)?;
            if self.options.is_strict() {
                check_strictly(opened.ownership, &path)?;
            }
            let text = format::decode(&buffer)?;
            Ok(text.strip_prefix('\u{feff}').unwrap_or(text).into())
        };
        // Only names that computed values have are not known by now.
        let read = |name: &str| self.read(name, || from_disk(name));
        merge(&MergeInputs { environment: &self.environment, options: &self.options, read: &read, budget: &budget, known: None })
    }

    pub(super) fn spec(&self, source: usize) -> Option<(&Arc<str>, Option<&DeriveFunction>)> {
        match self.options.sources.get(source).map(|entry| &entry.spec) {
            Some(SourceSpec::Derive { name, compute }) => Some((name, compute.as_ref())),
            _ => None,
        }
    }
}
