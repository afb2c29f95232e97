//! Rules that keep secrets out of what is shown.

mod line_scan;
mod rules;
pub(crate) mod snippet;

pub use rules::mask_userinfo;
pub(crate) use rules::{REDACTED, SecretRules, line_may_hold_secret, text_names_secret};
