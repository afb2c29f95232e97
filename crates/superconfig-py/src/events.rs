//! The events of a configuration, which wait for a thread of Python.

use crate::convert::to_plain;
use crate::core::Core;
use crate::error::raise;
use crate::version::Version;
use pyo3::prelude::*;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use superconfig::to_value;
use superconfig_binding::Mailbox;

/// What happens to a configuration, until it is taken.
#[pyclass(frozen, module = "superconfig._superconfig")]
pub(crate) struct Events {
    mailbox: Mutex<Option<Mailbox>>,
    signal: Arc<Signal>,
}

/// Wakes those who wait; the engine's threads know this alone.
#[derive(Default)]
struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_raised: bool,
    has_ended: bool,
}

impl Signal {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

/// What happened, and the version before it and the newest where there is a new one.
type Taken = (Py<PyAny>, Option<Version>, Option<Version>);

#[pymethods]
impl Events {
    #[new]
    fn new(core: &Bound<'_, Core>) -> PyResult<Self> {
        let config = core.get().config(core.py())?;
        let signal = Arc::<Signal>::default();
        let wake = signal.clone();
        let mailbox = Mailbox::new(&config, move || wake.set(|state| state.is_raised = true));
        Ok(Self { mailbox: Mutex::new(Some(mailbox)), signal })
    }

    /// Waits until something happens, [`Events::wake`] is called, this is closed, or the seconds are over; false where it is closed.
    #[pyo3(signature = (seconds=None))]
    fn wait(&self, py: Python<'_>, seconds: Option<f64>) -> bool {
        let limit = seconds.map(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX));
        py.detach(|| {
            let is_quiet = |state: &mut State| !state.is_raised && !state.has_ended;
            let (changed, state) = (&self.signal.changed, self.signal.lock());
            let mut state = match limit {
                None => changed.wait_while(state, is_quiet).unwrap_or_else(PoisonError::into_inner),
                Some(limit) => changed.wait_timeout_while(state, limit, is_quiet).unwrap_or_else(PoisonError::into_inner).0,
            };
            state.is_raised = false;
            !state.has_ended
        })
    }

    /// Ends one [`Events::wait`].
    fn wake(&self) {
        self.signal.set(|state| state.is_raised = true);
    }

    /// What has happened since the last call.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Taken>> {
        let mail = self.lock().as_ref().and_then(Mailbox::take);
        let Some(mail) = mail else { return Ok(None) };
        let report = to_value(&mail).map_err(|error| raise(py, error))?;
        let (previous, current) = mail.change.map(|change| (Version(change.previous), Version(change.current))).unzip();
        Ok(Some((to_plain(py, &report)?, previous, current)))
    }

    /// Ends nothing, in a process that was forked: threads that hold its locks are not there.
    fn forget(&self) {
        std::mem::forget(self.lock().take());
    }

    /// Ends the subscription, and every wait. Safe to repeat.
    fn close(&self, py: Python<'_>) {
        let mailbox = self.lock().take();
        py.detach(|| drop(mailbox));
        self.signal.set(|state| state.has_ended = true);
    }
}

impl Events {
    fn lock(&self) -> MutexGuard<'_, Option<Mailbox>> {
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
