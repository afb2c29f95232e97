//! A queue of a configuration's events, coalesced while the host is busy.

use serde::Serialize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use superconfig::{Change, Error, Event, SourceStatus, Subscription, SuperConfig};

/// The changes of states that are kept for a busy host.
const MAX_SOURCE_CHANGES: usize = 256;

/// The mailbox of one subscriber: one change and one failure, however many there were since it was last emptied.
///
/// ```
/// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
/// use superconfig::{Environment, ReloadInputs, SuperConfig};
/// use superconfig_binding::Mailbox;
///
/// let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_PORT", "80")]))?;
/// let calls = Arc::new(AtomicUsize::new(0));
/// let counted = calls.clone();
/// let mailbox = Mailbox::new(&config, move || drop(counted.fetch_add(1, Ordering::Relaxed)));
/// for port in ["81", "82"] {
///     let environment = Some(Environment::from_pairs([("APP_PORT", port)]));
///     config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() })?;
/// }
/// assert_eq!(calls.load(Ordering::Relaxed), 2);
/// let change = mailbox.take().unwrap().change.unwrap();
/// assert_eq!((change.previous.version(), change.version), (1, 3));
/// assert!(mailbox.take().is_none());
/// # Ok::<(), superconfig::Error>(())
/// ```
pub struct Mailbox {
    shared: Arc<Shared>,
    _subscription: Subscription,
}

/// The engine's listener holds it weakly: `wake` goes with the mailbox, though an event may be under way.
struct Shared {
    mail: Mutex<Mail>,
    wake: Box<dyn Fn() + Send + Sync>,
}

/// The events since the mailbox was last emptied. Serializes without the versions themselves.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// From the oldest version that was not delivered to the newest, with all paths that changed between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// The last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Error>,
    /// Whether the failure is of a reload in the background, which has no caller to throw it at.
    pub background: bool,
    /// Whether the change came before the failure.
    pub change_first: bool,
    /// The custom sources whose states have changed, in order; of very many the newest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceStatus>,
    /// Whether the host has to reload, because only it can.
    pub reload_requested: bool,
}

impl Mailbox {
    /// Subscribes to a configuration. `wake` is called after each event, on whatever thread it happened: it should make the
    /// host's thread call [`Mailbox::take`] soon.
    pub fn new(config: &SuperConfig, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let shared = Arc::new(Shared { mail: Mutex::default(), wake: Box::new(wake) });
        let listener: Weak<Shared> = Arc::downgrade(&shared);
        let subscription = config.subscribe(move |event| {
            if let Some(shared) = listener.upgrade() {
                shared.put(event);
            }
        });
        Self { shared, _subscription: subscription }
    }

    /// Empties the mailbox; `None` where nothing happened.
    pub fn take(&self) -> Option<Mail> {
        let mail = std::mem::take(&mut *self.shared.lock());
        let is_empty = mail.change.is_none() && mail.failure.is_none() && mail.sources.is_empty() && !mail.reload_requested;
        (!is_empty).then_some(mail)
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
                mail.change = Some(match mail.change.take() {
                    Some(before) => before.then(change),
                    None => change.clone(),
                });
                mail.change_first = false;
            }
            Event::Failed(failure) => {
                mail.failure = Some(failure.error.clone());
                mail.background = failure.background;
                mail.change_first = true;
            }
            Event::SourceChanged(status) => {
                if mail.sources.len() == MAX_SOURCE_CHANGES {
                    mail.sources.remove(0);
                }
                mail.sources.push(status.clone());
            }
            Event::ReloadRequested => mail.reload_requested = true,
            // Whoever has the mailbox keeps the configuration open.
            _ => return,
        }
        drop(mail);
        (self.wake)();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use superconfig::{Environment, Issue, Path, ReloadInputs, Value};

    fn fail(config: &SuperConfig) {
        let prepared = config.prepare_reload(ReloadInputs { validated: true, ..ReloadInputs::default() }).unwrap();
        prepared.refuse(vec![Issue::new(Path::new(), "no")]);
    }

    fn change(config: &SuperConfig, port: &str) {
        let environment = Some(Environment::from_pairs([("APP_PORT", port)]));
        config.reload_with(ReloadInputs { environment, ..ReloadInputs::default() }).unwrap();
    }

    #[test]
    fn coalesces_changes_and_failures_in_order() {
        let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_PORT", "1")])).unwrap();
        let mailbox = Mailbox::new(&config, || {});
        assert!(mailbox.take().is_none());
        change(&config, "2");
        fail(&config);
        let mail = mailbox.take().unwrap();
        assert!(mail.change.is_some() && mail.failure.is_some() && mail.change_first && !mail.background);
        fail(&config);
        change(&config, "3");
        change(&config, "4");
        let mail = mailbox.take().unwrap();
        assert!(!mail.change_first);
        let report = crate::describe(&mail);
        assert!(
            report.starts_with(r#"{"change":{"version":4,"changed":["port"]},"failure":{"code":"ERR_SUPERCONFIG_VALIDATION","#),
            "{report}"
        );
        assert!(report.ends_with(r#""background":false,"changeFirst":false,"reloadRequested":false}"#), "{report}");
        config.close();
        assert!(mailbox.take().is_none(), "the last event was taken");
    }

    #[test]
    fn reload_requests_reach_the_host() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.toml");
        std::fs::write(&file, "a = 1").unwrap();
        let watch = superconfig::WatchOptions::default();
        let builder = SuperConfig::builder().cwd(directory.path()).file("a.toml").watch(watch).validated_by_host();
        let config =
            builder.prepare().unwrap().commit(Some(Value::Table([("a", Value::Integer(1))].into_iter().collect()))).unwrap();
        let (sender, woken) = std::sync::mpsc::channel();
        let mailbox = Mailbox::new(&config, move || sender.send(()).unwrap_or_default());
        std::fs::write(&file, "a = 2").unwrap();
        woken.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        let mail = mailbox.take().unwrap();
        assert!(mail.reload_requested && mail.change.is_none());
    }
}
