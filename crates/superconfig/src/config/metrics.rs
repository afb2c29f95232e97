//! The process's counters in the text format of Prometheus.

use super::core::Keeper;
use super::counters::{LIMITS, LOADS, Operation, RELOADS};
use super::fingerprint::Fingerprints;
use super::snapshot::Snapshot;
use super::token;
use crate::diagnostic::{ErrorCode, sort_by};
use crate::load::{FILES, Timings};
use crate::registry::ConfigRegistry;
use crate::source::SourceState;
use std::fmt::{Display, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

/// The process's counters and gauges in the text format of Prometheus.
///
/// Counters start with the process: loads and reloads, their failures by code, how long their stages took, in seconds, and the files
/// that were read. Gauges say how things are: version, fingerprint and health of each open configuration, by its name or else its token,
/// its watches and sources, and the entries, references and bytes of [`ConfigRegistry::global`]. Never values or paths. Costs what
/// [`ConfigRegistry::stats`] costs, and a walk over the values of each open configuration.
///
/// ```
/// use superconfig::{Format, SuperConfig, metrics};
///
/// let config = SuperConfig::builder().name("shop").text("a = 1", Format::Toml).load()?;
/// assert!(metrics().contains("superconfig_version{configuration=\"shop\"} 1\n"));
/// # Ok::<(), superconfig::Error>(())
/// ```
///
/// Source: Prometheus exposition formats, text-based format 0.0.4.
pub fn metrics() -> String {
    ConfigRegistry::global().metrics()
}

impl ConfigRegistry {
    /// The loads of the process and the entries of this registry in the text format of Prometheus; see [`metrics`].
    ///
    /// ```
    /// assert!(superconfig::ConfigRegistry::new().metrics().contains("superconfig_handles 0\n"));
    /// ```
    pub fn metrics(&self) -> String {
        let mut text = Exposition(String::with_capacity(16 << 10));
        text.family("gauge", "superconfig_info", "Version of the library.");
        text.sample("superconfig_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        text.operation("load", "First loads of configurations", &LOADS);
        text.operation("reload", "Reloads", &RELOADS);
        let [hits, reads, bytes] = FILES.get();
        text.single("counter", "superconfig_file_cache_hits_total", "Files that had not changed since they were parsed.", hits);
        text.single("counter", "superconfig_file_reads_total", "Files that were read.", reads);
        text.single("counter", "superconfig_file_read_bytes_total", "Bytes of the files that were read.", bytes);
        text.configurations(&Configuration::all(self));
        let stats = self.stats();
        text.single("gauge", "superconfig_handles", "Entries of the registry.", stats.total_handles);
        text.single("gauge", "superconfig_references", "Handles that refer to entries.", stats.active_references);
        text.single("gauge", "superconfig_memory_bytes", "Bytes that the entries take.", stats.memory_usage_bytes);
        text.family("counter", "superconfig_registry_operations_total", "Operations on the entries of the registry.");
        let operations = [
            ("insert", stats.inserts),
            ("update", stats.updates),
            ("remove", stats.removes),
            ("expire", stats.expired),
            ("free", stats.freed),
        ];
        for (name, count) in operations {
            text.sample("superconfig_registry_operations_total", &[("operation", name)], count);
        }
        text.0
    }
}

/// A gauge of each configuration: its name, what it says, and its value.
type Gauge = (&'static str, &'static str, fn(&Configuration) -> f64);

/// The gauges of an open configuration.
struct Configuration {
    label: String,
    version: u64,
    fingerprint: String,
    last_success: f64,
    is_stale: bool,
    sources: Vec<SourceState>,
    /// The paths that the system reports changes of, and those that are polled.
    watched: [usize; 2],
}

impl Configuration {
    fn all(registry: &ConfigRegistry) -> Vec<Self> {
        let mut all = Vec::new();
        registry.visit(|id, name, snapshot: &Arc<Snapshot>| {
            let Some(keeper) = snapshot.owner.get().and_then(|owner| owner.upgrade()?.downcast::<Keeper>().ok()) else { return };
            // Another one may have taken the name over.
            let name = name.filter(|name| registry.find::<Arc<Snapshot>>(name).is_ok_and(|found| found.id() == id));
            let Fingerprints { visible, .. } = Fingerprints::new(snapshot.value(), &snapshot.redacted(), None);
            let health = keeper.health.lock();
            let (sources, is_stale) = health.conditions();
            let native = health.watching.iter().filter(|watching| watching.mode == super::WatchMode::Native).count();
            let last_success = health.last_reload().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
            let watched = [native, health.watching.len() - native];
            drop(health);
            all.push(Self {
                label: name.map_or_else(|| token::token(id), str::to_owned),
                version: snapshot.version(),
                fingerprint: visible,
                last_success,
                is_stale,
                sources,
                watched,
            });
        });
        sort_by(&mut all, |one, other| one.label.cmp(&other.label));
        all.dedup_by(|one, other| one.label == other.label);
        all
    }
}

/// A text in the format.
struct Exposition(String);

impl Exposition {
    fn family(&mut self, kind: &str, name: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"{}\"", if at == 0 { '{' } else { ',' }, escaped(text));
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    fn single(&mut self, kind: &str, name: &str, help: &str, value: impl Display) {
        self.family(kind, name, help);
        self.sample(name, &[], value);
    }

    fn operation(&mut self, name: &str, what: &str, operation: &Operation) {
        // Read before those that have begun, so that there are never more failures.
        let failed = operation.failed.each_ref().map(|count| count.load(Ordering::Relaxed));
        let begun = operation.begun.load(Ordering::Relaxed);
        self.single("counter", &format!("superconfig_{name}s_total"), &format!("{what}, failed ones included."), begun);
        let failures = format!("superconfig_{name}_failures_total");
        self.family("counter", &failures, &format!("{what} that failed, by the code of the error."));
        for (code, count) in ErrorCode::ALL.iter().zip(failed) {
            self.sample(&failures, &[("code", code.as_str())], count);
        }
        let durations = format!("superconfig_{name}_duration_seconds");
        self.family("histogram", &durations, &format!("Durations of the stages of {name}s that were published."));
        let (bucket, sum, count) = (format!("{durations}_bucket"), format!("{durations}_sum"), format!("{durations}_count"));
        for (stage, histogram) in Timings::STAGES.into_iter().zip(&operation.stages) {
            let mut total = 0;
            for (at, in_bucket) in histogram.buckets.iter().enumerate() {
                total += in_bucket.load(Ordering::Relaxed);
                let limit = LIMITS.get(at).map_or_else(|| "+Inf".to_owned(), |limit| (*limit as f64 / 1e9).to_string());
                self.sample(&bucket, &[("stage", stage), ("le", &limit)], total);
            }
            let seconds = histogram.nanoseconds.load(Ordering::Relaxed) as f64 / 1e9;
            self.sample(&sum, &[("stage", stage)], seconds);
            self.sample(&count, &[("stage", stage)], total);
        }
    }

    fn configurations(&mut self, all: &[Configuration]) {
        self.single("gauge", "superconfig_configurations", "Open configurations.", all.len());
        let gauges: [Gauge; 3] = [
            ("superconfig_version", "Version of each open configuration.", |one| one.version as f64),
            ("superconfig_stale", "Whether what is in use may be outdated: 1 while reloads or sources fail.", |one| {
                f64::from(u8::from(one.is_stale))
            }),
            ("superconfig_last_success_timestamp_seconds", "Time of the last load or reload that succeeded.", |one| {
                one.last_success
            }),
        ];
        for (name, help, value) in gauges {
            self.family("gauge", name, help);
            for one in all {
                self.sample(name, &[("configuration", &one.label)], value(one));
            }
        }
        self.family("gauge", "superconfig_fingerprint_info", "Digest of the values that are not secret.");
        for one in all {
            // A label holds it, as values are numbers.
            let labels = [("configuration", &*one.label), ("fingerprint", &one.fingerprint)];
            self.sample("superconfig_fingerprint_info", &labels, 1);
        }
        self.family("gauge", "superconfig_watched_paths", "Files and directories that are watched.");
        for (at, mode) in ["native", "polling"].into_iter().enumerate() {
            let count: usize = all.iter().map(|one| one.watched[at]).sum();
            self.sample("superconfig_watched_paths", &[("mode", mode)], count);
        }
        self.family("gauge", "superconfig_sources", "Custom sources by their state.");
        for state in [SourceState::Live, SourceState::Connecting, SourceState::Stale, SourceState::Snapshot] {
            let count = all.iter().flat_map(|one| &one.sources).filter(|other| **other == state).count();
            self.sample("superconfig_sources", &[("state", state.as_str())], count);
        }
    }
}

/// A label's value as the format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
