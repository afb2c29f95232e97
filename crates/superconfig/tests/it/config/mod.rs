//! Configurations that are open: live reload.

mod watch;
