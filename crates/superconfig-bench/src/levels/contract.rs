//! Level 4: what `layers`, `status`, `warnings`, limits, reloads and errors need.

use super::Level;
use super::layer::Layer;
use super::sharing::{Sharing, SharingVersion, published};
use super::status::Status;
use crate::entry::Entry;
use crate::file::File;
use crate::kept::Kept;
use crate::source::Source;
use crate::walk::Size;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use superconfig::{Error, ErrorCode, Limits, Origin, SourceKind, Value, Warning};

/// The files of the last load by their paths.
type Files = HashMap<Arc<OsStr>, Arc<Source>, RandomState>;

/// Collects what is kept.
pub(crate) struct Contract {
    sharing: Sharing,
    limits: Limits,
    layers: Vec<Layer>,
    warnings: Vec<Warning>,
    files: Files,
}

/// What is kept of a version.
pub(crate) struct ContractVersion {
    pub(crate) kept: SharingVersion,
    pub(crate) layers: Box<[Layer]>,
    pub(crate) warnings: Vec<Warning>,
    #[expect(dead_code, reason = "what expands references would take from it")]
    size: Size,
}

/// What is kept of a configuration.
pub(crate) struct Core {
    #[expect(dead_code, reason = "it leaves the registry with this")]
    entry: Entry<ContractVersion>,
    /// Held by a load.
    #[expect(dead_code, reason = "a reload would use it")]
    loader: Mutex<Loader>,
    status: Mutex<Status>,
}

/// What the next load begins with.
struct Loader {
    #[expect(dead_code, reason = "a reload would look for its files")]
    files: Files,
    #[expect(dead_code, reason = "a reload would keep to them")]
    limits: Limits,
}

/// The reference of one thread, and the version that it reads.
pub(crate) struct ContractAttachment {
    pub(crate) core: Arc<Core>,
    pub(crate) pinned: Arc<ContractVersion>,
}

impl Core {
    pub(crate) fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Level for Contract {
    const LARGEST: usize = 64 << 20;

    fn begin(request: &str) -> Result<Self, Error> {
        let limits = Limits::default();
        limits.validate()?;
        let sharing = Sharing::begin(request)?;
        Ok(Self { sharing, limits, layers: Vec::with_capacity(4), warnings: Vec::new(), files: Files::default() })
    }

    fn before_file(&mut self) {
        self.sharing.before_file();
    }

    fn file(&mut self, file: &File<'_>) -> Result<Value, Error> {
        let value = self.sharing.parse(file)?;
        if value.as_table().is_none() {
            let message = format!("a layer must be a table of keys, and is of the kind {}", value.kind());
            return Err(Error::new(ErrorCode::Parse, message));
        }
        let source = self.sharing.add(file);
        self.layers.push(Layer::file(&source));
        self.files.insert(source.path.clone(), source);
        Ok(value)
    }

    fn in_file(error: Error, name: &str) -> Error {
        let known = error.origin().map(|origin| (origin.line, origin.column));
        let mut origin = Origin::new(SourceKind::File, name);
        (origin.line, origin.column) = known.unwrap_or_default();
        origin.file = Some(origin.source.clone());
        error.with_origin(origin)
    }

    fn variables(&mut self) {
        self.layers.push(Layer::environment());
    }

    fn after_files(&mut self) {
        self.sharing.after_files();
    }

    fn variable(&mut self, name: &str, text: &str) {
        self.sharing.variable(name, text);
    }

    fn keep(self, value: Value) -> Result<(Kept, [f64; 3]), Error> {
        let Self { sharing, limits, layers, warnings, files } = self;
        let size = Size::of(&value, &limits)?;
        let (kept, publishing) = sharing.version(value);
        let stages = kept.kept.stages;
        let entry = Entry::new(Arc::new(ContractVersion { kept, layers: layers.into(), warnings, size }))?;
        let pinned = Arc::clone(&*entry.version()?);
        let numbers = entry.numbers();
        let status = Status { loads: 1, last_load: SystemTime::now(), stages, last_error: None, sources: BTreeMap::new() };
        let core = Arc::new(Core { entry, loader: Mutex::new(Loader { files, limits }), status: Mutex::new(status) });
        core.status().stages = published(stages, publishing);
        Ok((Kept::Contract(ContractAttachment { core, pinned }), numbers))
    }
}
