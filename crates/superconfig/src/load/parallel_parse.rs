//! Parallel parsing of large files, ahead of the loader that reads them in order.

use super::cached_file::CachedFile;
use super::file_cache::{FileCache, ReadProgress, parse_layer};
use super::file_counters::FILES;
use super::loader::Loader;
use super::rules::Rules;
use crate::diagnostic::{Error, thread_builder};
use crate::format;
use crate::format::Format;
use crate::source::read_file;
use crate::source::{BaseDirs, FileCandidate, GlobPattern, GlobWalk, Presence, SourceSpec, files};
use crate::value::ExpansionBudget;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Instant, SystemTime};

/// A smaller file is parsed before a thread has started.
const LARGE: u64 = 32 << 10;

impl Loader {
    /// Fills the cache with the large files among the sources, where several are not in it yet. A file that fails here fails
    /// again when it is read, with its error in order; a cached one is checked then as ever.
    ///
    /// Costs one `stat` for each file that is new.
    pub(super) fn prefetch(&mut self, base_dirs: &BaseDirs, profiles: &[String], progress: &mut ReadProgress) {
        let mut wanted = Vec::new();
        for entry in &self.options.sources {
            match &entry.spec {
                SourceSpec::File { path, options } => {
                    wanted.extend(files::expand_profiles(path, profiles).into_iter().map(|display_path| {
                        (
                            FileCandidate {
                                path: base_dirs.resolve(&display_path).into(),
                                display_path,
                                presence: Presence::Optional,
                            },
                            options.format,
                        )
                    }));
                }
                SourceSpec::Glob { pattern, options } => {
                    let budget = ExpansionBudget::new(&self.rules.limits);
                    let mut walk = GlobWalk { pattern, base_dirs, budget: &budget, visit: &mut |_| {} };
                    let found = GlobPattern::parse(pattern).and_then(|parsed| walk.find(&parsed, profiles));
                    let files = found.into_iter().flat_map(|found| found.files).flatten();
                    wanted.extend(files.map(|path| {
                        let display_path = base_dirs.display_path(&path).into();
                        (FileCandidate { path: path.into(), display_path, presence: Presence::Optional }, options.format)
                    }));
                }
                _ => {}
            }
        }
        if wanted.len() > 1 {
            self.cache.prefetch(&wanted, &self.rules, progress);
        }
    }
}

impl FileCache {
    fn prefetch(&mut self, wanted: &[(FileCandidate, Option<Format>)], rules: &Rules, progress: &mut ReadProgress) {
        let is_large = |path: &Path| path.metadata().is_ok_and(|found| found.is_file() && found.len() >= LARGE);
        let new = wanted.iter().filter(|(candidate, _)| !self.holds(&candidate.path));
        let large: Vec<_> = new.filter(|(candidate, _)| is_large(&candidate.path)).collect();
        if large.len() < 2 {
            return;
        }
        // A query costs several system calls, so only now.
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(large.len());
        if threads < 2 {
            return;
        }
        let began = Instant::now();
        let next = AtomicUsize::new(0);
        let parsed = Mutex::new(Vec::with_capacity(large.len()));
        let work = || {
            let mut buffer = Vec::new();
            while let Some((candidate, format)) = large.get(next.fetch_add(1, Ordering::Relaxed)) {
                let file = catch_unwind(AssertUnwindSafe(|| read_ahead(candidate, *format, rules, &mut buffer)));
                if let (Ok(Ok(file)), Ok(mut parsed)) = (file, parsed.lock()) {
                    parsed.push(file);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                // Where no thread can be had, this one does it all.
                let _ = thread_builder("superconfig-parse").spawn_scoped(scope, work);
            }
            work();
        });
        for file in parsed.into_inner().unwrap_or_default() {
            self.keep(file);
        }
        progress.add_parse_time(began);
    }
}

/// Reads a file ahead of its source's turn.
fn read_ahead(
    candidate: &FileCandidate,
    format: Option<Format>,
    rules: &Rules,
    buffer: &mut Vec<u8>,
) -> Result<CachedFile, Error> {
    let FileCandidate { path, display_path, .. } = candidate;
    let read = SystemTime::now();
    let opened = read_file::read(path, display_path, rules.limits.document_bytes, buffer)?;
    FILES.read(buffer.len());
    let chosen = format.or_else(|| Format::from_file_name(display_path));
    let document = parse_layer(format::decode(buffer)?.into(), chosen, Some(display_path.clone()), rules)?;
    Ok(CachedFile::new(path, opened, read, format, Arc::new(document)))
}
