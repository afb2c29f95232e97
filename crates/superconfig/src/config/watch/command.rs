//! Commands to the thread of the watcher.

use super::watched_config::WatchedConfig;
use std::sync::mpsc::Sender;
use std::time::Duration;

pub(super) enum Command {
    Add(Box<WatchedConfig>, Sender<()>),
    Remove(u64, Sender<()>),
    Loaded(u64, Option<Duration>),
    Stop,
}
