//! Tests of the engine through its public interface, in one program: a folder for each room of `src/`, and beside them the
//! tests that run through all rooms. Tests that need a process of their own (a counting allocator, limits, the process's
//! threads) are beside this folder.

mod config;
mod diagnostic;
mod documented;
mod format;
mod load;
mod redaction;
mod registry;
mod source;
#[path = "../support/mod.rs"]
mod support;
mod value;
mod vectors;
