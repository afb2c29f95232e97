//! The custom sources of one configuration: calls with a timeout, watching and closing.

use super::context::source_context;
use super::options::LoadOptions;
use crate::diagnostic::{Error, Monitor, span, thread_builder};
#[cfg(feature = "tracing")]
use crate::redaction::mask_userinfo;
use crate::source::{
    Environment, Source, SourceCall, SourceContext, SourceData, SourceError, SourceReport, SourceSignal, SourceSpec, failed,
    panicked,
};
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The results of custom sources, by index among the sources.
pub(crate) type CustomResults = Vec<(usize, Result<SourceData, Error>)>;

/// A receiver of a source's reports, by its index.
type Reporter = Arc<dyn Fn(usize, SourceReport) + Send + Sync>;

pub(crate) struct CustomSources {
    sources: Vec<CustomSource>,
    /// `None` where there are no sources: most loads have none.
    shared: Option<Arc<Shared>>,
    /// They have been called, so they have to be closed.
    is_called: AtomicBool,
}

/// One source that a program implements.
#[derive(Clone)]
pub(crate) struct CustomSource {
    /// Its index among all sources.
    pub(crate) index: usize,
    pub(crate) source: Arc<dyn Source>,
    unanswered: Arc<Mutex<Unanswered>>,
    /// Notified when a call has returned.
    background: Arc<Monitor<BackgroundCall>>,
    shared: Arc<Shared>,
}

/// The time that a reload in the background waits for sources. What they return after that is another reload's.
const BACKGROUND_WAIT: Duration = Duration::from_millis(100);

/// The call of one source for reloads that a change started.
#[derive(Default)]
struct BackgroundCall {
    is_running: bool,
    /// The source has something newer than the call sees.
    is_outdated: bool,
    /// The reload that called does not wait for it any more.
    is_abandoned: bool,
    /// A reload that was called for has called the source since: what this call brings is older.
    is_superseded: bool,
    /// Its result, until a reload takes it.
    result: Option<Result<SourceData, SourceError>>,
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
    /// Requests a reload for results that came late.
    reload: Mutex<Option<SourceSignal>>,
    reports: Mutex<Reports>,
}

impl Shared {
    fn new() -> Arc<Self> {
        let reports = Mutex::new(Reports::Kept(Vec::new()));
        Arc::new(Self { is_closed: AtomicBool::new(false), reload: Mutex::default(), reports })
    }
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
        returned: Receiver<Result<SourceData, SourceError>>,
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
        let mut shared = None;
        let mut sources = Vec::new();
        for (index, entry) in options.sources.iter().enumerate() {
            if let SourceSpec::Custom(source) = &entry.spec {
                let shared = shared.get_or_insert_with(Shared::new);
                sources.push(CustomSource {
                    index,
                    source: source.clone(),
                    unanswered: Arc::default(),
                    background: Arc::default(),
                    shared: shared.clone(),
                });
            }
        }
        Self { sources, shared, is_called: AtomicBool::new(false) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sources.is_empty()
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
        self.sources.iter().for_each(CustomSource::supersede);
        let begun: Vec<(&CustomSource, Call)> = self.sources.iter().map(|source| (source, source.begin(&context))).collect();
        let results = begun.into_iter().map(|(source, call)| source.answer(source.finish(call, &context)));
        Ok(results.collect())
    }

    /// The same for a reload that a change started, which must not wait for a source that hangs: those that have not returned
    /// after a moment are left out, and request another reload once they have. Costs two threads for each.
    pub(crate) fn load_in_background(&self, options: &LoadOptions, environment: &Environment) -> Result<CustomResults, Error> {
        let can_reload = self.shared.as_ref().is_some_and(|shared| shared.reload.lock().is_some());
        if !can_reload {
            return self.load(options, environment);
        }
        let context = source_context(options, environment)?;
        self.is_called.store(true, Ordering::Release);
        let deadline = Instant::now() + BACKGROUND_WAIT;
        self.sources.iter().for_each(|source| source.begin_in_background(&context));
        let results = self.sources.iter().filter_map(|source| Some(source.answer(source.take_in_background(deadline)?)));
        Ok(results.collect())
    }

    /// Sets what requests a reload for results that come late.
    #[cfg(feature = "watch")]
    pub(crate) fn reload_with(&self, reload: SourceSignal) {
        if let Some(shared) = &self.shared {
            *shared.reload.lock() = Some(reload);
        }
    }

    /// Sets the receiver of reports, and passes the kept ones to it.
    pub(crate) fn hear(&self, reporter: Reporter) {
        let Some(shared) = &self.shared else { return };
        let mut reports = shared.reports.lock();
        if let Reports::Kept(kept) = &mut *reports {
            std::mem::take(kept).into_iter().for_each(|(index, report)| reporter(index, report));
        }
        *reports = Reports::Heard(reporter);
    }

    /// Closes all sources; only the first call has an effect.
    pub(crate) fn close(&self) {
        let Some(shared) = &self.shared else { return };
        if shared.is_closed.swap(true, Ordering::AcqRel) || !self.is_called.load(Ordering::Acquire) {
            return;
        }
        for CustomSource { source, .. } in &self.sources {
            // A panic in one must not keep the others open.
            let _ = catch_unwind(AssertUnwindSafe(|| source.close()));
        }
    }
}

impl CustomSource {
    fn answer(&self, result: Result<SourceData, SourceError>) -> (usize, Result<SourceData, Error>) {
        (self.index, result.map_err(|cause| failed(self.source.name(), cause)))
    }

