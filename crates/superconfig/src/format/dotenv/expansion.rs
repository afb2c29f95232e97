//! The expansion of `${NAME}` in assignments.

use super::syntax::{DotenvEntry, Piece, Reference};
use crate::diagnostic::{Error, ErrorCode, Warning};
use crate::format::shorten;
use crate::value::{ExpandedSize, ExpansionBudget};
use std::collections::HashMap;
use std::sync::Arc;

/// Variables that refer one to the next, and those and the defaults inside one another on the way.
const MAX_CHAIN: usize = 64;
const MAX_LEVELS: usize = 128;

/// More warnings about unset variables are no help.
const MAX_WARNINGS: usize = 100;

/// Expands the references of all entries, in order. The environment comes first, then the entries themselves, of
/// equal names the last; in a value its own name means the environment's, or the entry before of that name. What an
/// expansion gives is not scanned again.
///
/// # Errors
/// The entry that cannot be expanded, with `ERR_SUPERCONFIG_INTERPOLATION` for a cycle and `ERR_SUPERCONFIG_LIMIT` for
/// more than is left of the budget.
pub(crate) fn expand(
    entries: &[DotenvEntry],
    environment: &dyn Fn(&str) -> Option<Arc<str>>,
    budget: &ExpansionBudget,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Arc<str>>, (usize, Error)> {
    let mut last = HashMap::new();
    let earlier = entries.iter().enumerate().map(|(at, entry)| last.insert(&*entry.name, at)).collect();
    let done = vec![None; entries.len()];
    let mut expander =
        Expander { entries, last, earlier, environment, budget, done, chain: Vec::new(), levels: 0, unset: 0, warnings };
    let values: Result<_, Error> = (0..entries.len()).map(|at| expander.entry(at)).collect();
    if expander.unset > MAX_WARNINGS {
        let message = format!("{} more references to variables that are not set are not listed", expander.unset - MAX_WARNINGS);
        expander.warnings.push(Warning::new("more-warnings", message));
    }
    values.map_err(|error| (expander.chain.last().copied().unwrap_or_default(), error))
}

struct Expander<'a> {
    entries: &'a [DotenvEntry],
    last: HashMap<&'a str, usize>,
    /// For each entry the one of the same name before it.
    earlier: Vec<Option<usize>>,
    environment: &'a dyn Fn(&str) -> Option<Arc<str>>,
    /// The budget of references.
    budget: &'a ExpansionBudget,
    done: Vec<Option<Arc<str>>>,
    /// The entries that are being expanded, each referred to by the one before.
    chain: Vec<usize>,
    /// The entries and defaults that are being expanded.
    levels: usize,
    /// References to what is not set.
    unset: usize,
    warnings: &'a mut Vec<Warning>,
}

impl<'a> Expander<'a> {
    fn entry(&mut self, at: usize) -> Result<Arc<str>, Error> {
        if let Some(done) = &self.done[at] {
            return Ok(done.clone());
        }
        if self.chain.contains(&at) {
            let message = format!("the variables refer to each other in a circle: {}", self.names(at));
            return Err(Error::new(ErrorCode::Interpolation, message));
        }
        if self.chain.len() >= MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} variables refer to the next one: {}", self.names(at));
            return Err(Error::new(ErrorCode::Interpolation, message));
        }
        self.chain.push(at);
        let mut text = String::new();
        let entries = self.entries;
        self.append(&entries[at].pieces, at, &mut text)?;
        self.chain.pop();
        let text: Arc<str> = text.into();
        self.done[at] = Some(text.clone());
        Ok(text)
    }

    /// Appends what the pieces of an entry, or of a default in it, expand to.
    fn append(&mut self, pieces: &'a [Piece], at: usize, text: &mut String) -> Result<(), Error> {
        self.levels += 1;
        if self.levels > MAX_LEVELS {
            let message = format!("references lead through more than {MAX_LEVELS} levels: {}", self.names(at));
            return Err(Error::new(ErrorCode::Limit, message));
        }
        for piece in pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Reference(reference) => self.reference(reference, at, text)?,
            }
        }
        self.levels -= 1;
        Ok(())
    }

    fn reference(&mut self, reference: &'a Reference, at: usize, text: &mut String) -> Result<(), Error> {
        let Reference { name, default, also_empty } = reference;
        match (self.lookup(name, at, default.is_some())?.filter(|value| !(*also_empty && value.is_empty())), default) {
            (Some(value), _) => {
                self.budget.take(ExpandedSize::text(value.len()))?;
                text.push_str(&value);
            }
            (None, Some(default)) => self.append(default, at, text)?,
            (None, None) => {
                self.unset += 1;
                if self.unset <= MAX_WARNINGS {
                    let message = format!("the variable {} is not set; it counts as empty", shorten(name));
                    self.warnings.push(Warning::new("unset-variable", message));
                }
            }
        }
        Ok(())
    }

    /// The variables that led here, the first and the last of them where there are many.
    fn names(&self, at: usize) -> String {
        let names: Vec<_> = self.chain.iter().chain([&at]).map(|at| shorten(&self.entries[*at].name)).collect();
        match &names[..] {
            [first, second, .., last_but_one, last] if names.len() > 8 => {
                format!("{first} → {second} → … → {last_but_one} → {last}")
            }
            _ => names.join(" → "),
        }
    }

    fn lookup(&mut self, name: &str, from: usize, has_default: bool) -> Result<Option<Arc<str>>, Error> {
        if let Some(value) = (self.environment)(name) {
            return Ok(Some(value));
        }
        if *self.entries[from].name != *name {
            return self.last.get(name).copied().map(|at| self.entry(at)).transpose();
        }
        match self.earlier[from] {
            // `PATH=${PATH}:more` extends what an earlier line set.
            Some(at) => self.entry(at).map(Some),
            // `A=${A:-x}` means the environment's, else the default.
            None if has_default => Ok(None),
            None => self.entry(from).map(Some),
        }
    }
}
