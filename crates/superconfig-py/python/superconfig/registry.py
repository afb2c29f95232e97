"""Values that a process shares between its threads and languages, with names and times to live.

>>> from superconfig import registry
>>> with registry.insert({"a": 1}, name="shared") as handle:
...     registry.get(handle)
{'a': 1}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union

from . import _superconfig
from ._descriptions import make
from ._errors import make_error, option_error, text_of

__all__ = ["RegistryHandle", "RegistryStats", "find", "get", "has", "insert", "metrics", "remove", "stats", "update"]


class RegistryHandle:
    """A counted reference to an entry; an entry without a name goes with its last."""

    def __init__(self, reference: _superconfig.RegistryReference) -> None:
        self._reference = reference

    @property
    def id(self) -> int:
        """The id of the entry, which no other entry gets."""
        return self._reference.id

    @property
    def value(self) -> Any:
        """The value, read-only."""
        if self._reference.closed:
            raise make_error("CLOSED", "the handle is closed")
        return _superconfig.registry_get(self.id)

    def close(self) -> None:
        """Lets the reference go. Safe to repeat."""
        self._reference.release()

    def __enter__(self) -> "RegistryHandle":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"RegistryHandle(id={self.id})"


@dataclass(frozen=True)
class RegistryStats:
    """The contents and counters of the registry, and the loads of the process, failed ones included."""

    total_handles: int
    active_references: int
    memory_usage_bytes: int
    inserts: int
    updates: int
    removes: int
    expired: int
    freed: int
    loads: int
    load_failures: int
    reloads: int
    reload_failures: int
    file_cache_hits: int
    file_reads: int
    file_read_bytes: int
    reads: Optional[int] = None


Entry = Union[RegistryHandle, int]

# The largest id that there is in every language.
_MAX_ID = 2**53 - 1


def _id(entry: Any) -> int:
    if isinstance(entry, RegistryHandle):
        return entry.id
    if isinstance(entry, int) and not isinstance(entry, bool) and 1 <= entry <= _MAX_ID:
        return entry
    raise option_error("an entry is named by its handle, or by its id, a whole number from 1")


def insert(value: Any, name: Optional[str] = None, ttl: Optional[float] = None) -> RegistryHandle:
    """Puts a value in; with ``ttl`` it expires after so many seconds.

    :raises OptionError: for what is no configuration value, a name that is taken, or a ``ttl`` that is not positive.
    """
    if name is not None:
        text_of(name, "a name")
    if ttl is not None and (isinstance(ttl, bool) or not isinstance(ttl, (int, float)) or not ttl > 0):
        raise option_error("`ttl` is a positive number of seconds")
    return RegistryHandle(_superconfig.registry_insert(value, name, None if ttl is None else float(ttl)))


def find(name: str) -> RegistryHandle:
    """One more reference to the entry of a name.

    :raises ClosedError: where there is none.
    """
    return RegistryHandle(_superconfig.registry_find(text_of(name, "a name")))


def get(entry: Entry) -> Any:
    """The value of an entry, read-only.

    :raises ClosedError: where it is removed or expired.
    """
    return _superconfig.registry_get(_id(entry))


def update(entry: Entry, value: Any) -> None:
    """Replaces the value of an entry."""
    _superconfig.registry_update(_id(entry), value)


def remove(entry: Entry) -> bool:
    """Takes an entry out; false where there is none."""
    return _is_id(entry) and _superconfig.registry_remove(_id(entry))


def has(entry: Entry) -> bool:
    """Whether there is such an entry."""
    return _is_id(entry) and _superconfig.registry_has(_id(entry))


def _is_id(entry: Any) -> bool:
    return isinstance(entry, RegistryHandle) or (isinstance(entry, int) and not isinstance(entry, bool) and 1 <= entry <= _MAX_ID)


def stats() -> RegistryStats:
    """The contents and counters of the registry."""
    return make(RegistryStats, _superconfig.registry_stats())


def metrics() -> str:
    """Loads, reloads, failures, durations, versions, handles and bytes as Prometheus reads them."""
    return _superconfig.registry_metrics()
