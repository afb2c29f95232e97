"""Sources that follow a store: texts, documents, states, slow answers and watches."""

from __future__ import annotations

import asyncio
import threading
import time
import warnings
from pathlib import Path
from typing import Any, Callable

import pytest
from support import eventually

import superconfig
from superconfig import OptionError, SourceContext, SourceError, SourceStatus, SuperConfigError, SuperConfigWarning
from superconfig.live import StoredDocument, StoredText, documents, is_fresh, texts

Builder = Callable[..., superconfig.SuperConfigBuilder]
Write = Callable[..., Path]


def test_texts_are_typed_as_what_is_below(builder: Builder) -> None:
    stored = [
        StoredText("server.port", "8080", "/shop/server/port", "7"),
        StoredText(["server", "hosts"], "a,b", "/shop/server/hosts"),
        StoredText("fresh", "true", "/shop/fresh"),
    ]
    base = {"server": {"port": 1, "hosts": ["x"]}}
    config = builder().defaults(base).source("store", lambda _: texts(stored)).load()
    assert config.current == {"server": {"port": 8080, "hosts": ["a", "b"]}, "fresh": True}
    winner = config.explain("server.port").winner
    assert winner is not None and (winner.kind, winner.name, winner.key, winner.revision) == ("custom", "store", "/shop/server/port", "7")
    plain = builder().defaults(base).source("store", lambda _: texts(iter(stored), typing="text")).load()
    assert plain["server.port"] == "8080"
    loose = builder().defaults({"maxConn": 1}).source("store", lambda _: texts([StoredText("MAX_CONN", "2", "k")], match="loose")).load()
    assert loose.current == {"maxConn": 2}
    with pytest.raises(SuperConfigError) as raised:
        builder().defaults(base).source("store", lambda _: texts([StoredText("server.port", "eighty", "/shop/server/port", "9")])).load()
    origin = raised.value.origin
    assert origin is not None and (origin.source, origin.key, origin.revision) == ("store", "/shop/server/port", "9")


def test_documents_have_positions(builder: Builder) -> None:
    stored = [StoredDocument("shop/a.yaml", "port: 1\nhost: a"), StoredDocument("shop/b", "\nport = 2", format="toml", revision="4", at=["in", "it"])]
    config = builder().source("store", lambda _: documents(stored)).load()
    assert config.current == {"port": 1, "host": "a", "in": {"it": {"port": 2}}}
    winner = config.explain("in.it.port").winner
    assert winner is not None and (winner.key, winner.revision, winner.line, winner.column) == ("shop/b", "4", 2, 8)
    with pytest.raises(SuperConfigError) as raised:
        builder().source("store", lambda _: documents([StoredDocument("shop/a.json", '{"password": "hunter2",,}')])).load()
    error = raised.value
    assert error.origin is not None and (error.origin.key, error.origin.line) == ("shop/a.json", 1) and "hunter2" not in str(error)


def test_a_reload_takes_texts_and_documents(builder: Builder) -> None:
    answer: "list[Any]" = [texts([StoredText("a", "1", "a")])]
    config = builder().source("store", lambda _: answer[0]).load()
    answer[0] = documents([StoredDocument("a.json", '{"a": 2}')])
    assert config.reload().changed == ("a",) and config["a"] == 2
    answer[0] = documents([StoredDocument("a.json", '{"a": 2')])
    errors: "list[SuperConfigError]" = []
    config.on_error(errors.append)
    config.reload()
    assert config["a"] == 2 and errors and config.status.sources[0].last_error is not None
    answer[0] = {"a": 3}
    assert config.reload().changed == ("a",) and config.status.last_error is None


