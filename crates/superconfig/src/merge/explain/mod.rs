//! The contributions of each layer to a value.

mod change;
pub(super) mod explainer;
pub(super) mod explanation;
pub(super) mod tracer;
