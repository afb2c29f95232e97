//! The contributions of each layer to a value.

pub(super) mod explainer;
pub(super) mod explanation;
pub(super) mod tracer;
