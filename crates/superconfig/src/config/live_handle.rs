//! Typed registry handles that follow a configuration from version to version.

use super::snapshot::{Snapshot, closed};
use crate::diagnostic::{Error, ErrorCode, Path};
use crate::registry::{ConfigHandle, ConfigRegistry, ManagedEntry};
use crate::value::Value;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Everything that follows one configuration.
#[derive(Default)]
pub(crate) struct Followers(Mutex<Vec<Arc<dyn Follower>>>);

trait Follower: Send + Sync {
    /// False once it has no reader any more.
    fn follow(&self, snapshot: &Snapshot) -> bool;

    fn end(&self);
}

impl Followers {
    /// A handle to the value at a path; `now` gives the newest snapshot.
    pub(crate) fn handle<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        path: &str,
        now: impl Fn() -> Result<Arc<Snapshot>, Error>,
    ) -> Result<ConfigHandle<T>, Error> {
        let (handle, entry) = ConfigRegistry::global().follow::<T>()?;
        let path = match path.parse::<Path>() {
            Ok(path) => path,
            Err(error) => {
                entry.end(error);
                return Ok(handle);
            }
        };
        let follower = Arc::new(PathFollower { path, entry, last: Mutex::new(LastRead { version: 0, value: None }) });
        // Listed before it reads for the first time: whatever is published meanwhile reaches it one way or the other.
        self.0.lock().push(follower.clone());
        match now() {
            Ok(snapshot) => {
                follower.follow(&snapshot);
            }
            Err(_) => follower.end(),
        }
        Ok(handle)
    }

    /// Moves all handles to a new version. The caller holds no lock: reading into a type runs foreign code.
    pub(crate) fn follow(&self, snapshot: &Snapshot) {
        let followers = self.0.lock().clone();
        if followers.is_empty() {
            return;
        }
        let dropped: Vec<_> = followers.into_iter().filter(|follower| !follower.follow(snapshot)).collect();
        if !dropped.is_empty() {
            self.0.lock().retain(|follower| !dropped.iter().any(|dropped| Arc::ptr_eq(dropped, follower)));
        }
    }

    /// Closes all handles: no further version will come.
    pub(crate) fn end(&self) {
        let followers = std::mem::take(&mut *self.0.lock());
        followers.iter().for_each(|follower| follower.end());
    }
}

/// Reads one path into a type.
struct PathFollower<T> {
    path: Path,
    entry: ManagedEntry<T>,
    last: Mutex<LastRead>,
}

/// The snapshot and value of the last read.
struct LastRead {
    version: u64,
    /// `None` where it did not fit.
    value: Option<Value>,
}

impl<T: DeserializeOwned + Send + Sync> Follower for PathFollower<T> {
    fn follow(&self, snapshot: &Snapshot) -> bool {
        if !self.entry.is_read() {
            return false;
        }
        let value = snapshot.at(&self.path);
        {
            let mut last = self.last.lock();
            if last.version > snapshot.version() {
                return true;
            }
            if value.is_some() && last.value.as_ref() == value {
                last.version = snapshot.version();
                return true;
            }
        }
        let read = catch_unwind(AssertUnwindSafe(|| snapshot.get::<T>(&self.path)));
        let read = read.unwrap_or_else(|_| Err(panicked::<T>(&self.path)));
        let mut last = self.last.lock();
        // A version that was read meanwhile is newer.
        if last.version > snapshot.version() {
            return true;
        }
        *last = LastRead { version: snapshot.version(), value: value.filter(|_| read.is_ok()).cloned() };
        let previous = self.entry.fill(read);
        drop(last);
        drop(previous);
        true
    }

    fn end(&self) {
        drop(self.entry.end(closed()));
    }
}

fn panicked<T>(path: &Path) -> Error {
    let message = format!("reading the value into `{}` panicked", std::any::type_name::<T>());
    Error::new(ErrorCode::Type, message).with_path(path.clone())
}
