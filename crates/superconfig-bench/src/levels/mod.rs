//! The levels: each engine keeps of a load what the one before it keeps, and more.

mod contract;
mod layer;
mod least;
mod nothing;
mod sharing;
mod status;

pub(crate) use contract::{Contract, ContractAttachment};
pub(crate) use least::{Least, LeastVersion};
pub(crate) use nothing::Nothing;
pub(crate) use sharing::{Sharing, SharingAttachment};

use crate::file::File;
use crate::kept::Kept;
use superconfig::{Error, Value};

/// What an engine does in a load beside reading and merging, called in this order.
pub(crate) trait Level: Sized {
    /// The most bytes of a file.
    const LARGEST: usize = usize::MAX;

    /// Begins a load by the text of its request.
    fn begin(request: &str) -> Result<Self, Error>;

    /// A file is about to be read.
    fn before_file(&mut self) {}

    /// Parses a file.
    fn file(&mut self, file: &File<'_>) -> Result<Value, Error>;

    /// Locates what is wrong with a file.
    fn in_file(error: Error, _name: &str) -> Error {
        error
    }

    /// The variables of the environment are a source.
    fn variables(&mut self) {}

    /// All files are parsed, and are merged from now on.
    fn after_files(&mut self) {}

    /// A variable that the facade has captured.
    fn variable(&mut self, _name: &str, _text: &str) {}

    /// Keeps the merged values; gives what the facade pins beside it.
    fn keep(self, value: Value) -> Result<(Kept, [f64; 3]), Error>;
}
