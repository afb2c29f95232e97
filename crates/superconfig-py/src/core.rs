//! A configuration as Python reads it.

use crate::OPTIONS;
use crate::convert::{to_frozen, to_plain, to_value};
use crate::error::{closed, from_report, raise, run};
use crate::path::to_path;
use crate::prepared::Opened;
use crate::version::Version;
use arc_swap::ArcSwap;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use superconfig::generation::{WORD_COUNT, WORDS};
use superconfig::{RenderOptions, Segment, Snapshot, SourceReport, SuperConfig, Value};
use superconfig_binding::{ReportedIssue, written_format};

/// The generation of what no cache may answer for: a closed configuration, or one that values are laid over.
const NO_GENERATION: u32 = u32::MAX;

/// A configuration. The facade's class inherits it, so that reads by path take one step.
#[pyclass(frozen, subclass, weakref, module = "superconfig._superconfig")]
pub(crate) struct Core {
    /// The index of the configuration's generation word.
    word: AtomicUsize,
    /// All ones while no cache may answer.
    gate: AtomicU32,
    view: ArcSwap<View>,
    held: Mutex<Held>,
}

/// What a close takes away.
struct Held {
    config: Option<SuperConfig>,
    /// Finds what reads are to see in place of this configuration.
    overlay: Option<Py<PyAny>>,
}

/// One version with what was read from it.
pub(crate) struct View {
    /// The generation word as it was before the version was taken.
    seen: u32,
    snapshot: Arc<Snapshot>,
    /// Values by the text of their paths.
    values: Arc<Py<PyDict>>,
    /// The whole.
    tree: Arc<PyOnceLock<Py<PyAny>>>,
}

impl Core {
    /// The current generation; caches of another one are out of date.
    pub(crate) fn generation(&self) -> u32 {
        self.word().load(Ordering::Acquire) | self.gate.load(Ordering::Acquire)
    }

    fn word(&self) -> &'static AtomicU32 {
        &WORDS[self.word.load(Ordering::Acquire) % WORD_COUNT]
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The configuration.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_CLOSED`
    pub(crate) fn config(&self, py: Python<'_>) -> PyResult<SuperConfig> {
        let config = self.lock().config.clone();
        config.ok_or_else(|| raise(py, closed()))
    }

    /// The newest version.
    fn fresh(&self, py: Python<'_>) -> PyResult<Arc<View>> {
        let config = self.config(py)?;
        let seen = self.word().load(Ordering::Acquire);
        let view = self.view.load_full();
        if view.seen == seen {
            return Ok(view);
        }
        let snapshot = config.snapshot().map_err(|error| raise(py, error))?;
        let is_same = snapshot.version() == view.snapshot.version();
        let values = if is_same { view.values.clone() } else { Arc::new(PyDict::new(py).unbind()) };
        let tree = if is_same { view.tree.clone() } else { Arc::new(PyOnceLock::new()) };
        let next = Arc::new(View { seen, snapshot, values, tree });
        // An older version that a slower thread has found replaces no newer one.
        let before =
            self.view.rcu(|known| if known.snapshot.version() > next.snapshot.version() { known.clone() } else { next.clone() });
        Ok(if before.snapshot.version() > next.snapshot.version() { before } else { next })
    }

    /// What a read without a value gives: nothing, where the schema declares the path.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_PATH` with the closest path.
    pub(crate) fn missing(&self, this: &Bound<'_, Self>, path: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = this.py();
        let shown = shown(this)?;
        let view = shown.get().fresh(py)?;
        let path = to_path(path)?;
        if view.snapshot.is_optional(&path) {
            return Ok(py.None());
        }
        Err(raise(py, view.snapshot.unknown_path(&path)))
    }
}

/// A configuration that was opened, with the index of its generation word and its first view.
fn open(py: Python<'_>, opened: &Bound<'_, Opened>) -> PyResult<(SuperConfig, usize, View)> {
    let config = opened.get().take().ok_or_else(|| raise(py, closed()))?;
    let snapshot = config.snapshot().map_err(|error| raise(py, error))?;
    let word = (config.id().get() % WORD_COUNT as u64) as usize;
    let seen = snapshot.generation();
    let view = View { seen, snapshot, values: Arc::new(PyDict::new(py).unbind()), tree: Arc::new(PyOnceLock::new()) };
    Ok((config, word, view))
}

/// What the current read is to see: the configuration, unless values are laid over it here.
fn shown<'py>(this: &Bound<'py, Core>) -> PyResult<Bound<'py, Core>> {
    let py = this.py();
    if this.get().gate.load(Ordering::Acquire) == 0 {
        return Ok(this.clone());
    }
    let overlay = this.get().lock().overlay.as_ref().map(|overlay| overlay.clone_ref(py));
    let found = overlay.map(|overlay| overlay.call0(py)).transpose()?;
    match found {
        Some(found) if !found.is_none(py) => Ok(found.into_bound(py).cast_into::<Core>()?),
        _ => Ok(this.clone()),
    }
}

