//! Work on a thread of the host's pool.

use crate::error::to_napi;
use crate::pending::{self, Pending};
use napi::{Env, Result, Task};
use std::panic::{AssertUnwindSafe, catch_unwind};
use superconfig::{Builder, Environment, Error, ErrorCode, ReloadInputs, SuperConfig};

/// Reads and merges, and leaves publishing to JavaScript.
pub struct Prepare(Option<Preparation>);

enum Preparation {
    Load(Box<Builder>, Environment),
    Reload(SuperConfig, ReloadInputs),
}

impl Prepare {
    pub(crate) fn load(builder: Builder) -> Self {
        let environment = builder.capture_environment();
        Self(Some(Preparation::Load(Box::new(builder), environment)))
    }

    pub(crate) fn reload(config: SuperConfig, inputs: ReloadInputs) -> Self {
        Self(Some(Preparation::Reload(config, inputs)))
    }
}

impl Task for Prepare {
    type Output = Pending;
    type JsValue = u32;

    fn compute(&mut self) -> Result<Pending> {
        let preparation = self.0.take();
        caught(|| match preparation {
            Some(Preparation::Load(builder, environment)) => builder.prepare_with(environment).map(Box::new).map(Pending::Load),
            Some(Preparation::Reload(config, inputs)) => config.prepare_reload(inputs).map(Box::new).map(Pending::Reload),
            None => Err(Error::new(ErrorCode::Internal, "a load ran twice")),
        })
    }

    fn resolve(&mut self, _: Env, pending: Pending) -> Result<u32> {
        Ok(pending::keep(pending))
    }
}

/// A panic must not unwind into the host.
fn caught<T>(work: impl FnOnce() -> std::result::Result<T, Error>) -> Result<T> {
    let result = catch_unwind(AssertUnwindSafe(work));
    let result = result.unwrap_or_else(|_| Err(Error::new(ErrorCode::Internal, "the engine panicked; this is a bug")));
    result.map_err(|error| to_napi(&error))
}
