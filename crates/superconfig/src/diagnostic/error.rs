//! The crate's error type, with its code, path, origin, snippet and issues.

use super::origin::{Origin, SourceKind};
use super::path::Path;
use super::printable::{printable_line, printable_text};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::fmt;
use std::sync::Arc;

/// The code of an error, the same in Rust, Node and Python.
///
/// ```
/// use superconfig::{ErrorCode, SuperConfig};
///
/// match SuperConfig::builder().file("not-there.toml").load().err().unwrap().code() {
///     ErrorCode::NotFound => {}
///     other => panic!("{other:?}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// A required file is not there.
    NotFound,
    /// A file is there but cannot be read: permission, directory, FIFO, symlink loop.
    Io,
    /// The text is not of its format.
    Parse,
    /// The format is unknown or cannot be detected.
    Format,
    /// A limit was passed: depth, size, YAML nodes.
    Limit,
    /// A directive was applied to something that is not an array or table.
    Merge,
    /// An environment variable is ambiguous, contradicts another or does not fit.
    Env,
    /// A command-line flag is ambiguous, contradicts another or does not fit.
    Args,
    /// A reference is unknown, unset or part of a cycle.
    Interpolation,
    /// A typed read or an extraction finds another type.
    Type,
    /// The path is unknown or malformed.
    Path,
    /// The schema or the validator rejected the merged values.
    Validation,
    /// A custom source failed.
    Source,
    /// A file could have been written by another user, and trust is strict.
    Trust,
    /// Watching cannot start, not even by polling.
    Watch,
    /// The configuration, handle or entry is closed, removed or expired.
    Closed,
    /// An asynchronous source or schema in a synchronous load.
    Async,
    /// A bad argument.
    Option,
    /// A panic, caught: a bug of this library.
    Internal,
}

impl ErrorCode {
    /// All codes, in their order.
    pub(crate) const ALL: [ErrorCode; 19] = [
        ErrorCode::NotFound,
        ErrorCode::Io,
        ErrorCode::Parse,
        ErrorCode::Format,
        ErrorCode::Limit,
        ErrorCode::Merge,
        ErrorCode::Env,
        ErrorCode::Args,
        ErrorCode::Interpolation,
        ErrorCode::Type,
        ErrorCode::Path,
        ErrorCode::Validation,
        ErrorCode::Source,
        ErrorCode::Trust,
        ErrorCode::Watch,
        ErrorCode::Closed,
        ErrorCode::Async,
        ErrorCode::Option,
        ErrorCode::Internal,
    ];

    /// The code as text, e.g. `ERR_SUPERCONFIG_NOT_FOUND`.
    ///
    /// ```
    /// assert_eq!(superconfig::ErrorCode::NotFound.as_str(), "ERR_SUPERCONFIG_NOT_FOUND");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::NotFound => "ERR_SUPERCONFIG_NOT_FOUND",
            ErrorCode::Io => "ERR_SUPERCONFIG_IO",
            ErrorCode::Parse => "ERR_SUPERCONFIG_PARSE",
            ErrorCode::Format => "ERR_SUPERCONFIG_FORMAT",
            ErrorCode::Limit => "ERR_SUPERCONFIG_LIMIT",
            ErrorCode::Merge => "ERR_SUPERCONFIG_MERGE",
            ErrorCode::Env => "ERR_SUPERCONFIG_ENV",
            ErrorCode::Args => "ERR_SUPERCONFIG_ARGS",
            ErrorCode::Interpolation => "ERR_SUPERCONFIG_INTERPOLATION",
            ErrorCode::Type => "ERR_SUPERCONFIG_TYPE",
            ErrorCode::Path => "ERR_SUPERCONFIG_PATH",
            ErrorCode::Validation => "ERR_SUPERCONFIG_VALIDATION",
            ErrorCode::Source => "ERR_SUPERCONFIG_SOURCE",
            ErrorCode::Trust => "ERR_SUPERCONFIG_TRUST",
            ErrorCode::Watch => "ERR_SUPERCONFIG_WATCH",
            ErrorCode::Closed => "ERR_SUPERCONFIG_CLOSED",
            ErrorCode::Async => "ERR_SUPERCONFIG_ASYNC",
            ErrorCode::Option => "ERR_SUPERCONFIG_OPTION",
            ErrorCode::Internal => "ERR_SUPERCONFIG_INTERNAL",
        }
    }
}

