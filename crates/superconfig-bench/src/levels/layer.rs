//! The report of a source.

use crate::source::Source;
use serde::Serialize;
use std::ffi::OsStr;
use std::sync::Arc;
use superconfig::{Format, LayerStatus, SourceKind};

/// A source in a load, as `config.layers` tells of it.
#[derive(Serialize)]
pub(crate) struct Layer {
    kind: SourceKind,
    name: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<Arc<str>>,
    #[serde(skip)]
    #[expect(dead_code, reason = "what watches the files would read it")]
    path: Option<Arc<OsStr>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    status: LayerStatus,
    /// The reason why it was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Arc<str>>,
}

impl Layer {
    /// A file that was read.
    pub(crate) fn file(source: &Source) -> Self {
        Self {
            kind: SourceKind::File,
            name: source.name.clone(),
            file: Some(source.name.clone()),
            path: Some(source.path.clone()),
            format: Format::from_file_name(&source.name),
            status: LayerStatus::Found,
            reason: None,
        }
    }

    /// The environment.
    pub(crate) fn environment() -> Self {
        Self {
            kind: SourceKind::Env,
            name: "env".into(),
            file: None,
            path: None,
            format: None,
            status: LayerStatus::Found,
            reason: None,
        }
    }
}
