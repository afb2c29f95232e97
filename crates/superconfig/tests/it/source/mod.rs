//! Sources: discovery of files, and patterns.

mod discovery;
mod globs;
