//! Errors as programs and people see them.

mod error_aggregation;
mod errors;
