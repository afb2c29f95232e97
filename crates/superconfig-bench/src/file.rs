//! A file that was read.

use std::fs::{File as OpenFile, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::PathBuf;
use superconfig::{Error, ErrorCode};

/// The text of a file, and what tells one state of it from another.
pub(crate) struct File<'a> {
    /// As the request has it.
    pub(crate) name: &'a str,
    pub(crate) path: PathBuf,
    pub(crate) text: &'a str,
    pub(crate) metadata: Metadata,
}

impl<'a> File<'a> {
    /// Reads a file of at most `largest` bytes, by the system calls of the real engine.
    pub(crate) fn read(cwd: &str, name: &'a str, largest: usize, buffer: &'a mut Vec<u8>) -> Result<Self, Error> {
        let mut path = PathBuf::with_capacity(cwd.len() + 1 + name.len());
        path.push(cwd);
        path.push(name);
        let failed = |error: io::Error| {
            let code = if error.kind() == io::ErrorKind::NotFound { ErrorCode::NotFound } else { ErrorCode::Io };
            Error::new(code, format!("{name} cannot be read: {error}"))
        };
        let mut file = open(&path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(Error::new(ErrorCode::Io, format!("{name} is not a file")));
        }
        // One byte more than it has: what gives just its size is at its end.
        let size = (metadata.len() as usize).min(largest);
        buffer.clear();
        buffer.resize(size + 1, 0);
        let got = file.read(buffer).map_err(failed)?;
        buffer.truncate(got);
        if got as u64 != metadata.len() {
            file.take((largest - got.min(largest)) as u64 + 1).read_to_end(buffer).map_err(failed)?;
        }
        if buffer.len() > largest {
            return Err(Error::new(ErrorCode::Limit, format!("{name} has more than {largest} bytes, the limit of a document")));
        }
        let text = std::str::from_utf8(buffer).map_err(|error| Error::new(ErrorCode::Parse, error.to_string()))?;
        Ok(Self { name, path, text, metadata })
    }
}

fn open(path: &PathBuf) -> io::Result<OpenFile> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    options.open(path)
}
