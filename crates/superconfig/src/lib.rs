//! Layered configuration that remembers where each value came from.
//!
//! Sources are added in the order in which they apply, and **later wins**: that is the whole precedence rule. Tables merge,
//! everything else is replaced, and every value knows the file, line and column, or the variable, that set it.
//!
//! ```
//! use superconfig::{Format, SuperConfig};
//!
//! let config = SuperConfig::builder()
//!     .text("[server]\nhost = '127.0.0.1'\nport = 80", Format::Toml)
//!     .environment([("APP_SERVER__PORT", "9000")])
//!     .env("APP")
//!     .load()?;
//!
//! assert_eq!(config.get::<u16>("server.port")?, 9000);
//! let explanation = config.explain("server.port")?;
//! assert_eq!(explanation.candidates[0].origin.to_string(), "text:3:8");
//! assert_eq!(explanation.winner().unwrap().origin.variable.as_deref(), Some("APP_SERVER__PORT"));
//! # Ok::<(), superconfig::Error>(())
//! ```
//!
//! # Loading
//! A [`Builder`] collects sources: values given in code, files, patterns, directories, what discovery finds, text, `.env`
//! files, the environment, flags, and any [`Source`] of the program's own. Nothing is read before [`Builder::load`], which
//! reads, parses, merges and checks, and then publishes a [`Snapshot`]: an immutable version of the whole. A key `K_add` or
//! `K_remove` changes the array `K` of the layers below, [`Builder::join`] fills only what is missing, and
//! [`ArrayStrategy`] sets how whole arrays meet.
//!
//! # Reading
//! | contract | how | cost |
//! |---|---|---|
//! | one version for the length of a request | [`SuperConfig::snapshot`], then [`Snapshot::get`] or [`Snapshot::at`] | one reference |
//! | always the newest, by path | [`SuperConfig::get`], [`SuperConfig::extract`] | a look-up and `serde` |
//! | always the newest, typed | [`SuperConfig::handle`], then [`ConfigHandle::value`] | a lock-free load |
//! | the same in one thread's loop | [`ConfigHandle::cached`] | a comparison |
//!
//! The registry finds a handle's slot in a sharded map of locks; reading through a handle touches that map no more.
//!
//! ```
//! use superconfig::{Format, SuperConfig};
//!
//! let config = SuperConfig::builder().text("[server]\nport = 80", Format::Toml).load()?;
//! let port = config.handle::<u16>("server.port");
//! assert_eq!(*port.value()?, 80);
//! # Ok::<(), superconfig::Error>(())
//! ```
//!
//! # Reloading
//! [`SuperConfig::reload`] loads again and swaps the new version in whole, or fails and keeps the last good one.
//! `Builder::watch` does so when a file is changed, created or removed. [`SuperConfig::subscribe`] reports both, and
//! [`SuperConfig::status`] lists what is watched and how.
//!
//! # Errors
//! Every fallible function returns [`Error`]: one word wide, with an [`ErrorCode`], a message for people that begins with
//! the position, and, where they are known, path, [`Origin`], the source line, all [`Issue`]s at once, and a hint. Secrets,
//! by name or by [`Builder::secrets`], are in none of it.
//!
//! ```
//! use superconfig::{ErrorCode, Format, SuperConfig};
//!
//! let config = SuperConfig::builder().text("port = 80", Format::Toml).load()?;
//! let error = config.get::<u16>("prot").unwrap_err();
//! assert_eq!(error.code(), ErrorCode::Path);
//! assert_eq!(error.hint(), Some("did you mean `port`?"));
//! # Ok::<(), superconfig::Error>(())
//! ```
//!
//! # The registry
//! [`ConfigRegistry`] also holds values of any type that a program shares between its threads, by counted
//! [`ConfigHandle`]s, with names and times to live. A process has a [`ConfigRegistry::global`] one, where configurations
//! are, and can make others.
//!
//! # Features
//! Each builds alone; all but `parallel` are on by default.
//!
//! | feature | what it adds |
//! |---|---|
//! | `json` | JSON, also inside variables and flags |
//! | `simd` | reads JSON with the processor's vector instructions; adds `json` |
//! | `json5` | JSON5 and JSONC; adds `json` |
//! | `toml`, `yaml`, `dotenv`, `ini` | the format; `dotenv` also reads `.env` files |
//! | `interpolation` | `Builder::interpolate`: `${path}`, `${env:NAME}`, `${file:path}` |
//! | `discovery` | `Builder::discover`: the files of the system, the user and the project |
//! | `watch` | `Builder::watch`: live reload |
//! | `metrics` | `metrics`: the registry and the loads in the text format of Prometheus |
//! | `tracing` | spans of loads and their stages for subscribers of the `tracing` crate; off by default |
//! | `parallel` | parses several large files of one load in threads |

// What only some formats and sources need is checked for use where all of them are compiled in.
#![cfg_attr(not(feature = "default"), allow(dead_code, unused_imports, unused_variables))]

mod config;
mod diagnostic;
mod format;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod load;
mod merge;
mod redaction;
mod registry;
mod source;
mod value;

#[cfg(feature = "watch")]
pub use config::forget_watcher;
pub use config::{
    Builder, Change, Event, Failure, PreparedLoad, PreparedReload, Reload, ReloadInputs, ReloadTurn, Snapshot, SourceStatus,
    Status, Subscription, SuperConfig, UnknownKey, Unused, UnusedLayer, UnusedReason, UnusedValue, WatchMode, Watching,
    find_unused,
};
#[cfg(feature = "metrics")]
pub use config::{LoadStats, ProcessStats, metrics};
pub use diagnostic::{Error, ErrorCode, Issue, Origin, Path, Position, Segment, SourceKind, StoredKey, Warning, closest_name};
#[cfg(feature = "json")]
pub use format::is_interoperable_json;
pub use format::{ConvertOptions, Converted, Format, Loss, convert, convert_with, json_of, parse, parse_within, render};
#[cfg(feature = "watch")]
pub use load::WatchOptions;
pub use load::{Derivation, RenderOptions, Timings};
pub use merge::{
    Action, ArrayStrategy, Candidate, ComparedValue, Difference, DifferenceKind, Explanation, MappedVariable, SettableName,
    SourceText, SourceTexts, TextTyping, UnmatchedVariable, Unreached, VariableFormat,
};
pub use redaction::mask_userinfo;
pub use registry::generation;
pub use registry::{CachedHandle, ConfigHandle, ConfigRegistry, Guard, HandleId, InsertOptions, RegistryOptions, RegistryStats};
#[cfg(feature = "discovery")]
pub use source::DiscoverOptions;
pub use source::{
    DeriveFunction, DirectoryOptions, DotenvOptions, EmptyVariable, EnvOptions, Environment, FileOptions, GlobOptions, LayerInfo,
    LayerStatus, LayerUse, Source, SourceContext, SourceData, SourceDocument, SourceEntry, SourceError, SourceReport,
    SourceSignal, SourceSpec, SourceState, SourceWatch, TextOptions, Trust,
};
pub use value::{
    FieldNames, JsonText, Limits, Meter, MismatchKind, PathPattern, SchemaSummary, SpecialNumber, Table, TableIter, TypeMismatch,
    Value, read_options, to_json, to_value,
};

/// The documents with Rust in them, whose code runs among the doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/operating.md")]
#[doc = include_str!("../../../docs/precedence.md")]
#[doc = include_str!("../../../docs/rust.md")]
mod documents {}
