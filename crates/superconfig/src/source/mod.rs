//! Where layers come from.

pub(crate) mod custom;
pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod flags;
pub(crate) mod observer;
pub(crate) mod open;