    /// Notes that it has something new: a call that is running, or whose result is not taken yet, may not have seen it.
    #[cfg(feature = "watch")]
    pub(crate) fn note_change(&self) {
        let mut background = self.background.lock();
        background.is_outdated = background.is_running || background.result.is_some();
    }

    /// What an abandoned call brings, or has brought, is older than what the source is called for now.
    fn supersede(&self) {
        let mut background = self.background.lock();
        if background.is_abandoned {
            background.result = None;
            background.is_superseded = background.is_running;
        }
    }

    /// Calls it, unless a call is running already.
    fn begin_in_background(&self, context: &SourceContext) {
        let mut background = self.background.lock();
        if background.is_running || background.result.is_some() {
            return;
        }
        *background = BackgroundCall { is_running: true, ..BackgroundCall::default() };
        let (source, own) = (self.clone(), context.clone());
        let work = move || source.end_in_background(source.finish(source.begin(&own), &own));
        if thread_builder("config-waiter").spawn(work).is_err() {
            background.is_running = false;
            background.result = Some(Err("no thread can be had to call it".into()));
        }
    }

    /// Keeps the result of a call for whoever takes it: the reload that waits for it, or one that is requested now.
    fn end_in_background(&self, result: Result<SourceData, SourceError>) {
        let mut background = self.background.lock();
        let BackgroundCall { is_abandoned, is_superseded, is_outdated, .. } = *background;
        let is_of_use = !is_superseded;
        let result = is_of_use.then_some(result);
        *background = BackgroundCall { is_outdated, is_abandoned, result, ..BackgroundCall::default() };
        drop(background);
        self.background.notify_all();
        if is_abandoned && (is_of_use || is_outdated) {
            self.shared.request_reload();
        }
    }

    /// The result of a call, waited for up to the deadline.
    fn take_in_background(&self, deadline: Instant) -> Option<Result<SourceData, SourceError>> {
        let mut background = self.background.lock();
        // A call that another reload has given up hangs, and is not waited for.
        while background.is_running && !background.is_abandoned {
            let is_over;
            (background, is_over) = self.background.wait(background, Some(deadline));
            background.is_abandoned = is_over;
        }
        background.is_abandoned = background.is_running;
        let result = background.result.take();
        if result.is_some() && std::mem::take(&mut background.is_outdated) {
            drop(background);
            self.shared.request_reload();
        }
        result
    }

    fn begin(&self, context: &SourceContext) -> Call {
        let timeout = self.source.timeout();
        if timeout == Duration::MAX {
            return Call::Waiting;
        }
        if let Some(since) = self.unanswered.lock().since {
            let message = format!("it has not answered for {} s", since.elapsed().as_secs());
            return Call::Refused(message.into());
        }
        let begun = Instant::now();
        let is_over = Arc::new(AtomicBool::new(false));
        let context = self.context_for(context, &is_over);
        let (sender, returned) = channel();
        let (own, unanswered, over) = (self.source.clone(), self.unanswered.clone(), is_over.clone());
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

    fn finish(&self, running: Call, context: &SourceContext) -> Result<SourceData, SourceError> {
        let (returned, deadline, timeout, is_over, begun) = match running {
            Call::Running { returned, deadline, timeout, is_over, begun } => (returned, deadline, timeout, is_over, begun),
            Call::Waiting => {
                let never = Arc::new(AtomicBool::new(false));
                return call(&*self.source, &self.context_for(context, &never));
            }
            Call::Refused(cause) => return Err(cause),
        };
        if let Ok(result) = returned.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            return result;
        }
        // The call answers under the same lock: it has answered already, or will find that it is too late.
        let mut unanswered = self.unanswered.lock();
        if let Ok(result) = returned.try_recv() {
            return result;
        }
        is_over.store(true, Ordering::Release);
        unanswered.calls += 1;
        unanswered.since.get_or_insert(begun);
        Err(format!("it has not answered within {} ms", timeout.as_millis()).into())
    }

    fn context_for(&self, context: &SourceContext, is_over: &Arc<AtomicBool>) -> SourceContext {
        let (shared, is_over) = (self.shared.clone(), is_over.clone());
        let (reports, index) = (self.shared.clone(), self.index);
        let call = SourceCall {
            is_cancelled: Arc::new(move || is_over.load(Ordering::Acquire) || shared.is_closed.load(Ordering::Acquire)),
            report: Arc::new(move |report| reports.report(index, report)),
        };
        SourceContext { call: Some(call), ..context.clone() }
    }
}

/// A load that is abandoned closes its sources.
impl Drop for CustomSources {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn request_reload(&self) {
        let reload = self.reload.lock().clone();
        if let Some(reload) = reload {
            reload();
        }
    }

    fn report(&self, index: usize, report: SourceReport) {
        let mut reports = self.reports.lock();
        let reporter = match &mut *reports {
            Reports::Kept(kept) => {
                // Only the last report of each source counts.
                kept.retain(|(other, _)| *other != index);
                kept.push((index, report));
                return;
            }
            Reports::Heard(reporter) => reporter.clone(),
        };
        drop(reports);
        // It calls listeners, which may report in turn.
        reporter(index, report);
    }
}

fn call(source: &dyn Source, context: &SourceContext) -> Result<SourceData, SourceError> {
    let _span = span!("source", name = &*mask_userinfo(source.name()).unwrap_or_else(|| source.name().to_owned()));
    let result = catch_unwind(AssertUnwindSafe(|| source.load_data(context)));
    let result = result.unwrap_or_else(|panic| Err(format!("it panicked: {}", panicked(&*panic)).into()));
    result.map(SourceData::limit_depth)
}
