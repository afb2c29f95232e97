"""Helpers of several tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable

import superconfig

PACKAGE = str(Path(superconfig.__file__).resolve().parents[1])


def eventually(holds: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What becomes true sooner or later."""
    end = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("it has not happened")
        time.sleep(0.01)


def python(program: str, cwd: Path, seconds: float = 300, **env: str) -> "subprocess.CompletedProcess[str]":
    """Runs a program in an interpreter of its own."""
    environment = {**os.environ, "PYTHONPATH": PACKAGE, **env}
    # CPython warns of every fork while there are threads, which is what some of the programs are about.
    quiet = ["-W", "ignore:This process:DeprecationWarning"]
    return subprocess.run([sys.executable, *quiet, "-c", program], cwd=cwd, capture_output=True, text=True, timeout=seconds, env=environment)
