//! Sources: discovery of files.

mod discovery;
