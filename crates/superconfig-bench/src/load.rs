//! The load that all levels make.

use crate::file::File;
use crate::kept::Kept;
use crate::levels::Level;
use crate::merge::{merge, set};
use crate::request::Request;
use superconfig::{Error, ErrorCode, Table, Value};

/// Loads what a request asks for; gives what is kept of it, and what the facade pins.
pub(crate) fn load<L: Level>(text: &str) -> Result<(Kept, [f64; 3]), Error> {
    let mut level = L::begin(text)?;
    let mut request = Request::new(text)?;
    let mut layers = Vec::with_capacity(request.sources);
    let mut prefix = None;
    let mut buffer = Vec::new();
    while let Some((kind, part)) = request.next_source() {
        match kind {
            "file" if prefix.is_none() => {
                level.before_file();
                let file = File::read(request.cwd, part, L::LARGEST, &mut buffer);
                layers.push(file.and_then(|file| level.file(&file)).map_err(|error| L::in_file(error, part))?);
            }
            "env" if prefix.is_none() => {
                level.variables();
                prefix = Some(part);
            }
            _ => return Err(Error::new(ErrorCode::Option, "a floor engine reads files, and variables above them")),
        }
    }
    level.after_files();
    let mut layers = layers.into_iter();
    let mut value = layers.next().unwrap_or_else(|| Value::Table(Table::new()));
    for layer in layers {
        merge(&mut value, layer);
    }
    for (name, text) in request.variables() {
        level.variable(name, text);
        let own = prefix.and_then(|prefix| name.strip_prefix(prefix)).and_then(|rest| rest.strip_prefix('_'));
        if let (Some(own), Value::Table(table)) = (own, &mut value) {
            set(table, own, text);
        }
    }
    level.keep(value)
}
