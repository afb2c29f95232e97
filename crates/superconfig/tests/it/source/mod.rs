//! Sources: discovery of files, patterns, and trust.

mod discovery;
mod globs;
mod options;
mod trust;