/// Serializes as its text.
impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The text that stands for a secret.
pub(crate) const REDACTED: &str = "[redacted]";

/// Every failure of this crate: a code, a message, and where in which file or variable it comes from.
///
/// Printing gives the position first, then the message, then the source line and a hint where there is one. Cloning is not
/// cheap; errors are for the failure path.
///
/// ```
/// use superconfig::{ErrorCode, Format, parse};
///
/// let error = parse("port = = 1", Format::Toml).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::Parse);
/// assert_eq!(error.origin().unwrap().line, Some(1));
/// ```
#[derive(Clone)]
pub struct Error(Box<Details>);

#[derive(Clone)]
struct Details {
    code: ErrorCode,
    message: String,
    path: Option<Path>,
    origin: Option<Origin>,
    issues: Vec<Issue>,
    snippet: Option<String>,
    hint: Option<String>,
    cause: Option<String>,
}

/// One of several problems reported together: a value that a schema or a type refuses.
///
/// ```
/// use superconfig::{Format, SuperConfig};
///
/// let config = SuperConfig::builder().text("port = 'http'", Format::Toml).load()?;
/// let error = config.extract::<std::collections::HashMap<String, u16>>().unwrap_err();
/// assert_eq!(error.issues()[0].path.to_string(), "port");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Issue {
    /// The value's path.
    pub path: Path,
    /// The problem, in one sentence.
    pub message: String,
    /// The expected kind or format, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The value found instead, redacted for secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The origin of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// A hint how to fix it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Issue {
    /// Makes an issue; the reporter adds the value's origin.
    ///
    /// ```
    /// let issue = superconfig::Issue::new("server.port".parse()?, "expected an integer from 1 to 65535");
    /// assert!(issue.origin.is_none());
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn new(path: Path, message: impl Into<String>) -> Self {
        Self { path, message: message.into(), expected: None, found: None, origin: None, hint: None }
    }
}

impl Issue {
    /// Writes what was expected and found, unless the message says so or it is a secret.
    fn write_types(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_said = |text: &str| self.message.to_lowercase().contains(&text.to_lowercase());
        // Of a key that must not be there the value does not matter.
        if self.message.contains("` is unknown") {
            return Ok(());
        }
        if let Some(expected) = self.expected.as_deref().filter(|text| !is_said(text)) {
            write!(f, ", expected {expected}")?;
        }
        let is_value = |text: &&str| *text != REDACTED && *text != "a table" && !text.starts_with("an array of");
        match self.found.as_deref().filter(is_value) {
            Some(found) if !is_said(found) => write!(f, ", found {found}"),
            _ => Ok(()),
        }
    }
}

