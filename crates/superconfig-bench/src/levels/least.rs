//! Level 2: what reloads and `explain` need.

use super::{Level, Nothing};
use crate::entry::Entry;
use crate::file::File;
use crate::kept::Kept;
use crate::source::Source;
use crate::walk::has_edits;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use superconfig::{Error, ErrorCode, Value};

/// Collects what is kept.
pub(crate) struct Least {
    began: Instant,
    parse_time: Duration,
    /// When the files were read, and their merging began.
    merging: Instant,
    /// When the file that is read was begun.
    read: SystemTime,
    sources: Vec<Arc<Source>>,
    profile: Option<Arc<str>>,
}

/// What is kept.
pub(crate) struct LeastVersion {
    pub(crate) value: Value,
    #[expect(dead_code, reason = "`explain` would read them")]
    sources: Box<[Arc<Source>]>,
    #[expect(dead_code, reason = "a reload would read it")]
    profile: Option<Arc<str>>,
    /// The durations of reading, parsing, merging, validating and publishing in nanoseconds; publishing has not ended.
    pub(crate) stages: [u64; 5],
}

impl Least {
    /// Parses a file, and measures that.
    pub(super) fn parse(&mut self, file: &File<'_>) -> Result<Value, Error> {
        let began = Instant::now();
        let value = Nothing.file(file);
        self.parse_time += began.elapsed();
        let value = value?;
        if has_edits(&value) {
            return Err(Error::new(ErrorCode::Option, "a floor engine edits nothing"));
        }
        Ok(value)
    }

    /// The file that was parsed, as it is kept.
    pub(super) fn source(&self, file: &File<'_>) -> Source {
        Source::new(file, self.read)
    }

    /// Adds a file that was parsed.
    pub(super) fn add(&mut self, source: Arc<Source>) {
        self.sources.push(source);
    }

    /// What is kept, and when publishing it began.
    pub(super) fn version(self, value: Value) -> (LeastVersion, Instant) {
        let Self { began, parse_time, merging, sources, profile, .. } = self;
        let publishing = Instant::now();
        let read = merging.duration_since(began).saturating_sub(parse_time);
        let stages = [read, parse_time, publishing.duration_since(merging), Duration::ZERO, Duration::ZERO];
        let stages = stages.map(|stage| stage.as_nanos() as u64);
        (LeastVersion { value, sources: sources.into(), profile, stages }, publishing)
    }
}

impl Level for Least {
    fn begin(_request: &str) -> Result<Self, Error> {
        let began = Instant::now();
        let (parse_time, read) = (Duration::ZERO, SystemTime::UNIX_EPOCH);
        Ok(Self { began, parse_time, merging: began, read, sources: Vec::with_capacity(2), profile: None })
    }

    fn before_file(&mut self) {
        self.read = SystemTime::now();
    }

    fn file(&mut self, file: &File<'_>) -> Result<Value, Error> {
        let value = self.parse(file)?;
        self.add(Arc::new(self.source(file)));
        Ok(value)
    }

    fn after_files(&mut self) {
        self.merging = Instant::now();
    }

    fn variable(&mut self, name: &str, text: &str) {
        if name == "SUPERCONFIG_PROFILE" || name == "NODE_ENV" && self.profile.is_none() {
            self.profile = Some(text.into());
        }
    }

    fn keep(self, value: Value) -> Result<(Kept, [f64; 3]), Error> {
        let (version, _) = self.version(value);
        let entry = Entry::new(Arc::new(version))?;
        let numbers = entry.numbers();
        Ok((Kept::Least(entry), numbers))
    }
}
