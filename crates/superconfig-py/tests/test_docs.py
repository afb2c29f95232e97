"""The examples of the documents and of the package's own docstrings, each run as a session."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import superconfig

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = [path for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))] if "```python" in path.read_text("utf-8")]
MODULES = [superconfig.__name__, *(f"superconfig.{module.name}" for module in pkgutil.iter_modules(superconfig.__path__))]


def run(test: doctest.DocTest) -> int:
    runner = doctest.DocTestRunner(verbose=False)
    said: "list[str]" = []
    runner.run(test, out=said.append, clear_globs=False)
    assert runner.failures == 0, "".join(said)
    return len(test.examples)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents(document: Path, tmp_path: Path, monkeypatch: "pytest.MonkeyPatch") -> None:
    monkeypatch.chdir(tmp_path)
    text = document.read_text("utf-8")
    # What is no Python becomes empty lines, so that failures have the document's own.
    blocks = list(re.finditer(r"^```python\n(.*?)^```", text, re.M | re.S))
    kept = list(re.sub(r"[^\n]", " ", text))
    for block in blocks:
        kept[block.start(1) : block.end(1)] = block.group(1)
    source = "\n".join(line.rstrip() for line in "".join(kept).split("\n"))
    parsed = doctest.DocTestParser().get_doctest(source, {}, document.name, str(document), 0)
    assert run(parsed) >= len(blocks) > 0


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("_superconfig")])
def test_docstrings(name: str, tmp_path: Path, monkeypatch: "pytest.MonkeyPatch") -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        run(test)


def test_everything_public_is_documented() -> None:
    for name in superconfig.__all__:
        found = getattr(superconfig, name)
        if callable(found):
            assert found.__doc__, name
