//! Helpers shared by several test programs.
#![allow(dead_code, reason = "not every program uses all of it")]

pub(crate) mod alone;
pub(crate) mod watched;
