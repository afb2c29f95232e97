//! Bounds on what input may cost.

use super::expanded_size::ExpandedSize;
use super::value::Value;
use crate::diagnostic::{Error, ErrorCode};
use std::sync::Arc;

/// The limits of a document: nesting, size and expansion. The same limits hold for every format and for values that come
/// from a host language.
///
/// ```
/// use superconfig::Limits;
///
/// assert_eq!(Limits::default().depth, 128);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nested arrays and tables, from 1 to [`Limits::MAX_DEPTH`]; 128 by default.
    pub depth: usize,
    /// Bytes of one document; 64 MiB by default.
    pub document_bytes: usize,
    /// Values that one YAML document may produce, counting what aliases expand to, and all expansions of one load; 16 elements of an
    /// array that a layer goes through once more count as one. 1 million by default.
    pub alias_nodes: usize,
    /// Bytes of text that all expansions of one load may produce together (aliases, references, variables of `.env` files,
    /// files that variables name, variables that several paths are mapped to, shared parts of values from code), beyond what the
    /// texts and parts themselves hold; 64 MiB by default.
    pub expanded_bytes: usize,
}

impl Limits {
    /// The deepest nesting that can be allowed: recursion over a value stays within a small thread's stack.
    pub const MAX_DEPTH: usize = 512;

    /// Checks that the limits can be kept.
    ///
    /// ```
    /// use superconfig::Limits;
    ///
    /// assert!(Limits::default().validate().is_ok());
    /// assert!(Limits { depth: 0, ..Limits::default() }.validate().is_err());
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` for a zero, or a depth above [`Limits::MAX_DEPTH`].
    pub fn validate(&self) -> Result<(), Error> {
        if self.depth == 0 || self.depth > Self::MAX_DEPTH {
            let message = format!("the limit `depth` must be from 1 to {}, not {}", Self::MAX_DEPTH, self.depth);
            return Err(Error::new(ErrorCode::Option, message));
        }
        if self.document_bytes == 0 || self.alias_nodes == 0 || self.expanded_bytes == 0 {
            let message = "the limits `documentBytes`, `aliasNodes` and `expandedBytes` must be at least 1";
            return Err(Error::new(ErrorCode::Option, message));
        }
        Ok(())
    }

    /// Checks how deep a value nests that did not come from a text; `what` names it in the message.
    ///
    /// Costs a visit to each part, however often it is shared.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_LIMIT` for one that nests deeper than `depth`.
    ///
    /// ```
    /// use superconfig::{Limits, Value};
    ///
    /// let nested = Value::array(vec![Value::array(vec![])]);
    /// assert!(Limits::default().check_depth(&nested, "the value").is_ok());
    /// assert!(Limits { depth: 1, ..Limits::default() }.check_depth(&nested, "the value").is_err());
    /// ```
    pub fn check_depth(&self, value: &Value, what: &str) -> Result<(), Error> {
        if value.nests_deeper_than(self.depth) { Err(self.too_deep(what)) } else { Ok(()) }
    }

    /// Checks the same, and gives the size that its shared parts add where it is written out.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_LIMIT` for one that nests deeper than `depth`.
    pub(crate) fn expanded_size(&self, value: &Value, what: &str) -> Result<ExpandedSize, Error> {
        value.expanded_size(self.depth).ok_or_else(|| self.too_deep(what))
    }

    fn too_deep(&self, what: &str) -> Error {
        let message = format!("{what} nests deeper than the limit of {}", self.depth);
        Error::new(ErrorCode::Limit, message).with_hint("the limit `depth` can be raised")
    }
}

impl Value {
    /// The value as it comes from code. One that nests deeper than any limit allows is replaced by one that just does, so that it can be
    /// dropped, copied and compared until it is refused.
    pub(crate) fn limit_depth(self) -> Self {
        if !self.nests_deeper_than(Limits::MAX_DEPTH) {
            return self;
        }
        let is_table = self.as_table().is_some();
        self.dismantle();
        let nested = (0..Limits::MAX_DEPTH).fold(Value::Null, |inner, _| Value::array(vec![inner]));
        if is_table { Value::Table([("", nested)].into_iter().collect()) } else { Value::array(vec![nested]) }
    }

    /// Drops it level by level, where dropping it as a whole would overflow the stack.
    fn dismantle(self) {
        let mut rest = vec![self];
        while let Some(value) = rest.pop() {
            match value {
                Value::Array(items) => rest.extend(Arc::into_inner(items).into_iter().flatten()),
                Value::Table(table) => rest.extend(table.into_values()),
                _ => {}
            }
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 128, document_bytes: 64 << 20, alias_nodes: 1_000_000, expanded_bytes: 64 << 20 }
    }
}
