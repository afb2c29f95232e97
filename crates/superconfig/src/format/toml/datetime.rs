//! TOML dates and times.

use crate::value::Value;
use toml_datetime::{Datetime, DatetimeParseError};

/// A date or time as RFC 3339 writes it, which always has seconds.
pub(crate) fn datetime(text: &str) -> Result<Value, DatetimeParseError> {
    let mut datetime: Datetime = text.parse()?;
    if let Some(time) = &mut datetime.time {
        time.second.get_or_insert(0);
    }
    Ok(Value::Datetime(datetime.to_string().into()))
}
