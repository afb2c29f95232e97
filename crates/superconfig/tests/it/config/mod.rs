//! Configurations that are open: reloading, live reload, and what a forked child makes of them.

#[cfg(all(target_os = "linux", feature = "watch"))]
mod forked;
mod reload;
mod watch;
