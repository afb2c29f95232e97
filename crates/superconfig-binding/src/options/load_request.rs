//! A first load as a host asks for it.

use super::kinds::{CapturedEnvironment, take_part};
use super::load_options::LoadOptions;
use super::option_reader::OptionReader;
use super::source_options::SourceOptions;
use superconfig::{Builder, Environment, Error, ErrorCode};

/// A first load as a host asks for it.
pub struct LoadRequest {
    /// Its sources and options.
    pub builder: Builder,
    /// What it runs with: the environment that the program chose, else the one that the host captured; empty without both.
    pub environment: Environment,
    /// Whether the host checks each version before it is published.
    pub validated: bool,
}

impl LoadRequest {
    /// Reads JSON text of [`LoadOptions`], or, in brief, one whose sources have no options and whose only own option is the working
    /// directory: that, the number of sources, then the kind of each and the text that it is made of, each of these ended by NUL, which JSON
    /// text does not hold; then the text of the [`CapturedEnvironment`], where it is not given by itself. Most loads are such, and reading
    /// JSON would take them longer than parsing a small file. The sources and options are added to those of a builder. Costs one pass.
    ///
    /// # Errors
    /// Those of [`OptionReader::parse`], [`LoadOptions::into_builder`] and [`CapturedEnvironment::parse`], and `ERR_SUPERCONFIG_OPTION` for
    /// a kind of source that is not made of one text.
    ///
    /// ```
    /// use superconfig::{FieldNames, SuperConfig};
    /// use superconfig_binding::options::{CapturedEnvironment, LoadRequest, OptionReader};
    ///
    /// let reader = OptionReader::new(FieldNames::CamelCase);
    /// let captured = "1\00\0APP_PORT\080\0";
    /// let json = r#"{ "cwd": "/srv", "sources": [{ "env": { "prefix": "APP" } }] }"#;
    /// for (text, captured) in [
    ///     (format!("/srv\01\0env\0APP\0{captured}"), None),
    ///     (json.to_owned(), Some(CapturedEnvironment::parse(captured)?)),
    /// ] {
    ///     let LoadRequest { builder, environment, .. } = LoadRequest::read(&text, captured, SuperConfig::builder(), reader)?;
    ///     assert_eq!(builder.load_with(environment)?.get::<u16>("port")?, 80);
    /// }
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    pub fn read(
        text: &str,
        captured: Option<CapturedEnvironment>,
        builder: Builder,
        reader: OptionReader,
    ) -> Result<Self, Error> {
        if !text.ends_with('\0') {
            let mut options = LoadOptions { captured_env: captured, ..reader.parse(text, "load")? };
            let (environment, validated) = (options.environment(), options.validated);
            return Ok(Self { builder: options.into_builder(builder)?, environment, validated });
        }
        let mut rest = text;
        let builder = builder.cwd(take_part(&mut rest).unwrap_or_default());
        let count = take_part(&mut rest).and_then(|count| count.parse().ok()).unwrap_or(0).min(rest.len());
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            let kind = take_part(&mut rest).unwrap_or_default();
            let entry = take_part(&mut rest).and_then(|text| SourceOptions::entry_of_text(kind, text));
            let refused = || Error::new(ErrorCode::Option, format!("a source of kind {kind:?} is not made of one text"));
            entries.push(entry.ok_or_else(refused)?);
        }
        let captured = if rest.is_empty() { captured } else { Some(CapturedEnvironment::parse(rest)?) };
        let environment = captured.map_or_else(Environment::default, Environment::from);
        Ok(Self { builder: builder.entries(entries), environment, validated: false })
    }
}
