//! Measures the memory of a value.

use super::value::Value;
use std::any::Any;
use std::collections::HashSet;
use std::sync::Arc;

/// The granularity of an allocator's block sizes.
const GRANULE: usize = 16;

/// The two counters in front of what an `Arc` shares.
const ARC_COUNTERS: usize = 2 * size_of::<usize>();

/// Adds up the memory behind values, block by block, as an allocator would hand it out. What is shared counts once,
/// however many values lead to it.
///
/// ```
/// use superconfig::{InsertOptions, ConfigRegistry, Meter};
///
/// struct Route { path: String, weights: Vec<f64> }
///
/// let registry = ConfigRegistry::new();
/// let route = Route { path: "/".repeat(500), weights: vec![0.0; 1000] };
/// let handle = registry.insert_measured(route, InsertOptions::default(), |route: &Route, meter: &mut Meter| {
///     meter.allocation(route.path.capacity());
///     meter.allocation(route.weights.capacity() * size_of::<f64>());
/// })?;
/// assert!(registry.stats().memory_usage_bytes >= 8_500);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Meter {
    bytes: usize,
    /// The addresses of the shared blocks that were met; those with a single owner need not be remembered.
    met: HashSet<usize>,
}

impl Meter {
    /// A meter at zero.
    ///
    /// ```
    /// assert_eq!(superconfig::Meter::new().bytes(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes added so far.
    ///
    /// ```
    /// let mut meter = superconfig::Meter::new();
    /// meter.allocation(64);
    /// assert_eq!(meter.bytes(), 64);
    /// ```
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds one block of memory of this many bytes; zero bytes are no block.
    ///
    /// ```
    /// let mut meter = superconfig::Meter::new();
    /// meter.allocation(1);
    /// assert_eq!(meter.bytes(), 16);
    /// ```
    pub fn allocation(&mut self, bytes: usize) {
        self.bytes += bytes.next_multiple_of(GRANULE);
    }

    /// Adds the block of an `Arc`, and says whether it is met for the first time, so that what it leads to is to be added
    /// as well.
    ///
    /// ```
    /// let text: std::sync::Arc<str> = "shared".into();
    /// let other = text.clone();
    /// let mut meter = superconfig::Meter::new();
    /// assert!(meter.shared(&text));
    /// assert!(!meter.shared(&other));
    /// ```
    pub fn shared<T: ?Sized>(&mut self, shared: &Arc<T>) -> bool {
        let first = Arc::strong_count(shared) == 1 || self.met.insert(Arc::as_ptr(shared).cast::<()>() as usize);
        if first {
            self.shared_allocation(size_of_val(&**shared), align_of_val(&**shared));
        }
        first
    }

    pub(crate) fn shared_allocation(&mut self, size: usize, align: usize) {
        self.allocation((ARC_COUNTERS.next_multiple_of(align) + size).next_multiple_of(align));
    }

    /// Adds all that is behind a configuration value: texts, arrays, tables with their keys and indexes. Costs one pass
    /// over it.
    ///
    /// ```
    /// let mut meter = superconfig::Meter::new();
    /// meter.value(&superconfig::Value::string("a text"));
    /// assert!(meter.bytes() > 0);
    /// ```
    pub fn value(&mut self, value: &Value) {
        // A list of what is left to do instead of recursion: a value can be nested more deeply than a thread's stack
        // allows.
        let mut rest = vec![value];
        while let Some(value) = rest.pop() {
            match value {
                Value::String(text) | Value::Datetime(text) => {
                    self.shared(text);
                }
                Value::Array(items) => {
                    if self.shared(items) {
                        self.allocation(items.capacity() * size_of::<Value>());
                        rest.extend(items.iter());
                    }
                }
                Value::Table(table) => {
                    let (storage, allocations) = table.storage();
                    if self.shared(storage) {
                        allocations.into_iter().for_each(|bytes| self.allocation(bytes));
                        for (key, value) in table.entries() {
                            self.shared(key);
                            rest.push(value);
                        }
                    }
                }
                Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => {}
            }
        }
    }

    /// Adds what is behind a value of one of the types that are known here; nothing for any other.
    pub(crate) fn known<T: 'static>(value: &T, meter: &mut Meter) {
        let value: &dyn Any = value;
        if let Some(value) = value.downcast_ref::<Value>() {
            meter.value(value);
        } else if let Some(text) = value.downcast_ref::<String>() {
            meter.allocation(text.capacity());
        } else if let Some(bytes) = value.downcast_ref::<Vec<u8>>() {
            meter.allocation(bytes.capacity());
        } else if let Some(text) = value.downcast_ref::<Box<str>>() {
            meter.allocation(text.len());
        } else if let Some(text) = value.downcast_ref::<Arc<str>>() {
            meter.shared(text);
        } else if let Some(value) = value.downcast_ref::<Arc<Value>>()
            && meter.shared(value)
        {
            meter.value(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Table;

    fn measured(value: &Value) -> usize {
        let mut meter = Meter::new();
        meter.value(value);
        meter.bytes()
    }

    fn known<T: 'static>(value: T) -> usize {
        let mut meter = Meter::new();
        Meter::known(&value, &mut meter);
        meter.bytes()
    }

    #[test]
    fn adds_blocks_as_an_allocator_gives_them() {
        for scalar in [Value::Null, true.into(), Value::Integer(-1), u64::MAX.into(), 1.5.into()] {
            assert_eq!(measured(&scalar), 0, "{scalar:?}");
        }
        // Two counters and the text, rounded up.
        assert_eq!(measured(&"hello".into()), 32);
        assert_eq!(measured(&Value::Datetime("1979-05-27T07:32:00Z".into())), 48);
        let mut list = Vec::with_capacity(10);
        list.push(Value::Integer(1));
        // Two counters and the vector, then room for ten.
        assert_eq!(measured(&Value::array(list)), 48 + 10 * size_of::<Value>());
        assert_eq!(measured(&Value::array(Vec::new())), 48);
    }

    #[test]
    fn shared_values_are_counted_once() {
        let text = Value::string("a text of some length");
        let list = Value::array(vec![text.clone()]);
        let one = measured(&list);
        let list = Value::array(vec![list.clone(), list.clone(), text]);
        assert_eq!(measured(&list), one + 48 + (3 * size_of::<Value>()).next_multiple_of(16));
        let table: Table = [("key", Value::Null)].into_iter().collect();
        let twice = Value::array(vec![table.clone().into(), table.clone().into()]);
        let once = Value::array(vec![table.into(), Value::Null]);
        assert_eq!(measured(&twice), measured(&once));
    }

    #[test]
    fn measures_a_value_deeper_than_the_stack() {
        let mut deep = Value::Null;
        for _ in 0..200_000 {
            deep = Value::array(vec![deep]);
        }
        assert_eq!(measured(&deep), 200_000 * (48 + 32));
        // Dropping it recurses, which is not what is tested here.
        std::mem::forget(deep);
    }

    #[test]
    fn knows_the_common_types() {
        assert_eq!(known(String::with_capacity(100)), 112);
        assert_eq!(known(vec![0_u8; 64]), 64);
        assert_eq!(known(Box::<str>::from("hello")), 16);
        assert_eq!(known(Arc::<str>::from("hello")), 32);
        assert_eq!(known(Value::from("hello")), 32);
        assert_eq!(known(Arc::new(Value::from("hello"))), 48 + 32);
        assert_eq!(known([0_u64; 100]), 0);
    }
}
