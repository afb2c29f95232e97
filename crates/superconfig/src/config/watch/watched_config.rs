//! One watched configuration: what is known of changes to it, and when to read it again.

use super::pending_change::PendingChange;
use crate::config::{Core, Event, ReloadInputs, SuperConfig, Watching};
use crate::load::WatchOptions;
use crate::source::Dependencies;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How often to look where the operating system cannot be asked to tell.
const FALLBACK_POLL: Duration = Duration::from_secs(1);

/// So many times a load that was due is read again because its files keep changing while they are read.
const MAX_TRIES: u32 = 10;

pub(super) struct WatchedConfig {
    pub(super) id: u64,
    core: Weak<Core>,
    options: WatchOptions,
    /// Changes that have not been read.
    pending: Option<PendingRead>,
    /// So many times in a row the host has read what may not belong together.
    host_tries: u32,
    /// When to read again without being told.
    recheck: Option<Instant>,
    /// When to look whether there is something to read.
    next_poll: Option<Instant>,
    /// Why changes may have been missed, and until when therefore not to trust the system.
    overflow: Option<(String, Instant)>,
    /// Where to watch has to be worked out again.
    pub(super) replan: bool,
    /// The last load, which tells where to watch.
    dependencies: Option<Dependencies>,
}

#[derive(Clone, Copy)]
struct PendingRead {
    first: Instant,
    last: Instant,
    /// Nothing is read before, whatever the pause.
    not_before: Instant,
    tries: u32,
}

/// What came of reading.
enum ReadOutcome {
    /// It is published, or has failed and that is told.
    Done,
    /// What was read may not belong together; to be read again after a while.
    Unsettled(Duration),
    /// A file was empty: whoever writes it is heard, or it is read as empty when that is due.
    HalfWritten,
}

impl WatchedConfig {
    pub(super) fn new(core: &Arc<Core>, options: WatchOptions) -> Self {
        Self {
            id: SuperConfig(core.clone()).id().get(),
            core: Arc::downgrade(core),
            options,
            pending: None,
            host_tries: 0,
            recheck: None,
            next_poll: None,
            overflow: None,
            replan: true,
            dependencies: None,
        }
    }

    pub(super) fn config(&self) -> Option<SuperConfig> {
        self.core.upgrade().map(SuperConfig)
    }

    pub(super) fn is_polled(&self) -> bool {
        self.options.poll.is_some()
    }

    pub(super) fn dependencies(&self) -> Option<&Dependencies> {
        self.dependencies.as_ref()
    }

    /// Takes over where the last load looked, whoever made it.
    pub(super) fn refresh_dependencies(&mut self, config: &SuperConfig) {
        let recorded = config.0.loader.lock().dependencies.borrow().recorded().cloned();
        self.set_dependencies(recorded);
    }

    fn set_dependencies(&mut self, recorded: Option<Dependencies>) {
        let Some(recorded) = recorded else { return };
        self.replan |= self.dependencies.as_ref().is_none_or(|known| !known.iter().eq(recorded.iter()));
        self.recheck = recorded.half_written_until;
        self.dependencies = Some(recorded);
    }

    /// Reads as soon as possible.
    pub(super) fn schedule_now(&mut self) {
        let now = Instant::now();
        let last = now.checked_sub(self.options.debounce).unwrap_or(now);
        let pending = self.pending.get_or_insert(PendingRead { first: now, last, not_before: now, tries: 0 });
        pending.not_before = pending.not_before.min(now);
    }

    /// Changes may have been missed: reads everything, and looks by itself for a while.
    pub(super) fn mark_overflow(&mut self, reason: &str) {
        self.overflow = Some((reason.to_owned(), Instant::now() + FALLBACK_POLL));
        self.replan = true;
        self.schedule_now();
    }

    pub(super) fn overflow(&self) -> Option<&str> {
        self.overflow.as_ref().filter(|(_, until)| *until > Instant::now()).map(|(reason, _)| reason.as_str())
    }

    pub(super) fn schedule(&mut self, change: PendingChange) {
        let pending = self.pending.get_or_insert(PendingRead {
            first: change.first,
            last: change.last,
            not_before: change.first,
            tries: 0,
        });
        pending.last = pending.last.max(change.last);
        self.replan |= change.structural;
    }

    /// The host has read; it has to read again after a while where its files were being changed meanwhile.
    pub(super) fn host_done(&mut self, again: Option<Duration>) {
        self.host_tries = if again.is_some() { self.host_tries + 1 } else { 0 };
        if let Some(wait) = again {
            let now = Instant::now();
            self.pending = Some(PendingRead { first: now, last: now, not_before: now + wait, tries: self.host_tries });
        }
    }

