//! The environment, directories and profiles that a load runs with.

use super::options::LoadOptions;
use crate::diagnostic::{Error, ErrorCode, Origin, SourceKind};
use crate::source::{BaseDirs, Environment, EnvironmentFilter, SourceContext, SourceSpec, check_name};
use std::collections::HashSet;
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

/// The most profiles of a load: each looks for files everywhere, and files are compared with all of them.
const MOST_PROFILES: usize = 1_000;

/// The profiles of a load: the selected ones, else those that the environment names. One that is named again applies where it is
/// named last.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION` for a name that cannot be part of a file name; `ERR_SUPERCONFIG_LIMIT` for more than 1,000.
pub(crate) fn profiles(options: &LoadOptions, environment: &Environment) -> Result<Vec<String>, Error> {
    let profiles = match &options.profiles {
        Some(configured) if configured.len() <= 1 => configured.clone(),
        Some(configured) => without_repeats(configured.iter().map(String::as_str)),
        None => {
            let named = |name| environment.get(name).filter(|value| !value.is_empty());
            let own = named("SUPERCONFIG_PROFILE");
            let chosen = own.or_else(|| if options.node_profile { named("NODE_ENV") } else { None });
            chosen.map(|list| without_repeats(list.split(',').map(str::trim))).unwrap_or_default()
        }
    };
    if profiles.len() > MOST_PROFILES {
        let error = Error::new(ErrorCode::Limit, format!("{} profiles are more than {MOST_PROFILES}", profiles.len()));
        return Err(match (&options.profiles, environment.get("SUPERCONFIG_PROFILE")) {
            (Some(_), _) => error,
            (None, own) => {
                let mut origin = Origin::new(SourceKind::Env, "env");
                let is_own = own.is_some_and(|value| !value.is_empty());
                origin.variable = Some(if is_own { "SUPERCONFIG_PROFILE" } else { "NODE_ENV" }.into());
                error.with_origin(origin)
            }
        });
    }
    profiles.iter().try_for_each(|name| check_name("profile", name))?;
    Ok(profiles)
}

/// The names in order, each where it is last.
fn without_repeats<'n>(names: impl DoubleEndedIterator<Item = &'n str>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut last: Vec<String> = names.rev().filter(|name| seen.insert(*name)).map(str::to_owned).collect();
    last.reverse();
    last
}

/// The context that a load passes to custom sources.
pub(crate) fn source_context(options: &LoadOptions, environment: &Environment) -> Result<SourceContext, Error> {
    let base_dirs = base_dirs(options, environment)?;
    let profiles = profiles(options, environment)?;
    Ok(SourceContext { cwd: base_dirs.cwd, home: base_dirs.home, profiles, environment: environment.clone(), call: None })
}
