//! Values read into types.

mod deserialize;
