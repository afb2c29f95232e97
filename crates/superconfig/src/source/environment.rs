//! The environment variables, captured when a load starts.

use crate::diagnostic::{Origin, SourceKind, Warning};
use crate::merge::Variable;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

/// A filter of the variables that a load can need; the others are not even copied.
#[derive(Clone, Debug, Default)]
pub(crate) struct EnvironmentFilter {
    /// Takes every variable: interpolation and sources without a prefix can look up any.
    pub(crate) all: bool,
    /// The prefixes of sources.
    pub(crate) prefixes: Vec<Arc<str>>,
    /// Names of single variables, also with `_FILE` after the name.
    pub(crate) names: Vec<Arc<str>>,
}

/// Needed by every load: the profile and the home directory.
const ALWAYS: [&str; 4] = ["SUPERCONFIG_PROFILE", "NODE_ENV", "HOME", "USERPROFILE"];

impl EnvironmentFilter {
    fn wants(&self, name: &[u8]) -> bool {
        let named =
            |wanted: &Arc<str>| name.strip_prefix(wanted.as_bytes()).is_some_and(|rest| rest.is_empty() || rest == b"_FILE");
        if ALWAYS.iter().any(|always| always.as_bytes() == name) {
            return true;
        }
        self.all || self.prefixes.iter().any(|prefix| name.starts_with(prefix.as_bytes())) || self.names.iter().any(named)
    }
}

/// The meaning of an empty environment variable.
///
/// ```
/// use superconfig::{EmptyVariable, EnvOptions, Format, SuperConfig};
///
/// let options = EnvOptions { prefix: "APP".into(), empty: EmptyVariable::Unset, ..EnvOptions::default() };
/// let builder = SuperConfig::builder().environment([("APP_HOST", "")]).text("host = 'localhost'", Format::Toml);
/// assert_eq!(builder.env_with(options).load()?.get::<String>("host")?, "localhost");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmptyVariable {
    /// Sets text and new keys to the empty text, and leaves anything else alone, with the warning `empty-value`.
    #[default]
    Keep,
    /// Counts as not set: a `.env` file may set it.
    Unset,
}

/// Up to this many variables are searched in order.
const INDEX_FROM: usize = 128;

/// Variables by name, each name once.
///
/// ```
/// use superconfig::{Environment, SuperConfig};
///
/// let environment = Environment::from_pairs([("APP_PORT", "80")]);
/// assert_eq!(SuperConfig::builder().env("APP").load_with(environment)?.get::<u16>("port")?, 80);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    variables: Vec<(Arc<str>, Arc<str>)>,
    /// Built on the first lookup in a long list. Apart, as few lists are long.
    index: OnceLock<Arc<HashMap<Arc<str>, usize>>>,
    /// One warning for each variable that is not UTF-8 and was skipped.
    pub(crate) warnings: Vec<Warning>,
}

/// Prints the names alone: values are often secrets, whatever their names say.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment ")?;
        f.debug_set().entries(self.variables.iter().map(|(name, _)| name)).finish()
    }
}

impl Environment {
    /// Copies the process's variables that the filter wants.
    ///
    /// Reads with the standard library, whose lock excludes `std::env::set_var`. Other code that changes the environment meanwhile,
    /// such as `setenv` of C in another thread, is excluded by the contract of `set_var`; a host language with threads that do so
    /// captures the environment itself. Costs one look-up for each name, or one copy of the environment where there are prefixes.
    pub(crate) fn capture(filter: &EnvironmentFilter) -> Self {
        let mut environment = Environment::default();
        if filter.all || !filter.prefixes.is_empty() {
            let wanted = std::env::vars_os().filter(|(name, _)| filter.wants(name.as_encoded_bytes()));
            wanted.for_each(|(name, value)| environment.insert(&name, &value));
            return environment;
        }
        let names = filter.names.iter().flat_map(|name| [name.to_string(), format!("{name}_FILE")]);
        for name in ALWAYS.map(str::to_owned).into_iter().chain(names) {
            if let Some(value) = std::env::var_os(&name) {
                environment.insert(name.as_ref(), &value);
            }
        }
        environment
    }

