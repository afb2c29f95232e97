//! The options of a reload.

use super::kinds::Variables;
use crate::EncodedValue;
use serde::Deserialize;
use superconfig::{Environment, ReloadInputs, ReloadTurn, SuperConfig};

/// The arguments of a reload.
///
/// ```
/// use superconfig::{Environment, FieldNames, SuperConfig};
/// use superconfig_binding::options::{OptionReader, ReloadRequest};
///
/// let config = SuperConfig::builder().env("APP").load_with(Environment::from_pairs([("APP_PORT", "80")]))?;
/// let reader = OptionReader::new(FieldNames::CamelCase);
/// let request = reader.parse::<ReloadRequest>(r#"{ "capturedEnv": { "APP_PORT": "81" } }"#, "reload")?;
/// assert_eq!(config.reload_with(request.into_inputs(&config))?.changed, ["port"]);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReloadRequest {
    /// The start of the reload, before the host's sources were called, as [`SuperConfig::begin_reload`] returned it; now by
    /// default.
    pub turn: Option<u64>,
    /// The program's own environment as it is on the host's thread; the process's without it.
    pub captured_env: Option<Variables>,
    /// Whether the environment stays as it was captured last, because this part of the program has another one.
    pub keep_env: bool,
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
    /// Its error: its last values stay in use.
    Error(String),
}

impl ReloadRequest {
    /// The request as the engine takes it. Draws a turn and captures the environment where one is needed.
    pub fn into_inputs(self, config: &SuperConfig) -> ReloadInputs {
        let Self { turn, captured_env, keep_env, supplied, background, validated } = self;
        let turn = turn.map_or_else(|| config.begin_reload(), ReloadTurn::from_number);
        let captured = captured_env.map(|Variables(variables)| Environment::from_pairs(variables));
        let environment = if background || keep_env { None } else { captured.or_else(|| Some(config.capture_environment())) };
        let supplied = supplied.into_iter().map(|(index, supplied)| match supplied {
            Supplied::Values(values) => (index, Ok(values.decode())),
            Supplied::Error(reason) => (index, Err(reason)),
        });
        ReloadInputs {
            turn: Some(turn),
            environment,
            keep_environment: keep_env,
            custom_values: supplied.collect(),
            background,
            validated,
        }
    }
}
