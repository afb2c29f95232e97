//! The parts that every language binding of superconfig shares, independent of the host language.
//!
//! A binding converts between the values of its host and [`superconfig::Value`], and this crate does the rest: it reads options
//! strictly ([`options`]), prepares loads that the host checks before they are published ([`Preparation`], [`Prepared`]), holds
//! what one thread of the host reads ([`Attachment`]), gathers events while the host is busy ([`Mailbox`]), keeps objects that
//! the host knows by number ([`HandleTable`]) and writes descriptions as JSON text ([`describe`]).

mod attachment;
mod big_integers;
mod checked_output;
mod encoded_value;
mod handle_table;
mod mailbox;
pub mod options;
mod prepared;
mod special_row;

pub use attachment::{Attachment, MissingPath, written_format};
pub use big_integers::BigIntegers;
pub use checked_output::CheckedOutput;
pub use encoded_value::{EncodedValue, parse_segments};
pub use handle_table::HandleTable;
pub use mailbox::{Mail, Mailbox};
pub use prepared::{Committed, Preparation, Prepared, ReportedIssue};
pub use special_row::specials_text;

use serde::Serialize;
use superconfig::{Error, ErrorCode, Format, Limits, Value, mask_userinfo, to_json, to_value};

/// Writes a description of a configuration (an [`Error`], a [`Status`](superconfig::Status), a list of
/// [`LayerInfo`](superconfig::LayerInfo) …) as JSON text, names in camelCase. Where that fails, the text says why.
///
/// ```
/// use superconfig::{Error, ErrorCode};
///
/// let error = Error::new(ErrorCode::Option, "the port is taken");
/// assert!(superconfig_binding::describe(&error).starts_with(r#"{"code":"ERR_SUPERCONFIG_OPTION","#));
/// ```
pub fn describe(described: &impl Serialize) -> String {
    to_json(&to_value(described).unwrap_or_else(|error| Value::from(error.to_string())))
}

/// What code of a program says of its failure, as messages quote it: the user part of URLs masked, and what a terminal would obey as
/// escapes. Costs a pass over the text.
///
/// ```
/// assert_eq!(superconfig_binding::quoted_reason("\x1b[31mno db://me:x@host".to_owned()), "\\u{1b}[31mno db://[redacted]@host");
/// ```
pub fn quoted_reason(text: String) -> String {
    let masked = mask_userinfo(&text).unwrap_or(text);
    let error = Error::new(ErrorCode::Source, "").with_cause(masked);
    error.cause().unwrap_or_default().to_owned()
}

/// Reads JSON text that a host wrote. What is inside has limits of its own: values those of their depth, texts those of their size.
fn parse_json(text: &str) -> Result<Value, Error> {
    let limits = Limits { depth: Limits::MAX_DEPTH + 16, document_bytes: usize::MAX, ..Limits::default() };
    superconfig::parse_within(text, Format::Json, &limits)
}
