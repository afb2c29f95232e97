//! The state shared by all clones of a configuration: the newest version, and the order of its loads.

use super::counters::{LOADS, RELOADS};
use super::event::{Event, Events, Failure};
use super::live_handle::Followers;
use super::snapshot::{Snapshot, closed};
use super::source_status::SourceStatus;
use super::status::{Health, SourceNews};
use super::token;
use crate::diagnostic::{Error, ErrorCode, span};
use crate::load::{CustomSources, LoadOptions, LoadRecord, Loader, PendingLoad, SerialJobs};
use crate::registry::{ConfigHandle, ConfigRegistry, HandleId, InsertOptions, generation};
#[cfg(feature = "watch")]
use crate::source::{Dependencies, InProgress};
use crate::source::{Environment, LayerStatus};
use parking_lot::Mutex;
use std::any::Any;
use std::ops::Deref;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock, Weak};

/// Keeps a configuration open: the last one that goes closes it. Whoever only works for a configuration, such as a thread that
/// reads its files, holds the [`Core`] instead, so that work that never ends keeps nothing open.
pub(crate) struct Keeper(Arc<Core>);

impl Keeper {
    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.0
    }
}

impl Deref for Keeper {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.0
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.close();
    }
}

pub(crate) struct Core {
    pub(super) handle: ConfigHandle<Arc<Snapshot>>,
    pub(crate) options: Arc<LoadOptions>,
    /// Held while the sources are read and merged: reloads of one configuration queue up.
    pub(super) loader: Mutex<Loader>,
    /// The last turn that was drawn.
    pub(super) turns: AtomicU64,
    /// As captured for the newest turn.
    pub(super) environment: Mutex<(u64, Arc<Environment>)>,
    pub(super) progress: Mutex<Progress>,
    pub(super) custom_sources: CustomSources,
    /// The keeper, for the snapshots, by which `attach` finds it.
    pub(super) owner: Arc<OnceLock<Weak<dyn Any + Send + Sync>>>,
    pub(super) followers: Followers,
    /// Made with the first listener.
    pub(super) events: OnceLock<Arc<Events>>,
    pub(super) health: Mutex<Health>,
    /// Made with the first job.
    jobs: OnceLock<Arc<SerialJobs>>,
    /// The watcher, once watching has started.
    #[cfg(feature = "watch")]
    pub(super) watched: OnceLock<Arc<dyn WatchHooks>>,
    #[cfg(feature = "watch")]
    pub(super) in_progress: Option<Arc<InProgress>>,
}

/// The hooks of a watched configuration. The watcher, which knows configurations, implements them.
#[cfg(feature = "watch")]
pub(super) trait WatchHooks: Send + Sync {
    /// A load has read everything. True when it has to be discarded, because it is one in the `background` whose files may
    /// not belong together: another one is requested after a while.
    fn loaded(&self, record: &LoadRecord, background: bool) -> bool;

    /// Nothing came of a load in the background.
    fn thrown_away(&self);

    /// A load was requested of the host, and it has not made one.
    fn is_requested(&self) -> bool;

    /// The configuration is closed.
    fn closed(&self);
}

/// The progress of loads. A load counts for nothing before it is published: it can be discarded.
pub(super) struct Progress {
    /// The load that was published last, and what that version was made of.
    pub(super) published: LoadRecord,
    /// The newest load since that failed for good, which listeners were notified of.
    pub(super) failed: Option<LoadRecord>,
}

/// The first load of a configuration, with what its reloads need.
pub(super) struct FirstLoad {
    pub(super) options: Arc<LoadOptions>,
    pub(super) environment: Arc<Environment>,
    pub(super) custom_sources: CustomSources,
    pub(super) loader: Loader,
    pub(super) loaded: Box<PendingLoad>,
    pub(super) record: LoadRecord,
}

/// Checks that a configuration can have a name: that of another one only with `replace`, that of anything else never.
fn check_free(registry: &ConfigRegistry, name: &str, replace: bool) -> Result<(), Error> {
    let holder = match registry.find::<Arc<Snapshot>>(name) {
        Ok(handle) if !replace => handle,
        Err(error) if error.code() == ErrorCode::Type => {
            let message = format!("the name {name:?} is that of an entry of the registry which is no configuration");
            return Err(Error::new(ErrorCode::Option, message).with_hint("remove that entry first, or take another name"));
        }
        _ => return Ok(()),
    };
    let sources: Vec<String> = holder.value().map_or_else(
        |_| Vec::new(),
        |snapshot| {
            let found = snapshot.layers().iter().filter(|layer| layer.status == LayerStatus::Found);
            found.map(|layer| layer.file.as_ref().unwrap_or(&layer.name).to_string()).take(4).collect()
        },
    );
    let token = token::token(holder.id());
    let message = format!("the name {name:?} is taken by the open configuration {token}, loaded from {}", sources.join(", "));
    Err(Error::new(ErrorCode::Option, message)
        .with_hint("close that one first, or take the name over from it with the option `replace`"))
}

