//! The process's one watcher thread, shared by all configurations. It waits for changes and deadlines, never for a file
//! system: a thread of the configuration's own does the work that is due for it.

use super::backend::{Backend, Identity, STOP_TIMEOUT};
use super::command::{Command, Scheduled};
use super::schedule::Schedule;
use super::watch_plan::WatchSet;
use super::work_queue::{Batch, WorkQueue};
use crate::diagnostic::{Error, ErrorCode, ProcessLocal, settle_default_stack, thread_builder};
use crate::load::{forget_reading_threads, forget_shared_files};
use crate::registry::ConfigRegistry;
use parking_lot::Mutex;
use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

static RUNNING: ProcessLocal<Mutex<Option<Running>>> = ProcessLocal::new();

struct Running {
    watcher: Arc<Watcher>,
    thread: JoinHandle<()>,
    /// Ends with the thread.
    ended: Receiver<()>,
    /// The number of watched configurations.
    configs: usize,
}

impl Running {
    fn start() -> Result<Self, Error> {
        let queue = Arc::new(WorkQueue::default());
        let backend = Mutex::new(Backend::new(queue.clone()));
        let watcher = Arc::new(Watcher { queue, backend });
        let (alive, ended) = channel();
        let own = watcher.clone();
        settle_default_stack();
        let thread = thread_builder("config-watcher").spawn(move || {
            let _alive: Sender<()> = alive;
            Dispatcher::new(own).run();
        });
        let thread = thread.map_err(|error| {
            Error::new(ErrorCode::Watch, "watching cannot start: the system gives no thread for it").with_cause(error)
        })?;
        Ok(Self { watcher, thread, ended, configs: 0 })
    }
}

/// The state shared by all watched configurations.
pub(super) struct Watcher {
    pub(super) queue: Arc<WorkQueue>,
    backend: Mutex<Backend>,
}

/// The result of watching a configuration's directories.
#[derive(Default)]
pub(super) struct Watched {
    /// One was not watched before: what changed until then was not heard.
    pub(super) is_new: bool,
    /// Those that the system does not watch, and why.
    pub(super) refused: HashMap<PathBuf, String>,
}

impl Watcher {
    /// Watches the directories of a configuration, unless it has been removed; ends the watches that no configuration needs
    /// any more.
    pub(super) fn watch(&self, id: u64, is_removed: &AtomicBool, set: WatchSet, identities: Vec<(PathBuf, Identity)>) -> Watched {
        let mut backend = self.backend.lock();
        let mut watched = Watched::default();
        if is_removed.load(Ordering::Acquire) {
            return watched;
        }
        // The index must be set before the system reports the first change.
        let left = self.queue.set_watches(id, Some(Arc::new(set)));
        for (directory, identity) in identities {
            match backend.watch(&directory, identity) {
                Ok(is_new) => watched.is_new |= is_new,
                Err(reason) => drop(watched.refused.insert(directory, reason)),
            }
        }
        backend.unwatch_all(&left);
        watched
    }

    /// Removes a configuration that [`add`] was called for, once; with the last one the thread ends. Waits for no file system.
    pub(super) fn remove(&self, id: u64, is_removed: &AtomicBool) {
        {
            let mut backend = self.backend.lock();
            // Under the lock: a thread that is planning for it has either finished or will find out.
            if is_removed.swap(true, Ordering::AcqRel) {
                return;
            }
            let left = self.queue.set_watches(id, None);
            backend.unwatch_all(&left);
        }
        let last = {
            let running = RUNNING.get();
            let mut running = running.lock();
            if let Some(running) = &mut *running {
                running.configs -= 1;
            }
            running.take_if(|running| running.configs == 0)
        };
        self.queue.send(if last.is_some() { Command::Stop } else { Command::Remove(id) });
        if let Some(Running { thread, ended, .. }) = last
            && thread.thread().id() != std::thread::current().id()
            && ended.recv_timeout(STOP_TIMEOUT) == Err(RecvTimeoutError::Disconnected)
            // What a thread of Windows holds is dropped under a lock without which no other thread can end: of this one it is enough
            // that it has nothing left to do.
            && !cfg!(windows)
        {
            let _ = thread.join();
        }
    }
}

