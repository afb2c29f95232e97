//! Patterns of files: parsing, and walking the directories that they lead through.

mod alternatives;
mod glob_pattern;
mod glob_walk;

pub(crate) use glob_pattern::GlobPattern;
pub(crate) use glob_walk::GlobWalk;
