"""The plain form of what a program gives as a value."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import os
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """The plain form of an object that is none of None, bool, int, float, str, dict, list and tuple.

    Mappings, enumerations, dates and times (RFC 3339 text), paths, and instances of dataclasses and of Pydantic's models have one.

    :raises TypeError: for anything else.
    """
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, os.PathLike):
        path = os.fspath(value)
        if isinstance(path, str):
            return path
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if not isinstance(value, type):
        if callable(getattr(value, "get_secret_value", None)):
            return value.get_secret_value()
        if callable(getattr(value, "model_dump", None)):
            return value.model_dump(by_alias=True)
    raise TypeError(f"{type(value).__name__} has no plain form")