impl Core {
    /// Puts a first version into the registry.
    pub(super) fn publish(load: FirstLoad) -> Result<Arc<Keeper>, Error> {
        let FirstLoad { options, environment, custom_sources, loader, loaded, record } = load;
        let _span = span!("publish");
        let (mut timings, publishing) = (loaded.timings, loaded.stage_began);
        let generation = generation::next();
        let owner = Arc::new(OnceLock::new());
        let health = Health::new(&options, record.number);
        #[cfg(feature = "watch")]
        let in_progress = loader.in_progress();
        let snapshot = Arc::new(Snapshot { version: 1, generation, loaded: loaded.result, owner: owner.clone() });
        let insert = InsertOptions { name: options.name.clone(), ..InsertOptions::default() };
        let registry = ConfigRegistry::global();
        let replace = options.replace_name;
        if let Some(name) = &options.name {
            check_free(registry, name, replace)?;
        }
        let handle = registry.insert_named(snapshot, insert, |snapshot, meter| snapshot.measure(meter), replace)?;
        let keeper = Arc::new(Keeper(Arc::new(Core {
            handle,
            options,
            loader: Mutex::new(loader),
            turns: AtomicU64::new(0),
            environment: Mutex::new((0, environment)),
            progress: Mutex::new(Progress { published: record, failed: None }),
            custom_sources,
            owner,
            followers: Followers::default(),
            events: OnceLock::new(),
            health: Mutex::new(health),
            jobs: OnceLock::new(),
            #[cfg(feature = "watch")]
            watched: OnceLock::new(),
            #[cfg(feature = "watch")]
            in_progress,
        })));
        // The cell was made above and is still empty.
        let weak: Weak<Keeper> = Arc::downgrade(&keeper);
        let _ = keeper.owner.set(weak);
        if !keeper.custom_sources.is_empty() {
            let core = Arc::downgrade(keeper.core());
            keeper.custom_sources.hear(Arc::new(move |source, report| {
                if let Some(core) = core.upgrade() {
                    let news = core.health.lock().report(source, report);
                    core.report_news(news.unwrap_or_default());
                }
            }));
        }
        generation::publish(keeper.id().get(), generation);
        timings.publish = publishing.elapsed();
        LOADS.observe(&timings);
        keeper.health.lock().record_timings(timings);
        Ok(keeper)
    }

    /// The newest snapshot.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED`.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, Error> {
        match self.handle.value() {
            Ok(snapshot) => Ok(Arc::clone(&snapshot)),
            Err(_) => Err(closed()),
        }
    }

    pub(crate) fn id(&self) -> HandleId {
        self.handle.id()
    }

    /// Work that waits for files, one piece at a time.
    pub(super) fn jobs(&self) -> &Arc<SerialJobs> {
        self.jobs.get_or_init(Arc::default)
    }

    /// Delivers events to the listeners, if there have been any.
    pub(super) fn notify(&self, happened: impl IntoIterator<Item = Event>) {
        if let Some(events) = self.events.get() {
            happened.into_iter().for_each(|event| events.add(event));
            events.dispatch();
        }
    }

    /// Records that a reload failed for good, and notifies listeners.
    pub(super) fn failed(&self, error: Error, record: &LoadRecord, background: bool) -> Error {
        RELOADS.fail(&error);
        let mut progress = self.progress.lock();
        let newest = progress.failed.as_ref().map_or(progress.published.number, |failed| failed.number);
        if record.number > newest {
            progress.failed = Some(record.clone());
        }
        drop(progress);
        self.report_failure(&error, record, background);
        error
    }

    pub(super) fn report_failure(&self, error: &Error, record: &LoadRecord, background: bool) {
        let is_news = self.health.lock().failed(record.number, error);
        // A repeated failure is reported only to a caller. After a configuration is closed there are no more events.
        if (is_news || !background) && self.snapshot().is_ok() {
            self.notify([Event::Failed(Failure { error: error.clone(), background })]);
        }
    }

    /// Notifies listeners of what a source's report changes.
    pub(super) fn report_news(&self, news: SourceNews) {
        if let (Some(error), true) = (news.failure, self.snapshot().is_ok()) {
            self.notify([Event::Failed(Failure { error, background: true })]);
        }
        self.report_sources(news.changed);
    }

    /// Notifies listeners of sources whose state has changed.
    pub(super) fn report_sources(&self, changed: impl IntoIterator<Item = SourceStatus>) {
        let mut changed = changed.into_iter().peekable();
        if changed.peek().is_some() && self.snapshot().is_ok() {
            self.notify(changed.map(Event::SourceChanged));
        }
    }

    /// The dependencies of the newest load that has ended: that was published, or has failed for good. A discarded load does
    /// not count.
    #[cfg(feature = "watch")]
    pub(super) fn known_dependencies(&self) -> Option<Arc<Dependencies>> {
        let progress = self.progress.lock();
        progress.failed.as_ref().unwrap_or(&progress.published).dependencies.clone()
    }

    pub(super) fn close(&self) {
        // A removed entry was closed before, which is as good.
        if ConfigRegistry::global().remove(self.handle.id()).is_ok() {
            #[cfg(feature = "watch")]
            if let Some(watched) = self.watched.get() {
                watched.closed();
            }
            self.custom_sources.close();
            self.followers.end();
            self.notify([Event::Closed]);
        }
    }
}
