//! The custom sources of one configuration: calls with a timeout, watching and closing.

use super::context::source_context;
use super::options::LoadOptions;
use crate::diagnostic::{Error, thread_builder};
use crate::source::{Environment, Source, SourceCall, SourceContext, SourceError, SourceReport, SourceSpec, failed, panicked};
use crate::value::Value;
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The results of custom sources, by index among the sources.
pub(crate) type CustomResults = Vec<(usize, Result<Value, Error>)>;

/// A receiver of a source's reports, by its index.
type Reporter = Box<dyn Fn(usize, SourceReport) + Send + Sync>;

pub(crate) struct CustomSources {
    sources: Vec<CustomSource>,
    shared: Arc<Shared>,
    /// They have been called, so they have to be closed.
    is_called: AtomicBool,
}

/// One source that a program implements.
pub(crate) struct CustomSource {
    /// Its index among all sources.
    pub(crate) index: usize,
    pub(crate) source: Arc<dyn Source>,
    unanswered: Arc<Mutex<Unanswered>>,
}

/// Abandoned calls of one source that have not returned.
#[derive(Default)]
struct Unanswered {
    calls: usize,
    /// The start of the first of them.
    since: Option<Instant>,
}

struct Shared {
    is_closed: AtomicBool,
    reports: Mutex<Reports>,
}

/// The receiver of the sources' reports.
enum Reports {
    /// None yet: the reports are kept.
    Kept(Vec<(usize, SourceReport)>),
    Heard(Reporter),
}

/// A started call.
enum Call {
    Running {
        returned: Receiver<Result<Value, SourceError>>,
        deadline: Instant,
        timeout: Duration,
        is_over: Arc<AtomicBool>,
        begun: Instant,
    },
    /// The caller's own thread runs it.
    Waiting,
    Refused(SourceError),
}

impl CustomSources {
    pub(crate) fn new(options: &LoadOptions) -> Self {
        let sources = options.sources.iter().enumerate().filter_map(|(index, entry)| match &entry.spec {
            SourceSpec::Custom(source) => Some(CustomSource { index, source: source.clone(), unanswered: Arc::default() }),
            _ => None,
        });
        let shared = Shared { is_closed: AtomicBool::new(false), reports: Mutex::new(Reports::Kept(Vec::new())) };
        Self { sources: sources.collect(), shared: Arc::new(shared), is_called: AtomicBool::new(false) }
    }

