//! Live reload on real files. `SUPERCONFIG_TEST_ROUNDS` sets how often each kind of change is made, 200 times by default.
#![cfg(all(feature = "watch", feature = "json", feature = "toml", feature = "yaml"))]

mod consistency;
mod directories;
mod links;
mod listeners;
mod written;
