"""Sources, as the builder's verbs and the helpers of ``load_config`` make them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Sequence, Union

from . import _superconfig
from ._errors import option_error

PathLike = Union[str, "os.PathLike[str]"]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """One source with its options; the helpers and verbs make them.

    >>> file("app.toml", optional=True).kind
    'file'
    """

    kind: str
    # Values among them may be secret.
    options: Mapping[str, Any] = field(repr=False)
    implementation: Any = field(default=None, repr=False)


def _source(kind: str, implementation: Any = None, **options: Any) -> Source:
    # What is not given is left to the engine.
    return Source(kind, {name: value for name, value in options.items() if value is not None}, implementation)


def path_of(given: PathLike, what: str = "a path") -> str:
    """The text of a path that a program gives."""
    path = os.fspath(given) if isinstance(given, (str, os.PathLike)) else given
    if not isinstance(path, str):
        raise option_error(f"{what} is a string or a path object, not one of type {type(given).__name__}")
    return path


def _callable(given: Any, what: str) -> Any:
    if not callable(given):
        raise option_error(f"{what} is callable, not one of type {type(given).__name__}")
    return given


def _values(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise option_error(f"values are a mapping, not one of type {type(given).__name__}")
    # A copy: what the program changes later is not meant.
    return {"value": _superconfig.copy_plain(given)}


def _name(given: Any, what: str) -> str:
    if not isinstance(given, str) or given == "":
        raise option_error(f"{what} is a string that is not empty")
    return given


def defaults(values: Values, *, name: Optional[str] = None, join: Optional[bool] = None, directives: Optional[bool] = None) -> Source:
    """Values given in code, usually below the others.

    >>> import superconfig
    >>> superconfig.load_config(sources=[defaults({"port": 80})])["port"]
    80
    """
    return _source("defaults", values=_values(values), name=name, join=join, directives=directives)


def overrides(values: Values, *, name: Optional[str] = None, join: Optional[bool] = None, directives: Optional[bool] = None) -> Source:
    """Values given in code, usually above the others."""
    return _source("overrides", values=_values(values), name=name, join=join, directives=directives)


def file(
    path: PathLike,
    *,
    optional: Optional[bool] = None,
    format: Optional[str] = None,
    profiles: Optional[str] = None,
    trust: Optional[str] = None,
    join: Optional[bool] = None,
    directives: Optional[bool] = None,
) -> Source:
    """One file; with ``{profile}`` in its path one for each profile; with ``profiles="nested"`` its top-level tables are profiles."""
    return _source(
        "file", path=path_of(path), optional=optional, format=format, profiles=profiles, trust=trust, join=join, directives=directives
    )


def glob(
    pattern: str,
    *,
    format: Optional[str] = None,
    trust: Optional[str] = None,
    join: Optional[bool] = None,
    directives: Optional[bool] = None,
) -> Source:
    """The files that match a pattern, sorted by path; no match is fine."""
    return _source("glob", pattern=pattern, format=format, trust=trust, join=join, directives=directives)


def dir(
    path: PathLike,
    *,
    optional: Optional[bool] = None,
    format: Optional[str] = None,
    trust: Optional[str] = None,
    join: Optional[bool] = None,
    directives: Optional[bool] = None,
) -> Source:
    """A directory with ``default``, each profile, ``local`` and each ``{profile}.local``, in any format."""
    return _source("dir", path=path_of(path), optional=optional, format=format, trust=trust, join=join, directives=directives)


def discover(
    name: str, *, trust: Optional[str] = None, join: Optional[bool] = None, directives: Optional[bool] = None
) -> Source:
    """The files of an application in the directories of the system, the user and the project."""
    return _source("discover", name=name, trust=trust, join=join, directives=directives)


def text(
    text: str,
    *,
    format: Optional[str] = None,
    name: Optional[str] = None,
    join: Optional[bool] = None,
    directives: Optional[bool] = None,
) -> Source:
    """A document given in code; its format is detected where none is given."""
    return _source("text", text=text, format=format, name=name, join=join, directives=directives)


def dotenv(
    path: Union[PathLike, Sequence[PathLike], None] = None, *, optional: Optional[bool] = None, export: Optional[bool] = None
) -> Source:
    """``.env`` files, which supply variables to ``env``; with ``export`` what is not set in ``os.environ`` is set there."""
    if path is None:
        paths: Any = None
    elif isinstance(path, (str, os.PathLike)):
        paths = path_of(path)
    else:
        paths = [path_of(one) for one in path]
    return _source("dotenv", path=paths, optional=optional, export=export)


def env(
    prefix: Union[str, bool, None] = None,
    *,
    separator: Optional[str] = None,
    mapping: Optional[Mapping[str, Any]] = None,
    file_suffix: Optional[bool] = None,
    infer: Optional[bool] = None,
    empty: Optional[str] = None,
    join: Optional[bool] = None,
    directives: Optional[bool] = None,
) -> Source:
    """Environment variables that begin with a prefix; ``False``: those of the mapping alone."""
    return _source(
        "env",
        prefix=prefix,
        separator=separator,
        mapping=mapping,
        file_suffix=file_suffix,
        infer=infer,
        empty=empty,
        join=join,
        directives=directives,
    )


def args(argv: Optional[Sequence[str]] = None, *, join: Optional[bool] = None, directives: Optional[bool] = None) -> Source:
    """Command-line flags, ``--server.port=9000`` and ``--set server.port=9000``; those of the program where none are given."""
    if isinstance(argv, str):
        raise option_error("`argv` is a list of strings, not one string")
    return _source("args", argv=list(sys.argv[1:] if argv is None else argv), join=join, directives=directives)


def source(
    name: str,
    load: Callable[..., Any],
    watch: Optional[Callable[..., Any]] = None,
    close: Optional[Callable[[], Any]] = None,
    timeout: Optional[float] = None,
    *,
    accepted: Optional[Callable[[Any], Any]] = None,
    join: Optional[bool] = None,
    directives: Optional[bool] = None,
) -> Source:
    """A source that the program implements: ``load(context)`` gives a mapping, or what ``texts`` or ``documents`` of ``superconfig.live``
    make; also as a coroutine.

    It runs in a thread of its own and counts as failed after ``timeout`` seconds, 10 by default; no reload that a change starts waits for
    it. ``watch(context, changed)`` starts to watch, where the configuration is watched, and may give a function that ends that; as a
    coroutine it runs until it is cancelled. Where it fails, the source is stale, and it is called again after a second, then less and less
    often. ``accepted(result)`` hears what ``load`` has returned once that is in use. ``close()`` lets go of what ``load`` has opened.
    """
    from ._custom import CustomSource

    _name(name, "the name of a source")
    _callable(load, "`load`")
    if watch is not None:
        _callable(watch, "`watch`")
    if close is not None:
        _callable(close, "`close`")
    if accepted is not None:
        _callable(accepted, "`accepted`")
    if timeout is not None and not (isinstance(timeout, (int, float)) and not isinstance(timeout, bool) and timeout > 0):
        raise option_error("`timeout` is a positive number of seconds")
    implementation = CustomSource(name, load, watch, close, 10.0 if timeout is None else float(timeout), accepted)
    return _source("source", implementation, name=name, join=join, directives=directives)


def module(
    path: PathLike,
    *,
    optional: bool = False,
    export: str = "config",
    join: Optional[bool] = None,
    directives: Optional[bool] = None,
) -> Source:
    """A module of Python that exports a mapping, or a function that gives one when it is called with the context of a source.

    Relative to ``cwd``; run anew for each load, without being imported: it is in no ``sys.modules``. It is watched like a file.
    """
    from ._custom import CustomSource
    from ._module import ConfigModule

    name = _name(path_of(path, "a module's path"), "a module's path")
    exported = ConfigModule(name, optional, _name(export, "an export"))
    implementation = CustomSource(name, exported.load)
    return _source("source", implementation, name=name, file=name, join=join, directives=directives)


def derive(
    name: Union[str, Callable[[Any], Values]],
    compute: Optional[Callable[[Any], Values]] = None,
    *,
    join: Optional[bool] = None,
    directives: Optional[bool] = None,
) -> Source:
    """A layer that a function computes from the merged, interpolated values of the layers below."""
    title: Any = name
    function: Any = compute
    if compute is None and not isinstance(name, str):
        title, function = "derive", name
    implementation = _callable(function, "what computes a layer")
    return _source("derive", implementation, name=_name(title, "the name of a derived layer"), join=join, directives=directives)
