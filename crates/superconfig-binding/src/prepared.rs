//! Loads in two steps, so that a host can validate the values before they are published.

use crate::big_integers::BigIntegers;
use crate::checked_output::CheckedOutput;
use crate::encoded_value::Segments;
use serde::Deserialize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use superconfig::{
    Builder, Derivation, Environment, Error, ErrorCode, Issue, Path, PreparedLoad, PreparedReload, Reload, ReloadInputs,
    SuperConfig, Value,
};

/// A load or reload that is about to begin, with everything that has to come from the host's own thread.
///
/// ```
/// use superconfig::{Format, SuperConfig};
/// use superconfig_binding::{Committed, Preparation};
///
/// let preparation = Preparation::load(SuperConfig::builder().text("port = 80", Format::Toml));
/// let prepared = std::thread::spawn(|| preparation.run()).join().unwrap()?;
/// let Committed::Opened(config) = prepared.commit(None)? else { panic!("it is a first load") };
/// assert_eq!(config.get::<u16>("port")?, 80);
/// # Ok::<(), superconfig::Error>(())
/// ```
pub enum Preparation {
    /// The first version.
    Load(Builder, Environment),
    /// The next version.
    Reload(SuperConfig, ReloadInputs),
}

impl Preparation {
    /// A first load; captures the environment.
    pub fn load(builder: Builder) -> Self {
        let environment = builder.capture_environment();
        Self::Load(builder, environment)
    }

    /// Reads and merges, on any thread, which may have to wait for the file system.
    ///
    /// # Errors
    /// Those of [`Builder::load`].
    pub fn run(self) -> Result<Prepared, Error> {
        Ok(match self {
            Self::Load(builder, environment) => Prepared::Load(builder.prepare_with(environment)?),
            Self::Reload(config, inputs) => Prepared::Reload(Box::new(config.prepare_reload(inputs)?)),
        })
    }

    /// [`Preparation::run`] on another thread, which passes the result to `done`. It delays no other configuration, and the
    /// end of the process does not wait for it.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    /// use superconfig_binding::Preparation;
    ///
    /// let preparation = Preparation::load(SuperConfig::builder().text("port = 80", Format::Toml));
    /// let (sender, prepared) = std::sync::mpsc::channel();
    /// preparation.start(move |prepared| sender.send(prepared).unwrap_or_default());
    /// assert!(prepared.recv().expect("it is always called").is_ok());
    /// ```
    pub fn start(self, done: impl FnOnce(Result<Prepared, Error>) + Send + 'static) {
        match self {
            Self::Load(builder, environment) => builder.prepare_then(environment, |prepared| done(prepared.map(Prepared::Load))),
            Self::Reload(config, inputs) => {
                config.prepare_reload_then(inputs, |prepared| done(prepared.map(|prepared| Prepared::Reload(Box::new(prepared)))))
            }
        }
    }

    /// [`Preparation::start`], which also publishes the merged values on that thread: comparing large versions, and dropping one,
    /// takes as long as reading them.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    /// use superconfig_binding::{Committed, Preparation};
    ///
    /// let preparation = Preparation::load(SuperConfig::builder().text("port = 80", Format::Toml));
    /// let (sender, committed) = std::sync::mpsc::channel();
    /// preparation.start_and_commit(move |committed| sender.send(committed).unwrap_or_default());
    /// assert!(matches!(committed.recv().expect("it is always called"), Ok(Committed::Opened(_))));
    /// ```
    pub fn start_and_commit(self, done: impl FnOnce(Result<Committed, Error>) + Send + 'static) {
        self.start(|prepared| {
            let committed = catch_unwind(AssertUnwindSafe(|| prepared?.commit(None)));
            // A panic is a bug, and no reason to leave the caller without an answer.
            done(committed.unwrap_or_else(|_| Err(Error::new(ErrorCode::Internal, "the engine panicked; this is a bug"))));
        });
    }
}

