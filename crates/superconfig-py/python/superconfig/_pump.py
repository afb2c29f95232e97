"""The delivery of a configuration's events to listeners, and reloads in the background."""

from __future__ import annotations

import threading
import traceback
import weakref
from typing import TYPE_CHECKING, Any, Callable, Optional

from . import _superconfig
from ._custom import warn
from ._descriptions import source_status
from ._errors import SuperConfigError, from_report

if TYPE_CHECKING:
    from ._state import State

# For a listener that runs in another thread; one that waits for this thread in turn must not hold it for good.
_LONGEST_WAIT = 5.0


class Transition:
    """The way from one version to another."""

    def __init__(self, changed: tuple[str, ...], previous: _superconfig.Version, current: _superconfig.Version) -> None:
        self.changed = changed
        self.previous = previous
        self.current = current

    def below(self, path: Any) -> Optional["Transition"]:
        """The same with its paths limited to those at or below one; nothing where none is."""
        changed = tuple(self.current.changed_since(self.previous, path))
        return Transition(changed, self.previous, self.current) if changed else None

    def then(self, following: "Transition") -> "Transition":
        """Both, one after the other."""
        return Transition(tuple(sorted({*self.changed, *following.changed})), self.previous, following.current)


class Listener:
    """A consumer of changes, of errors, or of changed states of sources."""

    def __init__(self, owner: object, call: Callable[[Any], Any], kind: str) -> None:
        self.owner = owner
        self.call = call
        self.kind = kind
        self.on_end: Optional[Callable[[], None]] = None


