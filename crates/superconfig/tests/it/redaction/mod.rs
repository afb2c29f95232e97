//! Secrets in every kind of output.

mod secrets;
