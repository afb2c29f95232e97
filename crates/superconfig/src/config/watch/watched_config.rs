//! One watched configuration: its plan of watches, and its reloads.

use super::backend::identity;
use super::command::{Command, Scheduled};
use super::schedule::{Attempt, Schedule};
use super::source_watches::CustomWatch;
use super::watch_plan::WatchPlan;
use super::watcher::{Watched, Watcher};
use crate::config::core::{Core, WatchHooks};
use crate::config::{Event, ReloadInputs, WatchMode, Watching};
use crate::diagnostic::sort_by;
use crate::load::{LoadRecord, WatchOptions};
use crate::source::{Dependencies, SourceReport, SourceSignal, SourceState};
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

/// In one go, so often a configuration is read again because there was more to watch than before.
const MAX_ROUNDS: usize = 16;

pub(super) struct WatchedConfig {
    id: u64,
    core: Weak<Core>,
    watcher: Arc<Watcher>,
    is_polled: bool,
    schedule: Mutex<Schedule>,
    /// The dependencies of the newest load, whatever its outcome: they only decide what to watch.
    latest: Mutex<Option<Arc<Dependencies>>>,
    /// Taken out while they are started or ended, as sources are foreign code.
    custom: Mutex<Vec<CustomWatch>>,
    is_removed: AtomicBool,
}

impl WatchedConfig {
    pub(super) fn new(core: &Arc<Core>, watcher: Arc<Watcher>, options: WatchOptions) -> Self {
        Self {
            id: core.id().get(),
            core: Arc::downgrade(core),
            watcher,
            is_polled: options.poll.is_some(),
            schedule: Mutex::new(Schedule::new(options)),
            latest: Mutex::default(),
            custom: Mutex::new(core.custom_sources.iter().map(CustomWatch::new).collect()),
            is_removed: AtomicBool::new(false),
        }
    }

    /// Begins to watch the first load's dependencies. No change after its return goes unnoticed.
    pub(super) fn begin(self: &Arc<Self>, core: &Core) {
        self.watcher.queue.send(Command::Add(self.id, self.clone()));
        *self.latest.lock() = core.known_dependencies();
        self.plan(core);
        self.watch_custom_sources(core);
        self.reschedule();
    }

    pub(super) fn end(&self) {
        self.watcher.remove(self.id, &self.is_removed);
        let custom = std::mem::take(&mut *self.custom.lock());
        drop(custom);
    }

    /// Watches the custom sources that are not watched yet.
    fn watch_custom_sources(self: &Arc<Self>, core: &Core) {
        let mut custom = std::mem::take(&mut *self.custom.lock());
        let config = Arc::downgrade(self);
        let changed: SourceSignal = Arc::new(move || {
            if let Some(config) = config.upgrade() {
                config.schedule.lock().request(Instant::now());
                config.reschedule();
            }
        });
        core.custom_sources.reload_with(changed.clone());
        let now = Instant::now();
        for watch in &mut custom {
            match watch.start(&changed, now) {
                // Changes before the watch began were not reported.
                Ok(is_late) if is_late => changed(),
                Ok(_) => {}
                Err(error) => {
                    let error = Some(format!("it cannot be watched: {error}"));
                    let report = SourceReport { error, ..SourceReport::new(SourceState::Stale) };
                    let news = core.health.lock().report(watch.index, report);
                    core.report_news(news.unwrap_or_default());
                }
            }
        }
        self.schedule.lock().retry_at(custom.iter().filter_map(CustomWatch::due).min());
        *self.custom.lock() = custom;
        // Whoever removed it meanwhile has found none to end.
        if self.is_removed.load(Ordering::Acquire) {
            let custom = std::mem::take(&mut *self.custom.lock());
            drop(custom);
        }
    }

    /// Lets the watcher's thread look anew at when something is due.
    fn reschedule(&self) {
        self.watcher.queue.send(Command::Reschedule(self.id));
    }

    /// Stores a load's dependencies; true when they differ from the ones before.
    fn observe(&self, record: &LoadRecord) -> bool {
        let Some(seen) = &record.dependencies else { return false };
        let mut latest = self.latest.lock();
        let is_other = latest.as_ref().is_none_or(|known| !known.iter().eq(seen.iter()));
        *latest = Some(seen.clone());
        is_other
    }

    /// Does what is due. Runs on a thread that may wait for the file system.
    fn process_due(self: &Arc<Self>, core: &Arc<Core>) {
        if self.schedule.lock().take_retry(Instant::now()) {
            self.watch_custom_sources(core);
        }
        for _ in 0..MAX_ROUNDS {
            if self.is_removed.load(Ordering::Acquire) {
                return;
            }
            if let Some(reading) = &core.in_progress {
                reading.begin(None);
            }
            self.poll(core);
            // Watching starts before reading, so that what is read is never older than what is heard.
            if self.schedule.lock().take_plan() {
                self.plan(core);
            }
            if !self.read(core) || !self.schedule.lock().needs_plan() {
                break;
            }
        }
        if let Some(reading) = &core.in_progress {
            reading.end();
        }
    }

    /// Checks for changes, where the operating system reports none.
    fn poll(&self, core: &Core) {
        let is_due = self.schedule.lock().take_poll(Instant::now());
        if is_due && is_outdated(core) {
            self.schedule.lock().found(Instant::now());
        }
    }

