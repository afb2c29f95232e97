//! What happens to configurations, for JavaScript; and the versions that it tells of.

use crate::attachment::with;
use crate::describe;
use crate::error::to_napi;
use crate::mailbox::{Mailbox, Wake};
use crate::marshal::{Marshalled, path};
use napi::Result;
use napi::bindgen_prelude::{External, Function};
use napi_derive::napi;
use std::sync::Arc;
use superconfig::Snapshot;

/// One version, kept while JavaScript has it.
pub type Version = Arc<Snapshot>;

fn hold(snapshot: Version) -> External<Version> {
    let bytes = snapshot.approximate_bytes();
    External::new_with_size_hint(snapshot, bytes)
}

/// A report as JSON text, and the version before and the newest where there is a new one.
type Told = (String, Option<External<Version>>, Option<External<Version>>);

/// Calls back whenever there is something for [`take_events`] to tell; does not keep the environment alive.
#[napi(catch_unwind)]
pub fn subscribe(attachment: u32, callback: Function<(), ()>) -> Result<()> {
    let wake: Wake =
        callback.build_threadsafe_function().callee_handled::<false>().weak::<true>().max_queue_size::<1>().build()?;
    let before = with(attachment, |attachment| Ok(attachment.mailbox.replace(Mailbox::new(&attachment.config, wake))))?;
    drop(before);
    Ok(())
}

/// Ends [`subscribe`].
#[napi(catch_unwind)]
pub fn unsubscribe(attachment: u32) -> Result<()> {
    drop(with(attachment, |attachment| Ok(attachment.mailbox.take()))?);
    Ok(())
}

/// What happened since it was last asked; `None` when nothing did.
#[napi(catch_unwind, ts_return_type = "[report: string, previous?: object, current?: object] | null")]
pub fn take_events(attachment: u32) -> Result<Option<Told>> {
    let mail = with(attachment, |attachment| Ok(attachment.mailbox.as_ref().map(Mailbox::take)))?;
    let Some(mail) = mail else { return Ok(None) };
    if mail.change.is_none() && mail.failure.is_none() && !mail.outdated {
        return Ok(None);
    }
    let report = describe::mail(&mail);
    let (previous, current) = match mail.change {
        Some(change) => (Some(hold(change.previous)), Some(hold(change.current))),
        None => (None, None),
    };
    Ok(Some((report, previous, current)))
}

/// Reads a value of one version, as `read` gives values.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn version_read(version: &External<Version>, at: String, segments: bool) -> Result<Marshalled> {
    let path = path(&at, segments).map_err(|error| to_napi(&error))?;
    Ok(Marshalled(version.at(&path).cloned()))
}

/// The same with secrets hidden.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn version_redacted(version: &External<Version>, at: String, segments: bool) -> Result<Marshalled> {
    let path = path(&at, segments).map_err(|error| to_napi(&error))?;
    Ok(Marshalled(version.redacted_at(&path)))
}

/// The paths of the leaves at or below a path that differ between two versions, as JSON text.
#[napi(catch_unwind)]
pub fn version_changes(previous: &External<Version>, current: &External<Version>, at: String, segments: bool) -> Result<String> {
    let path = path(&at, segments).map_err(|error| to_napi(&error))?;
    Ok(describe::paths(&current.changed_since(previous, &path)))
}