def test_what_is_no_list_is_refused() -> None:
    text, document = StoredText("a", "b", "c"), StoredDocument("a", "b")
    for given in ("text", {"a": 1}, 1, [1], [{"path": "a"}], [document], [StoredText([], "b", "c")], [StoredText(["\ud800"], "b", "c")]):
        with pytest.raises(OptionError):
            texts(given)  # type: ignore[arg-type]
    for name in ("path", "text", "key", "revision"):
        with pytest.raises(OptionError, match=name):
            texts([StoredText(**{**text.__dict__, name: 1})])
    for given in ("text", [text], [StoredDocument("a", 1)], [StoredDocument("a", "b", at="c")], [StoredDocument("a", "b", format=1)]):  # type: ignore[arg-type]
        with pytest.raises(OptionError):
            documents(given)  # type: ignore[arg-type]
    with pytest.raises(OptionError):
        texts([], typing="guess")
    with pytest.raises(OptionError):
        texts([], match="fuzzy")


def test_states_are_told_of(builder: Builder) -> None:
    contexts: "list[SourceContext]" = []

    def load(context: SourceContext) -> Any:
        contexts.append(context)
        context.report("live", revision="1", endpoint="https://me:hunter2@a:1", resumes=2, relists=3)
        return {"a": 1}

    config = builder().source("store", load).load()
    seen: "list[SourceStatus]" = []
    errors: "list[SuperConfigError]" = []
    off = config.on_status(seen.append)
    config.on_error(errors.append)
    first = config.status.sources[0]
    assert (first.state, first.revision, first.resumes, first.relists) == ("live", "1", 2, 3)
    assert first.since is not None and first.last_confirmed is not None
    contexts[0].report("connecting", error=OSError("https://me:hunter2@a is gone"))
    contexts[0].report("connecting", error="still")
    contexts[0].report("live", revision="2")
    assert [one.state for one in seen] == ["connecting", "live"] and seen[1].revision == "2"
    assert len(errors) == 1 and "is gone" in str(errors[0]) and "hunter2" not in str(errors[0])
    assert is_fresh(config, max_stale=60)
    contexts[0].report("stale")
    assert is_fresh(config, max_stale=60) and not is_fresh(config, max_stale=0)
    off()
    contexts[0].report("live")
    assert len(seen) == 3
    for bad in ({"state": "dead"}, {"state": "live", "revision": 1}, {"state": "live", "endpoint": b"x"}, {"state": "live", "resumes": -1}):
        with pytest.raises(OptionError):
            contexts[0].report(**bad)  # type: ignore[arg-type]
    config.close()
    contexts[0].report("live")


def test_what_is_in_use_is_accepted(builder: Builder) -> None:
    answer: "list[Any]" = [{"a": 1}]
    accepted: "list[Any]" = []
    config = builder().source("store", lambda _: answer[0], accepted=accepted.append).schema(_positive).load()
    assert accepted == [{"a": 1}] and accepted[0] is answer[0]
    answer[0] = {"a": -1}
    with pytest.raises(superconfig.ValidationError):
        config.reload()
    assert len(accepted) == 1
    answer[0] = {"a": 2}
    config.reload()
    assert accepted == [{"a": 1}, {"a": 2}]

    def fail(_: Any) -> None:
        raise OSError("the disk is full")

    with pytest.warns(SuperConfigWarning, match="the disk is full"):
        assert builder().source("store", lambda _: {"a": 1}, accepted=fail).load()["a"] == 1


def _positive(values: Any) -> Any:
    if values["a"] < 0:
        raise ValueError("negative")
    return values


def test_files_do_not_wait_for_a_source_that_hangs(builder: Builder, write: Write) -> None:
    write("a.toml", "a = 1")
    release = threading.Event()
    answers = [1]

    def load(_: SourceContext) -> Any:
        answer = answers[-1]
        if answer > 1:
            release.wait(60)
        return {"b": answer}

    with builder().file("a.toml").source("store", load, timeout=30).watch(debounce_ms=10).load() as config:
        answers.append(2)
        begun = time.monotonic()
        for value in (2, 3, 4):
            write("a.toml", f"a = {value}")
            eventually(lambda value=value: config["a"] == value)
        assert time.monotonic() - begun < 25 and config["b"] == 1
        assert config.status.last_error is None, "it is late, and has not failed"
        release.set()
        eventually(lambda: config["b"] == 2)