impl Error {
    /// Makes an error; the rest is added with the `with_` methods. What a terminal would obey is escaped in its texts, and
    /// so are ends of lines in the message and the hint.
    ///
    /// ```
    /// use superconfig::{Error, ErrorCode};
    ///
    /// let error = Error::new(ErrorCode::Option, "the port is taken");
    /// assert_eq!(error.message(), "the port is taken");
    /// ```
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let message = printable_line(message.into());
        Self(Box::new(Details {
            code,
            message,
            path: None,
            origin: None,
            issues: Vec::new(),
            snippet: None,
            hint: None,
            cause: None,
        }))
    }

    /// An error whose message may have several lines, as a schema's.
    pub(crate) fn from_lines(code: ErrorCode, message: String) -> Self {
        let mut error = Self::new(code, "");
        error.0.message = printable_text(message);
        error
    }

    /// Adds the path of the value in question.
    ///
    /// ```
    /// use superconfig::{Error, ErrorCode};
    ///
    /// let error = Error::new(ErrorCode::Option, "the port is taken").with_path("server.port".parse()?);
    /// assert_eq!(error.path().unwrap().to_string(), "server.port");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    #[must_use]
    pub fn with_path(mut self, path: Path) -> Self {
        self.0.path = Some(path);
        self
    }

    /// Adds the origin.
    ///
    /// ```
    /// use superconfig::{Error, ErrorCode, Origin, SourceKind};
    ///
    /// let error = Error::new(ErrorCode::Option, "the port is taken").with_origin(Origin::new(SourceKind::File, "app.toml"));
    /// assert_eq!(&*error.origin().unwrap().source, "app.toml");
    /// ```
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.0.origin = Some(origin);
        self
    }

    /// Adds the source line with the position marked. The caller has redacted it.
    ///
    /// ```
    /// use superconfig::{Error, ErrorCode};
    ///
    /// let error = Error::new(ErrorCode::Option, "the port is taken").with_snippet(Some("port = 80".to_owned()));
    /// assert_eq!(error.snippet(), Some("port = 80"));
    /// ```
    #[must_use]
    pub fn with_snippet(mut self, snippet: Option<String>) -> Self {
        self.0.snippet = snippet;
        self
    }

    /// Adds a hint how to fix it.
    ///
    /// ```
    /// use superconfig::{Error, ErrorCode};
    ///
    /// let error = Error::new(ErrorCode::Option, "the port is taken").with_hint("choose another");
    /// assert_eq!(error.hint(), Some("choose another"));
    /// ```
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(printable_line(hint.into()));
        self
    }

    /// Adds the message of the underlying failure.
    ///
    /// ```
    /// use superconfig::{Error, ErrorCode};
    ///
    /// let error = Error::new(ErrorCode::Option, "the port is taken").with_cause("address in use");
    /// assert_eq!(error.cause(), Some("address in use"));
    /// ```
    #[must_use]
    pub fn with_cause(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(printable_text(cause.to_string()));
        self
    }

    /// Adds the single problems that this error reports together.
    ///
    /// ```
    /// use superconfig::{Error, ErrorCode, Issue};
    ///
    /// let issues = vec![Issue::new("port".parse()?, "expected an integer")];
    /// assert_eq!(Error::new(ErrorCode::Validation, "one value is wrong").with_issues(issues).issues().len(), 1);
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    #[must_use]
    pub fn with_issues(mut self, issues: Vec<Issue>) -> Self {
        let printable = |issue: Issue| Issue {
            message: printable_text(issue.message),
            expected: issue.expected.map(printable_text),
            found: issue.found.map(printable_text),
            hint: issue.hint.map(printable_line),
            ..issue
        };
        self.0.issues = issues.into_iter().map(printable).collect();
        self
    }

    /// This error with each path and the texts about it as a function leaves them.
    #[must_use]
    pub(crate) fn with_visible_paths(mut self, cut: &dyn Fn(&mut Path, &mut [&mut String])) -> Self {
        let Details { path, message, hint, cause, issues, .. } = &mut *self.0;
        if let Some(path) = path {
            let mut texts: Vec<&mut String> = [Some(message), hint.as_mut(), cause.as_mut()].into_iter().flatten().collect();
            cut(path, &mut texts);
        }
        for Issue { path, message, hint, .. } in issues {
            let mut texts: Vec<&mut String> = [Some(message), hint.as_mut()].into_iter().flatten().collect();
            cut(path, &mut texts);
        }
        self
    }

    /// One error for all problems of a kind; a single one stays as it is, and none is no error.
    pub(crate) fn together(code: ErrorCode, what: &str, problems: Vec<Error>) -> Result<(), Error> {
        if problems.len() < 2 {
            return problems.into_iter().next().map_or(Ok(()), Err);
        }
        let message = format!("{} {what}", problems.len());
        Err(Error::new(code, message).with_issues(problems.into_iter().flat_map(Error::into_issues).collect()))
    }

    /// The problems that the error reports: its issues, or the error itself as one.
    pub(crate) fn into_issues(self) -> Vec<Issue> {
        let Details { message, path, origin, issues, hint, .. } = *self.0;
        if !issues.is_empty() {
            return issues;
        }
        vec![Issue { path: path.unwrap_or_default(), message, expected: None, found: None, origin, hint }]
    }

    /// Says whose text the error is about, and keeps the position in it.
    #[must_use]
    pub(crate) fn in_source(mut self, kind: SourceKind, source: &Arc<str>, file: Option<Arc<str>>) -> Self {
        let mut origin = Origin::new(kind, source.clone());
        if let Some(known) = &self.0.origin {
            (origin.line, origin.column) = (known.line, known.column);
        }
        origin.file = file;
        self.0.origin = Some(origin);
        self
    }

    /// The code, the same in every language.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let error = SuperConfig::builder().text("port = ", Format::Toml).load().err().unwrap();
    /// assert_eq!(error.code(), superconfig::ErrorCode::Parse);
    /// ```
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The problem, in one sentence, without its position.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let error = SuperConfig::builder().text("port = ", Format::Toml).load().err().unwrap();
    /// assert!(!error.message().contains('\n'));
    /// ```
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The path of the value in question.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.get::<u16>("server.prot").unwrap_err().path().unwrap().to_string(), "server.prot");
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_ref()
    }

    /// The layer, file and position, or variable, that the error comes from.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let error = SuperConfig::builder().text("port = ", Format::Toml).load().err().unwrap();
    /// assert_eq!(error.origin().unwrap().line, Some(1));
    /// ```
    pub fn origin(&self) -> Option<&Origin> {
        self.0.origin.as_ref()
    }

    /// All problems, where one error reports several.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let error = SuperConfig::builder().text("port = ", Format::Toml).load().err().unwrap();
    /// assert!(error.issues().is_empty());
    /// ```
    pub fn issues(&self) -> &[Issue] {
        &self.0.issues
    }

    /// The source line with the position marked; redacted.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let error = SuperConfig::builder().text("port = ", Format::Toml).load().err().unwrap();
    /// assert!(error.snippet().unwrap().contains("port ="));
    /// ```
    pub fn snippet(&self) -> Option<&str> {
        self.0.snippet.as_deref()
    }

    /// A hint how to fix it.
    ///
    /// ```
    /// use superconfig::{Format, SuperConfig};
    ///
    /// let config = SuperConfig::builder().text("[server]\nport = 8080", Format::Toml).load()?;
    /// assert_eq!(config.get::<u16>("server.prot").unwrap_err().hint(), Some("did you mean `server.port`?"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The message of the underlying failure.
    ///
    /// ```
    /// use superconfig::{Error, ErrorCode};
    ///
    /// let error = Error::new(ErrorCode::Option, "the port is taken").with_cause("address in use");
    /// assert_eq!(error.cause(), Some("address in use"));
    /// ```
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = &*self.0;
        if let Some(origin) = &details.origin {
            write!(f, "{origin}: ")?;
        }
        if let Some(path) = &details.path {
            write_path(f, path, &details.message)?;
        }
        f.write_str(&details.message)?;
        if let [issue] = &details.issues[..] {
            issue.write_types(f)?;
        }
        // A single issue is the error itself.
        for issue in details.issues.iter().filter(|_| details.issues.len() > 1) {
            f.write_str("\n  ")?;
            if let Some(origin) = &issue.origin {
                write!(f, "{origin}: ")?;
            }
            write_path(f, &issue.path, &issue.message)?;
            f.write_str(&issue.message)?;
            issue.write_types(f)?;
            if let Some(hint) = &issue.hint {
                write!(f, "; {hint}")?;
            }
        }
        if let Some(snippet) = &details.snippet {
            write!(f, "\n{snippet}")?;
        }
        if let Some(cause) = &details.cause {
            write!(f, "\n  cause: {cause}")?;
        }
        if let Some(hint) = &details.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// Writes the path that a message is about, unless the message names it.
fn write_path(f: &mut fmt::Formatter<'_>, path: &Path, message: &str) -> fmt::Result {
    if path.is_empty() || message.contains(&format!("`{path}`")) {
        return Ok(());
    }
    write!(f, "{path}: ")
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.0.code.as_str())
    }
}

impl std::error::Error for Error {}

/// Serializes as `{ code, message, rendered, path, origin, issues, snippet, hint, cause }`, without what is not known; `rendered`
/// is what printing gives.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Details { code, message, path, origin, issues, snippet, hint, cause } = &*self.0;
        let mut fields = serializer.serialize_struct("Error", 9)?;
        fields.serialize_field("code", code)?;
        fields.serialize_field("message", message)?;
        fields.serialize_field("rendered", &self.to_string())?;
        if let Some(path) = path {
            fields.serialize_field("path", path)?;
        }
        if let Some(origin) = origin {
            fields.serialize_field("origin", origin)?;
        }
        fields.serialize_field("issues", issues)?;
        for (name, text) in [("snippet", snippet), ("hint", hint), ("cause", cause)] {
            if let Some(text) = text {
                fields.serialize_field(name, text)?;
            }
        }
        fields.end()
    }
}
