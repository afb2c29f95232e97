"""Changes of a configuration, for listeners and for iteration."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._pump import Listener, Transition

if TYPE_CHECKING:
    from ._config import SuperConfig


class ConfigChange:
    """One change: the new version, the paths of the leaves that differ, and the values before and after.

    ``previous`` and ``current`` are those at the path that was asked for. Printing shows neither.
    """

    def __init__(self, transition: Transition, path: Any) -> None:
        self._transition = transition
        self._path = path

    @property
    def version(self) -> int:
        """The number of the new version."""
        return self._transition.current.number

    @property
    def changed(self) -> tuple[str, ...]:
        """The leaves that were set, changed or removed, sorted."""
        return self._transition.changed

    @property
    def previous(self) -> Any:
        """The values before; None where there was nothing."""
        return self._transition.previous.read(self._path)

    @property
    def current(self) -> Any:
        """The values now; None where there is nothing."""
        return self._transition.current.read(self._path)

    def __repr__(self) -> str:
        return f"ConfigChange(version={self.version}, changed={list(self.changed)})"


def add_listener(config: SuperConfig, kind: str, call: Callable[[Any], Any], path: Any = None, whole: bool = True) -> Callable[[], None]:
    """Calls a function for each change at or below a path, or for each error; returns what ends that."""
    shown: Any = [] if whole or path is None else path

    def changed(transition: Transition) -> None:
        part = transition if path is None else transition.below(path)
        if part is not None:
            call(ConfigChange(part, shown))

    listener = Listener(config, changed if kind == "change" else call, kind)
    pump = config._state.pump
    pump.add(listener)
    return lambda: pump.remove(listener)


class Changes:
    """An iterator over changes, for ``for`` and for ``async for``; a slow consumer gets several changes as one.

    Ends when the configuration is closed, or by ``close``.
    """

    def __init__(self, config: SuperConfig, path: Any) -> None:
        self._path = path
        self._ready = threading.Condition(threading.Lock())
        self._pending: Optional[Transition] = None
        self._is_done = False
        self._wakers: list[Callable[[], None]] = []
        # The configuration can be collected while this waits for nothing.
        self._pump = config._state.pump
        self._listener = Listener(config, self._take, "change")
        self._listener.on_end = self._end
        self._pump.add(self._listener)

    def close(self) -> None:
        """Ends the iteration. Safe to repeat."""
        self._pump.remove(self._listener)
        self._end()

    def __enter__(self) -> "Changes":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> "Changes":
        return self

    def __next__(self) -> ConfigChange:
        with self._ready:
            self._ready.wait_for(lambda: self._pending is not None or self._is_done)
            change = self._next()
        if change is None:
            raise StopIteration
        return change

    def __aiter__(self) -> "Changes":
        return self

    async def __anext__(self) -> ConfigChange:
        loop = asyncio.get_running_loop()
        while True:
            woken = asyncio.Event()

            def wake(woken: asyncio.Event = woken) -> None:
                try:
                    loop.call_soon_threadsafe(woken.set)
                except RuntimeError:
                    # The loop is closed, and nobody waits any more.
                    pass

            with self._ready:
                change = self._next()
                if change is not None:
                    return change
                if self._is_done:
                    raise StopAsyncIteration
                self._wakers.append(wake)
            try:
                await woken.wait()
            finally:
                with self._ready:
                    if wake in self._wakers:
                        self._wakers.remove(wake)

    def _next(self) -> Optional[ConfigChange]:
        pending, self._pending = self._pending, None
        return None if pending is None else ConfigChange(pending, [])

    def _take(self, transition: Transition) -> None:
        part = transition if self._path is None else transition.below(self._path)
        if part is None:
            return
        with self._ready:
            self._pending = part if self._pending is None else self._pending.then(part)
            self._wake()

    def _end(self) -> None:
        with self._ready:
            self._is_done = True
            self._wake()

    def _wake(self) -> None:
        wakers, self._wakers = self._wakers, []
        self._ready.notify_all()
        for wake in wakers:
            wake()
