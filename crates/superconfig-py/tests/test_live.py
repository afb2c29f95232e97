"""Reloads, watching and events."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
import warnings
import weakref
from pathlib import Path
from typing import Any, Callable

import pytest
from support import eventually

import superconfig
from superconfig import ConfigChange, SourceContext, SuperConfigError, SuperConfigWarning

Builder = Callable[..., superconfig.SuperConfigBuilder]
Write = Callable[..., Path]


def test_reload_swaps_in_whole_and_tells(builder: Builder, write: Write) -> None:
    write("a.toml", "[db]\nhost = 'a'\nport = 1\n")
    config = builder().file("a.toml").load()
    seen: "list[ConfigChange]" = []
    below: "list[ConfigChange]" = []
    off = config.on_change(seen.append)
    config.on_change(below.append, path="db.port")
    handle = config.handle("db.host")
    values: "list[Any]" = []
    handle.on_change(lambda change: values.append((change.previous, change.current, change.changed)))
    before = config.current
    write("a.toml", "[db]\nhost = 'b'\nport = 1\n")
    assert config.reload() == superconfig.ReloadResult(2, ("db.host",))
    assert (config.version, config["db.host"], handle.value, handle.version) == (2, "b", "b", 2)
    assert before["db"]["host"] == "a" and config.current is not before
    assert [(change.version, change.changed) for change in seen] == [(2, ("db.host",))] and below == []
    assert (seen[0].previous, seen[0].current["db"]["host"]) == (before, "b") and values == [("a", "b", ("db.host",))]
    assert "'a'" not in repr(seen[0]) and config.reload().changed == () and len(seen) == 1
    off()
    off()
    write("a.toml", "[db]\nhost = 'c'\nport = 2\n")
    config.reload()
    assert len(seen) == 1 and [change.changed for change in below] == [("db.port",)]


def test_a_failed_reload_keeps_the_last_good_version(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1")
    config = builder().file("a.toml").load()
    errors: "list[SuperConfigError]" = []
    config.on_error(errors.append)
    write("a.toml", "a = = 1")
    with pytest.raises(superconfig.ParseError) as raised:
        config.reload()
    assert config["a"] == 1 and config.version == 1
    assert [(error.code, error.origin) for error in errors] == [(raised.value.code, raised.value.origin)]
    assert config.status.last_error is not None and config.status.stale_since is not None
    write("a.toml", "a = 2")
    assert config.reload().version == 2 and config.status.last_error is None


def test_a_listener_that_raises_stops_no_other(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1")
    config = builder().file("a.toml").load()
    seen: "list[int]" = []
    config.on_change(lambda change: seen[7])
    config.on_change(lambda change: seen.append(change.version))
    write("a.toml", "a = 2")
    with pytest.warns(SuperConfigWarning, match="IndexError"):
        config.reload()
    assert seen == [2]


def test_a_listener_may_reload_and_close(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1")
    config = builder().file("a.toml").load()
    seen: "list[int]" = []

    def listener(change: ConfigChange) -> None:
        seen.append(change.current["a"])
        if change.current["a"] < 4:
            write("a.toml", f"a = {change.current['a'] + 1}")
            config.reload()
        else:
            config.close()

    config.on_change(listener)
    write("a.toml", "a = 2")
    config.reload()
    assert seen == [2, 3, 4] and config.closed


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def by_rename(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text)
    os.replace(beside, path)


def by_creating_again(path: Path, text: str) -> None:
    path.unlink()
    time.sleep(0.02)
    path.write_text(text)


@pytest.mark.parametrize("change", [in_place, by_rename, by_creating_again])
def test_watch_sees_every_way_to_write(builder: Builder, write: Write, change: Callable[[Path, str], None]) -> None:
    path = write("a.toml", "a = 1")
    with builder().file("a.toml").watch(debounce_ms=10).load() as config:
        seen: "list[int]" = []
        config.on_change(lambda change: seen.append(change.current["a"]))
        for value in range(2, 6):
            change(path, f"a = {value}")
            eventually(lambda value=value: config["a"] == value)
        eventually(lambda: seen and seen[-1] == 5)
        assert config.status.watching and not config.status.is_forked


def test_watch_keeps_the_last_good_version(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1")
    with builder().file("a.toml").watch(debounce_ms=10).load() as config:
        errors: "list[SuperConfigError]" = []
        config.on_error(errors.append)
        write("a.toml", "a = = 1")
        eventually(lambda: errors)
        assert config["a"] == 1 and errors[0].code == "ERR_SUPERCONFIG_PARSE"
        write("a.toml", "a = 2")
        eventually(lambda: config["a"] == 2)


def test_a_failure_without_listener_is_a_warning(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with builder().file("a.toml").watch(debounce_ms=10).load() as config:
            write("a.toml", "password = hunter2")
            eventually(lambda: caught)
            assert config["a"] == 1
    assert "the last good configuration stays in use" in str(caught[0].message) and "hunter2" not in str(caught[0].message)


def test_watched_sources_and_modules(builder: Builder, write: Write) -> None:
    write("m.py", "config = {'m': 1}")
    signals: "list[Callable[[], None]]" = []
    stopped: "list[bool]" = []
    value = [1]

    def watch(_: SourceContext, changed: Callable[[], None]) -> Callable[[], None]:
        signals.append(changed)
        return lambda: stopped.append(True)

    made = builder().source("x", lambda _: {"x": value[0]}, watch).module("m.py").schema(lambda values: {**values, "checked": True})
    config = made.watch(debounce_ms=10).load()
    value[0] = 2
    threading.Thread(target=signals[0]).start()
    eventually(lambda: config["x"] == 2)
    write("m.py", "config = {'m': 2}")
    eventually(lambda: config["m"] == 2)
    assert config["checked"] is True
    config.close()
    assert stopped == [True]
    signals[0]()


def test_changes_with_for(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 0\nb = 0")
    config = builder().file("a.toml").load()
    seen: "list[int]" = []
    changes = config.changes("a")

    def consume() -> None:
        for change in changes:
            seen.append(change.current["a"])

    consumer = threading.Thread(target=consume)
    consumer.start()
    for value in (1, 2):
        write("a.toml", f"a = {value}\nb = 0")
        config.reload()
        eventually(lambda value=value: seen[-1:] == [value])
    write("a.toml", "a = 2\nb = 1")
    config.reload()
    config.close()
    consumer.join(20)
    assert not consumer.is_alive() and seen == [1, 2]


def test_a_slow_consumer_gets_several_changes_as_one(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 0\nb = 0")
    config = builder().file("a.toml").load()
    with config.changes() as changes:
        for text in ("a = 1\nb = 0", "a = 1\nb = 1"):
            write("a.toml", text)
            config.reload()
        change = next(changes)
        assert (change.version, change.changed, change.previous) == (3, ("a", "b"), {"a": 0, "b": 0})
    with pytest.raises(StopIteration):
        next(changes)


def test_changes_with_async_for(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 0")

    async def main() -> "list[int]":
        config = await builder().file("a.toml").watch(debounce_ms=10).load_async()
        seen: "list[int]" = []
        changes = config.changes()
        waiting = asyncio.ensure_future(changes.__anext__())
        await asyncio.sleep(0)
        waiting.cancel()
        write("a.toml", "a = 1")
        async for change in changes:
            seen.append(change.current["a"])
            if len(seen) == 3:
                asyncio.get_running_loop().call_soon(config.close)
            else:
                write("a.toml", f"a = {len(seen) + 1}")
        return seen

    assert asyncio.run(asyncio.wait_for(main(), 60)) == [1, 2, 3]


def test_reload_async(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 0")

    async def main() -> Any:
        config = await builder().file("a.toml").load_async()
        write("a.toml", "a = 1")
        return await config.reload_async()

    assert asyncio.run(main()).changed == ("a",)


def test_what_nobody_holds_is_collected(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1")
    config = builder().file("a.toml").watch().load()
    threads = [thread for thread in threading.enumerate() if thread.name == "superconfig-reload"]
    assert threads
    gone = weakref.ref(config)
    del config
    gc.collect()
    assert gone() is None
    eventually(lambda: not any(thread.is_alive() for thread in threads))


def test_a_configuration_with_listeners_stays(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1")
    seen: "list[int]" = []
    config = builder().file("a.toml").watch(debounce_ms=10).load()
    off = config.on_change(lambda change: seen.append(change.version))
    del config
    gc.collect()
    write("a.toml", "a = 2")
    eventually(lambda: seen == [2])
    off()


def test_attached_objects_hear_of_each_others_reloads(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1")
    config = builder().file("a.toml").name("heard").load()
    other = superconfig.SuperConfig.attach("heard")
    seen: "list[str]" = []
    config.on_change(lambda _: seen.append("first"))
    other.on_change(lambda _: seen.append("second"))
    write("a.toml", "a = 2")
    other.reload()
    assert seen == ["first", "second"] and config["a"] == other["a"] == 2
    config.close()
    write("a.toml", "a = 3")
    other.reload()
    assert seen == ["first", "second", "second"] and other["a"] == 3
