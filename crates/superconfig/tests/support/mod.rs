//! What several test programs share.
#![allow(dead_code, reason = "not every program uses all of it")]

pub(crate) mod alone;
pub(crate) mod watched;
