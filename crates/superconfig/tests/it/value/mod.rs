//! Deserialization of values into types.

mod deserialize;
