//! Configuration values: types, conversion, comparison and limits.

mod closest_path;
mod deserialize;
mod deserialize_all;
mod equality;
mod expansion_budget;
mod handover;
mod infer;
mod json_schema;
mod json_text;
mod kind;
mod kind_set;
mod limits;
mod memory_meter;
mod path_pattern;
mod schema_fit;
mod schema_parts;
mod schema_summary;
mod schema_visits;
mod serialize;
mod table;
mod to_value;
mod value;

pub(crate) use closest_path::closest_path;
pub use deserialize::{FieldNames, MismatchKind};
pub(crate) use deserialize_all::from_value;
pub use deserialize_all::{TypeMismatch, read_options};
pub(crate) use equality::ValueIndex;
pub(crate) use expansion_budget::{Exceeded, ExpandedSize, ExpansionBudget};
pub(crate) use infer::{infer, parse_json};
pub(crate) use json_schema::{SchemaAddress, SchemaNode};
pub(crate) use json_text::to_json5;
pub use json_text::{JsonText, SpecialNumber, to_json};
pub(crate) use kind::ValueKind;
pub(crate) use kind_set::KindSet;
pub use limits::Limits;
pub use memory_meter::Meter;
pub use path_pattern::PathPattern;
pub(crate) use schema_fit::Strictness;
pub use schema_summary::SchemaSummary;
#[cfg(feature = "toml")]
pub(crate) use table::Entries;
pub use table::{Iter as TableIter, Table};
pub use to_value::to_value;
pub use value::Value;
pub(crate) use value::{FORBIDDEN, is_forbidden};
