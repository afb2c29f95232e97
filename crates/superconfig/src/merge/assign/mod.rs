//! Variables and flags as assignments to paths.

pub(super) mod assignment;
pub(super) mod assignment_builder;
pub(super) mod coercion;
pub(super) mod environment;
pub(super) mod flags;
pub(super) mod key_index;
pub(super) mod location;
pub(super) mod name_resolver;
pub(super) mod named_layers;
pub(super) mod texts;
