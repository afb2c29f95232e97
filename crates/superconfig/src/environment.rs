//! The environment as it was when a load started.

use crate::options::{LoadOptions, SourceSpec};
use crate::warning::Warning;
use std::sync::Arc;

/// Environment variables, captured once on the thread that starts a load: a host that changes the environment while
/// another thread reads it is a data race.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Sorted by name, so that a look-up is a binary search and the order of the environment never matters.
    variables: Arc<[(Arc<str>, Arc<str>)]>,
    warnings: Vec<Warning>,
}

impl Environment {
    /// Captures what a load needs of the process's environment, or takes what the options give.
    pub(crate) fn capture(options: &LoadOptions) -> Self {
        if let Some(given) = &options.environment {
            return Self::from_list(given.clone());
        }
        let wanted = Wanted::by(options);
        let mut variables = Vec::new();
        let mut warnings = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| wanted.includes(name)) else { continue };
            match value.to_str() {
                Some(value) => variables.push((name.into(), value.into())),
                None => {
                    let message = format!("the environment variable {name} is not UTF-8 and was skipped");
                    warnings.push(Warning::new("env-encoding", message));
                }
            }
        }
        let mut environment = Self::from_list(variables);
        environment.warnings = warnings;
        environment
    }

    /// Takes variables as given; of two with one name the last counts.
    pub fn from_list(mut variables: Vec<(Arc<str>, Arc<str>)>) -> Self {
        variables.reverse();
        variables.sort_by(|one, other| one.0.cmp(&other.0));
        variables.dedup_by(|one, other| one.0 == other.0);
        Self { variables: variables.into(), warnings: Vec::new() }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&Arc<str>> {
        let at = self.variables.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(&self.variables[at].1)
    }

    /// All captured variables, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &(Arc<str>, Arc<str>)> {
        self.variables.iter()
    }

    /// What was found worth telling while capturing.
    pub(crate) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// Which variables a load can ask for; others are not copied.
enum Wanted<'a> {
    All,
    Some { prefixes: Vec<&'a str>, names: Vec<&'a str> },
}

/// Asked for by every load: profiles, the home directory and the places of discovery.
const ALWAYS: [&str; 8] =
    ["SUPERCONFIG_PROFILE", "NODE_ENV", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "APPDATA", "ProgramData"];

impl<'a> Wanted<'a> {
    fn by(options: &'a LoadOptions) -> Self {
        let mut prefixes = Vec::new();
        let mut names = ALWAYS.to_vec();
        for entry in &options.sources {
            match &entry.spec {
                // References and dotenv expansions may name any variable.
                SourceSpec::Dotenv => return Wanted::All,
                SourceSpec::Env(env) if env.prefix.is_empty() => return Wanted::All,
                SourceSpec::Env(env) => {
                    prefixes.push(&*env.prefix);
                    names.extend(env.mapping.iter().map(|(_, name)| &**name));
                }
                _ => {}
            }
        }
        if options.interpolate { Wanted::All } else { Wanted::Some { prefixes, names } }
    }

    fn includes(&self, name: &str) -> bool {
        match self {
            Wanted::All => true,
            Wanted::Some { prefixes, names } => {
                // `NAME_FILE` stands in for a mapped `NAME`.
                let base = name.strip_suffix("_FILE").unwrap_or(name);
                prefixes.iter().any(|prefix| name.starts_with(prefix)) || names.iter().any(|known| *known == name || *known == base)
            }
        }
    }
}
