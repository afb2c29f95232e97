//! Loads that JavaScript has yet to check.

use crate::attachment;
use crate::describe;
use crate::error::to_napi;
use crate::marshal::Marshalled;
use crate::options;
use napi::Result;
use std::cell::RefCell;
use std::collections::HashMap;
use superconfig::{Error, ErrorCode, PreparedLoad, PreparedReload};

/// What is read and merged, and not yet published.
pub enum Pending {
    Load(Box<PreparedLoad>),
    Reload(Box<PreparedReload>),
}

#[derive(Default)]
struct Waiting {
    last: u32,
    pending: HashMap<u32, Pending>,
}

thread_local! {
    static WAITING: RefCell<Waiting> = RefCell::default();
}

/// Keeps one for this thread.
pub(crate) fn keep(pending: Pending) -> u32 {
    WAITING.with_borrow_mut(|waiting| {
        waiting.last += 1;
        waiting.pending.insert(waiting.last, pending);
        waiting.last
    })
}

/// Takes one out; it is dropped unless it is committed.
pub(crate) fn take(number: u32) -> Option<Pending> {
    WAITING.with_borrow_mut(|waiting| waiting.pending.remove(&number))
}

/// The merged values of one.
pub(crate) fn value(number: u32) -> Result<Marshalled> {
    let value = WAITING.with_borrow(|waiting| {
        waiting.pending.get(&number).map(|pending| match pending {
            Pending::Load(prepared) => prepared.value().clone(),
            Pending::Reload(prepared) => prepared.value().clone(),
        })
    });
    value.map(|value| Marshalled(Some(value))).ok_or_else(|| to_napi(&gone()))
}

/// Publishes a first version.
pub(crate) fn commit_load(number: u32, output: Option<&str>) -> Result<Vec<f64>> {
    let commit = || match take(number) {
        Some(Pending::Load(prepared)) => prepared.commit(output.map(options::encoded).transpose()?),
        _ => Err(gone()),
    };
    attachment::open(commit().map_err(|error| to_napi(&error))?)
}

/// Publishes the next version.
pub(crate) fn commit_reload(number: u32, output: Option<&str>) -> Result<String> {
    let commit = || match take(number) {
        Some(Pending::Reload(prepared)) => prepared.commit(output.map(options::encoded).transpose()?),
        _ => Err(gone()),
    };
    commit().map(|reload| describe::reload(&reload)).map_err(|error| to_napi(&error))
}

/// Forgets one and makes the error that says why.
pub(crate) fn refuse(number: u32, issues: &str) -> napi::Error {
    let refused = match take(number) {
        Some(Pending::Load(prepared)) => {
            options::issues(issues, prepared.value(), &|path| prepared.known_keys(path)).map(|issues| prepared.refuse(issues))
        }
        Some(Pending::Reload(prepared)) => {
            options::issues(issues, prepared.value(), &|path| prepared.known_keys(path)).map(|issues| prepared.refuse(issues))
        }
        None => Ok(gone()),
    };
    to_napi(&refused.unwrap_or_else(|error| error))
}

fn gone() -> Error {
    Error::new(ErrorCode::Closed, "there is no such load waiting to be checked")
}
