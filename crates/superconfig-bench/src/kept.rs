//! The loads that this thread keeps.

use crate::entry::Entry;
use crate::levels::{ContractAttachment, LeastVersion, SharingAttachment};
use std::cell::RefCell;
use superconfig::{Error, ErrorCode, Value};
use superconfig_binding::{HandleTable, describe};

/// What an engine keeps of a load, under a number.
pub(crate) enum Kept {
    Nothing(Value),
    Least(Entry<LeastVersion>),
    Sharing(SharingAttachment),
    Contract(ContractAttachment),
}

thread_local! {
    static KEPT: RefCell<HandleTable<Kept>> = RefCell::default();
}

impl Kept {
    /// Keeps it; gives its number.
    pub(crate) fn keep(self) -> f64 {
        KEPT.with_borrow_mut(|table| table.insert(self)) as f64
    }

    /// Lets go of what is kept under a number.
    pub(crate) fn close(number: f64) {
        let closed = KEPT.with_borrow_mut(|table| table.remove(number as u64));
        drop(closed);
    }

    /// Uses what is kept under a number.
    pub(crate) fn with<T>(number: f64, call: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        let closed = || Err(Error::new(ErrorCode::Closed, "the configuration is closed"));
        KEPT.with_borrow(|table| table.get(number as u64).map_or_else(closed, call))
    }

    /// Uses the merged values.
    pub(crate) fn with_value<T>(&self, call: impl FnOnce(&Value) -> T) -> Result<T, Error> {
        Ok(match self {
            Self::Nothing(value) => call(value),
            Self::Least(entry) => call(&entry.version()?.value),
            Self::Sharing(attachment) => call(&attachment.pinned.kept.value),
            Self::Contract(attachment) => call(&attachment.pinned.kept.kept.value),
        })
    }

    /// Describes a part, where that is kept.
    pub(crate) fn describe(&self, part: &str) -> Result<String, Error> {
        let unknown = || Err(Error::new(ErrorCode::Option, format!("this engine keeps no {part:?}")));
        let Self::Contract(attachment) = self else { return unknown() };
        Ok(match part {
            "layers" => describe(&attachment.pinned.layers),
            "warnings" => describe(&attachment.pinned.warnings),
            "status" => describe(&*attachment.core.status()),
            _ => return unknown(),
        })
    }
}
