//! Adversarial texts in every format: read or refused on a small stack, with memory in proportion to their size. A program of
//! its own, as its allocator counts.

mod content;
mod expansion;
mod files;
mod growth;
mod nesting;
mod products;
mod shared_values;
mod size;
mod small_stack;
mod time;
