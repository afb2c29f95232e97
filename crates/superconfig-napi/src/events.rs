//! The delivery of a configuration's events to JavaScript.

use crate::attachment::with;
use crate::version::{Version, hold};
use napi::bindgen_prelude::{External, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Result, Status};
use napi_derive::napi;
use superconfig_binding::{Mailbox, describe};

/// Wakes the thread of an environment, without keeping it alive; one call at most is under way.
type Wake = ThreadsafeFunction<(), (), (), Status, false, true, 1>;

/// A report as JSON text, and the version before and the newest where there is a new one.
type Report = (String, Option<External<Version>>, Option<External<Version>>);

/// Calls back whenever [`take_events`] has something, in place of what was called before; without a callback nothing is. Does not
/// keep the environment alive.
#[napi(catch_unwind)]
pub fn subscribe(attachment: f64, callback: Option<Function<(), ()>>) -> Result<()> {
    let wake: Option<Wake> = callback
        .map(|callback| {
            let builder = callback.build_threadsafe_function();
            builder.callee_handled::<false>().weak::<true>().max_queue_size::<1>().build()
        })
        .transpose()?;
    let before = with(attachment, |attachment| {
        let mailbox = wake.map(|wake| {
            // A call that is under way finds this event as well, so a full queue is no loss; nor is an environment that ends.
            Mailbox::new(&attachment.config, move || {
                let _ = wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
            })
        });
        Ok(std::mem::replace(&mut attachment.mailbox, mailbox))
    })?;
    // Outside of the borrow: its listener may be in the middle of a call.
    drop(before);
    Ok(())
}

/// The events since the last call; `None` where there are none.
#[napi(catch_unwind, ts_return_type = "[report: string, previous?: object, current?: object] | null")]
pub fn take_events(attachment: f64) -> Result<Option<Report>> {
    let mail = with(attachment, |attachment| Ok(attachment.mailbox.as_ref().and_then(Mailbox::take)))?;
    Ok(mail.map(|mail| {
        let report = describe(&mail);
        let (previous, current) = mail.change.map(|change| (hold(change.previous), hold(change.current))).unzip();
        (report, previous, current)
    }))
}
