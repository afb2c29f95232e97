//! One layer of configuration, between parsing and merging.

use super::mapped_variable::MappedVariable;
use super::source_text::SourceTexts;
use crate::diagnostic::{Error, Origin, Path, Segment, SourceKind, StoredKey, Warning};
use crate::format::{self, Format};
use crate::value::{ExpandedSize, Limits, Table, Value};
use parking_lot::Mutex;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// The suffix of a variable that holds a file's name instead of the value.
pub(super) const FILE_SUFFIX: &str = "_FILE";

/// The contribution of one source: merged over the layers before it.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// The kind of the source.
    pub(crate) kind: SourceKind,
    /// The layer's name for people: the file as given, `env`, `defaults`, or the name given in code.
    pub(crate) name: Arc<str>,
    /// Adds only values that are missing below (`join`).
    pub(crate) fill: bool,
    /// Whether `_add` and `_remove` keys are instructions.
    pub(crate) directives: bool,
    /// The layer's content.
    pub(crate) content: Content,
}

impl Layer {
    /// Whether it contributes what another one does, found out without a look into documents; may be false although it does.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let identity = |layer: &Self| (layer.kind, layer.fill, layer.directives);
        identity(self) == identity(other)
            && self.name == other.name
            && match (&self.content, &other.content) {
                (Content::Document(own), Content::Document(other)) => own.is_same(other),
                // What a file holds that a variable names may have changed.
                (Content::Variables(own), Content::Variables(other)) => own == other && !own.names_files(),
                (Content::Flags(own), Content::Flags(other)) => own == other,
                _ => false,
            }
    }
}

/// A layer's content: a document, variables, flags or texts.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A parsed document or values given in code.
    Document(Arc<Document>),
    /// A document that a custom source holds by a key.
    Stored(Arc<StoredDocument>),
    /// Environment variables, resolved against the layers below.
    Variables(Arc<Variables>),
    /// Command-line flags, resolved against the layers below.
    Flags(Arc<[Flag]>),
    /// Texts that a custom source holds by keys, resolved against the layers below.
    Texts(Arc<SourceTexts>),
}

impl Content {
    /// The document; `None` for what is resolved against the layers below.
    pub(crate) fn document(&self) -> Option<&Document> {
        match self {
            Content::Document(document) => Some(document),
            Content::Stored(stored) => Some(&stored.document),
            Content::Variables(_) | Content::Flags(_) | Content::Texts(_) => None,
        }
    }
}

/// A parsed document of a custom source.
#[derive(Debug)]
pub(crate) struct StoredDocument {
    /// The document, its values already below the path where it is mounted.
    pub(crate) document: Document,
    /// Its key.
    pub(crate) key: Arc<StoredKey>,
    /// The number of segments of the path where it is mounted.
    pub(crate) mount: usize,
}

impl StoredDocument {
    /// The path where it is mounted.
    pub(crate) fn mounted_at(&self) -> Vec<Segment> {
        let mut path = Vec::with_capacity(self.mount);
        let mut at = self.document.value();
        while let (true, Value::Table(table)) = (path.len() < self.mount, at) {
            let Some((key, value)) = table.entries().first() else { break };
            path.push(Segment::Key(key.clone()));
            at = value;
        }
        path
    }
}

/// A parsed document with what is needed to find positions in it later.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// The layer's root, a table, where it is kept.
    value: OnceLock<Value>,
    /// Where it is not, until the first merge.
    fresh: Mutex<Option<Table>>,
    /// The file, as it was given or found.
    pub(crate) file: Option<Arc<str>>,
    /// The text that was parsed and its format; `None` for values given in code.
    pub(crate) text: Option<(Arc<str>, Format)>,
    /// The path of the layer's root in the text: empty, or e.g. `tool.myapp` in a manifest.
    pub(crate) root: Path,
    /// The parser's warnings.
    pub(crate) warnings: Vec<Warning>,
    /// The size of the text's expansions beyond it.
    pub(crate) expanded: ExpandedSize,
}

