//! The options that stay the same from load to load, checked and parsed.

use super::options::LoadOptions;
use crate::diagnostic::Error;
use crate::format;
use crate::merge::{ArrayRules, MergeOptions};
use crate::redaction::SecretRules;
use crate::value::{Limits, Value};
use std::sync::{Arc, LazyLock};

/// The options that stay the same from load to load.
#[derive(Default)]
pub(crate) struct Rules {
    pub(super) arrays: ArrayRules,
    pub(super) schema: Option<Value>,
    pub(crate) secrets: Arc<SecretRules>,
    pub(super) limits: Limits,
}

impl Rules {
    /// The rules of a load; all that have none of their own share one.
    pub(super) fn new(options: &LoadOptions) -> Result<Arc<Self>, Error> {
        static NONE: LazyLock<Arc<Rules>> = LazyLock::new(Arc::default);
        let is_plain = options.arrays.is_empty() && options.json_schema.is_none() && options.secrets.is_empty();
        if is_plain && options.limits == NONE.limits {
            return Ok(NONE.clone());
        }
        let arrays = options.arrays.iter().map(|(pattern, strategy)| Ok((pattern.parse()?, strategy.clone())));
        Ok(Arc::new(Self {
            arrays: arrays.collect::<Result<Vec<_>, Error>>()?.into(),
            schema: options.json_schema.clone(),
            secrets: SecretRules::new(&options.secrets, options.json_schema.as_ref())?.into(),
            limits: options.limits,
        }))
    }

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
