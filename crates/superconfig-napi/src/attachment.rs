//! What one JavaScript thread holds of configurations.

use napi::Result;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use superconfig::{Error, ErrorCode, Snapshot, SuperConfig};

use crate::error::to_napi;
use crate::mailbox::Mailbox;

/// One `SuperConfig` object of one thread: a reference to the configuration, and the snapshot that everything is
/// read from until the thread moves on. So in one thread all values belong together.
pub(crate) struct Attachment {
    pub config: SuperConfig,
    pub pinned: Arc<Snapshot>,
    /// What happened since JavaScript last asked, while it listens.
    pub mailbox: Option<Mailbox>,
}

impl Attachment {
    /// What places and warnings are told from: a reload that changes no value may still move them.
    pub(crate) fn described(&self) -> Arc<Snapshot> {
        let newest = self.config.snapshot().ok().filter(|newest| newest.version() == self.pinned.version());
        newest.unwrap_or_else(|| self.pinned.clone())
    }
}

#[derive(Default)]
struct Attachments {
    last: u32,
    open: HashMap<u32, Attachment>,
}

thread_local! {
    /// A worker that ends drops its own, and with it its references.
    static ATTACHMENTS: RefCell<Attachments> = RefCell::default();
}

/// Keeps a configuration for this thread: `[attachment, config id, generation, version]`.
pub(crate) fn open(config: SuperConfig) -> Result<Vec<f64>> {
    let pinned = config.snapshot().map_err(|error| to_napi(&error))?;
    let (id, generation, version) = (config.id().get(), pinned.generation(), pinned.version());
    let number = ATTACHMENTS.with_borrow_mut(|attachments| {
        attachments.last += 1;
        attachments.open.insert(attachments.last, Attachment { config, pinned, mailbox: None });
        attachments.last
    });
    Ok(vec![f64::from(number), id as f64, f64::from(generation), version as f64])
}

/// Uses an attachment.
pub(crate) fn with<T>(number: u32, call: impl FnOnce(&mut Attachment) -> std::result::Result<T, Error>) -> Result<T> {
    ATTACHMENTS.with_borrow_mut(|attachments| match attachments.open.get_mut(&number) {
        Some(attachment) => call(attachment).map_err(|error| to_napi(&error)),
        None => Err(to_napi(&Error::new(ErrorCode::Closed, "the configuration is closed"))),
    })
}

/// Lets an attachment go; the configuration ends with its last one.
pub(crate) fn close(number: u32) {
    let gone = ATTACHMENTS.with_borrow_mut(|attachments| attachments.open.remove(&number));
    drop(gone);
}