/// The value at a path.
pub(crate) fn find(this: &Bound<'_, Core>, path: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
    let py = this.py();
    let shown = shown(this)?;
    let view = shown.get().fresh(py)?;
    let text = path.cast_exact::<PyString>();
    if let Ok(text) = text
        && let Some(known) = view.values.bind(py).get_item(text)?
    {
        return Ok(Some(known.unbind()));
    }
    let Some(value) = view.snapshot.at(&to_path(path)?) else { return Ok(None) };
    let value = to_frozen(py, value)?;
    if let Ok(text) = text {
        view.values.bind(py).set_item(text, &value)?;
    }
    Ok(Some(value))
}

/// The value at a path, if a cache has it.
fn cached(this: &Core, py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
    let view = this.view.load();
    // Only a plain string is looked up without running code of the program.
    match path.cast_exact::<PyString>() {
        Ok(text) if view.seen == this.generation() => Ok(view.values.bind(py).get_item(text)?.map(Bound::unbind)),
        _ => Ok(None),
    }
}

#[pymethods]
impl Core {
    #[new]
    fn new(py: Python<'_>, opened: &Bound<'_, Opened>) -> PyResult<Self> {
        from_report(py)?;
        let (config, word, view) = open(py, opened)?;
        let held = Mutex::new(Held { config: Some(config), overlay: None });
        Ok(Self { word: AtomicUsize::new(word), gate: AtomicU32::new(0), view: ArcSwap::from_pointee(view), held })
    }