/// A version that is read and merged and not published; dropping it discards it.
pub enum Prepared {
    /// The first one.
    Load(PreparedLoad),
    /// The next one.
    Reload(Box<PreparedReload>),
}

/// The result of [`Prepared::commit`].
pub enum Committed {
    /// Opened a configuration.
    Opened(SuperConfig),
    /// Replaced its version, or found that nothing differs.
    Reloaded(Reload),
}

/// A problem that the host's check reports.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportedIssue {
    path: Segments,
    message: String,
    expected: Option<String>,
    found: Option<String>,
    /// The path's last key must not be there.
    unknown: bool,
    /// The keys that may be there, where the check knows them; else those of the JSON Schema.
    known: Option<Vec<String>>,
}

impl ReportedIssue {
    /// The problem as the engine takes it; `unknown_key` makes that of a key that must not be there, of its path and the keys that may.
    ///
    /// ```
    /// use superconfig::{FieldNames, Issue};
    /// use superconfig_binding::ReportedIssue;
    /// use superconfig_binding::options::OptionReader;
    ///
    /// let text = r#"{ "path": ["port"], "message": "too low", "expected": "1 or more" }"#;
    /// let reported: ReportedIssue = OptionReader::new(FieldNames::Exact).parse(text, "issue")?;
    /// let issue = reported.into_issue(|path, _| Issue::new(path, "unknown"));
    /// assert_eq!((&*issue.message, issue.expected.as_deref()), ("too low", Some("1 or more")));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn into_issue(self, unknown_key: impl FnOnce(Path, Option<&[String]>) -> Issue) -> Issue {
        let Self { path: Segments(path), message, expected, found, unknown, known } = self;
        let issue = if unknown { unknown_key(path, known.as_deref()) } else { Issue::new(path, message) };
        Issue { expected, found, ..issue }
    }
}

impl Prepared {
    /// The merged values, for the host to check.
    pub fn value(&self) -> &Value {
        match self {
            Self::Load(prepared) => prepared.value(),
            Self::Reload(prepared) => prepared.value(),
        }
    }

    /// The next layer that the host has to compute before the values are complete, and its values are [`Prepared::derive`]d.
    ///
    /// # Errors
    /// Those of [`PreparedLoad::derivation`] and [`PreparedReload::derivation`].
    pub fn derivation(&self) -> Result<Option<Derivation>, Error> {
        match self {
            Self::Load(prepared) => prepared.derivation(),
            Self::Reload(prepared) => prepared.derivation(),
        }
    }

    /// Takes the values of the next layer that the host computes, or why there are none.
    ///
    /// # Errors
    /// Those of [`PreparedLoad::derive`] and [`PreparedReload::derive`].
    pub fn derive(&mut self, result: Result<Value, String>) -> Result<(), Error> {
        match self {
            Self::Load(prepared) => prepared.derive(result),
            Self::Reload(prepared) => prepared.derive(result),
        }
    }

    /// Publishes the version; with `output`, readers get that instead of the merged values.
    ///
    /// # Errors
    /// Those of [`PreparedLoad::commit`] and [`PreparedReload::commit`].
    pub fn commit(mut self, output: Option<CheckedOutput>) -> Result<Committed, Error> {
        let output = output.map(|CheckedOutput { value, big_integers }| {
            if !big_integers.is_empty() {
                self.annotate(Arc::new(big_integers));
            }
            value
        });
        match self {
            Self::Load(prepared) => prepared.commit(output).map(Committed::Opened),
            Self::Reload(prepared) => prepared.commit(output).map(Committed::Reloaded),
        }
    }

    fn annotate(&mut self, big_integers: Arc<BigIntegers>) {
        match self {
            Self::Load(prepared) => prepared.annotate(big_integers),
            Self::Reload(prepared) => prepared.annotate(big_integers),
        }
    }

