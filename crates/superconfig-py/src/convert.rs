//! Conversions of values to Python and back.

use crate::error::{option_error, raise};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyIterator, PyList, PyString, PyTuple};
use std::borrow::Cow;
use superconfig::{Error, ErrorCode, Limits, Path, Segment, Table, Value};

/// What one value may hold when everything that it refers to several times is written out.
const MAX_VALUES: usize = 1 << 22;
const MAX_BYTES: usize = 1 << 26;

/// The levels of options above the values in them.
const OPTION_LEVELS: usize = 16;

/// The read-only forms of tables and arrays.
static FROZEN: PyOnceLock<(Py<PyAny>, Py<PyAny>)> = PyOnceLock::new();

/// A value as plain dictionaries and lists, which the caller may change.
pub(crate) fn to_plain(py: Python<'_>, value: &Value) -> PyResult<Py<PyAny>> {
    to_python(py, value, None)
}

/// A value with read-only tables and arrays, which readers share.
pub(crate) fn to_frozen(py: Python<'_>, value: &Value) -> PyResult<Py<PyAny>> {
    let frozen = FROZEN.get_or_try_init(py, || {
        let module = py.import("superconfig._frozen")?;
        Ok::<_, PyErr>((module.getattr("FrozenDict")?.unbind(), module.getattr("FrozenList")?.unbind()))
    })?;
    to_python(py, value, Some(frozen))
}

/// A table or an array while its values are converted for Python.
enum Made<'v, 'py> {
    Table(<&'v Table as IntoIterator>::IntoIter, Bound<'py, PyDict>, &'v str),
    Array(std::slice::Iter<'v, Value>, Bound<'py, PyList>),
}

/// Keeps what it is in the middle of in a list: the threads of a program may have little stack.
fn to_python(py: Python<'_>, value: &Value, frozen: Option<&(Py<PyAny>, Py<PyAny>)>) -> PyResult<Py<PyAny>> {
    let mut open: Vec<Made<'_, '_>> = Vec::new();
    let mut done = begin(py, value, &mut open)?;
    while let Some(made) = open.last_mut() {
        let next = match made {
            Made::Table(entries, table, key) => {
                if let Some(value) = done.take() {
                    table.set_item(*key, value)?;
                }
                entries.next().map(|(name, value)| {
                    *key = name;
                    value
                })
            }
            Made::Array(items, array) => {
                if let Some(value) = done.take() {
                    array.append(value)?;
                }
                items.next()
            }
        };
        done = match (next, frozen) {
            (Some(value), _) => begin(py, value, &mut open)?,
            (None, frozen) => Some(match (open.pop(), frozen) {
                (Some(Made::Table(_, table, _)), Some((class, _))) => class.call1(py, (table,))?,
                (Some(Made::Array(_, array)), Some((_, class))) => class.call1(py, (array,))?,
                (Some(Made::Table(_, table, _)), None) => table.into_any().unbind(),
                (Some(Made::Array(_, array)), None) => array.into_any().unbind(),
                (None, _) => py.None(),
            }),
        };
    }
    Ok(done.unwrap_or_else(|| py.None()))
}

/// The Python form of a scalar; a table or an array is begun.
fn begin<'v, 'py>(py: Python<'py>, value: &'v Value, open: &mut Vec<Made<'v, 'py>>) -> PyResult<Option<Py<PyAny>>> {
    Ok(Some(match value {
        Value::Null => py.None(),
        Value::Bool(value) => PyBool::new(py, *value).to_owned().into_any().unbind(),
        Value::Integer(value) => value.into_pyobject(py)?.into_any().unbind(),
        Value::Unsigned(value) => value.into_pyobject(py)?.into_any().unbind(),
        Value::Float(value) => PyFloat::new(py, *value).into_any().unbind(),
        Value::String(text) | Value::Datetime(text) => PyString::new(py, text).into_any().unbind(),
        Value::Array(items) => {
            open.push(Made::Array(items.iter(), PyList::empty(py)));
            return Ok(None);
        }
        Value::Table(table) => {
            open.push(Made::Table(table.iter(), PyDict::new(py), ""));
            return Ok(None);
        }
    }))
}

/// Text that Python gives, which may hold halves of surrogate pairs.
pub(crate) fn to_text<'a>(given: &'a Bound<'_, PyAny>, what: &str) -> PyResult<Cow<'a, str>> {
    let refuse = |problem: String| raise(given.py(), option_error(problem, Path::default()));
    let Ok(text) = given.cast::<PyString>() else {
        return Err(refuse(format!("{what} is a string, not {}", kind_of(given))));
    };
    text.to_cow().map_err(|_| refuse(format!("{what} holds half of a surrogate pair, which is not text")))
}

/// A value that Python gives.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION` with the path of what cannot be a configuration value, `ERR_SUPERCONFIG_LIMIT` where it nests too deeply or
/// is too large, and whatever a mapping of the program raises.
pub(crate) fn to_value(given: &Bound<'_, PyAny>) -> PyResult<Value> {
    let mut walk = Walk { path: Path::default(), open: Vec::new(), values: 0, bytes: 0 };
    let mut done = walk.begin(given)?;
    while !walk.open.is_empty() {
        done = match walk.step(given.py(), done)? {
            Some(next) => walk.begin(&next)?,
            None => walk.end(),
        };
    }
    Ok(done.unwrap_or_default())
}

/// Keeps what it is in the middle of in a list: the threads of a program may have little stack.
struct Walk<'py> {
    path: Path,
    open: Vec<Given<'py>>,
    values: usize,
    bytes: usize,
}

