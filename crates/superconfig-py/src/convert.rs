//! Conversions of values to Python and back.

use crate::error::{option_error, raise};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
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

fn to_python(py: Python<'_>, value: &Value, frozen: Option<&(Py<PyAny>, Py<PyAny>)>) -> PyResult<Py<PyAny>> {
    Ok(match value {
        Value::Null => py.None(),
        Value::Bool(value) => PyBool::new(py, *value).to_owned().into_any().unbind(),
        Value::Integer(value) => value.into_pyobject(py)?.into_any().unbind(),
        Value::Unsigned(value) => value.into_pyobject(py)?.into_any().unbind(),
        Value::Float(value) => PyFloat::new(py, *value).into_any().unbind(),
        Value::String(text) | Value::Datetime(text) => PyString::new(py, text).into_any().unbind(),
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items.iter() {
                list.append(to_python(py, item, frozen)?)?;
            }
            match frozen {
                Some((_, class)) => class.call1(py, (list,))?,
                None => list.into_any().unbind(),
            }
        }
        Value::Table(table) => {
            let dictionary = PyDict::new(py);
            for (key, value) in table.iter() {
                dictionary.set_item(key, to_python(py, value, frozen)?)?;
            }
            match frozen {
                Some((class, _)) => class.call1(py, (dictionary,))?,
                None => dictionary.into_any().unbind(),
            }
        }
    })
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
    let mut walk = Walk { path: Path::default(), depth: 0, values: 0, bytes: 0 };
    walk.value(given)
}

struct Walk {
    path: Path,
    depth: usize,
    values: usize,
    bytes: usize,
}

impl Walk {
    fn value(&mut self, given: &Bound<'_, PyAny>) -> PyResult<Value> {
        self.values += 1;
        if self.values > MAX_VALUES || self.bytes > MAX_BYTES {
            let message = format!("written out, the value holds more than {MAX_VALUES} values or {MAX_BYTES} bytes of text");
            let error = Error::new(ErrorCode::Limit, message).with_hint("give a large part once, not in many places");
            return Err(raise(given.py(), error));
        }
        if given.is_none() {
            Ok(Value::Null)
        } else if let Ok(value) = given.cast::<PyBool>() {
            Ok(Value::Bool(value.is_true()))
        } else if let Ok(text) = given.cast::<PyString>() {
            self.text(text).map(Value::string)
        } else if given.is_instance_of::<PyInt>() {
            self.integer(given)
        } else if let Ok(value) = given.cast::<PyFloat>() {
            Ok(Value::Float(value.value()))
        } else if let Ok(table) = given.cast::<PyDict>() {
            self.table(table)
        } else if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
            self.array(given)
        } else {
            self.other(given)
        }
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

    fn table(&mut self, given: &Bound<'_, PyDict>) -> PyResult<Value> {
        self.descend(given.py())?;
        // A copy of the entries: what converts them may run code that changes the dictionary.
        let items = given.items();
        let mut table = Table::with_capacity(items.len());
        for item in items.iter() {
            let (key, value) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            let Ok(key) = key.cast::<PyString>() else {
                return Err(self.refuse(given.py(), format!("a key is a string, not {}", kind_of(&key))));
            };
            let key = self.text(key)?;
            self.path.push(Segment::from(&*key));
            let value = self.value(&value)?;
            self.path.pop();
            table.insert(key, value);
        }
        self.depth -= 1;
        Ok(Value::Table(table))
    }

    fn array(&mut self, given: &Bound<'_, PyAny>) -> PyResult<Value> {
        self.descend(given.py())?;
        // What a list says of its length need not be true.
        let mut array = Vec::new();
        for (at, item) in given.try_iter()?.enumerate() {
            self.path.push(Segment::Index(at));
            array.push(self.value(&item?)?);
            self.path.pop();
        }
        self.depth -= 1;
        Ok(Value::array(array))
    }

    /// What the facade knows a plain form of: mappings, enumerations, paths, dates, models.
    fn other(&mut self, given: &Bound<'_, PyAny>) -> PyResult<Value> {
        let py = given.py();
        let plain = py.import("superconfig._values")?.getattr("plain")?.call1((given,));
        let plain = plain.map_err(|failure| match failure.is_instance_of::<PyTypeError>(py) {
            true => self.refuse(py, format!("{} is not a configuration value", kind_of(given))),
            false => failure,
        })?;
        self.descend(py)?;
        let value = self.value(&plain)?;
        self.depth -= 1;
        Ok(value)
    }

    fn descend(&mut self, py: Python<'_>) -> PyResult<()> {
        self.depth += 1;
        if self.depth <= Limits::MAX_DEPTH + OPTION_LEVELS {
            return Ok(());
        }
        let message = format!("the value contains itself, or nests deeper than the limit of {}", Limits::MAX_DEPTH);
        Err(raise(py, Error::new(ErrorCode::Limit, message)))
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