    /// When there is something to do.
    pub(super) fn due(&self) -> Option<Instant> {
        let read = self.pending.map(|pending| {
            let elapsed = pending.last.saturating_duration_since(pending.first);
            let paused = pending.last + self.quiet(elapsed);
            paused.min(pending.first + self.options.max_wait).max(pending.not_before)
        });
        [read, self.recheck, self.next_poll].into_iter().flatten().min()
    }

    /// The pause to wait for when changes have been going on for this long.
    fn quiet(&self, elapsed: Duration) -> Duration {
        let WatchOptions { debounce, max_wait, .. } = self.options;
        let half = max_wait / 2;
        if elapsed <= half || half.is_zero() {
            return debounce;
        }
        let left = max_wait.saturating_sub(elapsed);
        debounce.mul_f64(left.as_secs_f64() / half.as_secs_f64())
    }

    /// Looks whether anything changed, where nobody tells.
    pub(super) fn poll(&mut self, now: Instant) {
        if self.next_poll.is_none_or(|at| at > now) {
            return;
        }
        self.schedule_poll(now);
        // Also the way to places may have changed, and the system may have watches again.
        self.replan = true;
        if self.pending.is_none() && self.dependencies.as_ref().is_none_or(Dependencies::is_stale) {
            self.pending = Some(PendingRead { first: now, last: now, not_before: now, tries: 0 });
        }
    }

    fn schedule_poll(&mut self, now: Instant) {
        self.next_poll = Some(now + self.options.poll.unwrap_or(FALLBACK_POLL));
    }

    /// Tells how places are watched from now on.
    pub(super) fn set_watching(&mut self, config: &SuperConfig, watching: Vec<Watching>, polled: bool) {
        config.0.health.lock().watching = watching;
        match (polled, self.next_poll) {
            (true, None) => self.schedule_poll(Instant::now()),
            (false, Some(_)) => self.next_poll = None,
            _ => {}
        }
    }

    /// Reads everything again where that is due. True when it was read, so that where to watch may be another question.
    pub(super) fn read(&mut self, config: &SuperConfig, now: Instant) -> bool {
        if self.recheck.is_some_and(|at| at <= now) {
            self.schedule_now();
        }
        if self.due().is_none_or(|due| due > now) {
            return false;
        }
        let Some(pending) = self.pending.take() else { return false };
        self.recheck = None;
        let elapsed = now.saturating_duration_since(pending.first);
        let forced = pending.tries >= MAX_TRIES;
        let late = elapsed >= self.options.max_wait;
        let quiet = if late { Duration::ZERO } else { self.quiet(elapsed) };
        if let ReadOutcome::Unsettled(wait) = self.attempt(config, quiet, forced) {
            // What comes in meanwhile adds to it.
            let not_before = Instant::now() + wait;
            let tries = pending.tries + u32::from(late);
            self.pending = Some(PendingRead { not_before, tries, ..pending });
        }
        true
    }

    fn attempt(&mut self, config: &SuperConfig, quiet: Duration, forced: bool) -> ReadOutcome {
        if config.0.options.is_host_reloaded() {
            return self.request_reload(config, quiet, forced);
        }
        let inputs = ReloadInputs { background: true, ..ReloadInputs::default() };
        let (loaded, recorded) = config.read_next(inputs, |loader| loader.dependencies.borrow().recorded().cloned());
        let unsettled = recorded.as_ref().and_then(|recorded| recorded.unsettled(quiet)).filter(|_| !forced);
        let half_written = recorded.as_ref().is_some_and(|recorded| recorded.half_written_until.is_some());
        self.set_dependencies(recorded);
        if let Some(wait) = unsettled {
            return ReadOutcome::Unsettled(wait);
        }
        if half_written {
            return ReadOutcome::HalfWritten;
        }
        // Errors are told by those who find them.
        match loaded {
            Ok(loaded) => drop(config.checked_reload(loaded)),
            Err(error) => drop(config.failed(error, true)),
        }
        ReadOutcome::Done
    }

    fn request_reload(&mut self, config: &SuperConfig, quiet: Duration, forced: bool) -> ReadOutcome {
        if let Some(dependencies) = &self.dependencies {
            if let Some(wait) = dependencies.recently_changed(quiet).filter(|_| !forced) {
                return ReadOutcome::Unsettled(wait);
            }
            if !dependencies.is_stale() && dependencies.half_written_until.is_none() {
                return ReadOutcome::Done;
            }
        }
        *config.0.quiet.lock() = Some(if forced { Duration::ZERO } else { quiet });
        config.0.events.add(Event::ReloadRequested);
        config.0.events.dispatch();
        ReadOutcome::Done
    }
}
