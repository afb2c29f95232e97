//! A cache of parsed files, reused while they are unchanged.

use super::file_counters::FILES;
use super::rules::Rules;
use crate::diagnostic::{Error, ErrorCode, Origin, SourceKind, span};
use crate::format;
use crate::format::Format;
use crate::merge::Document;
use crate::redaction::snippet;
use crate::source::read_file::{self, OpenedFile};
use crate::source::{DependencyTracker, FileCandidate, Fingerprint, Ownership};
use crate::value::Value;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::hash::BuildHasher;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// The most bytes of all files together of which no values are kept: mostly nobody asks for them once they are merged, and parsing
/// them again takes microseconds.
const SMALL: usize = 4 << 10;

/// Reads and parses files, and reuses a document of the last load when its file cannot have changed since.
#[derive(Default)]
pub(crate) struct FileCache {
    /// By the path's text: hashing and comparing paths by their components takes longer than looking a file up. Boxed, as a table
    /// has room for more than it holds.
    files: HashTable<Box<CachedFile>>,
    hasher: RandomState,
    /// The number of the load that is running.
    load: u64,
    /// The bytes of its files of which no values are kept.
    bare: usize,
    /// What its files are read into.
    buffer: Vec<u8>,
    /// The time that the running load has spent parsing.
    parse_time: Duration,
}

pub(super) struct CachedFile {
    path: Arc<Path>,
    fingerprint: Fingerprint,
    /// Covered by the fingerprint: a change of either changes the time of the last status change.
    ownership: Ownership,
    /// The fingerprint changes with any write after the file was read.
    is_settled: bool,
    format: Option<Format>,
    document: Arc<Document>,
    /// The last load that used it.
    load: u64,
}

impl FileCache {
    /// Ends a load: drops the documents that it did not use, unless it failed and may have missed some, and the read buffer.
    pub(super) fn end_load(&mut self, succeeded: bool) {
        if succeeded {
            self.files.retain(|file| file.load == self.load);
        }
        self.load += 1;
        self.bare = 0;
        self.parse_time = Duration::ZERO;
        self.buffer = Vec::new();
    }

    /// The time spent parsing since the last call.
    pub(super) fn take_parse_time(&mut self) -> Duration {
        std::mem::take(&mut self.parse_time)
    }

    /// Adds what began then to the time spent parsing.
    pub(super) fn add_parse_time(&mut self, began: Instant) {
        self.parse_time = self.parse_time.saturating_add(began.elapsed());
    }

    /// A file's document, and its ownership.
    pub(super) fn read(
        &mut self,
        candidate: &FileCandidate,
        format: Option<Format>,
        rules: &Rules,
        dependencies: &mut DependencyTracker,
    ) -> Result<(Arc<Document>, Ownership), Error> {
        let FileCandidate { path, display_path, .. } = candidate;
        dependencies.file(path);
        let hash = self.hasher.hash_one(path.as_os_str());
        if let Some(cached) = self.files.find_mut(hash, |file| file.path.as_os_str() == path.as_os_str())
            && cached.format == format
            && cached.is_settled
            && Fingerprint::now(path) == Some(cached.fingerprint)
        {
            dependencies.read(path, cached.fingerprint);
            cached.load = self.load;
            self.bare += cached.document.bare_bytes();
            FILES.hit();
            return Ok((cached.document.clone(), cached.ownership));
        }
        let read = SystemTime::now();
        let opened = match read_file::read(path, display_path, rules.limits.document_bytes, &mut self.buffer) {
            Ok(opened) => opened,
            Err(error) => {
                dependencies.failed(path, &error);
                if let Ok(cached) = self.files.find_entry(hash, |file| file.path.as_os_str() == path.as_os_str()) {
                    cached.remove();
                }
                return Err(error);
            }
        };
        FILES.read(self.buffer.len());
        dependencies.read(path, opened.fingerprint);
        if dependencies.is_half_written(path, self.buffer.len(), opened.fingerprint) {
            return Err(read_file::half_written(display_path));
        }
        let text = format::decode(&self.buffer)?;
        let cached =
            self.files.find(hash, |file| file.path.as_os_str() == path.as_os_str()).filter(|cached| cached.format == format);
        let same = cached.filter(|cached| cached.document.text.as_ref().is_some_and(|(own, _)| **own == *text));
        let document = match same {
            Some(cached) => cached.document.clone(),
            None => {
                let chosen = format.or_else(|| Format::from_file_name(display_path));
                let began = Instant::now();
                let parsed = parse_layer(text.into(), chosen, Some(display_path.as_str().into()), rules);
                self.add_parse_time(began);
                let mut document = parsed?;
                if self.bare + document.text_bytes() <= SMALL {
                    document.merge_once();
                }
                Arc::new(document)
            }
        };
        self.bare += document.bare_bytes();
        let ownership = opened.ownership;
        self.put(hash, CachedFile::new(path, opened, read, format, document.clone()));
        Ok((document, ownership))
    }

    /// Adds a file of the running load.
    #[cfg(feature = "parallel")]
    pub(super) fn keep(&mut self, file: CachedFile) {
        self.put(self.hasher.hash_one(file.path.as_os_str()), file);
    }

    fn put(&mut self, hash: u64, mut file: CachedFile) {
        file.load = self.load;
        match self.files.entry(
            hash,
            |other| other.path.as_os_str() == file.path.as_os_str(),
            |other| self.hasher.hash_one(other.path.as_os_str()),
        ) {
            Entry::Occupied(mut known) => **known.get_mut() = file,
            Entry::Vacant(free) => drop(free.insert(Box::new(file))),
        }
    }
}

#[cfg(feature = "parallel")]
impl FileCache {
    pub(super) fn holds(&self, path: &Path) -> bool {
        self.files.find(self.hasher.hash_one(path.as_os_str()), |file| file.path.as_os_str() == path.as_os_str()).is_some()
    }
}

impl CachedFile {
    fn new(path: &Arc<Path>, opened: OpenedFile, read: SystemTime, format: Option<Format>, document: Arc<Document>) -> Self {
        let OpenedFile { fingerprint, ownership } = opened;
        let is_settled = fingerprint.is_settled(read);
        Self { path: path.clone(), fingerprint, ownership, is_settled, format, document, load: 0 }
    }

    #[cfg(feature = "parallel")]
    /// Reads a file ahead of its source's turn.
    pub(super) fn read(
        candidate: &FileCandidate,
        format: Option<Format>,
        rules: &Rules,
        buffer: &mut Vec<u8>,
    ) -> Result<Self, Error> {
        let FileCandidate { path, display_path, .. } = candidate;
        let read = SystemTime::now();
        let opened = read_file::read(path, display_path, rules.limits.document_bytes, buffer)?;
        FILES.read(buffer.len());
        let chosen = format.or_else(|| Format::from_file_name(display_path));
        let document = parse_layer(format::decode(buffer)?.into(), chosen, Some(display_path.as_str().into()), rules)?;
        Ok(Self::new(path, opened, read, format, Arc::new(document)))
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

    #[test]
    fn the_read_buffer_is_dropped() {
        let mut cache = FileCache { buffer: Vec::with_capacity(1_000), ..FileCache::default() };
        cache.end_load(true);
        assert_eq!(cache.buffer.capacity(), 0);
    }

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
                    FileCandidate { path: directory.path().join(name).into(), display_path: (*name).to_owned(), presence };
                cache.read(&candidate, None, &rules, &mut DependencyTracker::default()).unwrap();
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
