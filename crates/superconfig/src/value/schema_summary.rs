//! The summary of a JSON Schema for one path, for people.

use super::json_schema::SchemaNode;
use super::schema_parts::{branches, list};
use super::table::Table;
use super::value::Value;
use serde::Serialize;
use std::sync::Arc;

/// The most schemas that are read for one path; real ones need two or three.
const MAX_SCHEMAS: usize = 64;

/// The summary of a schema for one path.
///
/// ```
/// use superconfig::{Format, SuperConfig, parse};
///
/// let schema = parse(r#"{ "properties": { "port": { "type": "integer", "minimum": 1, "description": "Where it listens" } } }"#, Format::Json)?;
/// let explanation = SuperConfig::builder().text("port = 80", Format::Toml).json_schema(schema).load()?.explain("port")?;
/// let summary = explanation.schema.unwrap();
/// assert_eq!((summary.kind.as_deref(), summary.description.as_deref()), (Some("integer"), Some("Where it listens")));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SchemaSummary {
    /// The types that it allows, as `integer` or `string or null`; `None` where it allows any.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The description of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// The value where no layer sets one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The least number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Value>,
    /// The greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Value>,
    /// The values that it allows, where it lists them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// Whether something has to set it: the table that it is in requires it, and there is no default.
    pub required: bool,
}

/// A type's name without its article.
fn bare_name(name: &str) -> &str {
    name.split_once(' ').map_or(name, |(_, name)| name)
}

/// The word `type` of a schema: a name, or several.
fn type_names(named: &Value) -> Option<String> {
    match named {
        Value::String(name) => Some(name.to_string()),
        Value::Array(names) => Some(names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")),
        _ => None,
    }
}

impl<'a> SchemaNode<'a> {
    /// What is said about the value here; `required` is the table's word.
    pub(crate) fn summary(&self, required: bool) -> SchemaSummary {
        let schemas = self.schemas();
        let first = |name: &str| schemas.iter().find_map(|schema| schema.get(name));
        let default = first("default").cloned();
        let values = match first("const") {
            Some(value) => vec![value.clone()],
            None => {
                schemas.iter().map(|schema| list(schema, "enum")).find(|values| !values.is_empty()).unwrap_or_default().to_vec()
            }
        };
        SchemaSummary {
            kind: first("type").and_then(type_names).or_else(|| self.kind().map(|kind| bare_name(kind.name()).to_owned())),
            description: first("description").and_then(Value::as_str).map(Arc::from),
            minimum: first("minimum").or_else(|| first("exclusiveMinimum")).cloned(),
            maximum: first("maximum").or_else(|| first("exclusiveMaximum")).cloned(),
            values,
            required: required && default.is_none(),
            default,
        }
    }

    /// Whether the table here has to have a key.
    pub(crate) fn requires(&self, key: &str) -> bool {
        self.schemas().iter().any(|schema| list(schema, "required").iter().any(|name| name.as_str() == Some(key)))
    }

    /// The schemas that apply here, references and combinations followed.
    fn schemas(&self) -> Vec<&'a Table> {
        let mut found: Vec<&'a Table> = self.nodes.iter().filter_map(|node| node.as_table()).collect();
        let mut at = 0;
        while at < found.len() && found.len() < MAX_SCHEMAS {
            let below = branches(self.document, found[at]).filter_map(Value::as_table);
            let below: Vec<&'a Table> = below.filter(|schema| !found.iter().any(|known| std::ptr::eq(*known, *schema))).collect();
            found.extend(below);
            at += 1;
        }
        found
    }
}
