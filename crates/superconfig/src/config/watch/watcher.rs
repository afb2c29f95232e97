//! The one thread that watches, for all configurations of the process.

use super::backend::Backend;
use super::command::Command;
use super::watch_plan::plan_watches;
use super::watched_config::WatchedConfig;
use super::work_queue::{Batch, WorkQueue};
use crate::config::{SuperConfig, WatchMode, Watching};
use crate::diagnostic::{Error, ErrorCode};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{JoinHandle, ThreadId};
use std::time::{Duration, Instant};

/// How long to wait for the watcher's thread: it may be in a listener that waits for whoever waits here.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// In one go, so often a configuration is read again because there was more to watch than before.
const MAX_ROUNDS: usize = 16;

static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

struct Running {
    queue: Arc<WorkQueue>,
    thread: JoinHandle<()>,
    /// Ends with the thread.
    ended: Receiver<()>,
    /// The configurations that it watches.
    configs: HashSet<u64>,
}

impl Running {
    fn start() -> Result<Self, Error> {
        let queue = Arc::new(WorkQueue::default());
        let (alive, ended) = channel();
        let own = queue.clone();
        // The name is cut after 15 bytes where people see it.
        let thread = std::thread::Builder::new().name("config-watcher".into()).spawn(move || {
            let _alive: Sender<()> = alive;
            Watcher::new(own).run();
        });
        let thread = thread.map_err(|error| {
            Error::new(ErrorCode::Watch, "watching cannot start: the system gives no thread for it").with_cause(error)
        })?;
        Ok(Self { queue, thread, ended, configs: HashSet::new() })
    }

    fn is_this(thread: ThreadId) -> bool {
        std::thread::current().id() == thread
    }
}

/// Adds a configuration; it is watched when this returns.
pub(super) fn add(watched: WatchedConfig) -> Result<(), Error> {
    let (done, done_receiver) = channel();
    let mut running = RUNNING.lock();
    let watcher = match &mut *running {
        Some(watcher) => watcher,
        none => none.insert(Running::start()?),
    };
    watcher.configs.insert(watched.id);
    watcher.queue.command(Command::Add(Box::new(watched), done));
    let thread = watcher.thread.thread().id();
    drop(running);
    if !Running::is_this(thread) {
        let _ = done_receiver.recv_timeout(STOP_TIMEOUT);
    }
    Ok(())
}

/// Removes a configuration; with the last one the thread ends.
pub(super) fn remove(id: u64) {
    let (done, done_receiver) = channel();
    let mut running = RUNNING.lock();
    let Some(watcher) = &mut *running else { return };
    if !watcher.configs.remove(&id) {
        return;
    }
    watcher.queue.command(Command::Remove(id, done));
    let here = Running::is_this(watcher.thread.thread().id());
    if !watcher.configs.is_empty() {
        drop(running);
        if !here {
            let _ = done_receiver.recv_timeout(STOP_TIMEOUT);
        }
        return;
    }
    watcher.queue.command(Command::Stop);
    let last = running.take();
    drop(running);
    if let Some(Running { thread, ended, .. }) = last.filter(|_| !here) {
        // What cannot be waited for ends by itself when it is done.
        if ended.recv_timeout(STOP_TIMEOUT) == Err(std::sync::mpsc::RecvTimeoutError::Disconnected) {
            let _ = thread.join();
        }
    }
}

/// A configuration was loaded by somebody else; with a time, it has to be loaded again after it.
pub(super) fn loaded(id: u64, again: Option<Duration>) {
    if let Some(watcher) = &*RUNNING.lock() {
        watcher.queue.command(Command::Loaded(id, again));
    }
}

struct Watcher {
    queue: Arc<WorkQueue>,
    backend: Backend,
    configs: HashMap<u64, WatchedConfig>,
    stopped: bool,
}

impl Watcher {
    fn new(queue: Arc<WorkQueue>) -> Self {
        Self { backend: Backend::new(queue.clone()), queue, configs: HashMap::new(), stopped: false }
    }

