//! What the engine tells about a configuration: values, and all else as JSON text.

use crate::attachment::Attachment;
use crate::error::{self, table, warning};
use crate::mailbox::Mail;
use std::path::Path;
use std::time::SystemTime;
use superconfig::{
    Candidate, Change, Error, ErrorCode, Explanation, Format, LayerInfo, RegistryStats, Reload, Snapshot, SourceContext, Status,
    Value, to_json,
};

/// The winner is told by its place among the candidates.
pub(crate) fn explanation(explanation: &Explanation) -> Value {
    let candidates: Vec<Value> = explanation.candidates.iter().map(candidate).collect();
    let winner = explanation.winner.map_or(Value::Null, |at| Value::from(at as u64));
    let mut described = table([("path", Value::from(explanation.path.to_string())), ("winner", winner)]);
    if let Value::Table(described) = &mut described {
        // `null` is a value: it must not be left out.
        if let Some(value) = &explanation.value {
            described.insert("value", value.clone());
        }
        described.insert("candidates", Value::array(candidates));
    }
    described
}

fn candidate(candidate: &Candidate) -> Value {
    let origin = &candidate.origin;
    let mut described = table([
        ("kind", Value::from(origin.kind.as_str())),
        ("name", Value::String(origin.source.clone())),
        ("file", origin.file.clone().map_or(Value::Null, Value::String)),
        ("line", origin.line.map_or(Value::Null, |line| Value::Integer(line.into()))),
        ("column", origin.column.map_or(Value::Null, |column| Value::Integer(column.into()))),
        ("variable", origin.variable.clone().map_or(Value::Null, Value::String)),
        ("action", Value::from(candidate.action.as_str())),
    ]);
    if let Value::Table(described) = &mut described {
        described.insert("value", candidate.value.clone());
    }
    described
}

pub(crate) fn reload(reload: &Reload) -> String {
    to_json(&table([("version", Value::from(reload.version)), ("changed", texts(&reload.changed))]))
}

pub(crate) fn paths(paths: &[String]) -> String {
    to_json(&texts(paths))
}

fn texts(texts: &[String]) -> Value {
    Value::array(texts.iter().map(|text| Value::from(text.as_str())).collect())
}

pub(crate) fn context(context: &SourceContext) -> String {
    let path = |path: &Path| Value::from(&*path.to_string_lossy());
    to_json(&table([
        ("cwd", path(context.cwd())),
        ("home", context.home().map_or(Value::Null, path)),
        ("profiles", texts(context.profiles())),
    ]))
}

pub(crate) fn mail(mail: &Mail) -> String {
    let change = |change: &Change| table([("version", Value::from(change.version)), ("changed", texts(&change.changed))]);
    to_json(&table([
        ("change", mail.change.as_ref().map_or(Value::Null, change)),
        ("failure", mail.failure.as_ref().map_or(Value::Null, |(error, _)| error::describe(error))),
        ("unasked", Value::Bool(mail.failure.as_ref().is_some_and(|(_, background)| *background))),
        ("changeFirst", Value::Bool(mail.change_first)),
        ("outdated", Value::Bool(mail.outdated)),
    ]))
}

pub(crate) fn statistics(stats: &RegistryStats) -> String {
    let number = |count: usize| Value::from(count as u64);
    to_json(&table([
        ("totalHandles", number(stats.total_handles)),
        ("activeReferences", number(stats.active_references)),
        ("memoryUsageBytes", number(stats.memory_usage_bytes)),
        ("reads", stats.reads.map_or(Value::Null, Value::from)),
        ("inserts", Value::from(stats.inserts)),
        ("updates", Value::from(stats.updates)),
        ("removes", Value::from(stats.removes)),
        ("expired", Value::from(stats.expired)),
        ("freed", Value::from(stats.freed)),
    ]))
}

pub(crate) fn part(attachment: &Attachment, what: &str) -> Result<String, Error> {
    let snapshot = attachment.described();
    let value = match what {
        "layers" => Value::array(snapshot.layers().iter().map(layer).collect()),
        "warnings" => Value::array(snapshot.warnings().iter().map(warning).collect()),
        "status" => status(&snapshot, &attachment.config.status()?),
        "name" => attachment.config.name().map_or(Value::Null, Value::from),
        "token" => Value::from(attachment.config.token()),
        other => return Err(Error::new(ErrorCode::Option, format!("there is nothing to tell about {other:?}"))),
    };
    Ok(to_json(&value))
}

fn status(snapshot: &Snapshot, status: &Status) -> Value {
    let watching = status.watching.iter().map(|one| {
        table([
            ("path", Value::from(&*one.path.to_string_lossy())),
            ("mode", Value::from(one.mode.as_str())),
            ("reason", one.reason.as_deref().map_or(Value::Null, Value::from)),
        ])
    });
    table([
        ("version", Value::from(snapshot.version())),
        ("profiles", texts(snapshot.profiles())),
        ("watching", Value::array(watching.collect())),
        ("lastReload", milliseconds(status.last_reload)),
        ("lastError", status.last_error.as_ref().map_or(Value::Null, error::describe)),
        ("staleSince", status.stale_since.map_or(Value::Null, milliseconds)),
    ])
}

/// Since 1970, as JavaScript counts.
fn milliseconds(time: SystemTime) -> Value {
    Value::Float(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis() as f64)
}

fn layer(layer: &LayerInfo) -> Value {
    table([
        ("kind", Value::from(layer.kind.as_str())),
        ("name", Value::String(layer.name.clone())),
        ("status", Value::from(layer.status.as_str())),
        ("file", layer.file.clone().map_or(Value::Null, Value::String)),
        ("format", layer.format.map_or(Value::Null, |format| Value::from(format.as_str()))),
        ("reason", layer.reason.as_deref().map_or(Value::Null, Value::from)),
    ])
}

pub(crate) fn text(snapshot: &Snapshot, format: &str, secrets: bool) -> Result<String, Error> {
    let format = format.parse().map_err(|error: Error| Error::new(ErrorCode::Option, error.message()).with_hint(FORMATS))?;
    if format == Format::Ini {
        return Err(Error::new(ErrorCode::Option, "a configuration is not written as \"ini\"").with_hint(FORMATS));
    }
    snapshot.render(format, secrets)
}

const FORMATS: &str = "the formats are json, jsonc, json5, toml, yaml and dotenv";
