//! Sources that are found.

mod discovery;
