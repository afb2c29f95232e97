//! The options that stay the same from load to load, checked and parsed.

use crate::format;
use crate::merge::{ArrayRules, MergeOptions};
use crate::redaction::SecretRules;
use crate::value::{Limits, Value};
use std::sync::Arc;

/// The options that stay the same from load to load.
pub(crate) struct Rules {
    pub(super) arrays: ArrayRules,
    pub(super) schema: Option<Value>,
    pub(crate) secrets: Arc<SecretRules>,
    pub(super) limits: Limits,
}

impl Rules {
    pub(super) fn merge_options(&self) -> MergeOptions<'_> {
        MergeOptions {
            arrays: &self.arrays,
            schema: self.schema.as_ref(),
            secrets: Some(&self.secrets),
            limits: self.limits,
            locate: Some(&format::locate),
            keep_problems: false,
            expansions: None,
        }
    }
}
