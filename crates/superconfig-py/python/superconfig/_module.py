"""Modules of Python that export configuration."""

from __future__ import annotations

import os
import stat
import types
from typing import Any, Optional

from ._errors import Origin, SuperConfigError, make_error


class ConfigModule:
    """A module, run anew for each load, and the name of what it exports."""

    def __init__(self, path: str, optional: bool, export: str) -> None:
        self.path = path
        self.optional = optional
        self.export = export

    def load(self, context: Any) -> Any:
        """The exported values."""
        path = self.path
        if path == "~" or path.startswith(("~/", "~\\")):
            path = (context.home or "~") + path[1:]
        file = os.path.join(context.cwd, path)
        text = self._read(file)
        if text is None:
            return {}
        module = types.ModuleType("superconfig_module")
        module.__file__ = file
        try:
            exec(compile(text, file, "exec"), module.__dict__)
        except SyntaxError as problem:
            origin = Origin(kind="custom", source=self.path, file=self.path, line=problem.lineno, column=problem.offset)
            message = f"{self.path}:{problem.lineno}:{problem.offset}: {problem.msg}"
            raise make_error("SOURCE", message, origin=origin) from problem
        if not hasattr(module, self.export):
            names = [name for name in vars(module) if not name.startswith("_")]
            hint = f"it exports {', '.join(names)}" if names else "it exports nothing"
            raise self._error("SOURCE", f"it has no export `{self.export}`", hint=hint)
        value = getattr(module, self.export)
        return value(context) if callable(value) else value

    def _read(self, file: str) -> Optional[bytes]:
        try:
            # Neither a pipe nor a device has an end to wait for.
            descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        except (FileNotFoundError, NotADirectoryError):
            if self.optional:
                return None
            raise self._error("NOT_FOUND", "there is no such module") from None
        except OSError as problem:
            raise self._error("IO", f"it cannot be read: {problem.strerror}") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise self._error("IO", "it is not a regular file")
        with os.fdopen(descriptor, "rb") as opened:
            return opened.read()

    def _error(self, code: str, problem: str, hint: Optional[str] = None) -> SuperConfigError:
        origin = Origin(kind="custom", source=self.path, file=self.path)
        return make_error(code, f"{self.path}: {problem}", origin=origin, hint=hint)
