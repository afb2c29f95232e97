//! The work queue of the watcher's thread: commands, and changes coalesced by configuration.

use super::command::Command;
use super::pending_change::PendingChange;
use super::watch_index::WatchIndex;
use super::watch_plan::WatchSet;
use crate::diagnostic::Monitor;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{ErrorKind, EventKind};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

#[derive(Default)]
pub(super) struct Batch {
    pub(super) commands: Vec<Command>,
    pub(super) changes: HashMap<u64, PendingChange>,
    /// Paths at or above watched directories that came, went or moved.
    pub(super) moved: HashSet<PathBuf>,
    /// The reason why changes may have been missed.
    pub(super) overflow: Option<String>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.changes.is_empty() && self.moved.is_empty() && self.overflow.is_none()
    }
}

#[derive(Default)]
struct State {
    batch: Batch,
    index: WatchIndex,
}

/// The queue between all threads with work for the watcher's thread, and that thread.
#[derive(Default)]
pub(super) struct WorkQueue {
    state: Monitor<State>,
}

impl WorkQueue {
    pub(super) fn send(&self, command: Command) {
        self.state.lock().batch.commands.push(command);
        self.state.notify_one();
    }

    /// Waits for something to do, at most until `deadline`.
    pub(super) fn take(&self, deadline: Option<Instant>) -> Batch {
        let mut state = self.state.lock();
        while state.batch.is_empty() {
            let is_over;
            (state, is_over) = self.state.wait(state, deadline);
            if is_over {
                break;
            }
        }
        std::mem::take(&mut state.batch)
    }

    /// Sets the directories that a configuration watches, none for `None`; gives the directories that none watches any more.
    pub(super) fn set_watches(&self, id: u64, set: Option<Arc<WatchSet>>) -> Vec<PathBuf> {
        let mut state = self.state.lock();
        if set.is_none() {
            state.batch.changes.remove(&id);
        }
        state.index.set(id, set)
    }

    fn add_changes(&self, paths: &[PathBuf], structural: bool) {
        let now = Instant::now();
        let mut state = self.state.lock();
        let State { batch, index } = &mut *state;
        let was_empty = batch.is_empty();
        for path in paths {
            for (id, leads) in index.interested(path, structural) {
                let change = batch.changes.entry(id).or_insert(PendingChange { first: now, last: now, structural });
                change.last = now;
                change.structural |= structural;
                if leads && !batch.moved.contains(path) {
                    batch.moved.insert(path.clone());
                }
            }
        }
        // A thread that is awake finds the rest at its next look.
        if was_empty && !batch.is_empty() {
            self.state.notify_one();
        }
    }

    pub(super) fn mark_overflow(&self, reason: String) {
        self.state.lock().batch.overflow = Some(reason);
        self.state.notify_one();
    }
}

/// Hears from the operating system, on a thread of its own.
pub(super) struct NotifyHandler(pub(super) Arc<WorkQueue>);

impl notify::EventHandler for NotifyHandler {
    fn handle_event(&mut self, event: notify::Result<notify::Event>) {
        match event {
            Ok(event) if event.need_rescan() => {
                self.0.mark_overflow("the system had more changes than it could report".into());
            }
            Ok(event) => {
                if let Some(structural) = kind(event.kind) {
                    self.0.add_changes(&event.paths, structural);
                }
            }
            Err(error) => self.0.mark_overflow(reason(&error)),
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

/// The reason why something cannot be watched, for people.
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
