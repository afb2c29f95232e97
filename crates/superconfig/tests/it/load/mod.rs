//! Loads: in parallel, in two steps, and of custom sources.

mod custom_sources;
mod parallel;
mod prepare;
