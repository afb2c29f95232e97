//! The one thread that watches, for all configurations of the process.

use super::backend::Backend;
use super::command::Command;
use super::watch_plan::route;
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
    inbox: Arc<WorkQueue>,
    thread: JoinHandle<()>,
    /// Ends with the thread.
    ended: Receiver<()>,
    /// The configurations that it watches.
    subjects: HashSet<u64>,
}

impl Running {
    fn start() -> Result<Self, Error> {
        let inbox = Arc::new(WorkQueue::default());
        let (alive, ended) = channel();
        let own = inbox.clone();
        // The name is cut after 15 bytes where people see it.
        let thread = std::thread::Builder::new().name("config-watcher".into()).spawn(move || {
            let _alive: Sender<()> = alive;
            Watcher::new(own).run();
        });
        let thread = thread.map_err(|error| {
            Error::new(ErrorCode::Watch, "watching cannot start: the system gives no thread for it").with_cause(error)
        })?;
        Ok(Self { inbox, thread, ended, subjects: HashSet::new() })
    }

    fn is_this(thread: ThreadId) -> bool {
        std::thread::current().id() == thread
    }
}

/// Adds a configuration; it is watched when this returns.
pub(super) fn add(subject: WatchedConfig) -> Result<(), Error> {
    let (done, answer) = channel();
    let mut running = RUNNING.lock();
    let watcher = match &mut *running {
        Some(watcher) => watcher,
        none => none.insert(Running::start()?),
    };
    watcher.subjects.insert(subject.id);
    watcher.inbox.command(Command::Add(Box::new(subject), done));
    let thread = watcher.thread.thread().id();
    drop(running);
    if !Running::is_this(thread) {
        let _ = answer.recv_timeout(STOP_TIMEOUT);
    }
    Ok(())
}

/// Removes a configuration; with the last one the thread ends.
pub(super) fn remove(id: u64) {
    let (done, answer) = channel();
    let mut running = RUNNING.lock();
    let Some(watcher) = &mut *running else { return };
    if !watcher.subjects.remove(&id) {
        return;
    }
    watcher.inbox.command(Command::Remove(id, done));
    let here = Running::is_this(watcher.thread.thread().id());
    if !watcher.subjects.is_empty() {
        drop(running);
        if !here {
            let _ = answer.recv_timeout(STOP_TIMEOUT);
        }
        return;
    }
    watcher.inbox.command(Command::Stop);
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
pub(super) fn looked(id: u64, again: Option<Duration>) {
    if let Some(watcher) = &*RUNNING.lock() {
        watcher.inbox.command(Command::Looked(id, again));
    }
}

struct Watcher {
    inbox: Arc<WorkQueue>,
    native: Backend,
    subjects: HashMap<u64, WatchedConfig>,
    stopped: bool,
}

impl Watcher {
    fn new(inbox: Arc<WorkQueue>) -> Self {
        Self { native: Backend::new(inbox.clone()), inbox, subjects: HashMap::new(), stopped: false }
    }

    fn run(mut self) {
        while !self.stopped {
            let deadline = self.subjects.values().filter_map(WatchedConfig::due).min();
            let work = self.inbox.take(deadline);
            // A panic is a bug, but no reason to leave every configuration of the process unwatched.
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn(work)));
            if turn.is_err() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }

    fn turn(&mut self, work: Batch) {
        self.native.forget_moved(&work.moved);
        if let Some(reason) = &work.lost {
            self.native.reset();
            self.subjects.values_mut().for_each(|subject| subject.lose(reason));
        }
        for (id, touch) in work.touched {
            if let Some(subject) = self.subjects.get_mut(&id) {
                subject.touch(touch);
            }
        }
        for command in work.commands {
            self.obey(command);
        }
        let now = Instant::now();
        let due: Vec<u64> =
            self.subjects.values().filter(|one| one.due().is_some_and(|due| due <= now)).map(|one| one.id).collect();
        for id in due {
            self.visit(id);
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Add(subject, done) => {
                let id = subject.id;
                self.subjects.insert(id, *subject);
                if let Some((subject, config)) = self.subject(id) {
                    subject.look(&config);
                    self.plan(id, &config);
                }
                let _ = done.send(());
            }
            Command::Remove(id, done) => {
                self.subjects.remove(&id);
                self.inbox.set_interest(id, None);
                self.tidy();
                let _ = done.send(());
            }
            Command::Looked(id, again) => {
                if let Some((subject, config)) = self.subject(id) {
                    subject.look(&config);
                    subject.answered(again);
                    if subject.replan {
                        self.plan(id, &config);
                    }
                }
            }
            Command::Stop => self.stopped = true,
        }
    }

    /// A configuration that is still open.
    fn subject(&mut self, id: u64) -> Option<(&mut WatchedConfig, SuperConfig)> {
        let subject = self.subjects.get_mut(&id)?;
        let config = subject.config()?;
        Some((subject, config))
    }

    /// Does what is due for a configuration.
    fn visit(&mut self, id: u64) {
        let Some((_, config)) = self.subject(id) else {
            self.subjects.remove(&id);
            return;
        };
        for _ in 0..MAX_ROUNDS {
            let Some(subject) = self.subjects.get_mut(&id) else { return };
            subject.poll(Instant::now());
            // Watching starts before reading, so that what is read is never older than what is heard.
            if subject.replan {
                self.plan(id, &config);
            }
            let Some(subject) = self.subjects.get_mut(&id) else { return };
            if !subject.read(&config, Instant::now()) || !subject.replan {
                return;
            }
        }
    }

    /// Works out where to watch and does so. Where a directory is watched that was not before, everything is read once
    /// more: what changed before the watch began was not heard.
    fn plan(&mut self, id: u64, config: &SuperConfig) {
        let Some(subject) = self.subjects.get_mut(&id) else { return };
        subject.replan = false;
        let Some(observation) = subject.observation() else { return };
        let route = route(observation.places(), &observation.base);
        let polled = subject.is_polled();
        let lost = subject.lost();
        let mut new = false;
        let mut refused: HashMap<&Path, String> = HashMap::new();
        if !polled && lost.is_none() {
            self.inbox.set_interest(id, Some(Arc::new(route.interest.clone())));
            for directory in route.interest.directories.keys() {
                match self.native.arm(directory) {
                    Ok(armed) => new |= armed,
                    Err(reason) => drop(refused.insert(directory, reason)),
                }
            }
        }
        let why = |directories: &[PathBuf]| match (polled, lost) {
            (true, _) => Some("the option `poll`".to_owned()),
            (_, Some(lost)) => Some(lost.to_owned()),
            _ => directories.iter().find_map(|directory| refused.get(directory.as_path()).cloned()),
        };
        let watching = route.places.into_iter().map(|(path, directories)| {
            let reason = why(&directories);
            let mode = if reason.is_some() { WatchMode::Polling } else { WatchMode::Native };
            Watching { path, mode, reason }
        });
        let mut watching: Vec<Watching> = watching.collect();
        // A directory in which several patterns are looked for is told once.
        watching.sort_by(|one, other| one.path.cmp(&other.path));
        watching.dedup();
        let polled = watching.iter().any(|one| one.mode == WatchMode::Polling);
        subject.set_watching(config, watching, polled);
        if new {
            subject.touch_now();
        }
        self.tidy();
    }

    /// Ends the watches of directories that no configuration needs.
    fn tidy(&mut self) {
        let needed = self.inbox.needed();
        self.native.retain(|directory| needed.contains(directory));
    }
}