    fn run(mut self) {
        while !self.stopped {
            let deadline = self.configs.values().filter_map(WatchedConfig::due).min();
            let batch = self.queue.take(deadline);
            // A panic is a bug, but no reason to leave every configuration of the process unwatched.
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn(batch)));
            if turn.is_err() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }

    fn turn(&mut self, batch: Batch) {
        self.backend.forget_moved(&batch.moved);
        if let Some(reason) = &batch.overflow {
            self.backend.reset();
            self.configs.values_mut().for_each(|watched| watched.mark_overflow(reason));
        }
        for (id, change) in batch.pending {
            if let Some(watched) = self.configs.get_mut(&id) {
                watched.schedule(change);
            }
        }
        for command in batch.commands {
            self.handle_command(command);
        }
        let now = Instant::now();
        let due: Vec<u64> =
            self.configs.values().filter(|one| one.due().is_some_and(|due| due <= now)).map(|one| one.id).collect();
        for id in due {
            self.process_due(id);
        }
    }

    fn handle_command(&mut self, command: Command) {
        match command {
            Command::Add(watched, done) => {
                let id = watched.id;
                self.configs.insert(id, *watched);
                if let Some((watched, config)) = self.watched(id) {
                    watched.refresh_dependencies(&config);
                    self.plan(id, &config);
                }
                let _ = done.send(());
            }
            Command::Remove(id, done) => {
                self.configs.remove(&id);
                self.queue.set_watch_set(id, None);
                self.unwatch_unused();
                let _ = done.send(());
            }
            Command::Loaded(id, again) => {
                if let Some((watched, config)) = self.watched(id) {
                    watched.refresh_dependencies(&config);
                    watched.host_done(again);
                    if watched.replan {
                        self.plan(id, &config);
                    }
                }
            }
            Command::Stop => self.stopped = true,
        }
    }

    /// A configuration that is still open.
    fn watched(&mut self, id: u64) -> Option<(&mut WatchedConfig, SuperConfig)> {
        let watched = self.configs.get_mut(&id)?;
        let config = watched.config()?;
        Some((watched, config))
    }

    /// Does what is due for a configuration.
    fn process_due(&mut self, id: u64) {
        let Some((_, config)) = self.watched(id) else {
            self.configs.remove(&id);
            return;
        };
        for _ in 0..MAX_ROUNDS {
            let Some(watched) = self.configs.get_mut(&id) else { return };
            watched.poll(Instant::now());
            // Watching starts before reading, so that what is read is never older than what is heard.
            if watched.replan {
                self.plan(id, &config);
            }
            let Some(watched) = self.configs.get_mut(&id) else { return };
            if !watched.read(&config, Instant::now()) || !watched.replan {
                return;
            }
        }
    }

    /// Works out where to watch and does so. Where a directory is watched that was not before, everything is read once
    /// more: what changed before the watch began was not heard.
    fn plan(&mut self, id: u64, config: &SuperConfig) {
        let Some(watched) = self.configs.get_mut(&id) else { return };
        watched.replan = false;
        let Some(dependencies) = watched.dependencies() else { return };
        let plan = plan_watches(dependencies.iter(), &dependencies.base);
        let polled = watched.is_polled();
        let overflow = watched.overflow();
        let mut new = false;
        let mut refused: HashMap<&Path, String> = HashMap::new();
        if !polled && overflow.is_none() {
            self.queue.set_watch_set(id, Some(Arc::new(plan.watch_set.clone())));
            for directory in plan.watch_set.directories.keys() {
                match self.backend.watch(directory) {
                    Ok(added) => new |= added,
                    Err(reason) => drop(refused.insert(directory, reason)),
                }
            }
        }
        let why = |directories: &[PathBuf]| match (polled, overflow) {
            (true, _) => Some("the option `poll`".to_owned()),
            (_, Some(overflow)) => Some(overflow.to_owned()),
            _ => directories.iter().find_map(|directory| refused.get(directory.as_path()).cloned()),
        };
        let watching = plan.dependencies.into_iter().map(|(path, directories)| {
            let reason = why(&directories);
            let mode = if reason.is_some() { WatchMode::Polling } else { WatchMode::Native };
            Watching { path, mode, reason }
        });
        let mut watching: Vec<Watching> = watching.collect();
        // A directory in which several patterns are looked for is told once.
        watching.sort_by(|one, other| one.path.cmp(&other.path));
        watching.dedup();
        let polled = watching.iter().any(|one| one.mode == WatchMode::Polling);
        watched.set_watching(config, watching, polled);
        if new {
            watched.schedule_now();
        }
        self.unwatch_unused();
    }

    /// Ends the watches of directories that no configuration needs.
    fn unwatch_unused(&mut self) {
        let needed = self.queue.directories();
        self.backend.retain(|directory| needed.contains(directory));
    }
}