    /// Discards it for what the host's check found, and gives the error that says so: with the origins that the values come
    /// from, and secrets masked.
    pub fn refuse(self, issues: Vec<ReportedIssue>) -> Error {
        let unknown_key = |path, known: Option<&[String]>| match &self {
            Self::Load(prepared) => prepared.unknown_key(path, known),
            Self::Reload(prepared) => prepared.unknown_key(path, known),
        };
        let issues = issues.into_iter().map(|reported| reported.into_issue(unknown_key)).collect();
        match self {
            Self::Load(prepared) => prepared.refuse(issues),
            Self::Reload(prepared) => prepared.refuse(issues),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::OptionReader;
    use superconfig::{FieldNames, Format, Table};

    fn issues(json: &str) -> Vec<ReportedIssue> {
        OptionReader::new(FieldNames::CamelCase).parse(json, "discard").unwrap()
    }

    fn builder() -> Builder {
        let schema = superconfig::parse(r#"{"properties":{"server":{"properties":{"port":{}}}}}"#, Format::Json).unwrap();
        SuperConfig::builder().text("[server]\nprot = 80", Format::Toml).json_schema(schema)
    }

    fn open(prepared: Prepared) -> SuperConfig {
        match prepared.commit(None).unwrap() {
            Committed::Opened(config) => config,
            Committed::Reloaded(_) => panic!("it is a first load"),
        }
    }

    #[test]
    fn a_first_version_and_the_next() {
        let prepared = Preparation::load(builder()).run().unwrap();
        assert!(prepared.value().as_table().unwrap().contains_key("server"));
        let config = open(prepared);
        let next = || Preparation::Reload(config.clone(), ReloadInputs::default()).run().unwrap();
        assert!(next().value().as_table().unwrap().contains_key("server"));
        let output = Value::Table(Table::from_iter([("a", Value::Integer(1))]));
        match next().commit(Some(output.into())).unwrap() {
            Committed::Reloaded(reload) => assert_eq!((reload.version, reload.changed.len()), (2, 2)),
            Committed::Opened(_) => panic!("it is the next version"),
        }
        assert_eq!(next().commit(Some(Value::Null.into())).err().unwrap().code(), ErrorCode::Option);
    }

    #[test]
    fn refused_issues_have_origins_and_suggestions_for_unknown_keys() {
        let given = r#"[{"path":["server","prot"],"message":"x","unknown":true},{"path":["server"],"message":"no","expected":"a b","found":"a c"}]"#;
        for prepared in [
            Preparation::load(builder()).run().unwrap(),
            Preparation::Reload(builder().load().unwrap(), ReloadInputs::default()).run().unwrap(),
        ] {
            let error = prepared.refuse(issues(given));
            let [unknown, other] = error.issues() else { panic!("{error}") };
            assert_eq!((&*unknown.message, unknown.hint.as_deref()), ("the key `prot` is unknown", Some("did you mean `port`?")));
            assert_eq!(unknown.origin.as_ref().unwrap().line, Some(2));
            assert_eq!((other.expected.as_deref(), other.found.as_deref()), (Some("a b"), Some("a c")));
        }
        let hint = |known: &str| {
            let given = format!(r#"[{{"path":["server","prot"],"unknown":true,"known":{known}}}]"#);
            let error = Preparation::load(builder()).run().unwrap().refuse(issues(&given));
            error.issues()[0].hint.clone()
        };
        assert_eq!(hint(r#"["pro","host"]"#).as_deref(), Some("did you mean `pro`?"));
        assert_eq!(hint(r#"["zzz"]"#), None);
        let beside = SuperConfig::builder().text("port = 1\nprot = 2", Format::Toml);
        let error = Preparation::load(beside).run().unwrap().refuse(issues(r#"[{"path":["prot"],"unknown":true}]"#));
        assert_eq!(error.hint(), Some("did you mean `port`?"), "of the keys beside it");
        let element = Preparation::load(builder()).run().unwrap().refuse(issues(r#"[{"path":[3],"unknown":true}]"#));
        assert_eq!(element.message(), "the element is unknown");
    }
}
