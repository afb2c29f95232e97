//! What the watcher's thread is to do: commands, and changes by configuration, however many there were.

use super::command::Command;
use super::pending_change::PendingChange;
use super::watch_plan::WatchSet;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{ErrorKind, EventKind};
use parking_lot::{Condvar, Mutex};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

#[derive(Default)]
pub(super) struct Batch {
    pub(super) commands: Vec<Command>,
    pub(super) touched: HashMap<u64, PendingChange>,
    /// Paths at or above watched directories that came, went or moved.
    pub(super) moved: HashSet<PathBuf>,
    /// Why changes may have been missed.
    pub(super) lost: Option<String>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.touched.is_empty() && self.moved.is_empty() && self.lost.is_none()
    }
}

#[derive(Default)]
struct State {
    work: Batch,
    interests: HashMap<u64, Arc<WatchSet>>,
}

/// Between whoever has something to say to the watcher's thread, and the thread.
#[derive(Default)]
pub(super) struct WorkQueue {
    state: Mutex<State>,
    wake: Condvar,
}

impl WorkQueue {
    pub(super) fn command(&self, command: Command) {
        self.state.lock().work.commands.push(command);
        self.wake.notify_one();
    }

    /// Waits for something to do, at most until `deadline`.
    pub(super) fn take(&self, deadline: Option<Instant>) -> Batch {
        let mut state = self.state.lock();
        while state.work.is_empty() {
            match deadline {
                None => self.wake.wait(&mut state),
                Some(deadline) => {
                    if self.wake.wait_until(&mut state, deadline).timed_out() {
                        break;
                    }
                }
            }
        }
        std::mem::take(&mut state.work)
    }

    /// Sets what a configuration wants to hear of; nothing for `None`.
    pub(super) fn set_interest(&self, id: u64, interest: Option<Arc<WatchSet>>) {
        let mut state = self.state.lock();
        match interest {
            Some(interest) => drop(state.interests.insert(id, interest)),
            None => {
                state.interests.remove(&id);
                state.work.touched.remove(&id);
            }
        }
    }

    /// The directories that any configuration needs to hear of.
    pub(super) fn needed(&self) -> HashSet<PathBuf> {
        let state = self.state.lock();
        state.interests.values().flat_map(|interest| interest.directories.keys().cloned()).collect()
    }

    fn note(&self, paths: &[PathBuf], structural: bool) {
        let now = Instant::now();
        let mut state = self.state.lock();
        let State { work, interests } = &mut *state;
        let was_empty = work.is_empty();
        for path in paths {
            for (id, interest) in interests.iter() {
                let leads = structural && interest.leads_through(path);
                if !leads && !interest.covers(path) {
                    continue;
                }
                let touch = work.touched.entry(*id).or_insert(PendingChange { first: now, last: now, structural });
                touch.last = now;
                touch.structural |= structural;
                if leads {
                    work.moved.insert(path.clone());
                }
            }
        }
        // One that is awake finds the rest when it looks again.
        if was_empty && !work.is_empty() {
            self.wake.notify_one();
        }
    }

    pub(super) fn lose(&self, reason: String) {
        self.state.lock().work.lost = Some(reason);
        self.wake.notify_one();
    }
}

/// Hears from the operating system, on a thread of its own.
pub(super) struct NotifyHandler(pub(super) Arc<WorkQueue>);

impl notify::EventHandler for NotifyHandler {
    fn handle_event(&mut self, event: notify::Result<notify::Event>) {
        match event {
            Ok(event) if event.need_rescan() => self.0.lose("the system had more changes than it could tell of".into()),
            Ok(event) => {
                if let Some(structural) = kind(event.kind) {
                    self.0.note(&event.paths, structural);
                }
            }
            Err(error) => self.0.lose(reason(&error)),
        }
    }
}

/// Whether an event counts, and then whether something came, went or moved. Reading does not count: loads do it.
fn kind(kind: EventKind) -> Option<bool> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(false),
        EventKind::Access(_) => None,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => Some(false),
        _ => Some(true),
    }
}

/// The paths at or below one of those that moved.
pub(super) fn is_moved(moved: &HashSet<PathBuf>, directory: &Path) -> bool {
    directory.ancestors().any(|path| moved.contains(path))
}

/// Why something cannot be watched, for people.
pub(super) fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "no more inotify watches are allowed (fs.inotify.max_user_watches)".into(),
        #[cfg(target_os = "linux")]
        ErrorKind::Io(error) if error.raw_os_error() == Some(libc::EMFILE) => {
            "no more inotify instances or descriptors are allowed (fs.inotify.max_user_instances)".into()
        }
        ErrorKind::Io(error) => error.to_string(),
        ErrorKind::PathNotFound => "it is not there".into(),
        _ => error.to_string(),
    }
}
