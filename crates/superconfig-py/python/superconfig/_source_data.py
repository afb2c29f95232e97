"""Results of custom sources as the engine takes them: values, texts by path, or documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _superconfig


class SourceData:
    """A result that is no mapping of values; ``texts`` and ``documents`` of ``superconfig.live`` make it."""

    def __init__(self, kind: str, content: Any) -> None:
        self._answer = {kind: content}

    def __repr__(self) -> str:
        return f"SourceData({next(iter(self._answer))})"


def values_of(given: Any) -> Any:
    """The mapping that a source or a derived layer returned."""
    if isinstance(given, Mapping):
        return given
    raise TypeError(f"it gave one of type {type(given).__name__}, and must give a mapping")


def answer_of(given: Any) -> dict[str, Any]:
    """The result of a source, in a copy: what the source returned may change later."""
    if isinstance(given, SourceData):
        return given._answer
    return {"values": {"value": _superconfig.copy_plain(values_of(given))}}
