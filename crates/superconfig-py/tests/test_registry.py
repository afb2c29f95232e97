"""The registry of the process."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from superconfig import ClosedError, OptionError, SuperConfigError, registry


def test_entries() -> None:
    before = registry.stats().total_handles
    handle = registry.insert({"a": [1, 2**63]}, name="py-entry")
    assert handle.value == registry.get(handle) == registry.get(handle.id) == {"a": [1, 2**63]}
    found = registry.find("py-entry")
    assert found.id == handle.id and registry.has(handle)
    registry.update(handle, {"a": 2})
    assert found.value == {"a": 2}
    with pytest.raises(TypeError):
        found.value["a"] = 3
    assert registry.remove(handle) and not registry.remove(handle) and not registry.has(handle)
    with pytest.raises(ClosedError):
        registry.get(handle)
    assert registry.stats().total_handles == before


def test_the_last_reference_takes_an_unnamed_entry_along() -> None:
    handle = registry.insert([1])
    with handle:
        assert registry.has(handle.id)
    handle.close()
    assert not registry.has(handle.id)
    with pytest.raises(ClosedError):
        handle.value


def test_entries_expire() -> None:
    handle = registry.insert("x", ttl=0.05)
    end = time.monotonic() + 20
    while registry.has(handle) and time.monotonic() < end:
        time.sleep(0.01)
    assert not registry.has(handle)


@pytest.mark.parametrize("bad", [None, "x", 0, -1, 1.5, True, 2**53, 2**64, 2**200])
def test_what_is_no_id(bad: Any) -> None:
    with pytest.raises(OptionError):
        registry.get(bad)
    with pytest.raises(OptionError):
        registry.update(bad, 1)
    assert not registry.has(bad) and not registry.remove(bad)


@pytest.mark.parametrize("ttl", [0, -1, float("nan"), "1", True])
def test_what_is_no_time_to_live(ttl: Any) -> None:
    with pytest.raises(OptionError):
        registry.insert(1, ttl=ttl)


def test_values_are_those_of_configurations() -> None:
    with registry.insert({"__proto__": 1, "a": {"__proto__": 2, "b": [{"__proto__": 3}]}}) as handle:
        assert handle.value == {"a": {"b": [{}]}}
    for value in (2**64, object(), {1: 2}):
        with pytest.raises(SuperConfigError):
            registry.insert(value)


def test_threads_share_it() -> None:
    handle = registry.insert(0)

    def work() -> None:
        for number in range(300):
            registry.update(handle, number)
            assert isinstance(registry.get(handle), int)
            registry.insert(number).close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert registry.get(handle) == 299 and "superconfig_" in registry.metrics()
