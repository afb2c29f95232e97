//! The attachments of each JavaScript thread, and the reads through them.

use crate::convert::{HostValue, path};
use crate::numbers::Numbers;
use crate::{run, to_napi};
use napi::Result;
use napi_derive::napi;
use std::cell::RefCell;
use superconfig::{Error, ErrorCode, RenderOptions, Segment, SuperConfig, to_value};
use superconfig_binding::{Attachment, BigIntegers, HandleTable, describe};

thread_local! {
    /// A worker that ends drops its own, and with it its references.
    static ATTACHMENTS: RefCell<HandleTable<Attachment>> = RefCell::default();
}

/// The generation and the version that an attachment reads, and the id of its configuration.
pub type Pinned = Numbers<3>;

/// Keeps a configuration for this thread, under the number that this gives.
pub(crate) fn open(config: SuperConfig, pinned: Pinned) -> std::result::Result<f64, Error> {
    let id = config.id().get();
    let attachment = Attachment::new(config)?;
    pinned.set([f64::from(attachment.pinned.generation()), attachment.pinned.version() as f64, id as f64]);
    Ok(ATTACHMENTS.with_borrow_mut(|attachments| attachments.insert(attachment)) as f64)
}

/// Uses an attachment.
pub(crate) fn with<T>(number: f64, call: impl FnOnce(&mut Attachment) -> std::result::Result<T, Error>) -> Result<T> {
    let closed = || Err(Error::new(ErrorCode::Closed, "the configuration is closed"));
    ATTACHMENTS.with_borrow_mut(|attachments| attachments.get_mut(number as u64).map_or_else(closed, call)).map_err(to_napi)
}

/// Opens a configuration of this process by name or token; gives the number of the attachment.
#[napi(catch_unwind)]
pub fn attach(name_or_token: String, #[napi(ts_arg_type = "Float64Array")] pinned: Pinned) -> Result<f64> {
    run(|| open(SuperConfig::attach(&name_or_token)?, pinned))
}

/// Moves to the newest version: its generation and number.
#[napi(catch_unwind)]
pub fn sync(attachment: f64, #[napi(ts_arg_type = "Float64Array")] pinned: Numbers<2>) -> Result<()> {
    with(attachment, |attachment| {
        let newest = attachment.sync()?;
        pinned.set([f64::from(newest.generation()), newest.version() as f64]);
        Ok(())
    })
}

/// What is known of a path at which there is nothing, as JSON text: whether the schema declares it; the path down to a secret that it
/// leads into; the known path closest to it.
#[napi(catch_unwind)]
pub fn describe_missing(attachment: f64, at: String, segments: bool) -> Result<String> {
    with(attachment, |attachment| Ok(describe(&attachment.missing(&path(&at, segments)?))))
}

/// The provenance of a value, or without a path that of all values which layers or the schema know.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn explain(attachment: f64, at: Option<String>, segments: Option<bool>) -> Result<HostValue> {
    with(attachment, |attachment| {
        let described = attachment.described();
        let Some(at) = at else {
            let explanations = to_value(&described.explain_all())?;
            return Ok(HostValue { value: Some(explanations), big_integers: Default::default() });
        };
        let path = path(&at, segments.unwrap_or(false))?;
        let explanation = to_value(&described.explain(&path)?)?;
        let mut big_integers = BigIntegers::specials(&described, &path, explanation.child(&"value".into()));
        for (at, special) in big_integers.iter_mut().enumerate() {
            // They are in the field `value`.
            match at {
                0 => special.rest.insert(0, Segment::from("value")),
                _ => special.shared += 1,
            }
        }
        Ok(HostValue { value: Some(explanation), big_integers })
    })
}

/// The values that differ between what two attachments read.
#[napi(catch_unwind, ts_return_type = "unknown")]
pub fn differences(before: f64, after: f64) -> Result<HostValue> {
    let pinned = |number| with(number, |attachment| Ok(attachment.described()));
    let (before, after) = (pinned(before)?, pinned(after)?);
    run(|| Ok(HostValue::from(to_value(&before.differences(&after))?)))
}

/// What has no effect in any of the configurations that are read through attachments, as JSON text.
#[napi(catch_unwind)]
pub fn find_unused(attachments: Vec<f64>) -> Result<String> {
    let pinned = |number: f64| with(number, |attachment| Ok(attachment.described()));
    let loads = attachments.into_iter().map(pinned).collect::<Result<Vec<_>>>()?;
    Ok(describe(&superconfig::find_unused(&loads)))
}

/// The `layers`, `warnings`, `status`, `name`, `token` or the variables of `dotenv` as JSON text.
#[napi(catch_unwind, js_name = "describe")]
pub fn describe_part(attachment: f64, part: String) -> Result<String> {
    with(attachment, |attachment| {
        Ok(match part.as_str() {
            "layers" => describe(&attachment.described().layers()),
            "warnings" => describe(&attachment.described().warnings()),
            "files" => describe(&attachment.described().files()),
            "unmatchedVariables" => describe(&attachment.described().unmatched_variables()),
            "status" => describe(&attachment.status()?),
            "name" => describe(&attachment.config.name()),
            "token" => describe(&attachment.config.token()),
            "dotenv" => describe(&attachment.pinned.dotenv_variables().collect::<Vec<_>>()),
            other => return Err(Error::new(ErrorCode::Option, format!("a configuration has no {other:?} to describe"))),
        })
    })
}

/// The whole configuration as text of a format; the options' names are separated by spaces: `secrets`, `indent`, `origins`, `changed`,
/// `ascii`.
#[napi(catch_unwind)]
pub fn render(attachment: f64, format: String, options: String) -> Result<String> {
    let has = |name: &str| options.split(' ').any(|option| option == name);
    let options = RenderOptions {
        secrets: has("secrets"),
        indent: has("indent"),
        origins: has("origins"),
        changed: has("changed"),
        ascii: has("ascii"),
    };
    with(attachment, |attachment| attachment.render(&format, options))
}

/// Lets a configuration go; it ends with the last that refers to it.
#[napi(catch_unwind)]
pub fn close(attachment: f64) {
    // Dropped when nothing is borrowed: it calls what listens for the end.
    let closed = ATTACHMENTS.with_borrow_mut(|attachments| attachments.remove(attachment as u64));
    drop(closed);
}
