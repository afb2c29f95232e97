//! Work on a thread of the host's pool.

use crate::attachment::open;
use crate::describe;
use crate::error::to_napi;
use napi::{Env, Result, Task};
use std::panic::{AssertUnwindSafe, catch_unwind};
use superconfig::{Builder, Environment, Error, ErrorCode, SuperConfig};

/// Loads a configuration.
pub struct Load(Option<(Builder, Environment)>);

impl Load {
    pub(crate) fn new(builder: Builder) -> Self {
        let environment = builder.capture_environment();
        Self(Some((builder, environment)))
    }
}

impl Task for Load {
    type Output = SuperConfig;
    type JsValue = Vec<f64>;

    fn compute(&mut self) -> Result<SuperConfig> {
        let Some((builder, environment)) = self.0.take() else {
            return Err(to_napi(&Error::new(ErrorCode::Internal, "a load ran twice")));
        };
        caught(|| builder.load_with(environment))
    }

    fn resolve(&mut self, _: Env, config: SuperConfig) -> Result<Vec<f64>> {
        open(config)
    }
}

/// Reloads a configuration.
pub struct Reload(SuperConfig, Option<Environment>);

impl Reload {
    pub(crate) fn new(config: SuperConfig, environment: Environment) -> Self {
        Self(config, Some(environment))
    }
}

impl Task for Reload {
    type Output = superconfig::Reload;
    type JsValue = String;

    fn compute(&mut self) -> Result<superconfig::Reload> {
        let environment = self.1.take();
        caught(|| self.0.reload_with(environment))
    }

    fn resolve(&mut self, _: Env, reload: superconfig::Reload) -> Result<String> {
        Ok(describe::reload(&reload))
    }
}

/// A panic must not unwind into the host.
fn caught<T>(work: impl FnOnce() -> std::result::Result<T, Error>) -> Result<T> {
    let result = catch_unwind(AssertUnwindSafe(work));
    let result = result.unwrap_or_else(|_| Err(Error::new(ErrorCode::Internal, "the engine panicked; this is a bug")));
    result.map_err(|error| to_napi(&error))
}
