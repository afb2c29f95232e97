//! A file that was read, and the files that were read last in this process: configurations of the same files keep one copy of them.

use crate::diagnostic::ProcessLocal;
use crate::format::Format;
use crate::merge::Document;
use crate::source::read_file::OpenedFile;
use crate::source::{Fingerprint, Ownership};
use parking_lot::Mutex;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::SystemTime;

/// The number of files that are known: those of most programs, and few to keep a place for.
const KNOWN: usize = 64;

/// By the hash of the path; a later file takes the place of one that was there before it.
struct Latest([Mutex<Weak<CachedFile>>; KNOWN]);

impl Default for Latest {
    fn default() -> Self {
        Self([const { Mutex::new(Weak::new()) }; KNOWN])
    }
}

static LATEST: ProcessLocal<Latest> = ProcessLocal::new();

/// Forgets them in a process that was forked: a thread that it does not have may have held what they hold.
#[cfg(feature = "watch")]
pub(crate) fn forget_shared_files() {
    LATEST.forget();
}

/// A file that was read, with what it holds.
pub(super) struct CachedFile {
    pub(super) path: Arc<Path>,
    pub(super) fingerprint: Fingerprint,
    /// Covered by the fingerprint: a change of either changes the time of the last status change.
    pub(super) ownership: Ownership,
    /// The fingerprint changes with any write after the file was read.
    pub(super) is_settled: bool,
    pub(super) format: Option<Format>,
    pub(super) document: Arc<Document>,
}

impl CachedFile {
    pub(super) fn new(
        path: &Arc<Path>,
        opened: OpenedFile,
        read: SystemTime,
        format: Option<Format>,
        document: Arc<Document>,
    ) -> Self {
        let OpenedFile { fingerprint, ownership } = opened;
        let is_settled = fingerprint.is_settled(read);
        Self { path: path.clone(), fingerprint, ownership, is_settled, format, document }
    }

    /// The file as another configuration keeps it, where one has read the same, else this one. Costs a look into a table by the hash of
    /// the path, and a comparison of both texts where the paths are one.
    pub(super) fn shared(self, hash: u64) -> Arc<Self> {
        let latest = LATEST.get();
        let place = &latest.0[hash as usize % KNOWN];
        let known = place.lock().upgrade();
        if let Some(known) = known.filter(|known| known.is_same(&self)) {
            known.document.renew(&self.document);
            return known;
        }
        let file = Arc::new(self);
        *place.lock() = Arc::downgrade(&file);
        file
    }

    /// Whether both are one file as it was at one time, read in the same way. What is not settled may differ in what its fingerprint covers.
    fn is_same(&self, other: &Self) -> bool {
        self.path.as_os_str() == other.path.as_os_str()
            && (self.fingerprint, self.is_settled, self.format) == (other.fingerprint, other.is_settled, other.format)
            && self.ownership == other.ownership
            && self.document.is_read_as(&other.document)
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use crate::diagnostic::{ErrorCode, SourceKind};
    use crate::{Error, FileOptions, Format, SuperConfig, Trust};
    use std::sync::Arc;
    use std::time::Duration;

    /// The texts that a configuration keeps of its files.
    fn texts(config: &SuperConfig) -> Vec<Arc<str>> {
        config.snapshot().unwrap().loaded.texts().cloned().collect()
    }

    #[test]
    fn configurations_of_one_file_keep_one_copy() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("app.json");
        std::fs::write(&path, "{ \"a\": { \"b\": 1 }, \"c\": [2] }").unwrap();
        // Written so long ago that a later write shows.
        std::thread::sleep(Duration::from_millis(40));
        let load = |options: FileOptions| SuperConfig::builder().file_with(path.to_str().unwrap(), options).load();
        let pair = || (load(FileOptions::default()).unwrap(), load(FileOptions::default()).unwrap());
        // Another test may read a file of the same place in the table in between.
        let shared = std::iter::repeat_with(pair).take(50).find(|(one, other)| Arc::ptr_eq(&texts(one)[0], &texts(other)[0]));
        let (one, other) = shared.expect("they share one text");
        for config in [&one, &other] {
            assert_eq!(config.get::<i64>("a.b").unwrap(), 1);
            let explained = config.snapshot().unwrap().explain(&"c".parse().unwrap()).unwrap();
            let origin = &explained.winner().unwrap().origin;
            assert_eq!((origin.kind, origin.line, origin.column), (SourceKind::File, Some(1), Some(25)));
        }
        // Read in another way, or by another name, or later, it is another one.
        let apart = |options: FileOptions| assert!(!Arc::ptr_eq(&texts(&one)[0], &texts(&load(options).unwrap())[0]));
        apart(FileOptions { format: Some(Format::Json5), ..FileOptions::default() });
        let named = SuperConfig::builder().cwd(directory.path()).file("app.json").load().unwrap();
        assert!(!Arc::ptr_eq(&texts(&one)[0], &texts(&named)[0]));
        assert_eq!(named.snapshot().unwrap().layers()[0].name.as_ref(), "app.json");
        std::fs::write(&path, "{ \"a\": { \"b\": 3 } }").unwrap();
        let later = load(FileOptions::default()).unwrap();
        assert_eq!((one.get::<i64>("a.b").unwrap(), later.get::<i64>("a.b").unwrap()), (1, 3));
        assert_eq!(one.get::<Vec<i64>>("c").unwrap(), [2]);
    }

