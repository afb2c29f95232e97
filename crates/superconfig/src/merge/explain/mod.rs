//! The provenance of a value: the contributions of each layer.

pub(super) mod explainer;
pub(super) mod explanation;
mod path_replay;
mod step_change;
pub(super) mod tracer;
