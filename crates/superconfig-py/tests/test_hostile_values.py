"""Values that lie about themselves, nest without end, or raise: none ends the process, and each has its own error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from typing import Any, Iterator

import pytest

from superconfig import SuperConfig, SuperConfigError


def load(value: Any, depth: int = 128) -> Any:
    return SuperConfig.builder(env={}).limits(depth=depth).defaults({"key": value}).load().current["key"]


class LyingLength(list):
    def __init__(self, items: Any, length: int) -> None:
        super().__init__(items)
        self.length = length

    def __len__(self) -> int:
        return self.length


class Inside(Mapping):
    """A mapping that holds one other value."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getitem__(self, key: str) -> Any:
        return self if self.inner is None else self.inner

    def __iter__(self) -> Iterator[str]:
        return iter(["a"])

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize("length", [10**15, sys.maxsize, 0])
def test_length_of_a_list_is_not_believed(length: int) -> None:
    assert load(LyingLength([1, 2], length)) == [1, 2]


def test_subclasses_that_raise_are_read_by_their_own_values() -> None:
    class Table(dict):
        def items(self) -> Any:
            raise RuntimeError("items")

        __iter__ = __getitem__ = keys = items

    class Number(int):
        def __index__(self) -> int:
            raise RuntimeError("index")

        __int__ = __index__

    class Text(str):
        def __str__(self) -> str:
            raise RuntimeError("str")

    assert load(Table(a=Number(1), b=Text("x"))) == {"a": 1, "b": "x"}


class Stop(BaseException):
    pass


class Getter:
    def __getattr__(self, name: str) -> Any:
        raise Stop(name)


class Elements(list):
    def __iter__(self) -> Any:
        raise Stop("elements")


@pytest.mark.parametrize("make", [Getter, Elements, lambda: [Getter()], lambda: {"a": Elements()}])
def test_what_a_value_raises_is_passed_on(make: Any) -> None:
    with pytest.raises(Stop):
        load(make())


def nested(kind: str, levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value} if kind == "dict" else [value] if kind == "list" else Inside(value)
    return value


@pytest.mark.parametrize("kilobytes", [128, 256])
@pytest.mark.parametrize("kind", ["dict", "list", "mapping"])
def test_deep_values_hit_a_limit_on_a_small_stack(kind: str, kilobytes: int) -> None:
    outcomes = []

    def work() -> None:
        assert load(nested(kind, 100)) is not None
        for value in [nested(kind, 1_000), nested(kind, 100_000 if kind != "mapping" else 5_000)]:
            with pytest.raises(SuperConfigError) as caught:
                load(value, 512)
            assert caught.value.code == "ERR_SUPERCONFIG_LIMIT"
        # What is merged as well takes more than the limit by default needs.
        if kilobytes == 256:
            assert load(nested(kind, 250), 512) is not None
        outcomes.append("held")

    before = threading.stack_size(kilobytes << 10)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert outcomes == ["held"]


def test_values_that_contain_themselves_hit_a_limit() -> None:
    table: dict[str, Any] = {}
    table["table"] = table
    array: list[Any] = []
    array.append(array)
    for value in [table, array, Inside(None)]:
        with pytest.raises(SuperConfigError) as caught:
            load(value)
        assert caught.value.code == "ERR_SUPERCONFIG_LIMIT"


def test_what_a_terminal_obeys_is_escaped_in_messages() -> None:
    def fails(_: Any) -> Any:
        raise ValueError("\x1b[31mred\u202e")

    with pytest.raises(SuperConfigError) as caught:
        SuperConfig.builder(env={}).source("remote", load=fails).load()
    message = str(caught.value)
    assert "\\u{1b}[31mred\\u{202e}" in message and "\x1b" not in message and "\u202e" not in message