class Pump:
    """The events of one configuration."""

    def __init__(self, state: State) -> None:
        self._state = weakref.ref(state)
        self._events: Optional[_superconfig.Events] = None
        self._listeners: list[Listener] = []
        self._changed = threading.Condition(threading.RLock())
        self._thread: Optional[threading.Thread] = None
        self._delivering: Optional[int] = None
        self._is_pending = False
        self._reloading = 0
        self._wants_reload = False
        self._has_ended = False

    def add(self, listener: Listener) -> None:
        """Delivers to a listener from here on."""
        with self._changed:
            self._listeners.append(listener)
            self._subscribe()
        self._tell_state()

    def remove(self, listener: Listener) -> None:
        """Delivers to it no more. Safe to repeat."""
        with self._changed:
            if listener in self._listeners:
                self._listeners.remove(listener)
        self._tell_state()

    def remove_owned(self, owner: object) -> None:
        """Ends the listeners of an object that is closed."""
        with self._changed:
            owned = [listener for listener in self._listeners if listener.owner is owner]
            self._listeners = [listener for listener in self._listeners if listener.owner is not owner]
        for listener in owned:
            if listener.on_end is not None:
                listener.on_end()
        self._tell_state()

    def start(self) -> None:
        """Delivers and reloads in a thread of its own from here on."""
        with self._changed:
            self._subscribe()
            if self._thread is None and self._events is not None:
                arguments = (weakref.ref(self), self._events)
                self._thread = threading.Thread(target=_run, args=arguments, name="superconfig-reload", daemon=True)
                self._thread.start()

    def request_reload(self) -> None:
        """Reloads soon, in that thread."""
        with self._changed:
            self._wants_reload = True
            events = self._events
        if events is not None:
            events.wake()

    def reported(self) -> None:
        """A source has reported something: without that thread, nor a reload that delivers, whoever reports delivers."""
        with self._changed:
            is_delivered = self._thread is not None or self._reloading > 0
        if not is_delivered:
            self.deliver()

    def begin(self) -> None:
        """A reload begins whose caller delivers what it causes."""
        with self._changed:
            self._reloading += 1

    def finish(self) -> None:
        """It is done."""
        with self._changed:
            self._reloading -= 1
        self.deliver()

    def deliver(self) -> None:
        """Delivers what has happened, or waits until another thread has."""
        own = threading.get_ident()
        with self._changed:
            if self._events is None:
                return
            self._is_pending = True
            if self._delivering is not None:
                if self._delivering != own:
                    self._changed.wait_for(lambda: self._delivering is None, _LONGEST_WAIT)
                return
            self._delivering = own
        try:
            while self._next():
                self._deliver_all()
        finally:
            with self._changed:
                self._delivering = None
                self._changed.notify_all()

    def turn(self) -> None:
        """One turn of the thread."""
        with self._changed:
            is_busy = self._reloading > 0
            wants_reload, self._wants_reload = self._wants_reload, False
        # Whoever reloads delivers.
        if not is_busy:
            self.deliver()
        with self._changed:
            wants_reload = wants_reload or self._wants_reload
            self._wants_reload = False
        state = self._state()
        if wants_reload and state is not None and not self._has_ended:
            try:
                state.reload(is_background=True)
            except SuperConfigError:
                # Listeners get the failure.
                pass

    def end(self) -> None:
        """Ends delivery and the thread. Safe to repeat."""
        with self._changed:
            self._has_ended = True
            listeners, self._listeners = self._listeners, []
            events, self._events = self._events, None
            thread, self._thread = self._thread, None
        for listener in listeners:
            if listener.on_end is not None:
                listener.on_end()
        if events is not None:
            events.close()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_LONGEST_WAIT)

    def forked(self) -> None:
        """In a child there is no such thread, and what the engine's threads held must not be touched."""
        self._changed = threading.Condition(threading.RLock())
        self._thread = None
        self._delivering = None
        self._reloading = 0
        if self._events is not None:
            self._events.forget()
            self._events = None

    def renewed(self) -> "Pump":
        """A pump for the configuration that replaces that of the parent, with the same listeners."""
        state = self._state()
        assert state is not None
        pump = Pump(state)
        for listener in self._listeners:
            pump.add(listener)
        return pump

    def _subscribe(self) -> None:
        state = self._state()
        if self._events is None and not self._has_ended and state is not None and not state.is_forked:
            self._events = _superconfig.Events(state.core)

    def _tell_state(self) -> None:
        state = self._state()
        if state is not None and not self._has_ended:
            state.listens(bool(self._listeners))

    def _next(self) -> bool:
        with self._changed:
            is_pending, self._is_pending = self._is_pending, False
            return is_pending

    def _deliver_all(self) -> None:
        while True:
            events = self._events
            taken = events.take() if events is not None else None
            if taken is None:
                return
            report, previous, current = taken
            self._dispatch(report, previous, current)

    def _dispatch(self, report: dict[str, Any], previous: Any, current: Any) -> None:
        change = report.get("change")
        failure = report.get("failure")
        if report.get("reloadRequested"):
            # Whichever thread has found it, that one reloads.
            self.request_reload()
        steps: list[Callable[[], Any]] = []
        if change is not None and previous is not None and current is not None:
            transition = Transition(tuple(change["changed"]), previous, current)
            steps.append(lambda: self._tell("change", transition))
        if failure is not None:
            steps.append(lambda: self._fail(from_report(failure), bool(report.get("background"))))
        if not report.get("changeFirst"):
            steps.reverse()
        for step in steps:
            step()
        for one in report.get("sources", ()):
            self._tell("status", source_status(one))

    def _fail(self, error: SuperConfigError, is_background: bool) -> None:
        state = self._state()
        error = (state.sources.failure_of(error) if state is not None else None) or error
        if not self._tell("error", error) and is_background:
            warn(f"a reload failed, the last good configuration stays in use: {error}")

    def _tell(self, kind: str, argument: Any) -> bool:
        listeners = [listener for listener in self._listeners if listener.kind == kind]
        for listener in listeners:
            if listener not in self._listeners:
                continue
            try:
                listener.call(argument)
            except Exception:
                warn(f"a listener of '{kind}' raised:\n{traceback.format_exc()}")
        return bool(listeners)


def _run(pump: "weakref.ref[Pump]", events: _superconfig.Events) -> None:
    # Holds neither the pump nor its configuration while it waits: both can be collected, which closes the events.
    while events.wait():
        alive = pump()
        if alive is None:
            return
        try:
            alive.turn()
        except BaseException as failure:
            # Even what ends a program must not end the watching in silence.
            warn(f"a reload in the background raised {type(failure).__name__}: {failure}")
        del alive
