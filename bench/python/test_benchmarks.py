"""Reads and loads beside dynaconf, pydantic-settings, OmegaConf and plain dictionaries; the same files for all.

`npm run bench:python` runs it. Ratios of one run hold, times do not. The last test prints the budgets.
"""

from __future__ import annotations

import json
import os
import statistics
import timeit
from pathlib import Path
from typing import Any, Callable

import pytest
from dynaconf import Dynaconf
from omegaconf import OmegaConf
from pydantic import BaseModel
from pydantic_settings import BaseSettings, JsonConfigSettingsSource, SettingsConfigDict

import superconfig

DEFAULTS = {"a": {"b": {"c": 1}}, "server": {"host": "127.0.0.1", "port": 80}, "db": {"pool": {"max": 4, "idle": 0.5}}, "tags": ["x", "y"]}
MORE = {"server": {"port": 8080}, "db": {"pool": {"max": 8}}}


@pytest.fixture(scope="module")
def files(tmp_path_factory: "pytest.TempPathFactory") -> Path:
    directory = tmp_path_factory.mktemp("config")
    (directory / "default.json").write_text(json.dumps(DEFAULTS))
    (directory / "more.json").write_text(json.dumps(MORE))
    os.environ["BENCH_SERVER__PORT"] = "9000"
    return directory


class _C(BaseModel):
    c: int


class _B(BaseModel):
    b: _C


class _Server(BaseModel):
    host: str
    port: int


def by_hand(files: Path) -> Any:
    def merge(below: Any, above: Any) -> Any:
        for key, value in above.items():
            below[key] = merge(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        return below

    merged: Any = {}
    for name in ("default.json", "more.json"):
        with open(files / name, encoding="utf-8") as opened:
            merge(merged, json.load(opened))
    for name, value in os.environ.items():
        if name.startswith("BENCH_"):
            place = merged
            *above, last = name[6:].lower().split("__")
            for key in above:
                place = place.setdefault(key, {})
            place[last] = type(place.get(last, ""))(value)
    return merged


def by_superconfig(files: Path) -> Any:
    return superconfig.SuperConfig.builder(cwd=files).file("default.json").file("more.json").env("BENCH").load()


def by_dynaconf(files: Path) -> Any:
    names = [str(files / "default.json"), str(files / "more.json")]
    settings = Dynaconf(settings_files=names, merge_enabled=True, envvar_prefix="BENCH")
    settings.SERVER
    return settings


def by_omegaconf(files: Path) -> Any:
    loaded = [OmegaConf.load(files / name) for name in ("default.json", "more.json")]
    return OmegaConf.merge(*loaded, OmegaConf.from_dotlist(["server.port=" + os.environ["BENCH_SERVER__PORT"]]))


def by_pydantic(files: Path) -> Any:
    class Settings(BaseSettings):
        model_config = SettingsConfigDict(
            json_file=[files / "default.json", files / "more.json"], env_prefix="BENCH_", env_nested_delimiter="__", extra="ignore"
        )
        a: _B
        server: _Server

        @classmethod
        def settings_customise_sources(cls, settings_cls: Any, init_settings: Any, env_settings: Any, **_: Any) -> Any:
            return (init_settings, env_settings, JsonConfigSettingsSource(settings_cls, deep_merge=True))

    return Settings()


LOADS: "dict[str, Callable[[Path], Any]]" = {
    "by hand": by_hand,
    "superconfig": by_superconfig,
    "pydantic-settings": by_pydantic,
    "OmegaConf": by_omegaconf,
    "dynaconf": by_dynaconf,
}


@pytest.mark.benchmark(group="load of two files and a variable")
@pytest.mark.parametrize("name", LOADS)
def test_load(benchmark: Any, files: Path, name: str) -> None:
    benchmark(LOADS[name], files)


def reads(files: Path) -> "dict[str, Callable[[], Any]]":
    """Functions that read `a.b.c`, written out so that each has the same frame around it."""
    names: "dict[str, Any]" = {
        "plain": by_hand(files),
        "config": by_superconfig(files),
        "dynaconf": by_dynaconf(files),
        "omega": by_omegaconf(files),
        "model": by_pydantic(files),
    }
    names["handle"] = names["config"].handle("a.b.c")
    names["current"] = names["config"].current
    expressions = {
        "nested dict": "plain['a']['b']['c']",
        "handle.value": "handle.value",
        "config['a.b.c']": "config['a.b.c']",
        "config.current nested": "config.current['a']['b']['c']",
        "pydantic-settings": "model.a.b.c",
        "OmegaConf": "omega.a.b.c",
        "dynaconf": "dynaconf.A.B.C",
    }
    made: "dict[str, Callable[[], Any]]" = {}
    for title, expression in expressions.items():
        scope = dict(names)
        held = ", ".join(f"{name}={name}" for name in names if name in expression.split("[")[0].split("."))
        exec(f"def read({held}):\n    for _ in range(1000):\n        {expression}", scope)
        made[title] = scope["read"]
    return made


@pytest.mark.benchmark(group="1,000 reads of a.b.c")
@pytest.mark.parametrize(
    "title", ["nested dict", "handle.value", "config['a.b.c']", "config.current nested", "pydantic-settings", "OmegaConf", "dynaconf"]
)
def test_read(benchmark: Any, files: Path, title: str) -> None:
    benchmark(reads(files)[title])


#: The most that a read may take, in times of a nested dict.
BUDGETS = {"handle.value": 2.0, "config['a.b.c']": 2.5}


def test_budgets(files: Path, capfd: "pytest.CaptureFixture[str]") -> None:
    functions = reads(files)
    empty = min(timeit.repeat("for _ in range(1000): pass", repeat=15, number=20))
    took: "dict[str, list[float]]" = {title: [] for title in ("nested dict", *BUDGETS)}
    # In turn, so that whatever else runs here slows all of them.
    for _ in range(60):
        for title, times in took.items():
            times.append(timeit.timeit(functions[title], number=20) - empty)
    base = took["nested dict"]
    with capfd.disabled():
        print()
        for title, budget in BUDGETS.items():
            ratio = statistics.median(time / one for time, one in zip(took[title], base))
            print(f"budget: {title}: {ratio:.2f} of {budget} × a nested dict")
            assert ratio <= budget, title
