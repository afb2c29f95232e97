//! A file as it is kept.

use crate::file::File;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::sync::Arc;
use std::time::SystemTime;

/// A file's text, and what a reload and `explain` need to know of it.
pub(crate) struct Source {
    pub(crate) path: Arc<OsStr>,
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
    pub(crate) identity: Identity,
    /// When it was read: a change soon before that may not show in its times.
    #[expect(dead_code, reason = "a reload would read it")]
    pub(crate) read: SystemTime,
}

impl Source {
    pub(crate) fn new(file: &File<'_>, read: SystemTime) -> Self {
        Self {
            path: file.path.as_os_str().into(),
            name: file.name.into(),
            text: file.text.into(),
            identity: Identity::of(&file.metadata),
            read,
        }
    }
}

/// What tells one state of a file from another, with its owner and mode.
#[derive(PartialEq)]
pub(crate) struct Identity {
    length: u64,
    #[cfg(unix)]
    file: (u64, u64),
    #[cfg(unix)]
    modified: (i64, i64),
    #[cfg(unix)]
    changed: (i64, i64),
    #[cfg(unix)]
    ownership: (u32, u32),
    #[cfg(not(unix))]
    modified: Option<SystemTime>,
}

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            length: metadata.len(),
            file: (metadata.dev(), metadata.ino()),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            ownership: (metadata.uid(), metadata.mode()),
        }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok() }
    }
}