    /// Takes variables that were given instead of the process's; of two equal names the last counts.
    ///
    /// ```
    /// use superconfig::{Environment, SuperConfig};
    ///
    /// let environment = Environment::from_pairs([("APP_PORT", "80")]);
    /// assert_eq!(SuperConfig::builder().env("APP").load_with(environment)?.get::<u16>("port")?, 80);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn from_pairs<K: Into<Arc<str>>, V: Into<Arc<str>>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut variables: Vec<(Arc<str>, Arc<str>)> =
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        // A stable sort keeps equal names in order, so the last of each run is the last that was given.
        variables.sort_by(|(a, _), (b, _)| a.cmp(b));
        variables.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        Environment { variables, ..Environment::default() }
    }

    /// The environment for several to hold; all that have no variables share one.
    pub(crate) fn share(self) -> Arc<Self> {
        static NONE: LazyLock<Arc<Environment>> = LazyLock::new(Arc::default);
        if self.variables.is_empty() && self.warnings.is_empty() { NONE.clone() } else { Arc::new(self) }
    }

    /// The environment without the variables that a program has put there itself, each where it still has that value.
    ///
    /// ```
    /// use superconfig::{Environment, SuperConfig};
    ///
    /// let environment = Environment::from_pairs([("APP_A", "1"), ("APP_B", "2")]).without(&[("APP_A", "1"), ("APP_B", "0")]);
    /// let config = SuperConfig::builder().env("APP").load_with(environment)?;
    /// assert!(config.get::<u8>("a").is_err() && config.get::<u8>("b")? == 2);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn without(mut self, own: &[(impl AsRef<str>, impl AsRef<str>)]) -> Self {
        let own: HashMap<&str, &str> = own.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        self.variables.retain(|(name, value)| own.get(&**name) != Some(&&**value));
        self.index = OnceLock::new();
        self
    }

    /// Adds the warning `invalid-encoding` for each of the variables that the capture left out, because their bytes are not
    /// UTF-8.
    ///
    /// ```
    /// use superconfig::{Environment, SuperConfig};
    ///
    /// let environment = Environment::from_pairs([("APP_PORT", "80")]).with_skipped(["APP_NAME"]);
    /// let config = SuperConfig::builder().env("APP").load_with(environment)?;
    /// assert_eq!(config.snapshot()?.warnings()[0].code, "invalid-encoding");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    #[must_use]
    pub fn with_skipped<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        names.into_iter().for_each(|name| self.skip(name.as_ref()));
        self
    }

    fn skip(&mut self, name: &str) {
        let message = format!("the variable {name} is not valid UTF-8 and is skipped");
        self.warnings.push(Warning::new("invalid-encoding", message));
    }

    fn insert(&mut self, name: &OsStr, value: &OsStr) {
        match (name.to_str(), value.to_str()) {
            (Some(name), Some(value)) => self.variables.push((name.into(), value.into())),
            _ => self.skip(&name.to_string_lossy()),
        }
    }

    /// The value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<str>> {
        if self.variables.len() <= INDEX_FROM {
            return self.variables.iter().find(|(own, _)| **own == *name).map(|(_, value)| value);
        }
        let index = self.index.get_or_init(|| {
            // Of equal names the first counts, as in the C library.
            Arc::new(self.variables.iter().enumerate().rev().map(|(at, (name, _))| (Arc::clone(name), at)).collect())
        });
        index.get(name).map(|at| &self.variables[*at].1)
    }

    /// All variables.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.variables.iter().map(|(name, value)| (name, value))
    }

    /// The variables of a layer: these, and those of dotenv files that are not set here.
    pub(crate) fn variables(&self, source: &Arc<str>, dotenv: &[Variable], empty: EmptyVariable) -> Vec<Variable> {
        let is_set = |value: &str| empty == EmptyVariable::Keep || !value.is_empty();
        let own = self.variables.iter().filter(|(_, value)| is_set(value)).map(|(name, value)| {
            let mut origin = Origin::new(SourceKind::Env, Arc::clone(source));
            origin.variable = Some(Arc::clone(name));
            Variable { name: Arc::clone(name), value: Arc::clone(value), origin }
        });
        let is_free = |name: &str| !self.get(name).is_some_and(|value| is_set(value));
        let others = dotenv.iter().filter(|variable| is_set(&variable.value) && is_free(&variable.name)).cloned();
        own.chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_what_the_standard_library_sees() {
        let captured = Environment::capture(&EnvironmentFilter { all: true, ..EnvironmentFilter::default() });
        let mut expected: Vec<_> = std::env::vars().collect();
        let mut found: Vec<_> = captured.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        expected.sort();
        found.sort();
        assert!(!found.is_empty());
        assert_eq!(found, expected);
    }

    #[test]
    fn keeps_only_what_is_wanted() {
        let captured = Environment::capture(&EnvironmentFilter { names: vec!["PATH".into()], ..EnvironmentFilter::default() });
        assert!(captured.get("PATH").is_some());
        assert!(
            captured
                .iter()
                .all(|(name, _)| ["PATH", "HOME", "USERPROFILE", "NODE_ENV", "SUPERCONFIG_PROFILE"].contains(&&**name))
        );
        let filter = EnvironmentFilter { prefixes: vec!["APP".into()], names: vec!["DB".into()], all: false };
        for (name, wanted) in
            [("APP_X", true), ("HOME", true), ("XAPP_", false), ("DB", true), ("DB_FILE", true), ("DB_X", false), ("D", false)]
        {
            assert_eq!(filter.wants(name.as_bytes()), wanted, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf8_is_skipped_with_a_warning() {
        use std::os::unix::ffi::OsStrExt;
        let mut environment = Environment::default();
        environment.insert(OsStr::new("APP_X"), OsStr::from_bytes(b"\xff"));
        environment.insert(OsStr::new("APP_Y"), OsStr::new("fine"));
        assert_eq!(environment.get("APP_X"), None);
        assert_eq!(environment.get("APP_Y").map(|value| &**value), Some("fine"));
        assert_eq!(environment.warnings[0].code, "invalid-encoding");
        assert!(environment.warnings[0].message.contains("APP_X"));
    }

    #[test]
    fn last_of_equal_names_wins_and_environment_beats_dotenv() {
        let environment = Environment::from_pairs([("B", "1"), ("A", "2"), ("B", "3")]);
        assert_eq!(environment.get("B").map(|value| &**value), Some("3"));
        assert_eq!(environment.iter().count(), 2);
        let dotenv =
            |name: &str| Variable { name: name.into(), value: "file".into(), origin: Origin::new(SourceKind::Dotenv, ".env") };
        let variables = environment.variables(&"env".into(), &[dotenv("A"), dotenv("C")], EmptyVariable::Keep);
        let list: Vec<_> = variables.iter().map(|variable| (&*variable.name, &*variable.value)).collect();
        assert_eq!(list, [("A", "2"), ("B", "3"), ("C", "file")]);
        assert_eq!(variables[0].origin.variable.as_deref(), Some("A"));
    }
}
