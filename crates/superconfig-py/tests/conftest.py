"""Fixtures that the tests share."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Callable, Iterator

import pytest

import superconfig

ROOT = Path(__file__).resolve().parents[3]

Write = Callable[..., Path]



def pytest_addoption(parser: "pytest.Parser") -> None:
    parser.addoption("--all", action="store_true", help="also the tests that take minutes: type checkers, and more cases of the others")


def pytest_configure(config: "pytest.Config") -> None:
    config.addinivalue_line("markers", "slow: runs with --all alone")
    # What is imported stays: the collections between the tests need not look at it.
    gc.freeze()


def pytest_collection_modifyitems(config: "pytest.Config", items: "list[pytest.Item]") -> None:
    if config.getoption("--all"):
        return
    left = [item for item in items if item.get_closest_marker("slow")]
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=left)


@pytest.fixture(scope="session")
def runs_all(pytestconfig: "pytest.Config") -> bool:
    """Whether everything is to be tested, whatever it takes."""
    return bool(pytestconfig.getoption("--all"))


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
