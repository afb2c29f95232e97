//! Tests of the engine through its public interface, in one program: a folder for each room of `src/`, and beside them what
//! runs through all rooms. What needs a process of its own (an allocator that counts, limits, the process's threads) stands
//! beside this folder.

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
