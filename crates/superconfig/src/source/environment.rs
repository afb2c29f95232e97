//! The environment variables, captured when a load starts.

use crate::diagnostic::{Origin, SourceKind, Warning};
use crate::merge::Variable;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::sync::{Arc, OnceLock};

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

impl EnvironmentFilter {
    fn wants(&self, name: &[u8]) -> bool {
        // Needed by every load: the profile and the home directory.
        if matches!(name, b"SUPERCONFIG_PROFILE" | b"NODE_ENV" | b"HOME" | b"USERPROFILE") {
            return true;
        }
        let named =
            |wanted: &Arc<str>| name.strip_prefix(wanted.as_bytes()).is_some_and(|rest| rest.is_empty() || rest == b"_FILE");
        self.all || self.prefixes.iter().any(|prefix| name.starts_with(prefix.as_bytes())) || self.names.iter().any(named)
    }
}

/// What an empty environment variable means.
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
    /// It sets text and new keys to the empty text, and leaves anything else alone, with the warning `empty-value`.
    #[default]
    Keep,
    /// It counts as not set: a `.env` file may set it.
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
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: Vec<(Arc<str>, Arc<str>)>,
    /// Built on the first lookup in a long list.
    index: OnceLock<HashMap<Arc<str>, usize>>,
    /// One warning for each variable that is not UTF-8 and was skipped.
    pub(crate) warnings: Vec<Warning>,
}

impl Environment {
    /// Copies the process's variables that the filter wants. Must run on the thread that the host language changes its
    /// environment on. Costs one pass over the environment, and an allocation only for what is wanted.
    pub(crate) fn capture(filter: &EnvironmentFilter) -> Self {
        let mut environment = Environment::default();
        process::for_each(|name, value| {
            if filter.wants(name.as_encoded_bytes()) {
                environment.insert(name, value);
            }
        });
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

    fn insert(&mut self, name: &OsStr, value: &OsStr) {
        match (name.to_str(), value.to_str()) {
            (Some(name), Some(value)) => self.variables.push((name.into(), value.into())),
            _ => {
                let message = format!("the variable {} is not valid UTF-8 and is skipped", name.to_string_lossy());
                self.warnings.push(Warning::new("invalid-encoding", message));
            }
        }
    }

    /// The value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<str>> {
        if self.variables.len() <= INDEX_FROM {
            return self.variables.iter().find(|(own, _)| **own == *name).map(|(_, value)| value);
        }
        let index = self.index.get_or_init(|| {
            // Of equal names the first counts, as in the C library.
            self.variables.iter().enumerate().rev().map(|(at, (name, _))| (Arc::clone(name), at)).collect()
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

#[cfg(unix)]
mod process {
    use std::ffi::{CStr, OsStr};
    use std::os::unix::ffi::OsStrExt;

    #[cfg(not(target_vendor = "apple"))]
    fn environ() -> *const *const std::ffi::c_char {
        unsafe extern "C" {
            static environ: *const *const std::ffi::c_char;
        }
        // SAFETY: POSIX defines `environ`; only the pointer is read here.
        unsafe { environ }
    }

    #[cfg(target_vendor = "apple")]
    fn environ() -> *const *const std::ffi::c_char {
        unsafe extern "C" {
            fn _NSGetEnviron() -> *const *const *const std::ffi::c_char;
        }
        // SAFETY: the function is always there on Apple's systems and gives a valid pointer to `environ`.
        unsafe { *_NSGetEnviron() }
    }

    /// Calls back with each variable. `std::env::vars_os` copies all of them first, which costs more than the rest of a
    /// small load.
    pub(super) fn for_each(mut call: impl FnMut(&OsStr, &OsStr)) {
        let mut entry = environ();
        if entry.is_null() {
            return;
        }
        loop {
            // SAFETY: `environ` is an array of pointers to NUL-terminated texts that ends with a null pointer. Changing
            // the environment while other threads read it is excluded by the contract of `std::env::set_var` and of
            // `setenv`, and a host language that does it anyway does it on the thread that calls this.
            let text = unsafe {
                if (*entry).is_null() {
                    return;
                }
                let text = CStr::from_ptr(*entry).to_bytes();
                entry = entry.add(1);
                text
            };
            // A name is never empty, so a leading `=` belongs to it, as in the standard library.
            if let Some(at) = text.iter().skip(1).position(|byte| *byte == b'=') {
                call(OsStr::from_bytes(&text[..=at]), OsStr::from_bytes(&text[at + 2..]));
            }
        }
    }
}

#[cfg(not(unix))]
mod process {
    use std::ffi::OsStr;

    /// Calls back with each variable.
    pub(super) fn for_each(mut call: impl FnMut(&OsStr, &OsStr)) {
        std::env::vars_os().for_each(|(name, value)| call(&name, &value));
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
    fn of_equal_names_the_last_counts_and_the_environment_beats_dotenv() {
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
