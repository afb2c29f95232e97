//! A loaded configuration: the newest snapshot, and how to make the next one.

use crate::builder::Builder;
use crate::changes::changed;
use crate::environment::{Environment, capture};
use crate::error::{Error, ErrorCode};
use crate::explain::Explanation;
use crate::generation;
use crate::loader::Loader;
use crate::options::LoadOptions;
use crate::registry::{ConfigHandle, ConfigRegistry, HandleId, InsertOptions};
use crate::snapshot::Snapshot;
use crate::source::files::check_name;
use crate::value::Path;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use std::sync::{Arc, OnceLock, Weak};

/// A configuration that is loaded and can be reloaded; cloning shares it.
///
/// Reading never waits: a reload builds the next snapshot aside and swaps it in whole.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
/// assert_eq!(config.get::<u16>("server.port")?, 8080);
/// assert!(config.get::<u16>("server.prot").unwrap_err().hint().unwrap().contains("server.port"));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone)]
pub struct SuperConfig(Arc<Core>);

/// What all clones of one configuration share.
pub(crate) struct Core {
    handle: ConfigHandle<Arc<Snapshot>>,
    name: Option<Arc<str>>,
    /// Held for the length of a reload: reloads of one configuration queue up.
    loader: Mutex<Loader>,
    link: Arc<OnceLock<Weak<Core>>>,
}

/// What a reload did.
#[derive(Clone, Debug, PartialEq)]
pub struct Reload {
    /// The version now; the one before where nothing changed.
    pub version: u64,
    /// Sorted paths of the leaves that were set, changed or removed.
    pub changed: Vec<String>,
}

impl SuperConfig {
    /// Starts the description of a configuration.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn load(options: LoadOptions, environment: Environment) -> Result<Self, Error> {
        let name = options.name.clone();
        if let Some(name) = &name {
            check_name("configuration's name", name)?;
        }
        let mut loader = Loader::new(options, environment)?;
        let loaded = loader.load()?;
        let generation = generation::next();
        let link = Arc::new(OnceLock::new());
        let snapshot = Arc::new(Snapshot { version: 1, generation, loaded, core: link.clone() });
        let insert = InsertOptions { name: name.clone() };
        let handle = ConfigRegistry::global().insert_with(snapshot, insert)?;
        let core = Arc::new(Core { handle, name, loader: Mutex::new(loader), link });
        // The cell was made above and nobody else has filled it.
        let _ = core.link.set(Arc::downgrade(&core));
        generation::publish(core.handle.id().get(), generation);
        Ok(Self(core))
    }

    /// Opens a configuration that another part of this process loaded, by its name or its token.
    ///
    /// Costs one lookup; nothing is read again.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` when no such configuration is open.
    pub fn attach(name_or_token: &str) -> Result<Self, Error> {
        let registry = ConfigRegistry::global();
        let handle = match name_or_token.strip_prefix(TOKEN_PREFIX).and_then(|id| id.parse().ok()) {
            Some(id) => HandleId::from_raw(id).and_then(|id| registry.handle::<Arc<Snapshot>>(id)),
            None => registry.find::<Arc<Snapshot>>(name_or_token),
        };
        let core = handle.ok().and_then(|handle| handle.value().ok()?.core.get()?.upgrade());
        core.map(Self).ok_or_else(|| {
            Error::new(ErrorCode::Closed, format!("no open configuration has the name or token {name_or_token:?}"))
                .with_hint("load it first, with `name(…)`, in a part of this process that keeps it open")
        })
    }

    /// What [`SuperConfig::attach`] finds this configuration by, in this process only.
    pub fn token(&self) -> String {
        format!("{TOKEN_PREFIX}{}", self.id().get())
    }

    /// The name, if one was given.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The id of its entry in [`ConfigRegistry::global`]; never used again for another.
    pub fn id(&self) -> HandleId {
        self.0.handle.id()
    }

    /// The version: 1 after the first load, one more with each reload that changed something.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` after [`SuperConfig::close`].
    pub fn version(&self) -> Result<u64, Error> {
        Ok(self.snapshot()?.version())
    }

    /// The newest snapshot. Lock-free; costs one reference count.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED` after [`SuperConfig::close`].
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, Error> {
        match self.0.handle.value() {
            Ok(snapshot) => Ok(Arc::clone(&snapshot)),
            Err(_) => Err(Error::new(ErrorCode::Closed, "the configuration is closed")),
        }
    }

    /// Reads the value at a path as any type that serde knows.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_PATH` for an unknown path, with the nearest one; `ERR_SUPERCONFIG_TYPE` for a value that
    /// does not fit, with its origin.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.snapshot()?.get(&path.parse()?)
    }

    /// Reads the whole configuration as any type that serde knows.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_TYPE` for a value that does not fit, with its path and origin.
    pub fn extract<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.snapshot()?.get(&Path::new())
    }

    /// Tells where the value at a path comes from; see [`Snapshot::explain`].
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_PATH` for a path that no layer knows.
    pub fn explain(&self, path: &str) -> Result<Explanation, Error> {
        self.snapshot()?.explain(&path.parse()?)
    }

    /// Loads again, with the environment as it is now, and swaps the result in if anything differs.
    ///
    /// A file that did not change costs a `stat`. When anything fails the last good version stays in use.
    ///
    /// # Errors
    /// Those of [`Builder::load`], and `ERR_SUPERCONFIG_CLOSED` after [`SuperConfig::close`].
    pub fn reload(&self) -> Result<Reload, Error> {
        self.reload_with(None)
    }

    /// The environment as a reload needs it, captured on the calling thread, for reloading on another one.
    pub fn capture_environment(&self) -> Environment {
        capture(self.0.loader.lock().options())
    }

    /// [`SuperConfig::reload`] with an environment that was captured elsewhere; `None` captures it here.
    pub fn reload_with(&self, environment: Option<Environment>) -> Result<Reload, Error> {
        let mut loader = self.0.loader.lock();
        let previous = self.snapshot()?;
        let environment = environment.unwrap_or_else(|| capture(loader.options()));
        loader.set_environment(environment);
        let loaded = loader.load()?;
        let changed = changed(previous.value(), &loaded.value);
        if changed.is_empty() {
            return Ok(Reload { version: previous.version(), changed });
        }
        let generation = generation::next();
        let version = previous.version() + 1;
        let snapshot = Snapshot { version, generation, loaded, core: self.0.link.clone() };
        self.0.handle.update(Arc::new(snapshot))?;
        generation::publish(self.id().get(), generation);
        Ok(Reload { version, changed })
    }

    /// Ends the configuration for everybody in the process: every later read or reload is
    /// `ERR_SUPERCONFIG_CLOSED`. Snapshots taken before stay good. Dropping the last clone does the same.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Core {
    fn close(&self) {
        // An entry that is gone already was closed before, which is as good.
        if ConfigRegistry::global().remove(self.handle.id()).is_ok() {
            generation::publish(self.handle.id().get(), generation::next());
        }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.close();
    }
}

const TOKEN_PREFIX: &str = "superconfig:";
