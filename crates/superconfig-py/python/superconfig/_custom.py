"""Sources that the program implements: calling them for loads, watching them, and releasing them."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any, Callable, Optional, Sequence

from . import _superconfig
from ._errors import Issue, Origin, SuperConfigError, make_error
from ._source_call import SourceCall, SourceContext, reason_of

if TYPE_CHECKING:
    from ._request import LoadRequest

#: A watch that fails is tried again after so many seconds, and each time after twice as many, up to the most.
_FIRST_RETRY = 1.0
_LONGEST_RETRY = 60.0
#: How long a reload that a change started waits for sources, in seconds. What they return after that is another reload's.
_PATIENCE = 0.1


class SuperConfigWarning(UserWarning):
    """What went wrong where no caller is left to raise it at."""


def warn(message: str) -> None:
    """Warns, whatever the filters do."""
    try:
        warnings.warn(message, SuperConfigWarning, stacklevel=2)
    except SuperConfigWarning:
        pass


class CustomSource:
    """A source that the program implements."""

    def __init__(
        self,
        name: str,
        load: Callable[..., Any],
        watch: Optional[Callable[..., Any]] = None,
        close: Optional[Callable[[], Any]] = None,
        timeout: float = 10.0,
        accepted: Optional[Callable[[Any], Any]] = None,
    ) -> None:
        self.name = name
        self.load = load
        self.watch = watch
        self.close = close
        self.timeout = timeout
        self.accepted = accepted

    @property
    def origin(self) -> Origin:
        return Origin(kind="custom", source=self.name)


class _Entry:
    """One source with what is known of its calls."""

    def __init__(self, index: int, source: CustomSource) -> None:
        self.index = index
        self.source = source
        #: The newest call, after older ones that still run.
        self.calls: list[SourceCall] = []
        #: The newest call, where a reload in the background has gone on without it.
        self.pending: Optional[SourceCall] = None
        #: The same once it has settled, for the next reload in the background.
        self.late: Optional[SourceCall] = None
        #: Whether the source has something newer than that call sees.
        self.is_outdated = False
        #: The last reload that it has answered, and why it failed then.
        self.turn = 0
        self.failure: Optional[SuperConfigError] = None


class Collected:
    """What sources have returned for one load: answers by index, failures, and what to say once they are in use."""

    def __init__(self) -> None:
        self.answers: dict[int, dict[str, Any]] = {}
        self.failures: list[SuperConfigError] = []
        self._results: list[tuple[CustomSource, Any]] = []

    def add(self, entry: _Entry, call: SourceCall, failure: Optional[SuperConfigError]) -> None:
        if failure is not None:
            self.failures.append(failure)
            self.answers[entry.index] = {"error": reason_of(failure.__cause__ or failure)}
        elif call.answer is not None:
            self.answers[entry.index] = call.answer
            if entry.source.accepted is not None:
                self._results.append((entry.source, call.result))

    def accept(self) -> None:
        """Notifies the sources that what they returned is in use."""
        for source, result in self._results:
            accepted = source.accepted
            assert accepted is not None
            _attempt(lambda: accepted(result), f"the source `{source.name}` cannot take note of what is in use")


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
        self._changed: Optional[Callable[[], None]] = None
        self._watches: list[SourceContext] = []
        self._stops: list[Callable[[], Any]] = []
        self._ended = threading.Event()
        self._lock = threading.Lock()

    @property
    def is_empty(self) -> bool:
        return not self._entries

    def collect(self, turn: int, captured: Optional[dict[str, Any]], is_background: bool = False) -> Collected:
        """Calls all of them at the same time. In the background it goes on without those that do not answer soon."""
        collected = Collected()
        if not self._entries:
            return collected
        if not is_background or self._surroundings is None:
            given = self._request.environment
            variables = given if given is not None else (captured or {}).get("variables", {})
            context = _superconfig.source_context(self._request.native(captured, {}))
            self._surroundings = {**context, "env": dict(variables)}
        calls = [(entry, self._ask(entry, is_background)) for entry in self._entries]
        for entry, call in calls:
            if call is None or (is_background and not call.wait(_PATIENCE) and self._leave(entry, call)):
                continue
            failure = self._failure(entry, call)
            collected.add(entry, call, failure)
            # A reload that began later may have been faster.
            if turn >= entry.turn:
                entry.turn, entry.failure = turn, failure
        return collected

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
        self._changed = changed
        for entry in self._entries:
            if entry.source.watch is not None and self._surroundings is not None:
                context = self._context(entry)
                self._watches.append(context)
                self._watch(entry, context, _FIRST_RETRY)

    def end(self) -> None:
        """Lets go of all of them. Safe to repeat."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._sink = self._changed = None
        with self._lock:
            stops, self._stops = self._stops, []
        for context in [*self._watches, *(call.context for entry in self._entries for call in entry.calls)]:
            context._cancel()
        for stop in stops:
            _attempt(stop, "a source does not end its watch")
        for entry in self._entries:
            if entry.calls and entry.source.close is not None:
                _attempt(entry.source.close, f"the source `{entry.source.name}` does not close")

    def forget(self) -> None:
        """Lets go of nothing: what they have opened belongs to the process that this one was forked from."""
        self._ended.set()
        self._sink = self._changed = None

    def _ask(self, entry: _Entry, is_background: bool) -> Optional[SourceCall]:
        """The call whose answer counts for this load; nothing where the source has not answered one in the background yet."""
        with self._lock:
            late, entry.late = entry.late, None
            if is_background and entry.pending is not None:
                return None
            is_outdated, entry.is_outdated = entry.is_outdated, False
            if not is_background or late is None:
                entry.pending = None
                # Its thread is still there, and another one would hang as well.
                if entry.calls and entry.calls[-1].is_hanging:
                    return entry.calls[-1]
                call = SourceCall(entry.source, self._context(entry), self._request_reload)
                entry.calls = [*(older for older in entry.calls if older.is_running), call]
                return call
        if is_outdated:
            # What is newer is for a reload after this one.
            self._request_reload()
        return late

    def _leave(self, entry: _Entry, call: SourceCall) -> bool:
        with self._lock:
            entry.pending = call
        call.follow(lambda: self._arrive(entry, call))
        return True

    def _arrive(self, entry: _Entry, call: SourceCall) -> None:
        with self._lock:
            # A later call knows more.
            if entry.pending is not call:
                return
            entry.pending, entry.late = None, call
        self._request_reload()

    def _request_reload(self) -> None:
        changed = self._changed
        if changed is not None:
            changed()

    def _failure(self, entry: _Entry, call: SourceCall) -> Optional[SuperConfigError]:
        source = entry.source
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
                if sink is None and not self._ended.is_set():
                    self._reports[entry.index] = given
            if sink is not None:
                sink(entry.index, given)

        return SourceContext(self._surroundings or {}, report)

    def _watch(self, entry: _Entry, context: SourceContext, retry: float) -> None:
        watch = entry.source.watch
        if self._ended.is_set() or watch is None:
            return
        begun = time.monotonic()
        try:
            stop = watch(context, lambda: self._note_change(entry))
        except Exception as failure:
            self._watch_failed(entry, context, failure, retry)
            return
        if inspect.isawaitable(stop):
            awaitable = stop

            def follow() -> None:
                try:
                    self._watch_started(context._run(awaitable), retry)
                except Exception as failure:
                    lasted = time.monotonic() - begun
                    self._watch_failed(entry, context, failure, _FIRST_RETRY if lasted > _LONGEST_RETRY else retry)
                except asyncio.CancelledError:
                    pass

            threading.Thread(target=follow, name=f"superconfig-watch-{entry.source.name}", daemon=True).start()
        else:
            self._watch_started(stop, retry)

    def _watch_started(self, stop: Any, retry: float) -> None:
        if callable(stop):
            with self._lock:
                if not self._ended.is_set():
                    self._stops.append(stop)
                    stop = None
            if stop is not None:
                _attempt(stop, "a source does not end its watch")
        # What it had to say until now was not heard.
        if retry != _FIRST_RETRY:
            self._request_reload()

    def _watch_failed(self, entry: _Entry, context: SourceContext, failure: Exception, retry: float) -> None:
        if self._ended.is_set():
            return
        problem = f"it cannot be watched: {reason_of(failure)}"
        if retry == _FIRST_RETRY:
            warn(f"the source `{entry.source.name}`: {problem}")
        context.report("stale", error=problem)
        again = threading.Timer(retry, self._watch, (entry, context, min(2 * retry, _LONGEST_RETRY)))
        again.daemon = True
        again.start()
        with self._lock:
            self._stops.append(again.cancel)

    def _note_change(self, entry: _Entry) -> None:
        with self._lock:
            entry.is_outdated = entry.pending is not None or entry.late is not None
        self._request_reload()


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


async def _awaited(given: Any) -> Any:
    return await given
