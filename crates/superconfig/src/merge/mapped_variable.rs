//! Variables that set a path whatever their names are.

use std::sync::Arc;

/// The variables that set one path, by name: of those that are set the first counts.
///
/// ```
/// use superconfig::{EnvOptions, MappedVariable, SuperConfig, VariableFormat};
///
/// let flags = MappedVariable { format: Some(VariableFormat::Json), ..MappedVariable::from("FLAGS") };
/// let options = EnvOptions { mapping: vec![("flags".to_owned(), flags), ("port".to_owned(), ["APP_PORT", "PORT"].into())], ..EnvOptions::default() };
/// let config = SuperConfig::builder().environment([("PORT", "80"), ("FLAGS", r#"{ "new": true }"#)]).env_with(options).load()?;
/// assert_eq!((config.get::<u16>("port")?, config.get::<bool>("flags.new")?), (80, true));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedVariable {
    /// The names, the first one that is set winning.
    pub names: Vec<Arc<str>>,
    /// The format that the text is read in; without one as the type that the path has, else by inference.
    pub format: Option<VariableFormat>,
}

/// The format of a mapped variable's text.
///
/// ```
/// use superconfig::{EnvOptions, MappedVariable, SuperConfig, VariableFormat};
///
/// let build = MappedVariable { format: Some(VariableFormat::String), ..MappedVariable::from("BUILD") };
/// let options = EnvOptions { mapping: vec![("build".to_owned(), build)], ..EnvOptions::default() };
/// let config = SuperConfig::builder().environment([("BUILD", "20251101")]).env_with(options).load()?;
/// assert_eq!(config.get::<String>("build")?, "20251101");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableFormat {
    /// The text is one JSON value.
    Json,
    /// The text is the value.
    String,
    /// The text is one JSON number.
    Number,
    /// The text is `true false 1 0 yes no on off`, in any case.
    Boolean,
}

impl From<&str> for MappedVariable {
    fn from(name: &str) -> Self {
        Arc::<str>::from(name).into()
    }
}

impl From<Arc<str>> for MappedVariable {
    fn from(name: Arc<str>) -> Self {
        Self { names: vec![name], format: None }
    }
}

impl<const N: usize> From<[&str; N]> for MappedVariable {
    fn from(names: [&str; N]) -> Self {
        Self { names: names.map(Arc::from).into(), format: None }
    }
}
