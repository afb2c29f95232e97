//! The registry: its guarantees one by one, and all of them under load.

mod entries;
mod storm;