/// What Python gives, while the values in it are converted.
enum Given<'py> {
    Table {
        entries: Bound<'py, PyIterator>,
        key: String,
        table: Table,
    },
    Array {
        items: Bound<'py, PyIterator>,
        array: Vec<Value>,
    },
    /// An object by its plain form.
    Object {
        plain: Option<Bound<'py, PyAny>>,
        value: Option<Value>,
    },
}

impl<'py> Walk<'py> {
    /// The value of a scalar; what holds others is begun.
    fn begin(&mut self, given: &Bound<'py, PyAny>) -> PyResult<Option<Value>> {
        self.values += 1;
        if self.values > MAX_VALUES || self.bytes > MAX_BYTES {
            let message = format!("written out, the value holds more than {MAX_VALUES} values or {MAX_BYTES} bytes of text");
            let error = Error::new(ErrorCode::Limit, message).with_hint("give a large part once, not in many places");
            return Err(raise(given.py(), error));
        }
        if given.is_none() {
            Ok(Some(Value::Null))
        } else if let Ok(value) = given.cast::<PyBool>() {
            Ok(Some(Value::Bool(value.is_true())))
        } else if let Ok(text) = given.cast::<PyString>() {
            Ok(Some(Value::string(self.text(text)?)))
        } else if given.is_instance_of::<PyInt>() {
            Ok(Some(self.integer(given)?))
        } else if let Ok(value) = given.cast::<PyFloat>() {
            Ok(Some(Value::Float(value.value())))
        } else {
            self.open(given).map(|()| None)
        }
    }

    fn open(&mut self, given: &Bound<'py, PyAny>) -> PyResult<()> {
        let py = given.py();
        let opened = if let Ok(table) = given.cast::<PyDict>() {
            // A copy of the entries: what converts them may run code that changes the dictionary.
            Given::Table { entries: table.items().try_iter()?, key: String::new(), table: Table::new() }
        } else if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
            // What it says of its length need not be true.
            Given::Array { items: given.try_iter()?, array: Vec::new() }
        } else {
            Given::Object { plain: Some(self.plain(given)?), value: None }
        };
        if self.open.len() >= Limits::MAX_DEPTH + OPTION_LEVELS {
            let message = format!("the value contains itself, or nests deeper than the limit of {}", Limits::MAX_DEPTH);
            return Err(raise(py, Error::new(ErrorCode::Limit, message)));
        }
        self.open.push(opened);
        Ok(())
    }

    /// Takes the last value of what is innermost, and gives the next one in it.
    fn step(&mut self, py: Python<'py>, done: Option<Value>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.open.last_mut() {
            Some(Given::Table { entries, key, table }) => {
                if let Some(value) = done {
                    self.path.pop();
                    table.insert(std::mem::take(key), value);
                }
                let Some(entry) = entries.next() else { return Ok(None) };
                let (name, value) = entry?.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>()?;
                let Ok(name) = name.cast::<PyString>() else {
                    return Err(self.refuse(py, format!("a key is a string, not {}", kind_of(&name))));
                };
                let name = self.text(name)?;
                self.path.push(Segment::from(&*name));
                if let Some(Given::Table { key, .. }) = self.open.last_mut() {
                    *key = name;
                }
                Ok(Some(value))
            }
            Some(Given::Array { items, array }) => {
                if let Some(value) = done {
                    self.path.pop();
                    array.push(value);
                }
                let next = items.next().transpose()?;
                if next.is_some() {
                    self.path.push(Segment::Index(array.len()));
                }
                Ok(next)
            }
            Some(Given::Object { plain, value }) => {
                *value = done;
                Ok(plain.take())
            }
            None => Ok(None),
        }
    }

    /// The value of what is innermost, which holds no more.
    fn end(&mut self) -> Option<Value> {
        self.open.pop().and_then(|given| match given {
            Given::Table { table, .. } => Some(Value::Table(table)),
            Given::Array { array, .. } => Some(Value::array(array)),
            Given::Object { value, .. } => value,
        })
    }

    fn integer(&self, given: &Bound<'_, PyAny>) -> PyResult<Value> {
        if let Ok(number) = given.extract::<i64>() {
            return Ok(Value::Integer(number));
        }
        match given.extract::<u64>() {
            Ok(number) => Ok(Value::Unsigned(number)),
            Err(_) => Err(self.refuse(given.py(), "an integer beyond 64 bits is not a configuration value")),
        }
    }

    fn text(&mut self, given: &Bound<'_, PyString>) -> PyResult<String> {
        let Ok(text) = given.to_cow() else {
            return Err(self.refuse(given.py(), "a string with half of a surrogate pair is not text"));
        };
        self.bytes += text.len();
        Ok(text.into_owned())
    }

    /// What the facade knows a plain form of: mappings, enumerations, paths, dates, models.
    fn plain(&self, given: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = given.py();
        let plain = py.import("superconfig._values")?.getattr("plain")?.call1((given,));
        plain.map_err(|failure| match failure.is_instance_of::<PyTypeError>(py) {
            true => self.refuse(py, format!("{} is not a configuration value", kind_of(given))),
            false => failure,
        })
    }

    fn refuse(&self, py: Python<'_>, message: impl Into<String>) -> PyErr {
        raise(py, option_error(message, self.path.clone()))
    }
}

/// The kind of an object with its article, never what it holds.
pub(crate) fn kind_of(given: &Bound<'_, PyAny>) -> String {
    match given.get_type().name() {
        _ if given.is_none() => "None".to_owned(),
        Ok(name) => format!("one of type {name}"),
        Err(_) => "an object".to_owned(),
    }
}