def test_a_source_that_hangs_in_the_background_is_stale_and_heals(
    builder: Builder, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel = SourceContext._cancel

    def cancel_late(context: SourceContext) -> None:
        # As it is where the machine is busy.
        time.sleep(0.3)
        cancel(context)

    monkeypatch.setattr(SourceContext, "_cancel", cancel_late)
    write("a.toml", "a = 1")
    release = threading.Event()
    hangs = [False]
    answers = [1]
    hung: "list[SourceContext]" = []

    def load(context: SourceContext) -> Any:
        if hangs[0]:
            hung.append(context)
            release.wait(60)
        return {"b": answers[0]}

    with builder().file("a.toml").source("store", load, timeout=1).watch(debounce_ms=10).load() as config:
        errors: "list[tuple[SuperConfigError, bool]]" = []
        config.on_error(lambda error: errors.append((error, hung[0].cancelled.is_set())))
        # A file that was written just before is read once more, and its sources asked with it: that may be over by now, or hang as well.
        hangs[0] = True
        write("a.toml", "a = 2")
        eventually(lambda: config["a"] == 2 and errors)
        error, was_cancelled = errors[0]
        assert "within 1 s" in str(error) and was_cancelled and config["b"] == 1
        eventually(lambda: config.status.sources[0].state == "stale")
        answers[0] = 2
        hangs[0] = False
        release.set()
        eventually(lambda: config["b"] == 2 and config.status.sources[0].state == "live")


def test_calls_overlap_while_they_are_in_time(builder: Builder) -> None:
    together = threading.Barrier(2)
    is_first = [True]

    def load(_: SourceContext) -> Any:
        if not is_first[0]:
            together.wait(30)
        return {"a": 1}

    config = builder().source("store", load).load()
    is_first[0] = False
    errors: "list[SuperConfigError]" = []
    config.on_error(errors.append)
    threads = [threading.Thread(target=config.reload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []


def test_coroutines_are_cancelled(builder: Builder) -> None:
    cancelled: "list[str]" = []

    async def load(_: SourceContext) -> Any:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append("load")
            raise
        return {}

    with pytest.raises(SourceError, match="within 1 s"):
        builder().source("store", load, timeout=1).load()
    eventually(lambda: cancelled == ["load"])


def test_a_coroutine_watches_until_it_is_closed(builder: Builder) -> None:
    value = [1]
    ended: "list[bool]" = []
    poke = threading.Event()

    async def watch(_: SourceContext, changed: Callable[[], None]) -> None:
        try:
            while True:
                await asyncio.sleep(0.005)
                if poke.is_set():
                    poke.clear()
                    changed()
        finally:
            ended.append(True)

    config = builder().source("store", lambda _: {"a": value[0]}, watch).watch(debounce_ms=5).load()
    value[0] = 2
    poke.set()
    eventually(lambda: config["a"] == 2)
    config.close()
    eventually(lambda: ended)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_watch_that_fails_is_tried_again(builder: Builder, is_async: bool) -> None:
    tries: "list[SourceContext]" = []

    def fail(context: SourceContext, _: Callable[[], None]) -> None:
        tries.append(context)
        if len(tries) == 1:
            raise ConnectionError("https://me:hunter2@a is down")

    async def fail_later(context: SourceContext, changed: Callable[[], None]) -> None:
        fail(context, changed)

    value = [1]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        config = builder().source("store", lambda _: {"a": value[0]}, fail_later if is_async else fail).watch(debounce_ms=5).load()
        eventually(lambda: caught)
    assert "it cannot be watched" in str(caught[0].message) and "hunter2" not in str(caught[0].message)
    eventually(lambda: config.status.sources[0].state == "stale" or len(tries) == 2)
    value[0] = 2
    eventually(lambda: len(tries) == 2 and config["a"] == 2)
    config.close()
    assert tries[1].cancelled.is_set()


def test_what_load_has_opened_is_closed_where_another_source_fails(builder: Builder) -> None:
    closed: "list[str]" = []

    def broken(_: SourceContext) -> Any:
        raise OSError("down")

    made = builder().source("a", lambda _: {"a": 1}, close=lambda: closed.append("a")).source("b", broken, close=lambda: closed.append("b"))
    with pytest.raises(SourceError):
        made.load()
    assert sorted(closed) == ["a", "b"]
