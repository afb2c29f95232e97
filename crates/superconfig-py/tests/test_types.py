"""The stubs and annotations: `mypy.stubtest`, and a consumer under `mypy --strict` and pyright."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import PACKAGE

CONSUMER = Path(__file__).parent / "consumer.py"

needs_checkers = pytest.mark.skipif(sys.version_info < (3, 10), reason="the checkers need Python 3.10")


def run(*arguments: str, cwd: Path) -> str:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@needs_checkers
def test_stubs_are_what_is_there(tmp_path: Path) -> None:
    # Where the extension module has been built, it is compared with its stub.
    assert "Success: no issues found" in run("mypy.stubtest", "superconfig", cwd=Path(PACKAGE))


@pytest.mark.slow
@needs_checkers
def test_a_consumer_passes_mypy(tmp_path: Path) -> None:
    settings = tmp_path / "mypy.ini"
    settings.write_text(f"[mypy]\nstrict = true\nmypy_path = {PACKAGE}\ncache_dir = {tmp_path}/cache\n")
    assert "Success: no issues found" in run("mypy", "--config-file", str(settings), "-p", "superconfig", cwd=tmp_path)
    assert "Success: no issues found" in run("mypy", "--config-file", str(settings), str(CONSUMER), cwd=tmp_path)


@pytest.mark.slow
@needs_checkers
def test_a_consumer_passes_pyright(tmp_path: Path) -> None:
    (tmp_path / "pyrightconfig.json").write_text(f'{{"extraPaths": ["{PACKAGE}"], "typeCheckingMode": "strict"}}')
    (tmp_path / "consumer.py").write_text(CONSUMER.read_text())
    assert "0 errors" in run("pyright", "-p", str(tmp_path), cwd=tmp_path)


def test_the_consumer_runs() -> None:
    subprocess.run([sys.executable, str(CONSUMER)], check=True, timeout=300, env={**os.environ, "PYTHONPATH": PACKAGE})
