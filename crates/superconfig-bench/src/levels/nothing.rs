//! Level 1: the values alone.

use super::Level;
use crate::file::File;
use crate::kept::Kept;
use superconfig::{Error, Format, Value, parse};

/// Keeps nothing but the values.
pub(crate) struct Nothing;

impl Level for Nothing {
    fn begin(_request: &str) -> Result<Self, Error> {
        Ok(Self)
    }

    fn file(&mut self, file: &File<'_>) -> Result<Value, Error> {
        parse(file.text, Format::from_file_name(file.name).unwrap_or(Format::Json))
    }

    fn keep(self, value: Value) -> Result<(Kept, [f64; 3]), Error> {
        Ok((Kept::Nothing(value), [1.0, 1.0, 1.0]))
    }
}
