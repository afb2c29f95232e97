"""The sources, options and environment that a configuration is loaded from."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Mapping, Optional

from ._sources import Source

if TYPE_CHECKING:
    from ._schema import Validator

_DIRECTORIES = ("XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "ProgramData", "PROGRAMDATA", "APPDATA")


@dataclass(frozen=True)
class LoadRequest:
    """What the builder has collected."""

    options: Mapping[str, Any]
    sources: tuple[Source, ...]
    #: The environment that the program gave in place of that of the process; tools that show the variables of a traceback print what is here.
    environment: Optional[Mapping[str, str]] = field(repr=False)
    validator: Optional[Validator]

    @property
    def is_watched(self) -> bool:
        return "watch" in self.options

    @property
    def is_checked_here(self) -> bool:
        """Whether Python takes part in making a version. It also does where files are watched: no thread of the engine reloads."""
        return self.validator is not None or self.is_watched or any(source.kind == "derive" for source in self.sources)

    def native(self, captured: Optional[Mapping[str, Any]], answers: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
        """The request as the engine reads it."""
        sources = [{source.kind: {**source.options, **answers.get(index, {})}} for index, source in enumerate(self.sources)]
        request: dict[str, Any] = {**self.options, "sources": sources, "validated": self.is_checked_here}
        if self.environment is not None:
            request["env"] = self.environment
        elif captured is not None:
            request["captured_env"] = captured
        if self.validator is not None:
            schema, failure = self.validator.guidance()
            request["json_schema"] = schema
            request["json_schema_failure"] = failure
        return {name: value for name, value in request.items() if value is not None}

    def capture(self) -> Optional[dict[str, Any]]:
        """What a load can need of ``os.environ`` as it is now; nothing where the program gave an environment."""
        return None if self.environment is not None else capture_environment(self)

    def overlaid(self, layers: tuple[Source, ...]) -> "LoadRequest":
        """The request with layers above its own. The name is taken, and nothing waits for files."""
        options = {name: value for name, value in self.options.items() if name not in ("name", "replace_name", "watch")}
        return replace(self, options=options, sources=(*self.sources, *layers))


def capture_environment(request: LoadRequest) -> dict[str, Any]:
    """Copies the variables that a load can need. Names and values that are not UTF-8 are left out, and listed."""
    needs_all = bool(request.options.get("interpolate"))
    names: set[str] = {"SUPERCONFIG_PROFILE", "HOME", "USERPROFILE"}
    prefixes: list[str] = []
    for source in request.sources:
        if source.kind == "discover":
            names.update(_DIRECTORIES)
        elif source.kind == "env":
            prefix = source.options.get("prefix")
            if isinstance(prefix, str) and prefix:
                prefixes.append(prefix)
            elif prefix is not False:
                needs_all = True
            _add_names(source.options.get("mapping"), names)
        elif source.kind in ("dotenv", "source"):
            needs_all = True
    begins = tuple(prefixes)
    variables: dict[str, str] = {}
    skipped: list[str] = []
    # Another thread may change it meanwhile: the names are one copy, and a variable may be gone when its turn comes.
    for name in list(os.environ):
        if not (needs_all or name in names or (begins and name.startswith(begins))):
            continue
        value = os.environ.get(name)
        if value is None:
            continue
        if _is_text(name) and _is_text(value):
            variables[name] = value
        else:
            skipped.append(name.encode("utf-8", "replace").decode())
    return {"variables": variables, "skipped": skipped}


def _add_names(mapping: Any, names: set[str]) -> None:
    if isinstance(mapping, str):
        names.update((mapping, f"{mapping}_FILE"))
    elif isinstance(mapping, Mapping):
        for part in mapping.values():
            _add_names(part, names)
    elif isinstance(mapping, (list, tuple)):
        for part in mapping:
            _add_names(part, names)


def _is_text(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
