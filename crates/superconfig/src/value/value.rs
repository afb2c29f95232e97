//! The one value type that every parser produces and everything else reads.

use super::table::Table;
use crate::diagnostic::Segment;

use std::fmt;
use std::sync::Arc;

/// A key that JavaScript would take for an object's prototype.
pub(crate) const FORBIDDEN: &str = "__proto__";

/// True for the key that would change an object's prototype in JavaScript; it is dropped from every source.
pub(crate) fn is_forbidden(key: &str) -> bool {
    key == FORBIDDEN
}

/// One configuration value.
///
/// Strings, arrays and tables are shared: cloning a value costs one atomic increment whatever its size, and
/// changing a shared array or table copies that one level. Tables keep the order in which keys were inserted.
///
/// ```
/// use superconfig::{Format, Value, parse};
///
/// let value = parse("port = 8080", Format::Toml)?;
/// assert_eq!(value.as_table().unwrap().get("port"), Some(&Value::Integer(8080)));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Default)]
pub enum Value {
    /// JSON `null`, YAML `~`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer that fits 64 signed bits.
    Integer(i64),
    /// An integer above [`i64::MAX`] that fits 64 unsigned bits; smaller ones are always [`Value::Integer`].
    Unsigned(u64),
    /// A 64-bit float; infinities and NaN come from TOML, YAML and JSON5 only.
    Float(f64),
    /// UTF-8 text.
    String(Arc<str>),
    /// A TOML date, time or date-time, as its RFC 3339 text.
    Datetime(Arc<str>),
    /// Values in order.
    Array(Arc<Vec<Value>>),
    /// Keys with values, in order of insertion.
    Table(Table),
}

impl Value {
    /// Makes a string value.
    ///
    /// ```
    /// assert_eq!(superconfig::Value::string("a").as_str(), Some("a"));
    /// ```
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Value::String(text.into())
    }

    /// Makes an array value.
    ///
    /// ```
    /// use superconfig::Value;
    ///
    /// assert_eq!(Value::array(vec![Value::Null]).as_array(), Some(&[Value::Null][..]));
    /// ```
    pub fn array(items: Vec<Value>) -> Self {
        Value::Array(Arc::new(items))
    }

    /// Names the kind of value for messages: `null`, `boolean`, `integer`, `float`, `string`, `datetime`, `array`
    /// or `table`.
    ///
    /// ```
    /// assert_eq!(superconfig::Value::Bool(true).kind(), "boolean");
    /// ```
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Integer(_) | Value::Unsigned(_) => "integer",
            Value::Float(_) => "float",
            Value::String(_) => "string",
            Value::Datetime(_) => "datetime",
            Value::Array(_) => "array",
            Value::Table(_) => "table",
        }
    }

    /// The table inside, if this is one.
    ///
    /// ```
    /// assert!(superconfig::Value::Null.as_table().is_none());
    /// ```
    pub fn as_table(&self) -> Option<&Table> {
        match self {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The array inside, if this is one.
    ///
    /// ```
    /// assert!(superconfig::Value::Null.as_array().is_none());
    /// ```
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text inside, if this is a string or a datetime.
    ///
    /// ```
    /// assert_eq!(superconfig::Value::Integer(1).as_str(), None);
    /// ```
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) | Value::Datetime(text) => Some(text),
            _ => None,
        }
    }

    /// True for `null`.
    ///
    /// ```
    /// assert!(superconfig::Value::default().is_null());
    /// ```
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Finds the value at a path; on arrays a key segment of digits counts as an index.
    ///
    /// Costs one key lookup per segment and allocates nothing.
    ///
    /// ```
    /// use superconfig::{Format, Path, Value, parse};
    ///
    /// let value = parse("[server]\nport = 8080", Format::Toml)?;
    /// assert_eq!(value.at(&"server.port".parse::<Path>()?), Some(&Value::Integer(8080)));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn at(&self, path: &[Segment]) -> Option<&Value> {
        path.iter().try_fold(self, |value, segment| value.child(segment))
    }

    /// Finds the value at a path to change it. Copies the shared arrays and tables above it.
    ///
    /// ```
    /// use superconfig::{Format, Path, Value, parse};
    ///
    /// let mut value = parse("[server]\nport = 8080", Format::Toml)?;
    /// *value.at_mut(&"server.port".parse::<Path>()?).unwrap() = Value::Integer(9090);
    /// assert_eq!(value, parse("server: {port: 9090}", Format::Yaml)?);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn at_mut(&mut self, path: &[Segment]) -> Option<&mut Value> {
        path.iter().try_fold(self, |value, segment| match (value, segment) {
            (Value::Table(table), Segment::Key(key)) => table.get_mut(key),
            (Value::Table(table), Segment::Index(index)) => table.get_mut(itoa::Buffer::new().format(*index)),
            (Value::Array(items), segment) => Arc::make_mut(items).get_mut(segment.as_index()?),
            _ => None,
        })
    }

    /// Finds one step of a path; see [`Value::at`].
    ///
    /// ```
    /// use superconfig::{Segment, Value};
    ///
    /// let list = Value::array(vec![Value::Bool(true)]);
    /// assert_eq!(list.child(&Segment::Index(0)), Some(&Value::Bool(true)));
    /// ```
    pub fn child(&self, segment: &Segment) -> Option<&Value> {
        match self {
            Value::Table(table) => match segment {
                Segment::Key(key) => table.get(key),
                Segment::Index(index) => table.get(itoa::Buffer::new().format(*index)),
            },
            Value::Array(items) => items.get(segment.as_index()?),
            _ => None,
        }
    }

    /// The values in a table or an array with their steps, in order; nothing for a scalar.
    pub(crate) fn children(&self) -> impl Iterator<Item = (Segment, &Value)> {
        let entries = self.as_table().map(Table::entries).unwrap_or_default();
        let items = self.as_array().unwrap_or_default();
        let keyed = entries.iter().map(|(key, value)| (Segment::Key(key.clone()), value));
        keyed.chain(items.iter().enumerate().map(|(at, item)| (Segment::Index(at), item)))
    }

    /// Visits this value and all below it, parents first, each with its path; `path` is that of this value. What `visit`
    /// returns false for is not entered.
    pub(crate) fn walk(&self, path: &mut Vec<Segment>, visit: &mut dyn FnMut(&[Segment], &Value) -> bool) {
        if !visit(path, self) {
            return;
        }
        for (segment, child) in self.children() {
            path.push(segment);
            child.walk(path, visit);
            path.pop();
        }
    }
}

/// Two values are equal when no reader could distinguish them: floats by their bits (so `NaN` equals itself), tables in any
/// order.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Integer(a), Value::Integer(b)) => a == b,
            (Value::Unsigned(a), Value::Unsigned(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::String(a), Value::String(b)) | (Value::Datetime(a), Value::Datetime(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Table(a), Value::Table(b)) => a == b,
            _ => false,
        }
    }
}

/// Prints as JSON-like text on one line, for messages and tests; nothing is redacted here.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Unsigned(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value:?}"),
            Value::String(text) | Value::Datetime(text) => write!(f, "{text:?}"),
            Value::Array(items) => f.debug_list().entries(items.iter()).finish(),
            Value::Table(table) => table.fmt(f),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Value::Unsigned(value), Value::Integer)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Float(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text.into())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::array(items)
    }
}

impl From<Table> for Value {
    fn from(table: Table) -> Self {
        Value::Table(table)
    }
}
