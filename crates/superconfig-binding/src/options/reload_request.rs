//! The options of a reload.

use super::kinds::{CapturedEnvironment, Variables};
use super::source_data::{HostDocument, HostTexts, into_data};
use crate::EncodedValue;
use serde::Deserialize;
use superconfig::{Environment, ReloadInputs, ReloadTurn, SourceData, SuperConfig};

/// The arguments of a reload.
///
/// ```
/// use superconfig::{Environment, FieldNames, SuperConfig};
/// use superconfig_binding::options::{OptionReader, ReloadRequest};
///
/// let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_PORT", "80")]))?;
/// let reader = OptionReader::new(FieldNames::CamelCase);
/// let request = reader.parse::<ReloadRequest>(r#"{ "capturedEnv": { "variables": { "APP_PORT": "81" } } }"#, "reload")?;
/// assert_eq!(config.reload_with(request.into_inputs(&config))?.changed, ["port"]);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReloadRequest {
    /// The start of the reload, before the host's sources were called, as [`SuperConfig::begin_reload`] returned it; now by
    /// default.
    pub turn: Option<u64>,
    /// The program's own environment as it is on the host's thread; without it the environment stays as it was captured last.
    pub captured_env: Option<CapturedEnvironment>,
    /// Variables of `.env` files that the host has put into its environment: those that have not changed since do not count as
    /// set there.
    pub exported: Variables,
    /// The results of the host's own sources, by index among the sources. A source that is not here keeps its values.
    pub supplied: Vec<(usize, Supplied)>,
    /// Whether a change started the reload, not a call: then the environment stays as it was captured.
    pub background: bool,
    /// Whether the host checks the values before it commits them.
    pub validated: bool,
}

/// The result of one of the host's sources.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supplied {
    /// Its values.
    Values(EncodedValue),
    /// Its texts by path.
    Texts(HostTexts),
    /// Its documents.
    Documents(Vec<HostDocument>),
    /// Its error: its last values stay in use.
    Error(String),
}

impl ReloadRequest {
    /// The request as the engine takes it. Draws a turn where there is none.
    pub fn into_inputs(self, config: &SuperConfig) -> ReloadInputs {
        let Self { turn, captured_env, exported, supplied, background, validated } = self;
        let turn = turn.map_or_else(|| config.begin_reload(), ReloadTurn::from_number);
        let environment = captured_env.filter(|_| !background).map(|captured| Environment::from(captured).without(&exported.0));
        let supplied = supplied.into_iter().map(|(index, supplied)| match supplied {
            Supplied::Error(reason) => (index, Err(reason)),
            Supplied::Values(values) => (index, Ok(values.decode().into())),
            Supplied::Texts(texts) => (index, Ok(SourceData::Texts(texts.into()))),
            Supplied::Documents(documents) => (index, into_data(documents).map_err(|error| error.to_string())),
        });
        ReloadInputs {
            turn: Some(turn),
            keep_environment: environment.is_none(),
            environment,
            custom_values: supplied.collect(),
            background,
            validated,
        }
    }
}
