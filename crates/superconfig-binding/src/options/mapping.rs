//! The mapping of paths to variables, as a host writes it.

use super::kinds::{Entries, SharedText};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use std::fmt;
use std::sync::Arc;
use superconfig::{MappedVariable, VariableFormat};

/// Variables by the paths that they set. A path's variable is a name; several, of which the first that is set counts;
/// `{ name, format }`; or a table of further paths below it.
///
/// ```
/// use superconfig::{FieldNames, SuperConfig};
/// use superconfig_binding::options::{LoadOptions, OptionReader};
///
/// let text = r#"{ "env": { "H": "db.local", "PORT": "80" }, "sources": [{ "env": { "prefix": false,
///     "mapping": { "db": { "host": "H" }, "server.port": ["APP_PORT", "PORT"] } } }] }"#;
/// let options = OptionReader::new(FieldNames::CamelCase).parse::<LoadOptions>(text, "load")?;
/// let config = options.into_builder(SuperConfig::builder())?.load()?;
/// assert_eq!((config.get::<String>("db.host")?, config.get::<u16>("server.port")?), ("db.local".to_owned(), 80));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Mapping(pub Vec<(String, MappedVariable)>);

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut mapping = Vec::new();
        for (key, node) in Entries::<Node>::deserialize(deserializer)?.0 {
            node.flatten(key, &mut mapping);
        }
        Ok(Self(mapping))
    }
}

/// One entry of a mapping: a variable, or a table of further entries.
#[derive(Clone, Debug)]
enum Node {
    Name(Arc<str>),
    Variable(MappedVariable),
    Tree(Vec<(String, Node)>),
}

impl Node {
    /// Adds the variables at and below a path to a list.
    fn flatten(self, path: String, mapping: &mut Vec<(String, MappedVariable)>) {
        match self {
            Self::Name(name) => mapping.push((path, name.into())),
            Self::Variable(variable) => mapping.push((path, variable)),
            Self::Tree(nodes) => {
                for (key, node) in nodes {
                    let separator = if key.starts_with('[') { "" } else { "." };
                    node.flatten(format!("{path}{separator}{key}"), mapping);
                }
            }
        }
    }

    /// What the entries of a table say: `{ name, format }` where there is a `format`.
    fn of_entries<E: Error>(entries: Vec<(String, Node)>) -> Result<Self, E> {
        if !entries.iter().any(|(key, _)| key == "format") {
            return Ok(Self::Tree(entries));
        }
        let refuse = |problem: &str| {
            Err(E::custom(format!(
                "a variable with a `format` {problem}; a key `format` of the configuration is written as a path: 'log.format'"
            )))
        };
        let (mut name, mut format) = (None, None);
        for (key, node) in entries {
            let word = match node {
                Self::Name(name) => Some(name),
                _ => None,
            };
            match (&*key, word) {
                ("name", Some(word)) => name = Some(word),
                ("name", None) => return refuse("has one `name`"),
                ("format", Some(word)) => {
                    format = Some(match &*word {
                        "json" => VariableFormat::Json,
                        "string" => VariableFormat::String,
                        "number" => VariableFormat::Number,
                        "boolean" => VariableFormat::Boolean,
                        other => return refuse(&format!("has one of 'json', 'string', 'number' or 'boolean', not {other:?}")),
                    });
                }
                ("format", None) => return refuse("has one of 'json', 'string', 'number' or 'boolean'"),
                (other, _) => return refuse(&format!("has a `name` beside it and nothing else, not `{other}`")),
            }
        }
        match name {
            Some(name) => Ok(Self::Variable(MappedVariable { names: vec![name], format })),
            None => refuse("needs a `name`"),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NodeVisitor;

        impl<'de> Visitor<'de> for NodeVisitor {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a variable, an array of one or more names, { name, format } or a table of these")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Node, E> {
                if name.is_empty() {
                    return Err(E::invalid_value(Unexpected::Str(name), &self));
                }
                Ok(Node::Name(name.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<Node, A::Error> {
                let names = Vec::<SharedText>::deserialize(SeqAccessDeserializer::new(names))?;
                if names.is_empty() || names.iter().any(|SharedText(name)| name.is_empty()) {
                    return Err(A::Error::invalid_value(Unexpected::Seq, &self));
                }
                let names = names.into_iter().map(|SharedText(name)| name).collect();
                Ok(Node::Variable(MappedVariable { names, format: None }))
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Node, A::Error> {
                let Entries(entries) = Entries::<Node>::deserialize(MapAccessDeserializer::new(entries))?;
                Node::of_entries(entries)
            }
        }

        deserializer.deserialize_any(NodeVisitor)
    }
}
