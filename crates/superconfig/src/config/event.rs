//! Dispatches a configuration's events to its listeners, in order and without a lock held.

use super::snapshot::Snapshot;
use super::source_status::SourceStatus;
use crate::diagnostic::{Error, sort_by};
use parking_lot::Mutex;
use serde::Serialize;
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

/// An event of a configuration.
///
/// ```
/// use superconfig::{Environment, Event, ReloadInputs, SuperConfig};
///
/// let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_PORT", "80")]))?;
/// let (sender, events) = std::sync::mpsc::channel();
/// let subscription = config.subscribe(move |event| sender.send(event.clone()).unwrap_or_default());
/// let environment = Some(Environment::from_pairs([("APP_PORT", "81")]));
/// config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() })?;
/// assert!(matches!(events.recv(), Ok(Event::Changed(_))));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A new version is published.
    Changed(Change),
    /// A reload failed, and the last good version stays in use; or a custom source did, and what it gave last.
    Failed(Failure),
    /// The state of a custom source has changed.
    SourceChanged(SourceStatus),
    /// Files changed, and only the host can reload, as it validates each version itself.
    ReloadRequested,
    /// The configuration was closed; nothing follows.
    Closed,
}

/// A new version and the one before. Printing shows no values, nor does serializing: that gives `version` and `changed`.
///
/// ```
/// use superconfig::{Environment, Event, ReloadInputs, SuperConfig};
///
/// let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_PORT", "80")]))?;
/// let (sender, events) = std::sync::mpsc::channel();
/// let subscription = config.subscribe(move |event| sender.send(event.clone()).unwrap_or_default());
/// let environment = Some(Environment::from_pairs([("APP_PORT", "81")]));
/// config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() })?;
/// let Ok(Event::Changed(change)) = events.recv() else { panic!("nothing changed") };
/// assert_eq!((change.version, change.changed), (2, vec!["port".to_owned()]));
/// assert_eq!(change.previous.get::<u16>(&"port".parse()?)?, 80);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The new version.
    pub version: u64,
    /// Sorted paths of the leaves that were set, changed or removed.
    pub changed: Vec<String>,
    /// The version before.
    #[serde(skip)]
    pub previous: Arc<Snapshot>,
    /// The new version.
    #[serde(skip)]
    pub current: Arc<Snapshot>,
}

impl Change {
    /// This change and one that came after it as one: from the version before this to the later one, with the paths of both.
    ///
    /// ```
    /// use superconfig::{Environment, Event, ReloadInputs, SuperConfig};
    ///
    /// let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_A", "1"), ("APP_B", "1")]))?;
    /// let (sender, events) = std::sync::mpsc::channel();
    /// let subscription = config.subscribe(move |event| sender.send(event.clone()).unwrap_or_default());
    /// for pairs in [[("APP_A", "2"), ("APP_B", "1")], [("APP_A", "2"), ("APP_B", "2")]] {
    ///     config.reload_with(ReloadInputs { environment: Some(Environment::from_pairs(pairs)), ..ReloadInputs::default() })?;
    /// }
    /// let (Ok(Event::Changed(first)), Ok(Event::Changed(second))) = (events.recv(), events.recv()) else { panic!() };
    /// let both = first.then(&second);
    /// assert_eq!((both.version, both.changed), (3, vec!["a".to_owned(), "b".to_owned()]));
    /// assert_eq!((both.previous.version(), both.current.version()), (1, 3));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    #[must_use]
    pub fn then(self, later: &Change) -> Change {
        let mut changed = self.changed;
        changed.extend_from_slice(&later.changed);
        sort_by(&mut changed, Ord::cmp);
        changed.dedup();
        Change { changed, previous: self.previous, ..later.clone() }
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("version", &self.version).field("changed", &self.changed).finish_non_exhaustive()
    }
}

/// The error of a failed reload.
///
/// ```
/// use superconfig::{Event, SuperConfig};
///
/// let directory = tempfile::tempdir()?;
/// std::fs::write(directory.path().join("app.toml"), "port = 80")?;
/// let config = SuperConfig::builder().cwd(directory.path()).file("app.toml").load()?;
/// let (sender, events) = std::sync::mpsc::channel();
/// let subscription = config.subscribe(move |event| sender.send(event.clone()).unwrap_or_default());
/// std::fs::write(directory.path().join("app.toml"), "port = ")?;
/// assert!(config.reload().is_err());
/// let Ok(Event::Failed(failure)) = events.recv() else { panic!("nothing failed") };
/// assert!(!failure.background);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The error that loading gives.
    pub error: Error,
    /// True when the reload was not called for, so that no caller has seen the error.
    pub background: bool,
}

type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// The listeners of one configuration, and the events that are still to be dispatched.
#[derive(Default)]
pub(crate) struct Events {
    listeners: Mutex<Vec<(u64, Listener)>>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    events: VecDeque<Event>,
    /// A thread is dispatching: it also dispatches the events that are added now.
    dispatching: bool,
    last_listener: u64,
}

impl Events {
    pub(crate) fn subscribe(self: &Arc<Self>, listener: Listener) -> Subscription {
        let mut queue = self.queue.lock();
        queue.last_listener += 1;
        let number = queue.last_listener;
        drop(queue);
        self.listeners.lock().push((number, listener));
        Subscription { events: Arc::downgrade(self), number }
    }

    /// Adds an event. Whoever decides the order of events calls this under the lock that decides it, and
    /// [`Events::dispatch`] after.
    pub(crate) fn add(&self, event: Event) {
        self.queue.lock().events.push_back(event);
    }

    /// Delivers the queued events to the listeners, unless another thread, or a caller of this one, is doing so.
    pub(crate) fn dispatch(&self) {
        let mut queue = self.queue.lock();
        if queue.dispatching {
            return;
        }
        queue.dispatching = true;
        while let Some(event) = queue.events.pop_front() {
            drop(queue);
            let listeners: Vec<Listener> = self.listeners.lock().iter().map(|(_, listener)| listener.clone()).collect();
            for listener in listeners {
                // A panic in one must stop neither the others nor the thread that caused the event.
                let _ = catch_unwind(AssertUnwindSafe(|| listener(&event)));
            }
            // The last reference to a snapshot may go with it, and freeing one takes a while.
            drop(event);
            queue = self.queue.lock();
        }
        queue.dispatching = false;
    }
}

/// Dropping it ends what [`SuperConfig::subscribe`](crate::SuperConfig::subscribe) began.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// let subscription = config.subscribe(|event| println!("{event:?}"));
/// drop(subscription);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[must_use = "a subscription ends when it is dropped"]
pub struct Subscription {
    events: Weak<Events>,
    number: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let Some(events) = self.events.upgrade() else { return };
        let mut listeners = events.listeners.lock();
        let removed = listeners.iter().position(|(number, _)| *number == self.number).map(|at| listeners.remove(at));
        drop(listeners);
        drop(removed);
    }
}
