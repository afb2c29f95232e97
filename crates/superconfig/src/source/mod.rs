//! Where layers come from.

pub(crate) mod environment;
pub(crate) mod flags;
