//! A cache of parsed files, reused while they are unchanged.

use super::cached_file::CachedFile;
use super::file_counters::FILES;
use super::rules::Rules;
use crate::diagnostic::{Error, ErrorCode, Origin, SourceKind, span};
use crate::format;
use crate::format::Format;
use crate::merge::Document;
use crate::redaction::snippet;
use crate::source::read_file;
use crate::source::{DependencyTracker, FileCandidate, Fingerprint};
use crate::value::Value;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table;
use std::hash::BuildHasher;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};

/// The most bytes of all files together of which no values are kept: mostly nobody asks for them once they are merged, and parsing
/// them again takes microseconds.
const SMALL: usize = 4 << 10;

/// Reads and parses files, and reuses a document of the last load when its file cannot have changed since.
#[derive(Default)]
pub(crate) struct FileCache {
    /// By the path's text: hashing and comparing paths by their components takes longer than looking a file up.
    files: HashTable<Entry>,
}

/// A file of the last load.
struct Entry {
    file: Arc<CachedFile>,
    /// Whether the running load uses it.
    is_used: bool,
}

/// What reading the files of one load takes, and comes to.
#[derive(Default)]
pub(super) struct ReadProgress {
    /// What files are read into.
    buffer: Vec<u8>,
    /// The bytes of the files of which no values are kept.
    bare: usize,
    /// The time spent parsing.
    pub(super) parse_time: Duration,
}

impl ReadProgress {
    /// Adds what began then to the time spent parsing.
    pub(super) fn add_parse_time(&mut self, began: Instant) {
        self.parse_time = self.parse_time.saturating_add(began.elapsed());
    }
}

impl FileCache {
    /// Ends a load: drops the documents that it did not use, unless it failed and may have missed some.
    pub(super) fn end_load(&mut self, succeeded: bool) {
        self.files.retain(|entry| std::mem::take(&mut entry.is_used) || !succeeded);
    }

    /// A file with its document.
    pub(super) fn read(
        &mut self,
        candidate: &FileCandidate,
        format: Option<Format>,
        rules: &Rules,
        dependencies: &mut DependencyTracker,
        progress: &mut ReadProgress,
    ) -> Result<Arc<CachedFile>, Error> {
        let FileCandidate { path, display_path, .. } = candidate;
        dependencies.file(path);
        let hash = hash(path);
        let mut known = self.files.find_mut(hash, |entry| entry.is_at(path));
        if let Some(entry) = &mut known
            && entry.file.format == format
            && entry.file.is_settled
            && Fingerprint::now(path) == Some(entry.file.fingerprint)
        {
            dependencies.read(path, entry.file.fingerprint);
            entry.is_used = true;
            progress.bare += entry.file.document.bare_bytes();
            FILES.hit();
            return Ok(entry.file.clone());
        }
        let read = SystemTime::now();
        let opened = match read_file::read(path, display_path, rules.limits.document_bytes, &mut progress.buffer) {
            Ok(opened) => opened,
            Err(error) => {
                dependencies.failed(path, &error);
                if let Ok(entry) = self.files.find_entry(hash, |entry| entry.is_at(path)) {
                    entry.remove();
                }
                return Err(error);
            }
        };
        FILES.read(progress.buffer.len());
        dependencies.read(path, opened.fingerprint);
        if dependencies.is_half_written(path, progress.buffer.len(), opened.fingerprint) {
            return Err(read_file::half_written(display_path));
        }
        let text = format::decode(&progress.buffer)?;
        let same = known.map(|entry| &entry.file).filter(|file| file.format == format && file.document.is_of(text));
        let document = match same {
            Some(file) => file.document.clone(),
            None => {
                let chosen = format.or_else(|| Format::from_file_name(display_path));
                let began = Instant::now();
                let parsed = parse_layer(text.into(), chosen, Some(display_path.clone()), rules);
                progress.add_parse_time(began);
                let mut document = parsed?;
                if progress.bare + document.text_bytes() <= SMALL {
                    document.merge_once();
                }
                Arc::new(document)
            }
        };
        let file = self.put(hash, CachedFile::new(path, opened, read, format, document));
        progress.bare += file.document.bare_bytes();
        Ok(file)
    }

