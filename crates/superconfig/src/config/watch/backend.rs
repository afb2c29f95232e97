//! The operating system's directory watches, through `notify`.

use super::work_queue::{NotifyHandler, WorkQueue, is_moved, reason};
use notify::{Config, Event, EventHandler, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// The longest wait for a thread to end; after that it ends by itself when its work is done. Where a process of Windows ends, its
/// other threads are ended before its first one drops what it holds, and none of them ever answers: that costs this time.
pub(super) const STOP_TIMEOUT: Duration = if cfg!(windows) { Duration::from_millis(100) } else { Duration::from_secs(2) };

/// Device and inode of a directory, by which a replaced one is recognised.
pub(super) type Identity = Option<(u64, u64)>;

pub(super) struct Backend {
    queue: Arc<WorkQueue>,
    watcher: Option<Running>,
    watched: HashMap<PathBuf, Identity>,
}

struct Running {
    watcher: RecommendedWatcher,
    /// Ends with the watcher's own thread.
    ended: Receiver<()>,
}

/// The handler, and a sender whose end shows that the handler was dropped.
struct Listening(NotifyHandler, #[allow(dead_code, reason = "held for the moment when it is dropped")] Sender<()>);

impl EventHandler for Listening {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        self.0.handle_event(event);
    }
}

impl Backend {
    pub(super) fn new(queue: Arc<WorkQueue>) -> Self {
        Self { queue, watcher: None, watched: HashMap::new() }
    }

    /// Watches a directory; true when it was not watched before. The caller determines the identity, as that may wait for
    /// the file system, and callers of this must not.
    ///
    /// # Errors
    /// The reason for people.
    pub(super) fn watch(&mut self, directory: &Path, identity: Identity) -> Result<bool, String> {
        match self.watched.get(directory) {
            Some(watched) if *watched == identity => return Ok(false),
            Some(_) => self.unwatch(directory),
            None => {}
        }
        let running = self.start()?;
        let watch = || running.watcher.watch(directory, RecursiveMode::NonRecursive);
        caught(watch)?.map_err(|error| reason(&error))?;
        self.watched.insert(directory.to_path_buf(), identity);
        Ok(true)
    }

    /// Forgets the directories at or below paths that moved: the system does not watch them by their names.
    pub(super) fn forget_moved(&mut self, moved: &HashSet<PathBuf>) {
        if moved.is_empty() {
            return;
        }
        let unwatched: Vec<PathBuf> = self.watched.keys().filter(|directory| is_moved(moved, directory)).cloned().collect();
        unwatched.iter().for_each(|directory| self.unwatch(directory));
    }

    /// Ends the watches of unneeded directories.
    pub(super) fn unwatch_all(&mut self, directories: &[PathBuf]) {
        directories.iter().for_each(|directory| self.unwatch(directory));
        if self.watched.is_empty() {
            self.stop();
        }
    }

    /// Starts all over, because what is watched cannot be trusted.
    pub(super) fn reset(&mut self) {
        self.watched.clear();
        self.stop();
    }

    fn unwatch(&mut self, directory: &Path) {
        if self.watched.remove(directory).is_none() {
            return;
        }
        if let Some(running) = &mut self.watcher {
            // The system has dropped the watch by itself where the directory no longer exists.
            let _ = caught(|| running.watcher.unwatch(directory));
        }
    }

    fn start(&mut self) -> Result<&mut Running, String> {
        if self.watcher.is_none() {
            let (sender, ended) = channel();
            let handler = Listening(NotifyHandler(self.queue.clone()), sender);
            let watcher = caught(|| RecommendedWatcher::new(handler, Config::default()))?.map_err(|error| reason(&error))?;
            self.watcher = Some(Running { watcher, ended });
        }
        self.watcher.as_mut().ok_or_else(|| "no watcher could be started".to_owned())
    }

    fn stop(&mut self) {
        let Some(Running { watcher, ended }) = self.watcher.take() else { return };
        let _ = caught(|| drop(watcher));
        // Its thread ends by itself; when this returns its descriptors are closed.
        let _ = ended.recv_timeout(STOP_TIMEOUT);
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Turns a panic into an error: `notify` panics once its thread has ended, and watching then falls back to polling.
fn caught<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| "the system's watcher has ended".to_owned())
}

pub(super) fn identity(path: &Path) -> Identity {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        path.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        path.metadata().ok().map(|_| (0, 0))
    }
}
