//! Rules that keep secrets out of messages, snippets and explanations.

mod line_scan;
mod rules;
mod secret_name;
mod secret_texts;
mod secret_words;
pub(crate) mod snippet;
mod url;

pub(crate) use rules::SecretRules;
pub(crate) use secret_texts::SecretTexts;
pub(crate) use secret_words::{REDACTED, SecretWords, without_keys};
pub use url::mask_userinfo;
