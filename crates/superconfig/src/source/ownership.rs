//! Checks that only trusted users could have written a file.

use crate::diagnostic::{Error, ErrorCode};
#[cfg(unix)]
use std::collections::VecDeque;
#[cfg(unix)]
use std::ffi::OsString;
use std::fs::Metadata;
use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;

/// The reaction to a file that others can write, or whose owner is neither the user nor root.
///
/// ```
/// use superconfig::{FileOptions, SuperConfig, Trust};
///
/// let options = FileOptions { optional: true, trust: Some(Trust::Strict), ..FileOptions::default() };
/// SuperConfig::builder().file_with("not-there.toml", options).load()?;
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// Warn `insecure-permissions` and read it.
    Warn,
    /// Fail with `ERR_SUPERCONFIG_TRUST`, also for a link or directory on the way to the file. Holds for `.env` files and for what
    /// variables and references name too, where any source asks for it.
    Strict,
}

/// Owner and mode of an opened file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ownership {
    #[cfg(unix)]
    mode: u32,
    #[cfg(unix)]
    owner: u32,
}

impl Ownership {
    #[cfg(unix)]
    pub(crate) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { mode: metadata.mode(), owner: metadata.uid() }
    }

    /// Other platforms use access lists, which give no answer as simple as this.
    #[cfg(not(unix))]
    pub(crate) fn of(_: &Metadata) -> Self {
        Self {}
    }

    /// The reason why another user could have written the file; `None` when none could. A group with write access is the
    /// owner's choice, so it does not count as others: with private groups, as most systems have them, it is the owner
    /// alone.
    #[cfg(unix)]
    pub(crate) fn concern(self) -> Option<String> {
        if self.mode & 0o002 != 0 {
            return Some(format!("everybody can write it (its mode is {:o})", self.mode & 0o7777));
        }
        (!self.is_own()).then(|| format!("another user (with the id {}) owns it", self.owner))
    }

    /// Whether the user that runs the process owns it, or root.
    #[cfg(unix)]
    fn is_own(self) -> bool {
        // SAFETY: the call takes nothing, touches no memory and cannot fail.
        let user = unsafe { libc::geteuid() };
        self.owner == user || self.owner == 0
    }

    #[cfg(not(unix))]
    pub(crate) fn concern(self) -> Option<String> {
        None
    }
}

/// Why what a path leads to could be the work of others: a link that another user made, or a directory on the way in which
/// others can replace names. `None` when it cannot, and on Windows.
///
/// For a file that was opened before: what is gone since was replaced by somebody. Follows the path by hand, which costs an `lstat` for
/// each part of it and of the links on the way.
#[cfg(unix)]
pub(crate) fn path_concern(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    // As many as the operating system follows.
    let mut links = 40;
    let mut here = PathBuf::new();
    let mut rest: VecDeque<OsString> = path.components().map(|part| part.as_os_str().to_owned()).collect();
    while let Some(name) = rest.pop_front() {
        if name == ".." {
            here.pop();
            continue;
        }
        here.push(&name);
        let Ok(metadata) = here.symlink_metadata() else {
            return Some(format!("{} on its way is not there any more", here.display()));
        };
        let kind = if metadata.is_symlink() { "link" } else { "directory" };
        let shown = here.display();
        if (metadata.is_symlink() || metadata.is_dir()) && !Ownership::of(&metadata).is_own() {
            return Some(format!("the {kind} {shown} on its way belongs to another user (with the id {})", metadata.uid()));
        }
        // In a sticky directory, such as /tmp, others can add names but replace none.
        if metadata.is_dir() && metadata.mode() & 0o002 != 0 && metadata.mode() & 0o1000 == 0 {
            return Some(format!("everybody can replace what is in the directory {shown} on its way"));
        }
        if metadata.is_symlink() {
            links -= 1;
            let Some(target) = here.read_link().ok().filter(|_| links > 0) else {
                return Some(format!("the link {} on its way leads nowhere any more", here.display()));
            };
            here.pop();
            target.components().rev().for_each(|part| rest.push_front(part.as_os_str().to_owned()));
        }
    }
    None
}

#[cfg(not(unix))]
pub(crate) fn path_concern(_: &Path) -> Option<String> {
    None
}

/// Refuses a file that others could have written, or led to.
///
/// # Errors
/// `ERR_SUPERCONFIG_TRUST`.
pub(crate) fn check_strictly(ownership: Ownership, path: &Path) -> Result<(), Error> {
    let Some(concern) = ownership.concern().or_else(|| path_concern(path)) else { return Ok(()) };
    let error = Error::new(ErrorCode::Trust, format!("the file is not trusted: {concern}"));
    Err(error.with_hint("correct its owner and permissions (`chmod o-w`), or do without `trust: 'strict'`"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Whoever led to a file by a link can take that away once it was opened.
    #[test]
    fn a_way_that_is_gone_is_not_trusted() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("real"), "").unwrap();
        assert_eq!(path_concern(&directory.path().join("real")), None);
        let link = directory.path().join("link");
        std::os::unix::fs::symlink("gone", &link).unwrap();
        for path in [directory.path().join("gone"), link] {
            assert!(path_concern(&path).unwrap().ends_with("gone on its way is not there any more"), "{path:?}");
        }
    }

    #[test]
    fn reports_files_that_others_can_write_or_own() {
        // SAFETY: as above.
        let user = unsafe { libc::geteuid() };
        let concern = |mode, owner| Ownership { mode, owner }.concern();
        assert_eq!(concern(0o100_644, user), None);
        assert_eq!(concern(0o100_664, user), None);
        assert_eq!(concern(0o100_644, 0), None);
        assert!(concern(0o100_646, user).unwrap().contains("646"));
        assert!(concern(0o100_600, user + 1).unwrap().contains(&(user + 1).to_string()));
    }
}
