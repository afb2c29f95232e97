"""Sources that the program gives itself: sources, derived layers and modules."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from pathlib import Path
from typing import Any, Callable

import pytest

import superconfig
from superconfig import SourceContext, SourceError, SuperConfigError

Builder = Callable[..., superconfig.SuperConfigBuilder]
Write = Callable[..., Path]


def test_a_source_gets_its_context(builder: Builder, tmp_path: Path) -> None:
    seen: "list[SourceContext]" = []

    def load(context: SourceContext) -> Any:
        seen.append(context)
        return {"region": context.env["REGION"], "profiles": context.profiles}

    config = builder({"REGION": "eu"}).profile("test").source("regional", load).load()
    assert config.current == {"region": "eu", "profiles": ["test"]}
    assert (seen[0].cwd, seen[0].home) == (str(tmp_path), str(tmp_path / "home"))
    winner = config.explain("region").winner
    assert winner is not None and (winner.kind, winner.name) == ("custom", "regional")


def test_sources_run_beside_each_other_in_threads_of_their_own(builder: Builder) -> None:
    together = threading.Barrier(3)
    surroundings = contextvars.ContextVar("surroundings", default="none")
    surroundings.set("the caller's")

    def load(_: SourceContext) -> Any:
        together.wait(20)
        return {threading.current_thread().name: surroundings.get()}

    config = builder().source("a", load).source("b", load).source("c", load).load()
    assert config.current == {f"superconfig-source-{name}": "the caller's" for name in "abc"}


def test_coroutines_are_awaited(builder: Builder) -> None:
    async def load(_: SourceContext) -> Any:
        await asyncio.sleep(0.001)
        return {"a": 1}

    assert builder().source("x", load).load()["a"] == 1


def test_what_a_source_raises_is_its_cause(builder: Builder) -> None:
    def load(_: SourceContext) -> Any:
        raise ConnectionError("https://me:hunter2@host is down")

    with pytest.raises(SourceError) as raised:
        builder().source("remote", load).load()
    error = raised.value
    assert isinstance(error.__cause__, ConnectionError) and error.origin is not None and error.origin.source == "remote"
    assert "the source `remote` failed" in str(error) and "is down" in str(error) and "hunter2" not in str(error)
    for given in (None, 1, [], "text", {1: 2}, {"a": object()}):
        with pytest.raises(SourceError):
            builder().source("remote", lambda _, given=given: given).load()


@pytest.mark.parametrize("thrown", [KeyboardInterrupt, SystemExit])
def test_interrupts_pass_through(builder: Builder, thrown: "type[BaseException]") -> None:
    def fail(*_: Any) -> Any:
        raise thrown

    for made in (builder().source("x", fail), builder().derive("x", fail), builder().schema(fail)):
        with pytest.raises(thrown):
            made.load()


def test_a_source_that_hangs_counts_as_failed(builder: Builder) -> None:
    release = threading.Event()
    hangs = [False]
    cancelled: "list[SourceContext]" = []

    def load(context: SourceContext) -> Any:
        if hangs[0]:
            cancelled.append(context)
            release.wait(60)
        return {"a": len(cancelled)}

    config = builder().source("slow", load, timeout=1).load()
    hangs[0] = True
    begun = time.monotonic()
    assert config.reload().changed == ()
    assert config.reload().changed == (), "it is not called again meanwhile"
    assert time.monotonic() - begun < 20 and len(cancelled) == 1 and cancelled[0].cancelled.is_set()
    assert config["a"] == 0 and [warning.code for warning in config.warnings] == ["source-stale"]
    assert config.status.sources[0].state == "stale" and config.status.last_error is not None
    release.set()
    hangs[0] = False
    while not config.reload().changed:
        time.sleep(0.01)
    assert config["a"] == 1 and config.warnings == []


def test_sources_close_once_and_report(builder: Builder) -> None:
    calls: "list[str]" = []
    contexts: "list[SourceContext]" = []

    def load(context: SourceContext) -> Any:
        contexts.append(context)
        context.report("live", revision="7")
        return {"a": 1}

    config = builder().source("x", load, close=lambda: calls.append("closed")).load()
    assert (config.status.sources[0].state, config.status.sources[0].revision) == ("live", "7")
    contexts[0].report("connecting", error=OSError("gone"))
    status = config.status.sources[0]
    assert status.state == "connecting" and status.last_error is not None and "gone" in str(status.last_error)
    with pytest.raises(SuperConfigError):
        contexts[0].report("dead")
    config.close()
    config.close()
    assert calls == ["closed"]
    contexts[0].report("live")
    with pytest.raises(SourceError):
        builder().source("y", lambda _: 1, close=lambda: calls.append("failed")).load()
    assert calls == ["closed", "failed"]


def test_derived_layers(builder: Builder) -> None:
    made = builder({"APP_CPU": "4"}).defaults({"cpu": 1, "name": "${env:NOTHING:-x}"}).env("APP").interpolate()
    config = made.derive("limits", lambda values: {"pool": {"max": values["cpu"] * 4}, "of": values["name"]}).overrides({"last": True}).load()
    assert config.current == {"cpu": 4, "name": "x", "pool": {"max": 16}, "of": "x", "last": True}
    winner = config.explain("pool.max").winner
    assert winner is not None and winner.name == "limits"
    assert builder().defaults({"a": 1}).derive(lambda values: {"b": values["a"] + 1}).load()["b"] == 2


def test_what_derives_may_fail(builder: Builder) -> None:
    with pytest.raises(SourceError) as raised:
        builder().derive("limits", lambda values: values["gone"]).load()
    assert isinstance(raised.value.__cause__, KeyError) and "limits" in str(raised.value)
    for given in (None, [], 1, {"a": {1, 2}}):
        with pytest.raises(SourceError, match="limits"):
            builder().derive("limits", lambda _, given=given: given).load()
    with pytest.raises(SourceError):
        builder().defaults({"a": 1}).derive("limits", lambda values: values.update(a=2)).load()


def test_modules(builder: Builder, write: Write) -> None:
    write("app_config.py", "import os\nconfig = {'workers': 2 * 2}\ndef made(context):\n    return {'profiles': list(context.profiles)}\n")
    config = builder().module("app_config.py").module("app_config.py", export="made").profile("eu").load()
    assert config.current == {"workers": 4, "profiles": ["eu"]}
    write("app_config.py", "config = {'workers': 5}\nmade = {}\n")
    assert config.reload().changed == ("profiles", "workers")
    assert builder().module("gone.py", optional=True).load().current == {}
    with pytest.raises(FileNotFoundError):
        builder().module("gone.py").load()
    write("bad.py", "config = {\n  'a': = 1\n}")
    with pytest.raises(SourceError) as raised:
        builder().module("bad.py").load()
    assert raised.value.origin is not None and (raised.value.origin.file, raised.value.origin.line) == ("bad.py", 2)
    write("other.py", "settings = {}")
    with pytest.raises(SourceError, match="no export `config`") as missing:
        builder().module("other.py").load()
    assert missing.value.hint == "it exports settings"
    with pytest.raises(SuperConfigError) as folder:
        builder().module(".").load()
    assert folder.value.code == "ERR_SUPERCONFIG_IO"
    with pytest.raises(SuperConfigError) as program:
        builder().file("other.py").load()
    assert program.value.code == "ERR_SUPERCONFIG_FORMAT"


def test_dotenv_is_exported(builder: Builder, write: Write, monkeypatch: "pytest.MonkeyPatch", tmp_path: Path) -> None:
    monkeypatch.setenv("SEEN_A", "real")
    monkeypatch.delenv("SEEN_B", raising=False)
    write(".env", "SEEN_A=file\nSEEN_B=file\n")
    config = superconfig.SuperConfig.builder(cwd=tmp_path).dotenv(export=True).env("SEEN").load()
    import os

    assert config.current == {"a": "real", "b": "file"} and os.environ["SEEN_B"] == "file"
    write(".env", "SEEN_B=changed\n")
    assert config.reload().changed == ("b",), "what was exported does not count as set"
    monkeypatch.delenv("SEEN_B")


def test_load_config_takes_all_at_once(tmp_path: Path, write: Write) -> None:
    write("app.toml", "list = [1]\nfrom = '${a}'\n[db]\npin = 'x'")
    config = superconfig.load_config(
        cwd=tmp_path,
        env={"APP_LIST": "[2]"},
        argv=["--b=3"],
        sources=[superconfig.defaults({"a": 1, "b": 2, "list": []}), superconfig.file("app.toml"), superconfig.env("APP"), superconfig.args(["--b=3"])],
        arrays={"list": "append"},
        interpolate=True,
        secrets=["db.pin"],
        limits={"depth": 10},
        name="all at once",
        watch={"debounce_ms": 10},
    )
    with config:
        assert config.current == {"a": 1, "b": 3, "list": [1, 2], "from": 1, "db": {"pin": "x"}}
        assert "'pin': '[redacted]'" in repr(config) and config.name == "all at once"


def test_discovery_goes_from_the_system_to_the_project(builder: Builder, write: Write) -> None:
    write("root/etc/myapp.toml", "a = 'system'\nb = 'system'\nc = 'system'\n")
    write("home/.config/myapp/config.yaml", "b: user\nc: user\n")
    write("pyproject.toml", "[tool.myapp]\nc = 'project'\n")
    config = builder().discover("myapp").load()
    assert config.current == {"a": "system", "b": "user", "c": "project"}
    winner = config.explain("c").winner
    assert winner is not None and (winner.file, winner.line, winner.column) == ("pyproject.toml", 2, 5)
