//! The threads that the engine starts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;

/// The stack of each thread: what the standard library takes by default.
const STACK: usize = 2 << 20;

/// A thread with a name, of which people see the first 15 bytes.
///
/// It has a stack of a given size, as the standard library else reads `RUST_MIN_STACK` when the first thread starts: reading the
/// environment while another thread of the host writes it is undefined behaviour.
pub(crate) fn thread_builder(name: &str) -> Builder {
    Builder::new().name(name.to_owned()).stack_size(STACK)
}

/// Lets the standard library read `RUST_MIN_STACK` now, which it does once: before a dependency starts threads by itself on another
/// thread than the caller's, where nobody knows who writes the environment meanwhile. Nobody waits for another caller, whom a child that
/// was forked meanwhile does not have.
pub(crate) fn settle_default_stack() {
    static SETTLED: AtomicBool = AtomicBool::new(false);
    if !SETTLED.load(Ordering::Acquire) {
        let _ = Builder::new().spawn(|| {});
        SETTLED.store(true, Ordering::Release);
    }
}
