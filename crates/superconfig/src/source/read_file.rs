//! Reads a file once, and checks the opened file instead of what its path pointed to before.

use super::ownership::Ownership;
use crate::diagnostic::{Error, ErrorCode};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A file's identity and times, by which a change is detected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    identity: (u64, u64),
    size: u64,
    modified: Option<SystemTime>,
    changed: (i64, i64),
}

impl Fingerprint {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let (identity, changed) = {
            use std::os::unix::fs::MetadataExt;
            ((metadata.dev(), metadata.ino()), (metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let (identity, changed) = ((0, 0), (0, 0));
        Self { identity, size: metadata.len(), modified: metadata.modified().ok(), changed }
    }

    /// The current fingerprint of a file; `None` when it does not exist or cannot be read.
    pub(crate) fn now(path: &Path) -> Option<Self> {
        path.metadata().ok().map(|metadata| Self::of(&metadata))
    }

    /// The file behind all names and links that lead to it, where the system tells, and its size.
    pub(crate) fn file(&self) -> Option<((u64, u64), u64)> {
        (self.identity != (0, 0)).then_some((self.identity, self.size))
    }

    /// True when the file was last written so long before `read` that any write after it changes the fingerprint. Clocks of
    /// file systems tick: every 10 ms at worst on local ones. Programs can set the time of writing, but not the time of the
    /// last change to the file itself, where there is one.
    pub(crate) fn is_settled(&self, read: SystemTime) -> bool {
        let tick = Duration::from_millis(20);
        let written = [self.modified, self.changed_at().or(self.modified)];
        written.iter().all(|at| at.is_some_and(|at| read.duration_since(at).is_ok_and(|age| age > tick)))
    }

    /// The time from the file's last change to `when`; zero for a later change, `None` when the clocks disagree.
    pub(crate) fn age(&self, when: SystemTime) -> Option<Duration> {
        match when.duration_since(self.changed_at().or(self.modified)?) {
            Ok(age) => Some(age),
            Err(ahead) => (ahead.duration() < Duration::from_secs(1)).then_some(Duration::ZERO),
        }
    }

    fn changed_at(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.changed;
        let since = Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanoseconds).ok()?);
        if since.is_zero() { None } else { SystemTime::UNIX_EPOCH.checked_add(since) }
    }
}

/// The metadata of an opened file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenedFile {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) ownership: Ownership,
}

/// Reads a whole regular file of at most `limit` bytes.
///
/// # Errors
/// `ERR_SUPERCONFIG_NOT_FOUND`, `ERR_SUPERCONFIG_IO` for anything but a readable regular file, and `ERR_SUPERCONFIG_LIMIT`,
/// counted while reading.
pub(crate) fn read(path: &Path, display_path: &str, limit: usize, buffer: &mut Vec<u8>) -> Result<OpenedFile, Error> {
    let mut file = open(path).map_err(|error| io_error(display_path, &error))?;
    let metadata = file.metadata().map_err(|error| io_error(display_path, &error))?;
    if !metadata.is_file() {
        let what = kind_of(&metadata);
        return Err(Error::new(ErrorCode::Io, format!("{display_path} is {what}, not a file")));
    }
    // One byte more than the size: a read that returns exactly the size is at the end, so no second call is needed.
    let wanted = (metadata.len() as usize).min(limit) + 1;
    buffer.clear();
    buffer.resize(wanted, 0);
    let got = read_once(&mut file, buffer).map_err(|error| io_error(display_path, &error))?;
    buffer.truncate(got);
    if got as u64 != metadata.len() {
        let mut limited = file.take((limit + 1 - got) as u64);
        limited.read_to_end(buffer).map_err(|error| io_error(display_path, &error))?;
    }
    if buffer.len() > limit {
        let message = format!("{display_path} has more than {limit} bytes, the limit of a document");
        return Err(Error::new(ErrorCode::Limit, message).with_hint("raise the limit `documentBytes`"));
    }
    Ok(OpenedFile { fingerprint: Fingerprint::of(&metadata), ownership: Ownership::of(&metadata) })
}

fn read_once(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    // A FIFO without a writer would block for ever, and a terminal could become ours.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    // FILE_FLAG_BACKUP_SEMANTICS: without it Windows denies access to a directory, and does not say that it is one.
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, 0x0200_0000);
    options.open(path)
}

fn kind_of(metadata: &Metadata) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = metadata.file_type();
        if kind.is_fifo() {
            return "a FIFO";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    if metadata.is_dir() { "a directory" } else { "something else" }
}

fn io_error(display_path: &str, error: &io::Error) -> Error {
    let (code, message) = match error.kind() {
        io::ErrorKind::NotFound => return missing(display_path),
        io::ErrorKind::PermissionDenied => (ErrorCode::Io, format!("{display_path} cannot be read: permission denied")),
        // Opening a socket, or a FIFO in some ways, is refused with this.
        _ if error.raw_os_error() == Some(libc::ENXIO) => (ErrorCode::Io, format!("{display_path} is a socket, not a file")),
        _ if error.raw_os_error() == Some(libc::ELOOP) => {
            (ErrorCode::Io, format!("{display_path} is a symbolic link that leads back to itself"))
        }
        _ => (ErrorCode::Io, format!("{display_path} cannot be read: {error}")),
    };
    Error::new(code, message)
}

/// The error of a missing file.
pub(crate) fn missing(display_path: &str) -> Error {
    let error = Error::new(ErrorCode::NotFound, format!("{display_path} is not there"));
    error.with_hint("create it, correct the path, or make the source optional")
}

/// The error of a file that is being written; it is never reported.
pub(crate) fn half_written(display_path: &str) -> Error {
    Error::new(ErrorCode::Io, format!("{display_path} is half written"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn code(path: &Path) -> ErrorCode {
        read(path, "it", 10, &mut Vec::new()).unwrap_err().code()
    }

    #[test]
    fn non_files_are_errors_and_never_hang() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        assert_eq!(code(&at("absent")), ErrorCode::NotFound);
        assert_eq!(code(directory.path()), ErrorCode::Io);
        assert!(std::process::Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
        assert_eq!(code(&at("fifo")), ErrorCode::Io);
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        assert_eq!(code(&at("socket")), ErrorCode::Io);
        std::os::unix::fs::symlink(at("loop"), at("loop")).unwrap();
        assert_eq!(code(&at("loop")), ErrorCode::Io);
        assert_eq!(code(Path::new("/dev/zero")), ErrorCode::Io);
        std::fs::write(at("large"), "12345678901").unwrap();
        assert_eq!(code(&at("large")), ErrorCode::Limit);
        std::fs::write(at("fits"), "1234567890").unwrap();
        let mut buffer = Vec::new();
        read(&at("fits"), "it", 10, &mut buffer).unwrap();
        assert_eq!(buffer, b"1234567890");
    }
}