impl Document {
    /// Whether both are one document, or hold the very same values given in code.
    fn is_same(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        if Arc::ptr_eq(self, other) || self.text.is_some() || other.text.is_some() {
            return Arc::ptr_eq(self, other);
        }
        matches!((self.value(), other.value()), (Value::Table(own), Value::Table(others)) if own.is_same(others))
    }

    /// Values given in code.
    pub(crate) fn of(value: Value) -> Self {
        Self { value: value.into(), ..Self::default() }
    }

    /// Parses a text, whose root need not be a table.
    pub(crate) fn parse(text: Arc<str>, format: Option<Format>, file: Option<Arc<str>>, limits: &Limits) -> Result<Self, Error> {
        let (format, parsed) = match format {
            Some(format) => (format, format::parse_document(&text, format, limits)?),
            None => {
                file.as_deref().map_or(Ok(()), format::refuse_program)?;
                format::detect(&text, limits)?
            }
        };
        let (value, text) = (without_note(parsed.value).into(), Some((text, format)));
        Ok(Self { value, file, text, warnings: parsed.warnings, expanded: parsed.expanded, ..Self::default() })
    }

    /// The document with another value.
    pub(crate) fn with_value(self, value: Value) -> Self {
        Self { value: value.into(), ..self }
    }

    /// Keeps the value for one merge alone: it takes several times what the text does, and a merge can go on with tables that
    /// nobody else holds. Whoever asks for it later parses the text again.
    pub(crate) fn merge_once(&mut self) {
        if let (Some(Value::Table(table)), Some(_), true) = (self.value.get(), &self.text, self.root.is_empty()) {
            self.fresh = Mutex::new(Some(table.clone()));
            self.value = OnceLock::new();
        }
    }

    /// The layer's root, a table. Costs parsing its text where it is not kept; then it is from there on.
    pub(crate) fn value(&self) -> &Value {
        self.value.get_or_init(|| self.take_value())
    }

    /// The layer's root for a merge, which does not make it stay.
    pub(super) fn value_to_merge(&self) -> Cow<'_, Value> {
        match self.value.get() {
            Some(value) => Cow::Borrowed(value),
            None => Cow::Owned(self.take_value()),
        }
    }

    /// The value for one merge, or once more from the text.
    fn take_value(&self) -> Value {
        if let Some(table) = self.fresh.lock().take() {
            return Value::Table(table);
        }
        // It was parsed within limits before, which may have been any.
        let (most, depth) = (usize::MAX, Limits::MAX_DEPTH);
        let limits = Limits { depth, document_bytes: most, alias_nodes: most, expanded_bytes: most };
        let parsed = self.text.as_ref().map(|(text, format)| format::parse_document(text, *format, &limits));
        // What was parsed once can be parsed again.
        parsed.and_then(Result::ok).map_or_else(|| Table::new().into(), |parsed| without_note(parsed.value))
    }

    /// The layer's root, where it is in memory.
    pub(crate) fn known_value(&self) -> Option<Value> {
        self.value.get().cloned().or_else(|| self.fresh.lock().clone().map(Value::Table))
    }

    /// Whether it was parsed from this text.
    pub(crate) fn is_of(&self, text: &str) -> bool {
        self.text.as_ref().is_some_and(|(own, _)| **own == *text)
    }

    /// Whether both were parsed from the same text of a file of the same name.
    pub(crate) fn is_read_as(&self, other: &Self) -> bool {
        self.file == other.file && self.text == other.text && self.root == other.root
    }

    /// Takes the value over from one that was read as this, or is this.
    pub(crate) fn renew(&self, other: &Self) {
        // Never both locks at once.
        let fresh = other.fresh.lock().take();
        if self.value.get().is_some() {
            return;
        }
        if let Some(value) = other.value.get() {
            self.value.get_or_init(|| value.clone());
            *self.fresh.lock() = None;
        } else if fresh.is_some() {
            *self.fresh.lock() = fresh;
        }
    }

    /// The length of the text that was parsed.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text.as_ref().map_or(0, |(text, _)| text.len())
    }

    /// The length of the text where the value is not kept.
    pub(crate) fn bare_bytes(&self) -> usize {
        if self.value.get().is_some() { 0 } else { self.text_bytes() }
    }

    /// The part of the document below a path; `None` where nothing is there.
    pub(crate) fn part(&self, root: &[Segment]) -> Option<Self> {
        let value = self.value().at(root)?.clone().into();
        let within = |warning: &Warning| match &warning.path {
            Some(path) => path.strip_prefix(root).map(|rest| {
                let mut warning = warning.clone();
                warning.path = Some(rest.iter().cloned().collect());
                warning
            }),
            None => Some(warning.clone()),
        };
        let warnings = self.warnings.iter().filter_map(within).collect();
        let root = self.root.iter().chain(root).cloned().collect();
        let (file, text, expanded) = (self.file.clone(), self.text.clone(), self.expanded);
        Some(Self { value, fresh: Mutex::default(), file, text, root, warnings, expanded })
    }
}

