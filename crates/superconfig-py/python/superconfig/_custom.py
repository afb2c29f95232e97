"""Sources that the program implements: calling them for loads, watching them, and letting go of them."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
import time
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, Optional, Sequence

from . import _superconfig
from ._errors import Issue, Origin, SuperConfigError, make_error, option_error

if TYPE_CHECKING:
    from ._request import LoadRequest

_FIRST_RETRY = 1.0
_LONGEST_RETRY = 60.0
_STATES = ("live", "connecting", "stale", "snapshot")


class SuperConfigWarning(UserWarning):
    """What went wrong where no caller is left to raise it at."""


def warn(message: str) -> None:
    """Warns, whatever the filters do."""
    try:
        warnings.warn(message, SuperConfigWarning, stacklevel=2)
    except SuperConfigWarning:
        pass


def reason_of(failure: BaseException) -> str:
    """Why code of the program failed, for a message; the user part of URLs, which clients like to quote, is masked."""
    try:
        text = str(failure)
    except Exception:
        text = ""
    text = text or type(failure).__name__
    return _superconfig.mask_userinfo(text.encode("utf-8", "replace").decode())


def values_of(given: Any) -> Any:
    """What a source or a derived layer gave, if that is a table."""
    if isinstance(given, Mapping):
        return given
    raise TypeError(f"it gave one of type {type(given).__name__}, and must give a mapping")


class SourceContext:
    """The load that a source is called for: ``cwd``, ``home``, ``profiles`` and ``env``."""

    def __init__(self, surroundings: Mapping[str, Any], report: Callable[[dict[str, Any]], None]) -> None:
        self.cwd: str = surroundings["cwd"]
        self.home: Optional[str] = surroundings.get("home")
        self.profiles: Sequence[str] = tuple(surroundings["profiles"])
        self.env: Mapping[str, str] = surroundings["env"]
        #: Is set when the time for ``load`` is over, and when the configuration is closed.
        self.cancelled = threading.Event()
        self._report = report

    def report(self, state: str, *, revision: Optional[str] = None, error: Any = None) -> None:
        """Says how the source is doing, now or later; shows in ``status.sources``.

        ``state`` is ``live``, ``connecting``, ``stale`` or ``snapshot``.
        """
        if state not in _STATES:
            raise option_error(f"a source is {', '.join(_STATES[:-1])} or {_STATES[-1]}")
        text = reason_of(error) if isinstance(error, BaseException) else error
        report = {"state": state, "revision": revision, "error": text}
        self._report({name: value for name, value in report.items() if value is not None})

    def __repr__(self) -> str:
        return f"SourceContext(cwd={self.cwd!r}, profiles={self.profiles!r})"


class CustomSource:
    """One source with what is known of its calls."""

    def __init__(
        self, name: str, load: Callable[..., Any], watch: Optional[Callable[..., Any]], close: Optional[Callable[[], Any]], timeout: float
    ) -> None:
        self.name = name
        self.load = load
        self.watch = watch
        self.close = close
        self.timeout = timeout

    @property
    def origin(self) -> Origin:
        return Origin(kind="custom", source=self.name)


class _Call:
    """One call of a source, in a thread of its own."""

    def __init__(self, source: CustomSource, context: SourceContext) -> None:
        self.source = source
        self.context = context
        self.values: Any = None
        self.failure: Optional[BaseException] = None
        self._done = threading.Event()
        self._begun = time.monotonic()
        surroundings = contextvars.copy_context()
        name = f"superconfig-source-{source.name}"
        self._thread = threading.Thread(target=surroundings.run, args=(self._run,), name=name, daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return not self._done.is_set()

    def _run(self) -> None:
        try:
            given = self.source.load(self.context)
            if inspect.isawaitable(given):
                given = asyncio.run(_awaited(given))
            # Copied here: what it gave may change later.
            self.values = _superconfig.copy_plain(values_of(given))
        except BaseException as failure:
            self.failure = failure
        finally:
            self._done.set()

    def wait(self) -> None:
        """Waits for the answer for as long as that may take."""
        left = self.source.timeout - (time.monotonic() - self._begun)
        if not self._done.wait(max(left, 0.0)):
            self.context.cancelled.set()
            self.failure = TimeoutError(f"it has not answered within {self.source.timeout:g} s")


async def _awaited(given: Any) -> Any:
    return await given


class _Entry:
    def __init__(self, index: int, source: CustomSource) -> None:
        self.index = index
        self.source = source
        self.call: Optional[_Call] = None
        self.contexts: list[SourceContext] = []
        self.failure: Optional[SuperConfigError] = None
        self.turn = 0


class CustomSources:
    """The sources of one configuration, from its first load until it is closed."""

    def __init__(self, request: LoadRequest) -> None:
        self._request = request
        self._entries = [
            _Entry(index, source.implementation) for index, source in enumerate(request.sources) if source.kind == "source"
        ]
        self._surroundings: Optional[dict[str, Any]] = None
        self._sink: Optional[Callable[[int, dict[str, Any]], None]] = None
        self._reports: dict[int, dict[str, Any]] = {}
        self._stops: list[Callable[[], Any]] = []
        self._ended = threading.Event()
        self._lock = threading.Lock()

    @property
    def is_empty(self) -> bool:
        return not self._entries

    def collect(self, turn: int, captured: Optional[dict[str, Any]]) -> tuple[dict[int, dict[str, Any]], list[SuperConfigError]]:
        """Calls all of them at the same time: their answers by index, and their failures."""
        if not self._entries:
            return {}, []
        if captured is not None or self._surroundings is None:
            given = self._request.environment
            variables = given if given is not None else (captured or {}).get("variables", {})
            context = _superconfig.source_context(self._request.native(captured, {}))
            self._surroundings = {**context, "env": dict(variables)}
        answers: dict[int, dict[str, Any]] = {}
        failures: list[SuperConfigError] = []
        calls = [(entry, self._start(entry)) for entry in self._entries]
        for entry, call in calls:
            failure = self._settle(entry, call)
            if failure is None and call is not None:
                answers[entry.index] = {"values": {"value": call.values}}
            elif failure is not None:
                failures.append(failure)
                answers[entry.index] = {"error": reason_of(failure.__cause__ or failure)}
            # A reload that began later may have been faster.
            if turn >= entry.turn:
                entry.turn, entry.failure = turn, failure
        return answers, failures

    def failure_of(self, error: SuperConfigError) -> Optional[SuperConfigError]:
        """The failure that an error of the engine tells of, as it was seen here, with what the source raised."""
        name = error.origin.source if error.origin is not None else None
        return next((entry.failure for entry in self._entries if entry.source.name == name and entry.failure is not None), None)

    def open(self, sink: Callable[[int, dict[str, Any]], None]) -> None:
        """Reports go to `sink` from here on."""
        with self._lock:
            self._sink = sink
            reports, self._reports = self._reports, {}
        for index, report in reports.items():
            sink(index, report)

    def watch(self, changed: Callable[[], None]) -> None:
        """Watches them."""
        for entry in self._entries:
            if entry.source.watch is not None and self._surroundings is not None:
                self._watch(entry, self._context(entry), changed, _FIRST_RETRY)

    def end(self) -> None:
        """Lets go of all of them. Safe to repeat."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._sink = None
        with self._lock:
            stops, self._stops = self._stops, []
        for entry in self._entries:
            for context in entry.contexts:
                context.cancelled.set()
            entry.contexts.clear()
        for stop in stops:
            _attempt(stop, "a source does not end its watch")
        for entry in self._entries:
            if entry.call is not None and entry.source.close is not None:
                _attempt(entry.source.close, f"the source `{entry.source.name}` does not close")

    def forget(self) -> None:
        """Lets go of nothing: what they have opened belongs to the process that this one was forked from."""
        self._ended.set()
        self._sink = None

    def _start(self, entry: _Entry) -> Optional[_Call]:
        if entry.call is not None and entry.call.is_running:
            return None
        entry.contexts.clear()
        entry.call = _Call(entry.source, self._context(entry))
        return entry.call

    def _settle(self, entry: _Entry, call: Optional[_Call]) -> Optional[SuperConfigError]:
        source = entry.source
        if call is None:
            cause: Optional[BaseException] = TimeoutError("it has not answered an earlier call yet")
        else:
            call.wait()
            cause = call.failure
        if cause is None:
            return None
        if not isinstance(cause, Exception):
            raise cause
        if isinstance(cause, SuperConfigError) and cause.origin is not None and cause.origin.source == source.name:
            return cause
        failure = make_error("SOURCE", f"the source `{source.name}` failed: {reason_of(cause)}", origin=source.origin)
        failure.__cause__ = cause
        return failure

    def _context(self, entry: _Entry) -> SourceContext:
        def report(given: dict[str, Any]) -> None:
            with self._lock:
                sink = self._sink
                if sink is None:
                    self._reports[entry.index] = given
            if sink is not None:
                sink(entry.index, given)

        context = SourceContext(self._surroundings or {}, report)
        entry.contexts.append(context)
        return context

    def _watch(self, entry: _Entry, context: SourceContext, changed: Callable[[], None], retry: float) -> None:
        if self._ended.is_set() or entry.source.watch is None:
            return
        try:
            stop = entry.source.watch(context, changed)
        except Exception as failure:
            problem = f"it cannot be watched: {reason_of(failure)}"
            if retry == _FIRST_RETRY:
                warn(f"the source `{entry.source.name}`: {problem}")
            context.report("stale", error=problem)
            again = threading.Timer(retry, self._watch, (entry, context, changed, min(2 * retry, _LONGEST_RETRY)))
            again.daemon = True
            again.start()
            with self._lock:
                self._stops.append(again.cancel)
            return
        if callable(stop):
            with self._lock:
                if not self._ended.is_set():
                    self._stops.append(stop)
                    stop = None
            if stop is not None:
                _attempt(stop, "a source does not end its watch")
        # What it had to say until now was not heard.
        if retry != _FIRST_RETRY:
            changed()


def join_failures(failures: Sequence[SuperConfigError]) -> SuperConfigError:
    """The error of a first load whose sources failed, all of them in one."""
    if len(failures) == 1:
        return failures[0]
    issues = [Issue(path="", message=failure.message, origin=failure.origin) for failure in failures]
    message = f"{len(failures)} sources failed" + "".join(f"\n  {failure.message}" for failure in failures)
    error = make_error("SOURCE", message, issues=issues)
    error.__cause__ = failures[0].__cause__
    return error


def _attempt(ending: Callable[[], Any], what: str) -> None:
    try:
        ended = ending()
        if inspect.isawaitable(ended):
            asyncio.run(_awaited(ended))
    except Exception as failure:
        warn(f"{what}: {reason_of(failure)}")
