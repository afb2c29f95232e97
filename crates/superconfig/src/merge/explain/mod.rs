//! The contributions of each layer to a value.

pub(super) mod explainer;
pub(super) mod explanation;
mod step_change;
pub(super) mod tracer;
