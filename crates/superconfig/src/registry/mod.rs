//! A process-wide home for values that many parts of a program read and few replace.
//!
//! A value is inserted once and read through a typed [`ConfigHandle`]. Reading takes no lock: the handle holds the value's
//! slot, and the slot is an `ArcSwap`. Only finding a slot by its id goes through the map, a `DashMap`, whose shards are
//! read-write locks. Replacing a value swaps a pointer: a reader sees the old value or the new one, never neither and never
//! a mix.
//!
//! No lock is held while code of the caller runs: neither a value's `Drop` nor a measuring function is ever called with
//! one held, so both may use the registry themselves.

mod cached_handle;
mod config_handle;
mod config_registry;
mod empty_reason;
pub mod generation;
mod guard;
mod handle_id;
mod insert_options;
mod janitor;
mod lifetime;
mod managed_entry;
#[cfg(all(test, loom))]
mod models;
mod reference_count;
mod registry_stats;
mod slot;
mod store;
mod sync;

pub use cached_handle::CachedHandle;
pub use config_handle::ConfigHandle;
pub use config_registry::{ConfigRegistry, RegistryOptions};
pub use guard::Guard;
pub use handle_id::HandleId;
pub use insert_options::InsertOptions;
pub(crate) use managed_entry::ManagedEntry;
pub use registry_stats::RegistryStats;
