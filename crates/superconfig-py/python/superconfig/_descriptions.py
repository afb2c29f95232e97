"""Descriptions of a configuration: provenance, layers, warnings and condition."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field, fields
from typing import Any, Mapping, Optional, Type, TypeVar

from ._errors import Origin, SuperConfigError, from_report, to_origin

T = TypeVar("T")


def snake(name: str) -> str:
    """A name of the engine's descriptions as Python spells it."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match.group(1).lower(), name)


def make(kind: Type[T], report: Mapping[str, Any], **more: Any) -> T:
    """A description of a kind, of what the engine says."""
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    given = {snake(name): value for name, value in report.items()}
    return kind(**{**{name: value for name, value in given.items() if name in known}, **more})


def _moment(milliseconds: Optional[float]) -> Optional[datetime.datetime]:
    if milliseconds is None:
        return None
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)


@dataclass(frozen=True)
class Candidate:
    """The contribution of one layer to a path, with its place; secrets are redacted.

    ``action`` is ``set``, ``add``, ``remove`` or ``fill``.
    """

    kind: str
    name: str
    action: str
    value: Any = None
    file: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None
    variable: Optional[str] = None
    #: The key of a source that holds texts or documents by keys, and its revision.
    key: Optional[str] = None
    revision: Optional[str] = None


@dataclass(frozen=True)
class Unreached:
    """A file, variable or flag that could have contributed to a path and did not, and why."""

    kind: str
    name: str
    reason: str
    file: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None
    variable: Optional[str] = None
    key: Optional[str] = None
    revision: Optional[str] = None


@dataclass(frozen=True)
class SettableName:
    """A variable or flag that could set a path: ``kind`` is ``env`` or ``args``.

    ``file``: it names a file that holds the value. ``ambiguous``: it means another path as well, so that setting it is an error.
    """

    kind: str
    name: str
    file: bool = False
    ambiguous: bool = False


@dataclass(frozen=True)
class Explanation:
    """The layers that contribute to a path, from the lowest to the highest, and the winner."""

    path: str
    value: Any
    winner: Optional[Candidate]
    candidates: tuple[Candidate, ...]
    unreached: tuple[Unreached, ...] = ()
    #: The variables and flags that could set it.
    names: tuple[SettableName, ...] = ()
    schema: Optional[Mapping[str, Any]] = None


def explanation(report: Mapping[str, Any]) -> Explanation:
    """An explanation as the engine describes it, where the winner is an index."""
    candidates = tuple(make(Candidate, candidate) for candidate in report["candidates"])
    winner = report.get("winner")
    return Explanation(
        path=report["path"],
        value=report.get("value"),
        winner=None if winner is None else candidates[winner],
        candidates=candidates,
        unreached=tuple(make(Unreached, one) for one in report.get("unreached", ())),
        names=tuple(make(SettableName, one) for one in report.get("names", ())),
        schema=report.get("schema"),
    )


@dataclass(frozen=True)
class ConfigWarning:
    """A finding of a load that fails nothing: a code, a message, and where they are known the path and the origin."""

    code: str
    message: str
    path: Optional[str] = None
    origin: Optional[Origin] = None


def config_warning(report: Mapping[str, Any]) -> ConfigWarning:
    """A warning as the engine describes it."""
    return make(ConfigWarning, report, origin=to_origin(report.get("origin")))


@dataclass(frozen=True)
class LayerInfo:
    """One layer: its kind and name, where it was searched, and whether it was ``found``, ``missing`` or ``skipped``."""

    kind: str
    name: str
    status: str
    file: Optional[str] = None
    format: Optional[str] = None
    reason: Optional[str] = None


@dataclass(frozen=True)
class Watching:
    """One file or directory that is watched: ``native``, or ``polling`` and why."""

    path: str
    mode: str
    reason: Optional[str] = None


@dataclass(frozen=True)
class SourceStatus:
    """The condition of a custom source: its own report, or what its last answer shows.

    ``state`` is ``live``, ``connecting``, ``stale`` or ``snapshot``, ``since`` when it has been so; ``last_confirmed`` is when it last answered,
    or reported to be live. The rest is as it reports.
    """

    name: str
    state: str
    revision: Optional[str] = None
    since: Optional[datetime.datetime] = None
    last_confirmed: Optional[datetime.datetime] = None
    last_error: Optional[SuperConfigError] = None
    endpoint: Optional[str] = None
    resumes: Optional[int] = None
    relists: Optional[int] = None


@dataclass(frozen=True)
class Timings:
    """The durations of the stages of the last load that succeeded, in milliseconds."""

    read: float
    parse: float
    merge: float
    validate: float
    publish: float


@dataclass(frozen=True)
class Status:
    """The condition of a configuration.

    ``fingerprint`` is equal in replicas that have loaded the same. ``is_forked`` is true in a child that was forked and has not reloaded:
    nothing is watched there.
    """

    version: int
    fingerprint: str
    secrets_fingerprint: str
    profiles: tuple[str, ...] = ()
    watching: tuple[Watching, ...] = ()
    sources: tuple[SourceStatus, ...] = ()
    last_reload: Optional[datetime.datetime] = None
    timings: Optional[Timings] = None
    last_error: Optional[SuperConfigError] = None
    stale_since: Optional[datetime.datetime] = None
    is_forked: bool = field(default=False)


def source_status(report: Mapping[str, Any]) -> SourceStatus:
    """The condition of a source as the engine describes it."""
    return make(
        SourceStatus,
        report,
        since=_moment(report.get("since")),
        last_confirmed=_moment(report.get("lastConfirmed")),
        last_error=_error(report.get("lastError")),
    )


def status(report: Mapping[str, Any], is_forked: bool) -> Status:
    """A condition as the engine describes it."""
    watching = () if is_forked else tuple(make(Watching, one) for one in report.get("watching", ()))
    sources = tuple(source_status(one) for one in report.get("sources", ()))
    return make(
        Status,
        report,
        profiles=tuple(report.get("profiles", ())),
        watching=watching,
        sources=sources,
        last_reload=_moment(report.get("lastReload")),
        timings=make(Timings, report["timings"]),
        last_error=_error(report.get("lastError")),
        stale_since=_moment(report.get("staleSince")),
        is_forked=is_forked,
    )


def _error(report: Optional[Mapping[str, Any]]) -> Optional[SuperConfigError]:
    return None if report is None else from_report(report)


@dataclass(frozen=True)
class ComparedValue:
    """A value of one of two configurations, redacted, and where it comes from."""

    value: Any
    origin: Optional[Origin] = None


@dataclass(frozen=True)
class Difference:
    """A leaf that differs between two configurations: ``kind`` is ``added``, ``removed``, ``changed`` or ``unknown``."""

    path: str
    kind: str
    before: Optional[ComparedValue] = None
    after: Optional[ComparedValue] = None


def difference(report: Mapping[str, Any]) -> Difference:
    """A difference as the engine describes it."""
    return Difference(report["path"], report["kind"], _compared(report.get("before")), _compared(report.get("after")))


def _compared(report: Optional[Mapping[str, Any]]) -> Optional[ComparedValue]:
    return None if report is None else ComparedValue(report.get("value"), to_origin(report.get("origin")))
