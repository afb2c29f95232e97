"""Configurations for tests.

>>> from superconfig.testing import create_test_config, with_overrides
>>> config = create_test_config({"server": {"port": 8080}})
>>> with with_overrides(config, {"server": {"port": 0}}):
...     config["server.port"]
0
>>> config["server.port"]
8080
"""

from __future__ import annotations

import contextvars
import json
import os
import tempfile
import weakref
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Mapping, Optional, Tuple, Union

from . import _sources, _superconfig
from ._config import SuperConfig
from ._errors import SuperConfigError, option_error
from ._sources import Source
from ._state import open_state

__all__ = ["create_test_config", "temporary_config", "with_overrides"]


class _Scope:
    """The values of one call, seen by what it runs."""

    def __init__(self, config: SuperConfig, layers: Tuple[Source, ...], overlaid: SuperConfig, outer: "Optional[_Scope]") -> None:
        self.config = config
        self.layers = layers
        self.overlaid = overlaid
        self.outer = outer
        self.version = config.version
        self.has_ended = False


_scopes: "contextvars.ContextVar[Optional[_Scope]]" = contextvars.ContextVar("superconfig.testing", default=None)
_counts: "weakref.WeakKeyDictionary[SuperConfig, int]" = weakref.WeakKeyDictionary()


def _scope_of(config: Optional[SuperConfig]) -> Optional[_Scope]:
    scope = _scopes.get()
    while scope is not None and (scope.has_ended or scope.config is not config):
        scope = scope.outer
    return scope


def _finder(config: SuperConfig) -> Callable[[], Optional[SuperConfig]]:
    held = weakref.ref(config)

    def find() -> Optional[SuperConfig]:
        scope = _scope_of(held())
        if scope is None:
            return None
        version = scope.config.version
        if version != scope.version:
            scope.version = version
            try:
                scope.overlaid.reload()
            except SuperConfigError:
                # The configuration reports what fails; the last good values stay here as they do there.
                pass
        return scope.overlaid

    return find


@contextmanager
def with_overrides(config: SuperConfig, values: Mapping[str, Any]) -> Iterator[SuperConfig]:
    """Within it, and in what it awaits, and nowhere else, reads of a configuration see values laid over it.

    The values are merged as ``overrides`` merges them, and checked by the schema. It nests. It goes by ``contextvars``: other tasks and
    threads see none of it, unless they were started within it and take over its context. Costs a load; nothing while nobody overrides.

    :raises ValidationError: where the schema refuses the values.
    """
    if not isinstance(config, SuperConfig):
        raise option_error("values are laid over a configuration")
    outer = _scopes.get()
    known = _scope_of(config)
    layers = (*(known.layers if known is not None else ()), _sources.overrides(values))
    state = open_state(config._state.request.overlaid(layers))
    overlaid = SuperConfig(state.core._share(), state)
    scope = _Scope(config, layers, overlaid, outer)
    _counts[config] = _counts.get(config, 0) + 1
    config._overlay(_finder(config))
    token = _scopes.set(scope)
    try:
        yield config
    finally:
        scope.has_ended = True
        try:
            _scopes.reset(token)
        except ValueError:
            # It ends in another context than it began in.
            pass
        _counts[config] -= 1
        if _counts[config] == 0 and not config.closed:
            config._overlay(None)
        overlaid.close()


def create_test_config(values: Mapping[str, Any], *, schema: Any = None) -> SuperConfig:
    """A configuration of values alone: no file, variable or flag is read."""
    builder = SuperConfig.builder(env={}, argv=[]).profile([]).defaults(values, name="test", directives=False)
    return (builder if schema is None else builder.schema(schema)).load()


@contextmanager
def temporary_config(files: Mapping[str, Union[str, Mapping[str, Any]]]) -> Iterator[Tuple[SuperConfig, str]]:
    """A configuration of files in a folder of its own, and the folder, which is gone afterwards.

    ``files`` maps names such as ``config/default.json`` to texts or values; they are layers in their order.
    """
    with tempfile.TemporaryDirectory(prefix="superconfig-") as directory:
        builder = SuperConfig.builder(cwd=directory, home=directory, env={}, argv=[]).profile([])
        for name, content in files.items():
            path = os.path.join(directory, name)
            if os.path.isabs(name) or os.path.relpath(path, directory).startswith(".."):
                raise option_error(f"{name!r} is not in the folder")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as opened:
                opened.write(content if isinstance(content, str) else json.dumps(_superconfig.copy_plain(content)))
            builder.file(name)
        config = builder.load()
        try:
            yield config, directory
        finally:
            config.close()