    #[cfg(feature = "watch")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &CustomSource> {
        self.sources.iter()
    }

    /// Calls all sources at the same time, and waits for each up to its timeout. The caller holds no lock: a source is
    /// foreign code. Costs a thread for each.
    pub(crate) fn load(&self, options: &LoadOptions, environment: &Environment) -> Result<CustomResults, Error> {
        if self.sources.is_empty() {
            return Ok(CustomResults::new());
        }
        let context = source_context(options, environment)?;
        self.is_called.store(true, Ordering::Release);
        let begun: Vec<(&CustomSource, Call)> =
            self.sources.iter().map(|source| (source, self.begin(source, &context))).collect();
        let results = begun.into_iter().map(|(source, call)| {
            let result = self.finish(source, call, &context);
            (source.index, result.map_err(|cause| failed(source.source.name(), cause)))
        });
        Ok(results.collect())
    }

    fn begin(&self, source: &CustomSource, context: &SourceContext) -> Call {
        let timeout = source.source.timeout();
        if timeout == Duration::MAX {
            return Call::Waiting;
        }
        if let Some(since) = source.unanswered.lock().since {
            let message = format!("it has not answered for {} s", since.elapsed().as_secs());
            return Call::Refused(message.into());
        }
        let begun = Instant::now();
        let is_over = Arc::new(AtomicBool::new(false));
        let context = self.context_for(source, context, &is_over);
        let (sender, returned) = channel();
        let (own, unanswered, over) = (source.source.clone(), source.unanswered.clone(), is_over.clone());
        let work = move || {
            let result = call(&*own, &context);
            let mut unanswered = unanswered.lock();
            if over.load(Ordering::Acquire) {
                unanswered.calls -= 1;
                unanswered.since = unanswered.since.filter(|_| unanswered.calls > 0);
            }
            // The caller may have stopped waiting.
            let _ = sender.send(result);
        };
        match thread_builder("config-source").spawn(work) {
            Ok(_) => {
                let deadline = begun.checked_add(timeout).unwrap_or(begun + Duration::from_secs(u32::MAX.into()));
                Call::Running { returned, deadline, timeout, is_over, begun }
            }
            // Where no thread can be had, the caller runs the call.
            Err(_) => Call::Waiting,
        }
    }

    fn finish(&self, source: &CustomSource, running: Call, context: &SourceContext) -> Result<Value, SourceError> {
        let (returned, deadline, timeout, is_over, begun) = match running {
            Call::Running { returned, deadline, timeout, is_over, begun } => (returned, deadline, timeout, is_over, begun),
            Call::Waiting => {
                let never = Arc::new(AtomicBool::new(false));
                return call(&*source.source, &self.context_for(source, context, &never));
            }
            Call::Refused(cause) => return Err(cause),
        };
        if let Ok(result) = returned.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            return result;
        }
        // The call answers under the same lock: it has answered already, or will find that it is too late.
        let mut unanswered = source.unanswered.lock();
        if let Ok(result) = returned.try_recv() {
            return result;
        }
        is_over.store(true, Ordering::Release);
        unanswered.calls += 1;
        unanswered.since.get_or_insert(begun);
        Err(format!("it has not answered within {} ms", timeout.as_millis()).into())
    }

    fn context_for(&self, source: &CustomSource, context: &SourceContext, is_over: &Arc<AtomicBool>) -> SourceContext {
        let (shared, is_over) = (self.shared.clone(), is_over.clone());
        let (reports, index) = (self.shared.clone(), source.index);
        let call = SourceCall {
            is_cancelled: Arc::new(move || is_over.load(Ordering::Acquire) || shared.is_closed.load(Ordering::Acquire)),
            report: Arc::new(move |report| reports.report(index, report)),
        };
        SourceContext { call: Some(call), ..context.clone() }
    }

    /// Sets the receiver of reports, and passes the kept ones to it.
    pub(crate) fn hear(&self, reporter: Reporter) {
        let mut reports = self.shared.reports.lock();
        if let Reports::Kept(kept) = &mut *reports {
            std::mem::take(kept).into_iter().for_each(|(index, report)| reporter(index, report));
        }
        *reports = Reports::Heard(reporter);
    }

    /// Closes all sources; only the first call has an effect.
    pub(crate) fn close(&self) {
        if self.shared.is_closed.swap(true, Ordering::AcqRel) || !self.is_called.load(Ordering::Acquire) {
            return;
        }
        for CustomSource { source, .. } in &self.sources {
            // A panic in one must not keep the others open.
            let _ = catch_unwind(AssertUnwindSafe(|| source.close()));
        }
    }
}

/// A load that is abandoned closes its sources.
impl Drop for CustomSources {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn report(&self, index: usize, report: SourceReport) {
        match &mut *self.reports.lock() {
            Reports::Kept(kept) => {
                // Only the last report of each source counts.
                kept.retain(|(other, _)| *other != index);
                kept.push((index, report));
            }
            Reports::Heard(reporter) => reporter(index, report),
        }
    }
}

fn call(source: &dyn Source, context: &SourceContext) -> Result<Value, SourceError> {
    let result = catch_unwind(AssertUnwindSafe(|| source.load(context)));
    let result = result.unwrap_or_else(|panic| Err(format!("it panicked: {}", panicked(&*panic)).into()));
    result.map(Value::limit_depth)
}
