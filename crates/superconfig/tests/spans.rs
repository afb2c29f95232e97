//! Spans of the `tracing` crate, as a subscriber of the whole process hears them.
#![cfg(feature = "tracing")]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use superconfig::{Source, SourceContext, SourceError, SuperConfig, Table, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes a line for each span that begins, indented by those that are open, and for each event.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<(Vec<String>, usize)>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Listener {
    fn hear(&self, name: &str, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(name.to_owned());
        record(&mut fields);
        let mut heard = self.0.lock().unwrap();
        let line = "  ".repeat(heard.1) + &fields.0;
        heard.0.push(line);
    }

    /// What was heard since the last look.
    fn heard(&self) -> Vec<String> {
        let mut heard = self.0.lock().unwrap();
        assert_eq!(heard.1, 0, "every span has ended");
        std::mem::take(&mut heard.0)
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "superconfig"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.hear(span.metadata().name(), |fields| span.record(fields));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.hear(event.metadata().level().as_str(), |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {
        self.0.lock().unwrap().1 += 1;
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().1 -= 1;
    }
}

struct Store;

impl Source for Store {
    fn name(&self) -> &str {
        "https://me:hunter2@store"
    }

    fn load(&self, _: &SourceContext) -> Result<Value, SourceError> {
        Ok(Value::Table(Table::new()))
    }
}

#[test]
fn a_load_and_its_stages_are_spans_and_show_no_value() {
    let listener = Listener::default();
    tracing::subscriber::set_global_default(listener.clone()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("app.toml"), "password = 'hunter2'").unwrap();
    let builder = SuperConfig::builder().cwd(directory.path()).file("app.toml").source(Store);
    let config = builder.validate_with(|value| Ok(value.clone())).load().unwrap();
    // A source is called on a thread of its own while the load waits.
    let source = "  source name=\"https://[redacted]@store\"";
    let stages = ["load", source, "  read", "    parse file=\"app.toml\"", "  merge", "validate", "publish"];
    assert_eq!(listener.heard(), stages);
    config.reload().unwrap();
    assert_eq!(listener.heard(), ["reload", source, "  read", "  merge", "validate", "publish"]);
    std::fs::write(directory.path().join("app.toml"), "password = hunter2").unwrap();
    config.reload().unwrap_err();
    let failure = "WARN message=reload failed code=\"ERR_SUPERCONFIG_PARSE\"";
    assert_eq!(listener.heard(), ["reload", source, "  read", "    parse file=\"app.toml\"", failure]);
}
