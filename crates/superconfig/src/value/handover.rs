//! Passes a [`Value`] through serde unchanged.
//!
//! serde's data model has no shared values, so reading or writing one would copy every key and text in it. Where both ends
//! are of this crate, the value bypasses serde instead: at the cost of one reference, whatever its size.

use super::value::Value;
use std::cell::Cell;

/// The name of the newtype struct that represents a value that bypasses serde.
pub(super) const NAME: &str = "$superconfig::Value";

thread_local! {
    static HANDED: Cell<Option<Value>> = const { Cell::new(None) };
}

/// Offers a value for the length of a call.
pub(super) fn offer<R>(value: &Value, call: impl FnOnce() -> R) -> R {
    struct Withdraw;

    impl Drop for Withdraw {
        fn drop(&mut self) {
            HANDED.take();
        }
    }

    HANDED.set(Some(value.clone()));
    let _withdraw = Withdraw;
    call()
}

/// Takes the value that is offered, if one is.
pub(super) fn take() -> Option<Value> {
    HANDED.take()
}
