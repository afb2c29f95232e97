use super::guard::Guard;
use super::{HandleId, closed};
use crate::error::Error;
use arc_swap::{ArcSwapOption, RefCnt};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Where an entry's value is, for as long as anybody refers to it. Nothing inside once the entry is gone.
pub(super) struct Slot<T> {
    pub(super) value: ArcSwapOption<T>,
    references: AtomicU64,
    name: Option<Arc<str>>,
}

/// A slot whose type is not known.
pub(super) trait AnySlot: Any + Send + Sync {
    fn references(&self) -> &AtomicU64;
    fn name(&self) -> Option<&Arc<str>>;
    fn type_name(&self) -> &'static str;
    /// Takes the value out for good.
    fn close(&self);
}

impl<T> Slot<T> {
    pub(super) fn new(value: T, name: Option<Arc<str>>) -> Self {
        Self { value: ArcSwapOption::from_pointee(value), references: AtomicU64::new(0), name }
    }

    pub(super) fn load(&self, id: HandleId) -> Result<Guard<T>, Error> {
        Guard::new(self.value.load()).ok_or_else(|| closed(id))
    }

    /// Replaces the value unless the slot is closed; a close that comes in between wins.
    pub(super) fn replace(&self, id: HandleId, value: T) -> Result<(), Error> {
        let next = Some(Arc::new(value));
        let mut current = self.value.load();
        loop {
            if current.is_none() {
                return Err(closed(id));
            }
            let previous = self.value.compare_and_swap(&*current, next.clone());
            if <Option<Arc<T>> as RefCnt>::as_ptr(&previous) == <Option<Arc<T>> as RefCnt>::as_ptr(&current) {
                return Ok(());
            }
            current = previous;
        }
    }
}

impl<T: Send + Sync + 'static> AnySlot for Slot<T> {
    fn references(&self) -> &AtomicU64 {
        &self.references
    }

    fn name(&self) -> Option<&Arc<str>> {
        self.name.as_ref()
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<T>()
    }

    fn close(&self) {
        self.value.store(None);
    }
}
