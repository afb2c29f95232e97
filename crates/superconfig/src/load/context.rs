//! The environment, directories and profiles that a load runs with.

use super::options::LoadOptions;
use crate::diagnostic::{Error, ErrorCode};
use crate::source::{BaseDirs, Environment, EnvironmentFilter, SourceContext, SourceSpec, check_name};
use std::path::PathBuf;

/// Captures the variables that a load can look up on the calling thread, or takes those that the options give.
pub(crate) fn capture(options: &LoadOptions) -> Environment {
    if let Some(configured) = &options.environment {
        return Environment::from_pairs(configured.iter().cloned());
    }
    let mut filter = EnvironmentFilter { all: options.interpolate, ..EnvironmentFilter::default() };
    for entry in &options.sources {
        match &entry.spec {
            // Expansions in dotenv files may name any variable.
            SourceSpec::Dotenv(_) => filter.all = true,
            // A custom source may look up any variable.
            SourceSpec::Custom(_) => filter.all = true,
            SourceSpec::Env(env) if env.prefix.is_empty() && !env.mapped_only => filter.all = true,
            SourceSpec::Env(env) => {
                filter.prefixes.extend((!env.mapped_only).then(|| env.prefix.clone()));
                filter.names.extend(env.mapping.iter().flat_map(|(_, variable)| variable.names.iter().cloned()));
            }
            #[cfg(feature = "discovery")]
            SourceSpec::Discover { .. } => filter.names.extend(crate::source::VARIABLES.map(Into::into)),
            _ => {}
        }
    }
    Environment::capture(&filter)
}

/// The directories that relative paths and `~` resolve to in a load.
///
/// # Errors
/// `ERR_SUPERCONFIG_IO` when the process's working directory is needed and does not exist.
pub(crate) fn base_dirs(options: &LoadOptions, environment: &Environment) -> Result<BaseDirs, Error> {
    let cwd = match &options.cwd {
        Some(cwd) if cwd.is_absolute() => cwd.clone(),
        configured => {
            let process = std::env::current_dir()
                .map_err(|error| Error::new(ErrorCode::Io, format!("the working directory is not there: {error}")))?;
            configured.as_ref().map_or_else(|| process.clone(), |cwd| process.join(cwd))
        }
    };
    let set = |name| environment.get(name).filter(|value| !value.is_empty());
    let from_environment = || set("HOME").or_else(|| set("USERPROFILE"));
    let home = options.home.clone().or_else(|| from_environment().map(|home| PathBuf::from(&**home)));
    // Joining leaves absolute paths alone.
    let (home, root) = (home.map(|home| cwd.join(home)), options.root.as_ref().map(|root| cwd.join(root)));
    Ok(BaseDirs { cwd, home, root })
}

/// The profiles of a load: the selected ones, else those that the environment names.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION` for a name that cannot be part of a file name.
pub(crate) fn profiles(options: &LoadOptions, environment: &Environment) -> Result<Vec<String>, Error> {
    let profiles = match &options.profiles {
        Some(configured) => configured.clone(),
        None => {
            let named = |name| environment.get(name).filter(|value| !value.is_empty());
            let own = named("SUPERCONFIG_PROFILE");
            let chosen = own.or_else(|| if options.node_profile { named("NODE_ENV") } else { None });
            chosen.map(|list| list.split(',').map(|name| name.trim().to_owned()).collect()).unwrap_or_default()
        }
    };
    profiles.iter().try_for_each(|name| check_name("profile", name))?;
    Ok(profiles)
}

/// The context that a load passes to custom sources.
pub(crate) fn source_context(options: &LoadOptions, environment: &Environment) -> Result<SourceContext, Error> {
    let base_dirs = base_dirs(options, environment)?;
    let profiles = profiles(options, environment)?;
    Ok(SourceContext { cwd: base_dirs.cwd, home: base_dirs.home, profiles, environment: environment.clone(), call: None })
}
