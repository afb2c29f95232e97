//! The watches that custom sources set up themselves.

use crate::load::CustomSource;
use crate::source::{SourceError, SourceSignal, SourceWatch, panicked};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// After so long a source that could not be watched is tried again, and each time after twice as long, up to [`LONGEST_DELAY`].
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// The watch of one source.
pub(super) struct CustomWatch {
    /// The source's index among all sources.
    pub(super) index: usize,
    custom: CustomSource,
    watch: Option<SourceWatch>,
    /// The time of the next try; `None` once it is watched or cannot be.
    due: Option<Instant>,
    delay: Duration,
}

impl CustomWatch {
    pub(super) fn new(source: &CustomSource) -> Self {
        Self { index: source.index, custom: source.clone(), watch: None, due: Some(Instant::now()), delay: FIRST_DELAY }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Tries to watch, if that is due; true where it is watched later than it should have been. It runs foreign code, so the
    /// caller holds no lock that this could need.
    ///
    /// # Errors
    /// Why it cannot be watched.
    pub(super) fn start(&mut self, changed: &SourceSignal, now: Instant) -> Result<bool, SourceError> {
        if self.due.is_none_or(|due| due > now) {
            return Ok(false);
        }
        let (custom, request) = (self.custom.clone(), changed.clone());
        let changed: SourceSignal = Arc::new(move || {
            custom.note_change();
            request();
        });
        let started = catch_unwind(AssertUnwindSafe(|| self.custom.source.watch(changed)));
        match started.unwrap_or_else(|panic| Err(format!("it panicked: {}", panicked(&*panic)).into())) {
            Ok(watch) => {
                self.watch = watch;
                self.due = None;
                Ok(self.delay > FIRST_DELAY)
            }
            Err(error) => {
                self.due = Some(now + self.delay);
                self.delay = (2 * self.delay).min(LONGEST_DELAY);
                Err(error)
            }
        }
    }
}

impl Drop for CustomWatch {
    fn drop(&mut self) {
        // Foreign code, which must not keep the other watches from ending.
        let watch = self.watch.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(watch)));
    }
}
