//! The storage cell of a registry entry: an atomically swapped value with its counters.

use super::empty_reason::EmptyReason;
use super::guard::Guard;
use super::handle_id::HandleId;
use super::lifetime::Lifetime;
use super::reference_count::ReferenceCount;
use super::store::Store;
use crate::diagnostic::{Error, ErrorCode};
use crate::value::Meter;
use arc_swap::ArcSwapOption;
use parking_lot::Mutex;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// An entry's value and metadata. A slot is closed once, by taking its value out, and stays closed: one load of the pointer
/// gives a reader both the value and the fact that there is one.
pub(super) struct Slot<T> {
    pub(super) value: ArcSwapOption<T>,
    pub(super) head: Head,
    measure: fn(&T, &mut Meter),
}

/// The metadata of an entry, independent of its type.
pub(super) struct Head {
    pub(super) id: HandleId,
    /// Whether reading has an effect beside giving the value: counting it or refreshing the time to live.
    pub(super) observed: bool,
    pub(super) references: ReferenceCount,
    pub(super) store: Arc<Store>,
    pub(super) name: Option<Arc<str>>,
    pub(super) lifetime: Option<Box<Lifetime>>,
    /// Of an entry that can be empty and filled again: why it is empty.
    pub(super) vacancy: Option<Box<Mutex<EmptyReason>>>,
}

/// A slot of any type.
pub(super) trait ErasedSlot: Any + Send + Sync {
    fn head(&self) -> &Head;

    fn type_name(&self) -> &'static str;

    /// Takes the value out for good and drops it, which may run the caller's code.
    fn close(&self);

    fn measure(&self, meter: &mut Meter);
}

impl<T> Slot<T> {
    pub(super) fn new(value: Option<T>, head: Head, measure: fn(&T, &mut Meter)) -> Self {
        Self { value: ArcSwapOption::from_pointee(value), head, measure }
    }

    /// Reads the value: no lock, no allocation.
    #[inline]
    pub(super) fn load(&self) -> Result<Guard<T>, Error> {
        match Guard::new(self.value.load()) {
            Some(guard) => {
                if self.head.observed {
                    self.head.observe();
                }
                Ok(guard)
            }
            None => Err(self.head.vacant()),
        }
    }

    /// Fills or empties an entry that follows something else, unless it is closed; gives back what it held.
    pub(super) fn fill(&self, filling: Result<T, EmptyReason>) -> Option<Arc<T>> {
        let mut vacancy = self.head.vacancy.as_ref()?.lock();
        if vacancy.closed {
            return None;
        }
        match filling {
            Ok(value) => self.value.swap(Some(Arc::new(value))),
            Err(why) => {
                *vacancy = why;
                self.value.swap(None)
            }
        }
    }

    /// Swaps the value unless the slot is closed.
    pub(super) fn update(&self, value: T) -> Result<(), Error> {
        if let Some(lifetime) = &self.head.lifetime {
            lifetime.renew(self.head.store.now());
        }
        let value = Arc::new(value);
        // Not a plain swap: that would open a closed slot again.
        let previous = self.value.rcu(|current| current.is_some().then(|| Arc::clone(&value)));
        if previous.is_none() {
            return Err(closed(self.head.id));
        }
        self.head.store.counters.updates.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Head {
    /// The error of a slot without a value.
    #[cold]
    pub(super) fn vacant(&self) -> Error {
        match &self.vacancy {
            Some(vacancy) => vacancy.lock().why.clone(),
            None => closed(self.id),
        }
    }

    /// The side effects of a read, for entries with that option.
    #[cold]
    pub(super) fn observe(&self) {
        self.store.count_read();
        if let Some(lifetime) = self.lifetime.as_ref().filter(|lifetime| lifetime.refresh_on_read) {
            lifetime.renew_by_reading(self.store.now());
        }
    }
}

impl<T: Send + Sync + 'static> ErasedSlot for Slot<T> {
    fn head(&self) -> &Head {
        &self.head
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<T>()
    }

    fn close(&self) {
        if let Some(vacancy) = &self.head.vacancy {
            let mut vacancy = vacancy.lock();
            if !vacancy.closed {
                *vacancy = EmptyReason { why: closed(self.head.id), closed: true };
            }
        }
        self.value.store(None);
    }

    fn measure(&self, meter: &mut Meter) {
        meter.shared_allocation(size_of::<Self>(), align_of::<Self>());
        if let Some(name) = &self.head.name {
            meter.shared(name);
        }
        if self.head.lifetime.is_some() {
            meter.allocation(size_of::<Lifetime>());
        }
        if self.head.vacancy.is_some() {
            meter.allocation(size_of::<Mutex<EmptyReason>>());
        }
        if let Some(value) = &*self.value.load()
            && meter.shared(value)
        {
            (self.measure)(value, meter);
        }
    }
}

#[cold]
pub(super) fn closed(id: HandleId) -> Error {
    Error::new(ErrorCode::Closed, format!("the entry of handle {id} was removed, freed or has expired"))
}

#[cold]
pub(super) fn wrong_type<T>(slot: &dyn ErasedSlot) -> Error {
    let (id, held, expected) = (slot.head().id, slot.type_name(), std::any::type_name::<T>());
    Error::new(ErrorCode::Type, format!("the entry of handle {id} holds a `{held}`, not a `{expected}`"))
}
