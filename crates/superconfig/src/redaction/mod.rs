//! Rules that keep secrets out of what is shown.

mod line_scan;
mod rules;
mod secret_name;
mod secret_texts;
pub(crate) mod snippet;
mod url;

pub(crate) use rules::{REDACTED, SecretRules};
pub(crate) use secret_texts::{SecretTexts, SecretWords, without_keys};
pub use url::mask_userinfo;