    /// Adds a file of the running load.
    #[cfg(feature = "parallel")]
    pub(super) fn keep(&mut self, file: CachedFile) {
        self.put(hash(&file.path), file);
    }

    fn put(&mut self, hash: u64, file: CachedFile) -> Arc<CachedFile> {
        let file = file.shared(hash);
        let entry = Entry { file: file.clone(), is_used: true };
        match self.files.entry(hash, |other| other.is_at(&file.path), |other| self::hash(&other.file.path)) {
            hash_table::Entry::Occupied(mut known) => *known.get_mut() = entry,
            hash_table::Entry::Vacant(free) => drop(free.insert(entry)),
        }
        file
    }
}

impl Entry {
    fn is_at(&self, path: &Path) -> bool {
        self.file.path.as_os_str() == path.as_os_str()
    }
}

fn hash(path: &Path) -> u64 {
    static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);
    HASHER.hash_one(path.as_os_str())
}

#[cfg(feature = "parallel")]
impl FileCache {
    pub(super) fn holds(&self, path: &Path) -> bool {
        self.files.find(hash(path), |entry| entry.is_at(path)).is_some()
    }
}

/// Parses a text as a layer, whose root must be a table.
pub(super) fn parse_layer(
    text: Arc<str>,
    format: Option<Format>,
    file: Option<Arc<str>>,
    rules: &Rules,
) -> Result<Document, Error> {
    let _span = span!("parse", file = file.as_deref());
    let parsed = Document::parse(text.clone(), format, file, &rules.limits);
    let document = parsed.map_err(|error| rules.secrets.conceal(error, &text))?;
    check_part(&document, rules)?;
    Ok(document)
}

/// Checks a document, or a part of a file, that is to become a layer; the error has its position.
pub(super) fn check_part(part: &Document, rules: &Rules) -> Result<(), Error> {
    check_root(part.value()).map_err(|error| {
        let Some((text, format)) = &part.text else { return error };
        let error = match part.root.is_empty() {
            true => format::with_format_hint(error, text, *format, &rules.limits),
            false => error.with_path(part.root.clone()),
        };
        let Some(position) = format::locate(text, *format, &part.root) else { return error };
        let origin = Origin::new(SourceKind::Text, "text").at(Some(position));
        rules.secrets.conceal(error.with_origin(origin).with_snippet(snippet::render(text, position)), text)
    })
}

fn check_root(value: &Value) -> Result<(), Error> {
    match value {
        Value::Table(_) => Ok(()),
        other => {
            Err(Error::new(ErrorCode::Parse, format!("a layer must be a table of keys, and is of the kind {}", other.kind())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "json")]
    #[test]
    fn documents_that_a_load_did_not_use_are_dropped() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["a.json", "b.json"] {
            std::fs::write(directory.path().join(name), "{}").unwrap();
        }
        let rules = Rules::default();
        let mut cache = FileCache::default();
        let mut load = |names: &[&str], succeeded: bool| {
            for name in names {
                let presence = crate::source::Presence::Required;
                let candidate =
                    FileCandidate { path: directory.path().join(name).into(), display_path: (*name).into(), presence };
                cache.read(&candidate, None, &rules, &mut DependencyTracker::default(), &mut ReadProgress::default()).unwrap();
            }
            cache.end_load(succeeded);
            cache.files.len()
        };
        assert_eq!(load(&["a.json", "b.json"], true), 2);
        assert_eq!(load(&["a.json"], false), 2);
        assert_eq!(load(&["b.json"], true), 1);
        assert_eq!(load(&["b.json"], true), 1);
        assert_eq!(load(&[], true), 0);
    }
}
