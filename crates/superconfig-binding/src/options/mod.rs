//! Options of loads, reloads and sources, read strictly: an unknown name or a value of the wrong kind is an error that names
//! its path, the expected and the found kind, and the closest known name.
//!
//! The structs name options as Rust does, and have no other names: how a host spells them is one rule for all, which the
//! [`OptionReader`] has. What an option's value is, is the same for every host.

mod kinds;
mod load_options;
mod load_request;
mod mapping;
mod option_reader;
#[cfg(test)]
mod options_test;
mod reload_request;
mod source_data;
mod source_options;

pub use kinds::{CapturedEnvironment, Count, Entries, Milliseconds, Paths, Prefix, SharedText, Variables};
pub use load_options::{LoadLimits, LoadOptions, WatchTimes};
pub use load_request::LoadRequest;
pub use mapping::Mapping;
pub use option_reader::OptionReader;
pub use reload_request::{ReloadRequest, Supplied};
pub use source_options::{
    Args, Derive, Directory, Discover, Dotenv, Env, File, Glob, HostSource, Profiles, SourceOptions, Text, Values,
};
