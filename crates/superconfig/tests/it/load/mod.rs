//! Loads: in parallel, in two steps, of custom sources and of computed layers.

mod custom_sources;
mod derivation;
mod inspection;
mod parallel;
mod prepare;
