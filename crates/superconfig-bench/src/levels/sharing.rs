//! Level 3: options, metrics, shared files and a pinned version.

use super::{Least, LeastVersion, Level};
use crate::OPTIONS;
use crate::counters::{count_file, count_load};
use crate::entry::Entry;
use crate::file::File;
use crate::kept::Kept;
use crate::shared_files::shared;
use std::sync::Arc;
use std::time::Instant;
use superconfig::{Error, SuperConfig, Value};
use superconfig_binding::options::LoadRequest;

/// Collects what is kept.
pub(crate) struct Sharing {
    least: Least,
    options: LoadRequest,
}

/// What is kept.
pub(crate) struct SharingVersion {
    pub(crate) kept: LeastVersion,
    /// With the environment.
    #[expect(dead_code, reason = "a reload would read them")]
    options: LoadRequest,
}

/// The reference of one thread, and the version that it reads.
pub(crate) struct SharingAttachment {
    #[expect(dead_code, reason = "it leaves the registry with this")]
    entry: Entry<SharingVersion>,
    pub(crate) pinned: Arc<SharingVersion>,
}

impl Sharing {
    /// Adds a file that was parsed.
    pub(super) fn add(&mut self, file: &File<'_>) -> Arc<crate::source::Source> {
        count_file(file.text.len());
        let source = shared(self.least.source(file));
        self.least.add(source.clone());
        source
    }

    /// Parses a file.
    pub(super) fn parse(&mut self, file: &File<'_>) -> Result<Value, Error> {
        self.least.parse(file)
    }

    /// What is kept, and when publishing it began.
    pub(super) fn version(self, value: Value) -> (SharingVersion, Instant) {
        let (kept, publishing) = self.least.version(value);
        (SharingVersion { kept, options: self.options }, publishing)
    }
}

/// Counts a load that was published; gives the durations of its stages.
pub(super) fn published(mut stages: [u64; 5], publishing: Instant) -> [u64; 5] {
    stages[4] = publishing.elapsed().as_nanos() as u64;
    count_load(stages);
    stages
}

impl Level for Sharing {
    fn begin(request: &str) -> Result<Self, Error> {
        let least = Least::begin(request)?;
        Ok(Self { least, options: LoadRequest::read(request, None, SuperConfig::builder().node_profile(), OPTIONS)? })
    }

    fn before_file(&mut self) {
        self.least.before_file();
    }

    fn file(&mut self, file: &File<'_>) -> Result<Value, Error> {
        let value = self.parse(file)?;
        self.add(file);
        Ok(value)
    }

    fn after_files(&mut self) {
        self.least.after_files();
    }

    fn variable(&mut self, name: &str, text: &str) {
        self.least.variable(name, text);
    }

    fn keep(self, value: Value) -> Result<(Kept, [f64; 3]), Error> {
        let (version, publishing) = self.version(value);
        let entry = Entry::new(Arc::new(version))?;
        let pinned = Arc::clone(&*entry.version()?);
        published(pinned.kept.stages, publishing);
        let numbers = entry.numbers();
        Ok((Kept::Sharing(SharingAttachment { entry, pinned }), numbers))
    }
}
