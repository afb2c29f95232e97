//! Where layers come from.

pub(crate) mod custom;
#[cfg(feature = "discovery")]
pub(crate) mod discovery;
pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod flags;
pub(crate) mod listing;
pub(crate) mod observer;
pub(crate) mod open;
pub(crate) mod trust;