    /// Plans the watches and sets them up. Where a directory was not watched before, everything is checked once more:
    /// changes before the watch began were not reported.
    fn plan(&self, core: &Core) {
        let Some(latest) = self.latest.lock().clone() else { return };
        let WatchPlan { set, needs } = WatchPlan::new(latest.iter(), &latest.base);
        let overflow = self.schedule.lock().overflow(Instant::now()).map(str::to_owned);
        let watched = if self.is_polled || overflow.is_some() {
            Watched::default()
        } else {
            let identities = set.directories.keys().map(|directory| (directory.clone(), identity(directory))).collect();
            self.watcher.watch(self.id, &self.is_removed, set, identities)
        };
        let why = |directories: &[PathBuf]| match (self.is_polled, &overflow) {
            (true, _) => Some("the option `poll`".to_owned()),
            (_, Some(reason)) => Some(reason.clone()),
            _ => directories.iter().find_map(|directory| watched.refused.get(directory).cloned()),
        };
        let watching = needs.into_iter().map(|(path, directories)| {
            let reason = why(&directories);
            let mode = if reason.is_some() { WatchMode::Polling } else { WatchMode::Native };
            Watching { path, mode, reason }
        });
        let mut watching: Vec<Watching> = watching.collect();
        // A directory that several patterns share is reported once.
        sort_by(&mut watching, |one, other| one.path.cmp(&other.path));
        watching.dedup();
        let is_polled = watching.iter().any(|one| one.mode == WatchMode::Polling);
        core.health.lock().watching = watching;
        let now = Instant::now();
        let mut schedule = self.schedule.lock();
        schedule.set_polled(is_polled, now);
        if watched.is_new {
            schedule.touch_now(now);
        }
    }

    /// Reads everything again where that is due. True when it was read, so that where to watch may be another question.
    fn read(&self, core: &Arc<Core>) -> bool {
        let Some(attempt) = self.schedule.lock().begin(Instant::now()) else { return false };
        let latest = self.latest.lock().clone();
        let recent = latest.and_then(|latest| latest.recently_changed(attempt.quiet));
        if let Some(wait) = recent.filter(|_| !attempt.is_final) {
            self.schedule.lock().put_back(&attempt, wait, Instant::now());
            return false;
        }
        if !attempt.is_owed && !is_outdated(core) {
            self.schedule.lock().conclude();
            return false;
        }
        if core.options.is_host_reloaded() {
            self.schedule.lock().hand_over(&attempt);
            core.notify([Event::ReloadRequested]);
            return true;
        }
        let (loaded, record) = core.read_next(ReloadInputs { background: true, ..ReloadInputs::default() });
        let needs_plan = self.observe(&record);
        {
            let mut schedule = self.schedule.lock();
            if needs_plan {
                schedule.request_plan();
            }
            if throw_away(&mut schedule, &attempt, &record) {
                return true;
            }
            schedule.conclude();
        }
        // Errors are reported where they are found.
        match loaded {
            Ok(loaded) => core.publish_checked(loaded, record),
            Err(error) => drop(core.failed(error, &record, true)),
        }
        true
    }
}

/// Throws a load away, if what it has read may not belong together.
fn throw_away(schedule: &mut Schedule, attempt: &Attempt, record: &LoadRecord) -> bool {
    let Some(seen) = &record.dependencies else { return false };
    if let Some(until) = seen.half_written_until {
        schedule.half_written(until);
    }
    let unsettled = seen.unsettled(attempt.quiet).filter(|_| !attempt.is_final);
    if let Some(wait) = unsettled {
        schedule.throw_away(attempt, wait, Instant::now());
    }
    unsettled.is_some() || seen.half_written_until.is_some()
}

/// Whether a load now could find something else than is known. Costs a `stat` for each file and directory.
fn is_outdated(core: &Core) -> bool {
    core.known_dependencies().is_none_or(|dependencies| dependencies.is_stale())
}

impl Scheduled for WatchedConfig {
    fn schedule(&self) -> &Mutex<Schedule> {
        &self.schedule
    }

    fn start_due_work(self: Arc<Self>) -> bool {
        let Some(core) = self.core.upgrade() else { return false };
        let work = DueWork(self);
        core.jobs().clone().run(Box::new(move || work.0.process_due(&core)));
        true
    }
}

/// The work that is due for a configuration; when it is dropped, something else may be due.
struct DueWork(Arc<WatchedConfig>);

impl Drop for DueWork {
    fn drop(&mut self) {
        self.0.schedule.lock().end_work();
        self.0.reschedule();
    }
}

impl WatchHooks for WatchedConfig {
    fn loaded(&self, record: &LoadRecord, background: bool) -> bool {
        let needs_plan = self.observe(record);
        let mut schedule = self.schedule.lock();
        if needs_plan {
            schedule.request_plan();
        }
        // Whoever calls for a load gets what is there.
        let thrown_away = background && {
            let attempt = schedule.handed_over(Instant::now());
            throw_away(&mut schedule, &attempt, record)
        };
        if background && !thrown_away {
            schedule.conclude();
        }
        drop(schedule);
        if needs_plan || thrown_away {
            self.reschedule();
        }
        thrown_away
    }

    fn thrown_away(&self) {
        self.schedule.lock().dropped(Instant::now());
        self.reschedule();
    }

    fn is_requested(&self) -> bool {
        self.schedule.lock().is_handed_over()
    }

    fn closed(&self) {
        self.end();
    }
}
