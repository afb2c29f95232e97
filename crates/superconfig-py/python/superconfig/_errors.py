"""The errors of the package: one small tree, each with the code that all languages share."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, fields
from typing import Any, Mapping, Optional, Sequence

PREFIX = "ERR_SUPERCONFIG_"


@dataclass(frozen=True)
class Origin:
    """The place that a value or an error comes from; lines and columns count from 1.

    >>> Origin(kind="file", source="app.toml", file="app.toml", line=3, column=8).line
    3
    """

    kind: Optional[str] = None
    source: Optional[str] = None
    file: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None
    variable: Optional[str] = None
    #: The key of a source that holds texts or documents by keys, and its revision.
    key: Optional[str] = None
    revision: Optional[str] = None

    @property
    def name(self) -> Optional[str]:
        """The layer's name, as in ``explain``."""
        return self.source


@dataclass(frozen=True)
class Issue:
    """One problem of several, with the origin of the value.

    >>> Issue(path="server.port", message="expected an integer").path
    'server.port'
    """

    path: str
    message: str
    expected: Optional[str] = None
    found: Optional[str] = None
    origin: Optional[Origin] = None
    hint: Optional[str] = None


class SuperConfigError(Exception):
    """Every failure of this package.

    ``code`` is ``ERR_SUPERCONFIG_`` and a word; ``path``, ``origin``, ``hint`` and ``issues`` say what is known of the value. No secret is in
    any of it.

    >>> import superconfig
    >>> try:
    ...     superconfig.parse("port = = 1", "toml")
    ... except superconfig.SuperConfigError as error:
    ...     (error.code, error.origin.line)
    ('ERR_SUPERCONFIG_PARSE', 1)
    """

    code: str
    path: Optional[str]
    origin: Optional[Origin]
    issues: tuple[Issue, ...]
    hint: Optional[str]

    def __init__(
        self,
        code: str,
        message: str,
        *,
        path: Optional[str] = None,
        origin: Optional[Origin] = None,
        issues: Sequence[Issue] = (),
        hint: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path
        self.origin = origin
        self.issues = tuple(issues)
        self.hint = hint

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> Any:
        details = {"path": self.path, "origin": self.origin, "issues": self.issues, "hint": self.hint}
        return (_rebuild, (self.code, self.message, details))


class NotFoundError(SuperConfigError, FileNotFoundError):
    """A required file is not there: ``ERR_SUPERCONFIG_NOT_FOUND``."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(code, message, **details)
        self.errno = errno.ENOENT
        self.strerror = os.strerror(errno.ENOENT)
        self.filename = self.origin.file if self.origin is not None else None


class FileError(SuperConfigError, OSError):
    """A file is there but cannot be read: ``ERR_SUPERCONFIG_IO``."""


class ParseError(SuperConfigError, ValueError):
    """A text is not of its format: ``ERR_SUPERCONFIG_PARSE``."""


class OptionError(SuperConfigError, ValueError):
    """A bad argument: ``ERR_SUPERCONFIG_OPTION``."""


class PathError(SuperConfigError, KeyError):
    """An unknown path: ``ERR_SUPERCONFIG_PATH``."""


class ValidationError(SuperConfigError, ValueError):
    """The schema says no, all problems at once: ``ERR_SUPERCONFIG_VALIDATION``."""


class SourceError(SuperConfigError):
    """A source that the program implements failed: ``ERR_SUPERCONFIG_SOURCE``; ``__cause__`` is what it raised."""


class ClosedError(SuperConfigError):
    """The configuration, handle or entry is closed, removed or expired: ``ERR_SUPERCONFIG_CLOSED``."""


_CLASSES: dict[str, type[SuperConfigError]] = {
    "NOT_FOUND": NotFoundError,
    "IO": FileError,
    "PARSE": ParseError,
    "OPTION": OptionError,
    "PATH": PathError,
    "VALIDATION": ValidationError,
    "SOURCE": SourceError,
    "CLOSED": ClosedError,
}

_ORIGIN_FIELDS = {field.name for field in fields(Origin)}


def make_error(code: str, message: str, **details: Any) -> SuperConfigError:
    """The error of a code."""
    if not code.startswith(PREFIX):
        code = PREFIX + code
    return _CLASSES.get(code[len(PREFIX) :], SuperConfigError)(code, message, **details)


def option_error(message: str, hint: Optional[str] = None) -> SuperConfigError:
    """The error of a bad argument."""
    return make_error("OPTION", message, hint=hint)


def text_of(given: Any, what: str) -> str:
    """Text that a program gives. What it cannot be is half of a surrogate pair."""
    if not isinstance(given, str):
        raise option_error(f"{what} is a string, not one of type {type(given).__name__}")
    try:
        given.encode()
    except UnicodeEncodeError:
        problem = f"{what} holds half of a surrogate pair, which is not text"
    else:
        return given
    raise option_error(problem)


def _rebuild(code: str, message: str, details: dict[str, Any]) -> SuperConfigError:
    return make_error(code, message, **details)


def to_origin(report: Optional[Mapping[str, Any]]) -> Optional[Origin]:
    """An origin as the engine describes it."""
    if report is None:
        return None
    return Origin(**{name: value for name, value in report.items() if name in _ORIGIN_FIELDS})


def from_report(report: Mapping[str, Any]) -> SuperConfigError:
    """The error that a report of the engine describes."""
    issues = tuple(
        Issue(
            path=issue["path"],
            message=issue["message"],
            expected=issue.get("expected"),
            found=issue.get("found"),
            origin=to_origin(issue.get("origin")),
            hint=issue.get("hint"),
        )
        for issue in report.get("issues") or ()
    )
    return make_error(
        report["code"],
        report["rendered"],
        path=report.get("path"),
        origin=to_origin(report.get("origin")),
        issues=issues,
        hint=report.get("hint"),
    )
