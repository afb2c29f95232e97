//! The process's counters in the text format of Prometheus.

use super::counters::{LOADS, RELOADS};
use super::fingerprint::Fingerprints;
use super::snapshot::Snapshot;
use crate::registry::ConfigRegistry;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The process's counters and gauges in the text format of Prometheus.
///
/// Counters start with the process: loads and reloads, how many of them failed, and how long reading and merging took, in
/// seconds. Gauges say how things are: the version and the fingerprint of each open configuration, by its name or else its token, and the
/// entries, references and bytes of [`ConfigRegistry::global`]. Costs what [`ConfigRegistry::stats`] costs,
/// and a walk over the values of each open configuration.
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
    let mut text = String::new();
    for (name, what, operation) in [("load", "First loads of configurations", &LOADS), ("reload", "Reloads", &RELOADS)] {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
        let (done, failed, seconds) = (count(&operation.done), count(&operation.failed), count(&operation.nanoseconds) / 1e9);
        sample(&mut text, "counter", &format!("superconfig_{name}s_total"), &format!("{what}."), &[("", done)]);
        sample(
            &mut text,
            "counter",
            &format!("superconfig_{name}_failures_total"),
            &format!("{what} that failed."),
            &[("", failed)],
        );
        let duration = format!("superconfig_{name}_duration_seconds");
        head(&mut text, "summary", &duration, "Time that reading and merging took.");
        let _ = writeln!(text, "{duration}_sum {seconds}\n{duration}_count {done}");
    }
    let registry = ConfigRegistry::global();
    let mut snapshots: Vec<(String, Arc<Snapshot>)> = Vec::new();
    registry.visit(|id, name, value: &Arc<Snapshot>| {
        snapshots.push((name.map_or_else(|| format!("superconfig:{id}"), escaped), value.clone()));
    });
    snapshots.sort_by(|one, other| one.0.cmp(&other.0));
    let named = |name: &str| format!("configuration=\"{name}\"");
    let versions: Vec<(String, f64)> =
        snapshots.iter().map(|(name, snapshot)| (format!("{{{}}}", named(name)), snapshot.version() as f64)).collect();
    // A label holds it, as values are numbers.
    let fingerprints: Vec<(String, f64)> = snapshots
        .iter()
        .map(|(name, snapshot)| {
            let Fingerprints { visible, .. } = Fingerprints::new(snapshot.value(), &snapshot.redacted(), None);
            (format!("{{{},fingerprint=\"{visible}\"}}", named(name)), 1.0)
        })
        .collect();
    let versions: Vec<(&str, f64)> = versions.iter().map(|(labels, version)| (&**labels, *version)).collect();
    sample(&mut text, "gauge", "superconfig_version", "Version of each open configuration.", &versions);
    let fingerprints: Vec<(&str, f64)> = fingerprints.iter().map(|(labels, one)| (&**labels, *one)).collect();
    sample(&mut text, "gauge", "superconfig_fingerprint_info", "Digest of the values that are not secret.", &fingerprints);
    let stats = registry.stats();
    sample(&mut text, "gauge", "superconfig_handles", "Entries of the registry.", &[("", stats.total_handles as f64)]);
    let references = stats.active_references as f64;
    sample(&mut text, "gauge", "superconfig_references", "Handles that refer to entries.", &[("", references)]);
    let bytes = stats.memory_usage_bytes as f64;
    sample(&mut text, "gauge", "superconfig_memory_bytes", "Bytes that the entries take.", &[("", bytes)]);
    text
}

fn head(text: &mut String, kind: &str, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn sample(text: &mut String, kind: &str, name: &str, help: &str, values: &[(&str, f64)]) {
    head(text, kind, name, help);
    for (labels, value) in values {
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}

/// A label's value as the format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
