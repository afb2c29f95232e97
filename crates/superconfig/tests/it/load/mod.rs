//! Loads: in parallel, and in two steps.

mod parallel;
mod prepare;
