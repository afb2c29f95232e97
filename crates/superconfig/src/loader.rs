//! From a description to merged values: reads, parses, merges. Keeps what it parsed for the next load.

use crate::environment::Environment;
use crate::error::{Error, ErrorCode};
use crate::explain::Explanation;
use crate::file_cache::FileCache;
use crate::format::{self, Format};
use crate::layer::{Content, Document, Layer, Variable, Variables};
use crate::merge::{self, MergeOptions, Merged};
use crate::options::{EnvOptions, LoadOptions, SourceEntry, SourceSpec};
use crate::origin::{Origin, SourceKind};
use crate::secrets::SecretRules;
use crate::source::{self, Candidate, Looked, Places};
use crate::value::{Path, Segment, Value};
use crate::warning::Warning;
use std::sync::Arc;

/// What one load gave.
pub(crate) struct Loaded {
    pub value: Value,
    pub layers: Vec<Layer>,
    pub merged: Merged,
    pub warnings: Vec<Warning>,
    pub profiles: Vec<String>,
    /// Every file that was looked for, in order.
    pub looked: Vec<Looked>,
    pub rules: Arc<Rules>,
}

/// What stays the same from load to load, made once from the options.
pub(crate) struct Rules {
    pub merge: MergeOptions,
    pub secrets: SecretRules,
}

pub(crate) struct Loader {
    options: LoadOptions,
    rules: Arc<Rules>,
    environment: Environment,
    cache: FileCache,
}

/// What is gathered while the sources are read in order.
#[derive(Default)]
struct Gathered {
    layers: Vec<Layer>,
    warnings: Vec<Warning>,
    looked: Vec<Looked>,
}

impl Loader {
    pub(crate) fn new(options: LoadOptions, environment: Environment) -> Result<Self, Error> {
        options.limits.validate()?;
        let merge = MergeOptions::new(&options.arrays, options.limits)?;
        let secrets = SecretRules::new(&options.secrets)?;
        Ok(Self { options, rules: Arc::new(Rules { merge, secrets }), environment, cache: FileCache::default() })
    }

    pub(crate) fn options(&self) -> &LoadOptions {
        &self.options
    }

    pub(crate) fn set_environment(&mut self, environment: Environment) {
        self.environment = environment;
    }

    /// Reads all sources and merges them; unchanged files are taken from the last load.
    pub(crate) fn load(&mut self) -> Result<Loaded, Error> {
        let loaded = self.load_all();
        self.cache.end_load(loaded.is_ok());
        loaded
    }
}