/// A document without the `$schema` at its root, which is a note for editors.
fn without_note(mut value: Value) -> Value {
    if let Value::Table(table) = &mut value
        && matches!(table.get("$schema"), Some(Value::String(_)))
    {
        table.remove("$schema");
    }
    value
}

/// The environment as captured when a load starts, and how names map to paths (SEMANTICS: environment variables).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Variables {
    /// The prefix, e.g. `APP`; empty takes every variable whose path is known below; none takes the mapped ones alone.
    pub(crate) prefix: Option<Arc<str>>,
    /// Splits a name into segments; `__` by default.
    pub(crate) separator: Arc<str>,
    /// Variables read by name, without the prefix: path and variables.
    pub(crate) mapping: Vec<(Path, MappedVariable)>,
    /// Takes a text without a known type for what it is.
    pub(crate) verbatim: bool,
    /// Whether `NAME_FILE` names a file to read the value from.
    pub(crate) file_suffix: bool,
    /// Name, value and origin. Variables that cannot matter may be left out. No name repeats.
    pub(crate) list: Vec<Variable>,
}

impl Variables {
    /// Whether a variable may name a file to read its value from.
    fn names_files(&self) -> bool {
        self.file_suffix && self.list.iter().any(|variable| variable.name.ends_with(FILE_SUFFIX))
    }
}

/// One environment variable.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Variable {
    /// The name.
    pub(crate) name: Arc<str>,
    /// The value.
    pub(crate) value: Arc<str>,
    /// `Env`, or `Dotenv` with file, line and column.
    pub(crate) origin: Origin,
}

/// One `--path=value` from the command line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flag {
    /// The path as written, without dashes.
    pub(crate) path: Path,
    /// The value as written.
    pub(crate) value: FlagValue,
    /// The flag as written, for messages.
    pub(crate) flag: Arc<str>,
}

/// The text of a flag. The meaning of one without `=` is known once the type of its path is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FlagValue {
    /// `--path=value`.
    Given(Arc<str>),
    /// `--path` and the argument after it, which a boolean takes only if it spells one.
    Next(Arc<str>),
    /// `--path` with no value after it.
    Nothing,
}

#[cfg(all(test, feature = "json", feature = "yaml", feature = "toml"))]
mod tests {
    use super::*;

    #[test]
    fn a_value_for_one_merge_is_parsed_again() {
        let texts = [
            ("{\"$schema\": \"a\", \"b\": {\"c\": [1, 2.5, null]}}", Some(Format::Json)),
            ("{b: 'c', // d\n}", None),
            ("\u{feff}b: &c {d: e}\nf: *c", None),
            ("# nothing", Some(Format::Yaml)),
            ("[b]\nc = 2020-01-01", None),
        ];
        let limits = Limits { depth: 3, document_bytes: 100, alias_nodes: 100, expanded_bytes: 100 };
        for (text, format) in texts {
            let mut document = Document::parse(text.into(), format, None, &limits).unwrap();
            let value = document.value().clone();
            document.merge_once();
            assert_eq!(document.bare_bytes(), text.len());
            for _ in 0..2 {
                assert_eq!(*document.value_to_merge(), value, "{text}");
                assert!(document.known_value().is_none(), "{text}");
            }
            assert_eq!(*document.value(), value, "{text}");
            assert_eq!(document.bare_bytes(), 0);
        }
    }
}
