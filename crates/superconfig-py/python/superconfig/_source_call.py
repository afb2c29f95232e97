"""One call of a custom source, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, Optional, Sequence

from . import _superconfig
from ._errors import option_error, text_of
from ._source_data import answer_of

if TYPE_CHECKING:
    from ._custom import CustomSource

_STATES = ("live", "connecting", "stale", "snapshot")


def reason_of(failure: BaseException) -> str:
    """Why code of the program failed, for a message; the user part of URLs, which clients like to quote, is masked."""
    try:
        text = str(failure)
    except Exception:
        text = ""
    text = text or type(failure).__name__
    return _superconfig.mask_userinfo(text.encode("utf-8", "replace").decode())


class SourceContext:
    """The load that a source is called for: ``cwd``, ``home``, ``profiles`` and ``env``."""

    def __init__(self, surroundings: Mapping[str, Any], report: Callable[[dict[str, Any]], None]) -> None:
        self.cwd: str = surroundings["cwd"]
        self.home: Optional[str] = surroundings.get("home")
        self.profiles: Sequence[str] = tuple(surroundings["profiles"])
        self.env: Mapping[str, str] = surroundings["env"]
        #: Is set when the time for ``load`` is over, and when the configuration is closed; coroutines are cancelled then.
        self.cancelled = threading.Event()
        self._report = report
        self._lock = threading.Lock()
        self._cancel_task: Optional[Callable[[], None]] = None

    def report(
        self,
        state: str,
        *,
        revision: Optional[str] = None,
        error: Any = None,
        endpoint: Optional[str] = None,
        resumes: Optional[int] = None,
        relists: Optional[int] = None,
    ) -> None:
        """Says how the source is doing, now or later; shows in ``status.sources``, and ``on_status`` hears of each new state.

        ``state`` is ``live``, ``connecting`` (it has lost what it reads from), ``stale`` (it cannot tell whether what is in use is what it
        has) or ``snapshot`` (what is in use comes from a copy that it made earlier). To be connecting with an error where there was none
        begins an outage, which ``on_error`` hears of. ``endpoint`` is the server that it reads from; ``resumes`` and ``relists`` count how
        often it has gone on after an interruption, and how often it has read everything again. What is not given stays as it was.

        :raises OptionError: for anything else.
        """
        if state not in _STATES:
            raise option_error(f"a source is {', '.join(_STATES[:-1])} or {_STATES[-1]}")
        report: dict[str, Any] = {"state": state}
        for name, text in (("revision", revision), ("endpoint", endpoint)):
            if text is not None:
                report[name] = text_of(text, f"`{name}`")
        for name, count in (("resumes", resumes), ("relists", relists)):
            if count is None:
                continue
            if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count < 2**63:
                raise option_error(f"`{name}` is a whole number from 0")
            report[name] = count
        if error is not None:
            report["error"] = reason_of(error if isinstance(error, BaseException) else Exception(error))
        self._report(report)

    def _run(self, awaitable: Any) -> Any:
        """Runs a coroutine to its end in an event loop of its own, and cancels it where the context is cancelled."""
        return asyncio.run(self._awaited(awaitable))

    async def _awaited(self, awaitable: Any) -> Any:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(awaitable)

        def cancel() -> None:
            try:
                loop.call_soon_threadsafe(task.cancel)
            except RuntimeError:
                # The loop has just ended by itself.
                pass

        with self._lock:
            self._cancel_task = cancel
            if self.cancelled.is_set():
                task.cancel()
        try:
            return await task
        finally:
            with self._lock:
                self._cancel_task = None

    def _cancel(self) -> None:
        with self._lock:
            self.cancelled.set()
            cancel_task = self._cancel_task
        if cancel_task is not None:
            cancel_task()

    def __repr__(self) -> str:
        return f"SourceContext(cwd={self.cwd!r}, profiles={self.profiles!r})"


class SourceCall:
    """A call that has been started, until it has answered or its time is over."""

    def __init__(self, source: CustomSource, context: SourceContext, returned_late: Callable[[], None]) -> None:
        self.source = source
        self.context = context
        #: What ``load`` returned, and the same as it crosses.
        self.result: Any = None
        self.answer: Optional[dict[str, Any]] = None
        self.failure: Optional[BaseException] = None
        self._returned_late = returned_late
        self._lock = threading.Lock()
        self._settled = threading.Event()
        #: Whether its thread is still in ``load``.
        self.is_running = True
        self._followers: list[Callable[[], None]] = []
        self._begun = time.monotonic()
        surroundings = contextvars.copy_context()
        name = f"superconfig-source-{source.name}"
        threading.Thread(target=surroundings.run, args=(self._run,), name=name, daemon=True).start()

    @property
    def is_hanging(self) -> bool:
        """Whether its time is over, and it still runs."""
        return self.is_running and self._settled.is_set()

    def wait(self, seconds: Optional[float] = None) -> bool:
        """Waits until it has settled: so many seconds after it began, or for as long as the source may take."""
        limit = self.source.timeout if seconds is None else min(seconds, self.source.timeout)
        if self._settled.wait(max(self._begun + limit - time.monotonic(), 0.0)):
            return True
        if limit < self.source.timeout:
            return False
        self._expire()
        return True

    def follow(self, settled: Callable[[], None]) -> None:
        """Calls a function once it has settled, within the source's time, in a thread of its own."""
        with self._lock:
            if not self._settled.is_set():
                self._followers.append(settled)
                left = max(self._begun + self.source.timeout - time.monotonic(), 0.0)
                timer = threading.Timer(left, self._expire)
                timer.daemon = True
                timer.name = f"superconfig-timeout-{self.source.name}"
                timer.start()
                self._followers.append(timer.cancel)
                return
        settled()

    def _run(self) -> None:
        given: Any = None
        answer: Optional[dict[str, Any]] = None
        failure: Optional[BaseException] = None
        try:
            given = self.source.load(self.context)
            if inspect.isawaitable(given):
                given = self.context._run(given)
            answer = answer_of(given)
        except asyncio.CancelledError:
            # What a cancelled coroutine raises is no interrupt of the program.
            failure = RuntimeError("it was cancelled")
        except BaseException as raised:
            failure = raised
        self.is_running = False
        if not self._settle(given, answer, failure):
            self._returned_late()

    def _expire(self) -> None:
        self._settle(None, None, TimeoutError(f"it has not answered within {self.source.timeout:g} s"), is_over=True)

    def _settle(
        self, result: Any, answer: Optional[dict[str, Any]], failure: Optional[BaseException], *, is_over: bool = False
    ) -> bool:
        """Takes the first answer, or that there is none in time; false where it has been settled before."""
        with self._lock:
            if self._settled.is_set():
                return False
            self.result, self.answer, self.failure = result, answer, failure
            if is_over:
                # Whoever hears that its time is over finds it cancelled.
                self.context._cancel()
            self._settled.set()
            followers, self._followers = self._followers, []
        for follower in followers:
            follower()
        return True
