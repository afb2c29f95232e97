//! Checks that only trusted users could have written a file.

use crate::diagnostic::{Error, ErrorCode};
use std::fs::Metadata;

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
    /// Fail with `ERR_SUPERCONFIG_TRUST`.
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
        // SAFETY: the call takes nothing, touches no memory and cannot fail.
        let user = unsafe { libc::geteuid() };
        if self.mode & 0o002 != 0 {
            return Some(format!("everybody can write it (its mode is {:o})", self.mode & 0o7777));
        }
        (self.owner != user && self.owner != 0).then(|| format!("another user (with the id {}) owns it", self.owner))
    }

    #[cfg(not(unix))]
    pub(crate) fn concern(self) -> Option<String> {
        None
    }
}

/// The error of a file that strict trust refuses.
pub(crate) fn refused(concern: &str) -> Error {
    let error = Error::new(ErrorCode::Trust, format!("the file is not trusted: {concern}"));
    error.with_hint("correct its owner and permissions (`chmod o-w`), or do without `trust: 'strict'`")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

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
