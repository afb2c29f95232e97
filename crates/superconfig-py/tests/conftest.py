"""What the tests share."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Callable, Iterator

import pytest

import superconfig

ROOT = Path(__file__).resolve().parents[3]

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _close_all() -> Iterator[None]:
    """No test leaves a configuration behind for the next one."""
    yield
    gc.collect()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file into the test's own folder, in whole."""

    def to(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".new")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
        return path

    return to


@pytest.fixture
def builder(tmp_path: Path) -> Callable[..., superconfig.SuperConfigBuilder]:
    """A builder that sees nothing of the machine."""

    def make(env: "dict[str, str] | None" = None) -> superconfig.SuperConfigBuilder:
        return superconfig.SuperConfig.builder(cwd=tmp_path, home=tmp_path / "home", env=env or {}, argv=[], root=tmp_path / "root")

    return make