/// Counts a configuration that is going to be watched, until it is [removed](Watcher::remove).
///
/// # Errors
/// `ERR_SUPERCONFIG_WATCH` when there can be no thread for it.
pub(super) fn add() -> Result<Arc<Watcher>, Error> {
    let running = RUNNING.get();
    let mut running = running.lock();
    let running = match &mut *running {
        Some(running) => running,
        none => none.insert(Running::start()?),
    };
    running.configs += 1;
    Ok(running.watcher.clone())
}

/// Makes the next watched configuration start threads of its own, in a process that was forked: those of the process that it comes
/// from do not run there. The configurations from before the fork can be read there; close and reload none of those that are watched.
///
/// ```
/// use superconfig::{SuperConfig, WatchOptions};
///
/// // First thing in a child.
/// superconfig::forget_watcher();
/// let config = SuperConfig::builder().glob("*.toml").watch(WatchOptions::default()).load()?;
/// # Ok::<(), superconfig::Error>(())
/// ```
pub fn forget_watcher() {
    RUNNING.forget();
    forget_reading_threads();
    forget_shared_files();
    ConfigRegistry::global().forget_janitor();
}

/// Hands out what is due. A turn costs as much as there are configurations that have to do with it.
struct Dispatcher {
    watcher: Arc<Watcher>,
    /// The configurations, each with the time at which something is due for it.
    configs: HashMap<u64, (Arc<dyn Scheduled>, Option<Instant>)>,
    /// The same in order.
    due: BTreeSet<(Instant, u64)>,
    is_stopped: bool,
}

impl Dispatcher {
    fn new(watcher: Arc<Watcher>) -> Self {
        Self { watcher, configs: HashMap::new(), due: BTreeSet::new(), is_stopped: false }
    }

    fn run(mut self) {
        while !self.is_stopped {
            let deadline = self.due.first().map(|(due, _)| *due);
            let batch = self.watcher.queue.take(deadline);
            // A panic is a bug, but no reason to leave every configuration of the process unwatched.
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn(batch)));
            if turn.is_err() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }

    fn turn(&mut self, batch: Batch) {
        for command in batch.commands {
            match command {
                Command::Add(id, config) => {
                    self.configs.insert(id, (config, None));
                    self.update(id, |_| {});
                }
                Command::Remove(id) => self.forget(id),
                Command::Reschedule(id) => self.update(id, |_| {}),
                Command::Stop => self.is_stopped = true,
            }
        }
        if !batch.moved.is_empty() {
            self.watcher.backend.lock().forget_moved(&batch.moved);
        }
        if let Some(reason) = &batch.overflow {
            self.watcher.backend.lock().reset();
            let now = Instant::now();
            let ids: Vec<u64> = self.configs.keys().copied().collect();
            ids.into_iter().for_each(|id| self.update(id, |schedule| schedule.mark_overflow(reason, now)));
        }
        for (id, change) in batch.changes {
            self.update(id, |schedule| schedule.add_change(change));
        }
        let now = Instant::now();
        while let Some((_, id)) = self.due.first().copied().filter(|(due, _)| *due <= now) {
            self.dispatch(id);
        }
    }

    /// Changes the schedule of a configuration, and notes when something is due for it then.
    fn update(&mut self, id: u64, change: impl FnOnce(&mut Schedule)) {
        let Some((config, known)) = self.configs.get_mut(&id) else { return };
        let due = {
            let mut schedule = config.schedule().lock();
            change(&mut schedule);
            schedule.due()
        };
        let before = std::mem::replace(known, due);
        if before != due {
            before.map(|due| self.due.remove(&(due, id)));
            due.map(|due| self.due.insert((due, id)));
        }
    }

    fn forget(&mut self, id: u64) {
        if let Some((_, Some(due))) = self.configs.remove(&id) {
            self.due.remove(&(due, id));
        }
    }

    /// Lets a thread do what is due for a configuration.
    fn dispatch(&mut self, id: u64) {
        self.update(id, Schedule::begin_work);
        if let Some((config, _)) = self.configs.get(&id)
            && !config.clone().start_due_work()
        {
            self.forget(id);
        }
    }
}
