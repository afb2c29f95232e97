//! What a load needs of the environment.

use crate::options::{LoadOptions, SourceSpec};
pub(crate) use crate::source::environment::Environment;
use crate::source::environment::EnvironmentFilter;

/// Captures the variables that a load can ask for on the calling thread, or takes what the options give.
pub(crate) fn capture(options: &LoadOptions) -> Environment {
    if let Some(given) = &options.environment {
        return Environment::from_pairs(given.iter().cloned());
    }
    let mut filter = EnvironmentFilter { all: options.interpolate, ..EnvironmentFilter::default() };
    for entry in &options.sources {
        match &entry.spec {
            // Expansions in dotenv files may name any variable.
            SourceSpec::Dotenv => filter.all = true,
            SourceSpec::Env(env) if env.prefix.is_empty() => filter.all = true,
            SourceSpec::Env(env) => {
                filter.prefixes.push(env.prefix.clone());
                filter.names.extend(env.mapping.iter().map(|(_, name)| name.clone()));
            }
            _ => {}
        }
    }
    Environment::capture(&filter)
}
