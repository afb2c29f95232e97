"""The state that all objects of one configuration in this process share: its sources, its reloads and its listeners."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Optional

from . import _fork, _superconfig
from ._custom import Collected, CustomSources, join_failures
from ._errors import SuperConfigError, make_error, option_error
from ._pump import Pump
from ._request import LoadRequest
from ._source_call import reason_of
from ._source_data import values_of

if TYPE_CHECKING:
    from ._config import SuperConfig

# By the tokens of their configurations.
_states: "weakref.WeakValueDictionary[str, State]" = weakref.WeakValueDictionary()
# A configuration with listeners stays alive, which the program may hold nowhere else.
_listening: "set[State]" = set()


@dataclass(frozen=True)
class ReloadResult:
    """The outcome of a reload: the version after it, and the paths of the leaves that changed, sorted.

    >>> ReloadResult(version=1, changed=()).changed
    ()
    """

    version: int
    changed: tuple[str, ...]


class State(_fork._Forkable):
    """The shared part of a configuration."""

    def __init__(self, request: LoadRequest, sources: CustomSources, core: _superconfig.Core) -> None:
        self.request = request
        self.sources = sources
        self.core = core
        self.exported: dict[str, str] = {}
        self.is_forked = False
        self._users: weakref.WeakSet[SuperConfig] = weakref.WeakSet()
        self._lock = threading.RLock()
        self.pump = Pump(self)
        self.token: str = core._describe("token")
        _states[self.token] = self
        _fork.on_fork(self)

    def join(self, user: SuperConfig) -> None:
        """One more object reads the configuration."""
        with self._lock:
            self._users.add(user)

    def leave(self, user: SuperConfig) -> None:
        """One object less; the last one takes everything along."""
        with self._lock:
            self._users.discard(user)
            is_last = len(self._users) == 0
        if is_last:
            self.end()

    def end(self) -> None:
        """Ends threads, watches and sources. Safe to repeat."""
        _listening.discard(self)
        _states.pop(self.token, None)
        if self.is_forked:
            self.sources.forget()
            self.core._forget()
            return
        self.sources.end()
        self.pump.end()
        with _fork.engine_call():
            self.core._close()

    def listens(self, is_listening: bool) -> None:
        """Keeps the configuration alive while it has listeners."""
        if is_listening:
            _listening.add(self)
        else:
            _listening.discard(self)

    def watch(self) -> None:
        """Starts to watch; the request says so."""
        self.pump.start()
        changed = weakref.WeakMethod(self.pump.request_reload)

        def notify() -> None:
            call = changed()
            if call is not None:
                call()

        self.sources.watch(notify)

    def reload(self, is_background: bool = False) -> ReloadResult:
        """Makes the next version, and delivers what that causes."""
        if self.is_forked:
            return self._load_anew()
        self.pump.begin()
        try:
            return self._reload(is_background)
        finally:
            self.pump.finish()

    def _reload(self, is_background: bool) -> ReloadResult:
        core, request = self.core, self.request
        captured = None if is_background else request.capture()
        turn = None if self.sources.is_empty else core._begin_reload()
        collected = self.sources.collect(turn or 0, captured, is_background)
        inputs: dict[str, Any] = {
            "turn": turn,
            "captured_env": captured,
            "exported": self.exported,
            "supplied": [[index, answer] for index, answer in collected.answers.items()],
            "background": is_background,
            "validated": request.is_checked_here,
        }
        inputs = {name: value for name, value in inputs.items() if value is not None}
        with _fork.engine_call():
            prepared = _superconfig.prepare(inputs, core)
        result = publish(prepared, request)
        collected.accept()
        return ReloadResult(result["version"], tuple(result["changed"]))

    def _load_anew(self) -> ReloadResult:
        """In a child that was forked: a configuration of its own in place of that of the parent, watched again."""
        before = self.core._pin()
        request = self.request
        if "name" in request.options:
            # That of the parent has it here too.
            request = replace(request, options={**request.options, "replace_name": True})
        opened, sources, collected = open_request(request)
        self.core._replace(opened)
        for user in list(self._users):
            user._replace(self.core._share())
        self.sources = sources
        self.is_forked = False
        sources.open(self._report)
        collected.accept()
        self.pump = self.pump.renewed()
        if self.request.is_watched:
            self.watch()
        after = self.core._pin()
        return ReloadResult(self.core.version, tuple(after.changed_since(before, [])))

    def _report(self, source: int, report: dict[str, Any]) -> None:
        if self.is_forked or self.core.closed:
            return
        with _fork.engine_call():
            self.core._report_source(source, report)
        self.pump.reported()

    def forked(self) -> None:
        self.is_forked = True
        self._lock = threading.RLock()
        self.pump.forked()
        self.sources.forget()


def open_request(request: LoadRequest) -> tuple[_superconfig.Opened, CustomSources, Collected]:
    """Loads the first version of a configuration."""
    sources = CustomSources(request)
    captured = request.capture()
    try:
        collected = sources.collect(0, captured)
        if collected.failures:
            raise join_failures(collected.failures)
        with _fork.engine_call():
            prepared = _superconfig.prepare(request.native(captured, collected.answers), None)
        return publish(prepared, request), sources, collected
    except BaseException:
        sources.end()
        raise


def open_state(request: LoadRequest) -> State:
    """Opens a configuration."""
    opened, sources, collected = open_request(request)
    core = _superconfig.Core(opened)
    state = State(request, sources, core)
    sources.open(state._report)
    collected.accept()
    if any(source.kind == "dotenv" and source.options.get("export") for source in request.sources):
        state.exported = _export_dotenv(core)
    if request.is_watched:
        state.watch()
    return state


def find_state(token: str) -> Optional[State]:
    """The state of a configuration that Python has loaded."""
    return _states.get(token)


def publish(prepared: _superconfig.Prepared, request: LoadRequest) -> Any:
    """Publishes a prepared version, once its layers are derived, with what the schema makes of its values."""
    try:
        if any(source.kind == "derive" for source in request.sources):
            _derive(prepared, request)
        output = None
        if request.validator is not None:
            output, issues = request.validator.validate(prepared.value())
            if issues:
                prepared.refuse(issues)
            if not isinstance(output, dict):
                raise option_error(f"a schema must give a table of keys for a configuration, not one of type {type(output).__name__}")
        with _fork.engine_call():
            return prepared.commit(output)
    finally:
        prepared.discard()


def _derive(prepared: _superconfig.Prepared, request: LoadRequest) -> None:
    while True:
        following = prepared.derivation()
        if following is None:
            return
        values, index = following
        failure: Optional[Exception] = None
        computed: Any = None
        try:
            computed = _superconfig.copy_plain(values_of(request.sources[index].implementation(values)))
        except Exception as caught:
            failure = caught
        if failure is None:
            prepared.derive(computed)
            continue
        try:
            prepared.derive(error=reason_of(failure))
        except SuperConfigError as error:
            error.__cause__ = failure
            raise


def _export_dotenv(core: _superconfig.Core) -> dict[str, str]:
    """Sets the variables of ``.env`` files that are not set in ``os.environ``; gives those that were set."""
    variables = dict(core._describe("dotenv"))
    unset = {name: value for name, value in variables.items() if name not in os.environ}
    for name, value in unset.items():
        try:
            os.environ[name] = value
        except ValueError:
            raise make_error("OPTION", f"`os.environ` does not take the variable {name}") from None
    return unset


def _end_all() -> None:
    for state in list(_states.values()):
        state.end()


atexit.register(_end_all)
_fork.install(_superconfig.after_fork)
