//! Secrets in everything that is shown.

mod secrets;
