//! What happened to a configuration while JavaScript was busy: one change and one failure, however many there were.

use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use superconfig::{Change, Error, Event, Subscription, SuperConfig};

/// Wakes the thread of an environment, without keeping it alive; one call at most is under way.
pub(crate) type Wake = ThreadsafeFunction<(), (), (), Status, false, true, 1>;

/// One attachment's mail, gathered until its thread asks for it.
pub(crate) struct Mailbox {
    shared: Arc<Shared>,
    _subscription: Subscription,
}

/// The engine's listener holds it weakly, so the threadsafe function goes with the attachment.
struct Shared {
    mail: Mutex<Mail>,
    wake: Wake,
}

/// What there is to tell.
#[derive(Default)]
pub(crate) struct Mail {
    /// From the oldest version that was not told of to the newest, with all paths that changed between.
    pub change: Option<Change>,
    pub failure: Option<(Error, Unasked)>,
    /// The change came before the failure.
    pub change_first: bool,
    /// Only JavaScript can reload.
    pub outdated: bool,
}

/// Whether nobody else has seen the error.
pub(crate) type Unasked = bool;

impl Mailbox {
    pub(crate) fn new(config: &SuperConfig, wake: Wake) -> Self {
        let shared = Arc::new(Shared { mail: Mutex::default(), wake });
        let listener: Weak<Shared> = Arc::downgrade(&shared);
        let subscription = config.subscribe(move |event| {
            if let Some(shared) = listener.upgrade() {
                shared.put(event);
            }
        });
        Self { shared, _subscription: subscription }
    }

    pub(crate) fn take(&self) -> Mail {
        std::mem::take(&mut *self.shared.lock())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, event: &Event) {
        let mut mail = self.lock();
        match event {
            Event::Changed(change) => {
                let merged = match mail.change.take() {
                    Some(before) => after(before, change),
                    None => change.clone(),
                };
                mail.change = Some(merged);
                mail.change_first = false;
            }
            Event::Failed(failure) => {
                mail.failure = Some((failure.error.clone(), failure.background));
                mail.change_first = true;
            }
            Event::ReloadRequested => mail.outdated = true,
            // The attachment keeps it open.
            _ => return,
        }
        drop(mail);
        // One that is under way finds this as well, so a full queue is no loss; nor is an environment that ends.
        let _ = self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }
}

fn after(before: Change, change: &Change) -> Change {
    let mut merged = change.clone();
    merged.previous = before.previous;
    merged.changed.extend(before.changed);
    merged.changed.sort_unstable();
    merged.changed.dedup();
    merged
}
