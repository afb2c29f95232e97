//! Configurations that are open: reloading and live reload.

mod reload;
mod watch;