    #[cfg(feature = "watch")]
    #[test]
    fn a_child_shares_nothing_with_its_parent() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("app.json"), "{}").unwrap();
        let load = || SuperConfig::builder().cwd(directory.path()).file("app.json").load().unwrap();
        let before = load();
        super::forget_shared_files();
        assert!(!Arc::ptr_eq(&texts(&before)[0], &texts(&load())[0]));
    }

    /// A change of the permissions that the clock of the file system does not tell from what was before.
    #[cfg(unix)]
    #[test]
    fn ownership_is_that_of_the_file_now() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("app.json");
        let permit = |mode: u32| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let options = || FileOptions { trust: Some(Trust::Warn), ..FileOptions::default() };
        let load = || SuperConfig::builder().file_with(path.to_str().unwrap(), options()).load().unwrap();
        for _ in 0..50 {
            std::fs::write(&path, "{}").unwrap();
            permit(0o600);
            let before = load();
            permit(0o666);
            let after = load();
            let warnings = [before, after].map(|config| config.snapshot().unwrap().warnings().len());
            assert_eq!(warnings, [0, 1]);
        }
    }

    #[test]
    fn limits_hold_for_a_file_that_another_configuration_keeps() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("app.json"), "{ \"a\": { \"b\": {} } }").unwrap();
        std::thread::sleep(Duration::from_millis(40));
        let builder = || SuperConfig::builder().cwd(directory.path()).file("app.json");
        let _kept = builder().load().unwrap();
        let strict = builder().limits(crate::Limits { depth: 2, ..crate::Limits::default() }).load();
        assert_eq!(strict.err().as_ref().map(Error::code), Some(ErrorCode::Limit));
    }

    /// Its value waits for a merge that the other file prevents, and it is read again before it counts as settled.
    #[test]
    fn a_file_that_was_read_in_vain_is_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| std::fs::write(directory.path().join(name), text).unwrap();
        write("a.json", "{ \"n\": 0 }".to_owned());
        write("b.json", "{}".to_owned());
        let config = SuperConfig::builder().cwd(directory.path()).file("a.json").file("b.json").load().unwrap();
        for n in 1..20 {
            write("a.json", format!("{{ \"n\": {n} }}"));
            write("b.json", "{".to_owned());
            assert_eq!(config.reload().unwrap_err().code(), ErrorCode::Parse);
            write("b.json", "{}".to_owned());
            config.reload().unwrap();
            assert_eq!(config.get::<i64>("n").unwrap(), n);
        }
    }

    #[test]
    fn threads_that_load_one_file_all_get_its_values() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("app.json"), "{ \"a\": { \"b\": [1, 2, 3] } }").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..300 {
                        let config = SuperConfig::builder().cwd(directory.path()).file("app.json").load().unwrap();
                        assert_eq!(config.get::<Vec<i64>>("a.b").unwrap(), [1, 2, 3]);
                    }
                });
            }
        });
    }
}
