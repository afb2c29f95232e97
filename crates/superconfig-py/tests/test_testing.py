"""Overrides within a context, and configurations for tests."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from pathlib import Path
from typing import Callable

import pytest

import superconfig
from superconfig.testing import create_test_config, temporary_config, with_overrides

Builder = Callable[..., superconfig.SuperConfigBuilder]
Write = Callable[..., Path]


def test_overrides_are_seen_within_and_nowhere_else(builder: Builder) -> None:
    config = builder().defaults({"server": {"port": 1, "host": "a"}}).load()
    handle, before = config.handle("server.port"), config.current
    seen: "list[int]" = []
    with with_overrides(config, {"server": {"port": 2}}):
        assert (config["server.port"], config.get("server.port"), handle.value, config.current["server"]["port"]) == (2, 2, 2, 2)
        assert "server.port" in config and config["server.host"] == "a" and config.version == 1
        winner = config.explain("server.port").winner
        assert winner is not None and winner.kind == "override"
        with with_overrides(config, {"server": {"host": "b"}}):
            assert (config["server.port"], config["server.host"]) == (2, "b")
        assert config["server.host"] == "a"
        other = threading.Thread(target=lambda: seen.append(config["server.port"]))
        other.start()
        other.join()
        inner = contextvars.copy_context()
        threading.Thread(target=lambda: seen.append(inner.run(lambda: config["server.port"]))).start()
        while len(seen) < 2:
            pass
    assert seen == [1, 2]
    assert (config["server.port"], handle.value, config.current) == (1, 1, before) and config.current is before


def test_tasks_see_their_own(builder: Builder) -> None:
    config = builder().defaults({"port": 0}).load()

    async def one(port: int) -> int:
        with with_overrides(config, {"port": port}):
            await asyncio.sleep(0.01)
            found: int = config["port"]
            return found

    async def main() -> "list[int]":
        return list(await asyncio.gather(*(one(port) for port in range(5)), asyncio.sleep(0.005, config["port"])))

    assert asyncio.run(main()) == [0, 1, 2, 3, 4, 0]


def test_what_is_left_running_sees_the_configuration_again(builder: Builder) -> None:
    config = builder().defaults({"port": 0}).load()

    async def main() -> int:
        with with_overrides(config, {"port": 1}):
            late = asyncio.ensure_future(asyncio.sleep(0.01))
            reader = asyncio.ensure_future(read(late))
            await asyncio.sleep(0)
        return await reader

    async def read(late: "asyncio.Future[None]") -> int:
        await late
        found: int = config["port"]
        return found

    assert asyncio.run(main()) == 0


def test_overrides_are_checked_and_follow_reloads(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1\nb = 1")

    def check(values: "dict[str, int]") -> "dict[str, int]":
        if values["a"] > 5:
            raise ValueError("too large")
        return values

    config = builder().file("a.toml").schema(check).load()
    with pytest.raises(superconfig.ValidationError):
        with with_overrides(config, {"a": 6}):
            raise AssertionError("it is refused")
    assert config["a"] == 1
    with with_overrides(config, {"a": 2}):
        write("a.toml", "a = 1\nb = 2")
        config.reload()
        assert config.current == {"a": 2, "b": 2}
    with pytest.raises(ZeroDivisionError), with_overrides(config, {"a": 2}):
        1 / 0
    assert config.current == {"a": 1, "b": 2}
    with pytest.raises(superconfig.OptionError):
        with with_overrides({"a": 1}, {}):  # type: ignore[arg-type]
            pass


def test_configurations_of_values_alone(monkeypatch: "pytest.MonkeyPatch") -> None:
    monkeypatch.setenv("SUPERCONFIG_PROFILE", "production")
    config = create_test_config({"a": 1, "list_add": [1]})
    assert config.current == {"a": 1, "list_add": [1]} and config.warnings == []


def test_configurations_of_files() -> None:
    with temporary_config({"config/default.json": {"a": 1}, "local.toml": "b = 2"}) as (config, directory):
        assert config.current == {"a": 1, "b": 2}
        origin = config.explain("b").winner
        assert origin is not None and origin.file == "local.toml" and (Path(directory) / "local.toml").exists()
    assert config.closed and not Path(directory).exists()
    with pytest.raises(superconfig.OptionError):
        with temporary_config({"../x.toml": ""}):
            pass
