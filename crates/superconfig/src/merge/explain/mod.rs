//! The provenance of a value: the contributions of each layer.

mod array_memo;
pub(super) mod effect;
pub(super) mod explainer;
pub(super) mod explanation;
mod origin_fields;
mod path_replay;
pub(super) mod settable_name;
mod step_change;
mod step_index;
pub(super) mod tracer;
pub(super) mod unreached;