    fn __getitem__(this: &Bound<'_, Self>, path: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        if let Some(known) = cached(this.get(), this.py(), path)? {
            return Ok(known);
        }
        match find(this, path)? {
            Some(found) => Ok(found),
            None => this.get().missing(this, path),
        }
    }

    fn __contains__(this: &Bound<'_, Self>, path: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(cached(this.get(), this.py(), path)?.is_some() || find(this, path)?.is_some())
    }

    /// The value at a path, or a default.
    fn _find(this: &Bound<'_, Self>, path: &Bound<'_, PyAny>, default: Py<PyAny>) -> PyResult<Py<PyAny>> {
        if let Some(known) = cached(this.get(), this.py(), path)? {
            return Ok(known);
        }
        Ok(find(this, path)?.unwrap_or(default))
    }

    /// All values of the newest version.
    #[getter]
    fn current(this: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let py = this.py();
        let shown = shown(this)?;
        let view = shown.get().fresh(py)?;
        Ok(view.tree.get_or_try_init(py, || to_frozen(py, view.snapshot.value()))?.clone_ref(py))
    }

    /// The number of the newest version.
    #[getter]
    fn version(this: &Bound<'_, Self>) -> PyResult<u64> {
        Ok(this.get().fresh(this.py())?.snapshot.version())
    }

    /// Whether it is closed.
    #[getter]
    fn closed(&self) -> bool {
        self.lock().config.is_none()
    }

    /// The newest version, to keep.
    fn _pin(this: &Bound<'_, Self>) -> PyResult<Version> {
        Ok(Version(shown(this)?.get().fresh(this.py())?.snapshot.clone()))
    }

    /// The values with secrets redacted.
    fn _redacted(this: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let py = this.py();
        to_plain(py, &shown(this)?.get().fresh(py)?.snapshot.redacted())
    }

    /// The provenance of a value.
    fn _explain(this: &Bound<'_, Self>, path: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = this.py();
        let (path, snapshot) = (to_path(path)?, described(this)?);
        let explanation = run(py, || superconfig::to_value(&snapshot.explain(&path)?))?;
        to_plain(py, &explanation)
    }

    /// The explanations of all paths that layers or the schema know.
    fn _explain_all(this: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let py = this.py();
        let snapshot = described(this)?;
        let explanations = run(py, || superconfig::to_value(&snapshot.explain_all()))?;
        to_plain(py, &explanations)
    }

    /// The values that differ from those of another configuration.
    fn _differences(this: &Bound<'_, Self>, other: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let py = this.py();
        let (before, after) = (described(this)?, described(other)?);
        let differences = run(py, || superconfig::to_value(&before.differences(&after)))?;
        to_plain(py, &differences)
    }

    /// A part of what is known of it.
    fn _describe(this: &Bound<'_, Self>, part: &str) -> PyResult<Py<PyAny>> {
        let py = this.py();
        let config = this.get().config(py)?;
        let snapshot = described(this)?;
        let part = run(py, || {
            Ok(match part {
                "layers" => superconfig::to_value(snapshot.layers())?,
                "warnings" => superconfig::to_value(snapshot.warnings())?,
                "files" => superconfig::to_value(&snapshot.files())?,
                "unmatched_variables" => superconfig::to_value(&snapshot.unmatched_variables())?,
                "status" => superconfig::to_value(&config.status()?)?,
                "name" => superconfig::to_value(&config.name())?,
                "token" => superconfig::to_value(&config.token())?,
                _ => superconfig::to_value(&snapshot.dotenv_variables().collect::<Vec<_>>())?,
            })
        })?;
        to_plain(py, &part)
    }

    /// All values as text of a format.
    fn _render(
        this: &Bound<'_, Self>,
        format: &str,
        secrets: bool,
        indent: bool,
        origins: bool,
        changed: bool,
        ascii: bool,
    ) -> PyResult<String> {
        let snapshot = described(this)?;
        let options = RenderOptions { secrets, indent, origins, changed, ascii };
        run(this.py(), || snapshot.render_with(written_format(format)?, options))
    }

    /// Raises the error that the problems of the newest version make, with the origins of the values.
    fn _refuse(this: &Bound<'_, Self>, issues: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = this.py();
        let issues = to_value(issues)?;
        let snapshot = described(this)?;
        run(py, || {
            let issues: Vec<ReportedIssue> = OPTIONS.read(&issues, "issues")?;
            Err(snapshot.refuse(
                issues.into_iter().map(|issue| issue.into_issue(|path, known| snapshot.unknown_key(path, known))).collect(),
            ))
        })
    }

    /// The segments of a path.
    fn _segments(&self, py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let path = to_path(path)?;
        let segments = path.iter().map(|segment| match segment {
            Segment::Key(key) => Value::String(key.clone()),
            Segment::Index(index) => Value::from(*index as u64),
        });
        to_plain(py, &Value::array(segments.collect()))
    }

    /// The turn of a reload that begins now.
    fn _begin_reload(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.config(py)?.begin_reload().number())
    }

    /// Notes what a custom source says of itself.
    fn _report_source(&self, py: Python<'_>, source: usize, report: &Bound<'_, PyAny>) -> PyResult<()> {
        let (config, report) = (self.config(py)?, to_value(report)?);
        run(py, || config.report_source(source, OPTIONS.read::<SourceReport>(&report, "report")?))
    }

    /// Makes reads see what a function finds, or the configuration again.
    fn _overlay(&self, py: Python<'_>, find: Option<Py<PyAny>>) -> PyResult<()> {
        self.config(py)?;
        self.gate.store(if find.is_some() { NO_GENERATION } else { 0 }, Ordering::Release);
        let before = std::mem::replace(&mut self.lock().overlay, find);
        drop(before);
        Ok(())
    }

    /// One more reference to the configuration.
    fn _share(&self, py: Python<'_>) -> PyResult<Opened> {
        Ok(Opened::new(self.config(py)?))
    }

    /// Reads another configuration from here on. The one before is that of the process that this one was forked from: it is not closed,
    /// as threads that hold its locks are not there.
    fn _replace(&self, py: Python<'_>, opened: &Bound<'_, Opened>) -> PyResult<()> {
        let (config, word, view) = open(py, opened)?;
        let before = self.lock().config.replace(config);
        std::mem::forget(before);
        let view = self.view.swap(Arc::new(view));
        std::mem::forget(view);
        self.word.store(word, Ordering::Release);
        Ok(())
    }

    /// Closes without ending anything, in a process that was forked.
    fn _forget(&self) {
        self.gate.store(NO_GENERATION, Ordering::Release);
        let config = self.lock().config.take();
        std::mem::forget(config);
    }

    /// Lets the configuration go; it ends with the last that refers to it. Safe to repeat.
    fn _close(&self, py: Python<'_>) {
        self.gate.store(NO_GENERATION, Ordering::Release);
        let (config, overlay) = {
            let mut held = self.lock();
            (held.config.take(), held.overlay.take())
        };
        drop(overlay);
        py.detach(|| drop(config));
    }
}

/// The version whose positions and layers are shown: a reload that changes no value may still move them.
fn described(this: &Bound<'_, Core>) -> PyResult<Arc<Snapshot>> {
    let py = this.py();
    let shown = shown(this)?;
    let config = shown.get().config(py)?;
    config.snapshot().map_err(|error| raise(py, error))
}

impl Drop for Core {
    fn drop(&mut self) {
        let config = self.lock().config.take();
        if config.is_none() {
            return;
        }
        // The end of a configuration waits for its watcher.
        let _ = Python::try_attach(|py| py.detach(|| drop(config)));
    }
}
