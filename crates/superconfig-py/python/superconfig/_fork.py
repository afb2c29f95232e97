"""The gate between calls of the engine and forks of the process: a child never inherits a lock that a thread of its parent held."""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import contextmanager
from typing import Callable, Iterator

# A load that hangs, on a pipe or a network file system, delays no fork for longer.
_LONGEST_WAIT = 2.0

_changed = threading.Condition(threading.Lock())
_active = 0
_forking = False
_in_child: "weakref.WeakSet[_Forkable]" = weakref.WeakSet()
_own = threading.local()


class _Forkable:
    """What has to know that it lives in a child now."""

    def forked(self) -> None:
        raise NotImplementedError


def on_fork(forkable: _Forkable) -> None:
    """Notifies an object, which is held weakly, in each child."""
    _in_child.add(forkable)


@contextmanager
def engine_call() -> Iterator[None]:
    """Surrounds a call that may take locks of the engine while the interpreter runs other threads."""
    global _active
    depth: int = getattr(_own, "depth", 0)
    if depth == 0:
        with _changed:
            _changed.wait_for(lambda: not _forking, _LONGEST_WAIT)
            _active += 1
    _own.depth = depth + 1
    try:
        yield
    finally:
        _own.depth = depth
        if depth == 0:
            with _changed:
                _active -= 1
                _changed.notify_all()


def _before() -> None:
    global _forking
    own = 1 if getattr(_own, "depth", 0) else 0
    with _changed:
        _forking = True
        _changed.wait_for(lambda: _active <= own, _LONGEST_WAIT)
    _changed.acquire()


def _in_parent() -> None:
    global _forking
    _forking = False
    _changed.notify_all()
    _changed.release()


def _after(reset: Callable[[], None]) -> Callable[[], None]:
    def child() -> None:
        global _active, _forking, _changed
        _changed = threading.Condition(threading.Lock())
        _active = 1 if getattr(_own, "depth", 0) else 0
        _forking = False
        reset()
        for forkable in list(_in_child):
            forkable.forked()

    return child


def install(reset: Callable[[], None]) -> None:
    """Watches for forks, where the system has them; `reset` makes the engine forget the threads that a child does not have."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_after(reset))
