"""Reading: by path, as a whole, through handles, and what a configuration looks like."""

from __future__ import annotations

import copy
import datetime
import json
import os
import pathlib
import pickle
import subprocess
import sys
import traceback
from typing import Any, Callable

import pytest

import superconfig
from superconfig import PathError, SuperConfig, SuperConfigError

Builder = Callable[..., superconfig.SuperConfigBuilder]

VALUES = {"server": {"host": "a", "port": 80}, "list": [1, {"x": "y"}], "max_conn": 1, "maxConn": 2, "none": None}


def opened(values: Any = VALUES) -> SuperConfig:
    return SuperConfig.builder(env={}, argv=[]).defaults(values).load()


def test_reads_by_path() -> None:
    config = opened()
    assert config["server.port"] == config.get("server.port") == config[["server", "port"]] == config[("server", "port")] == 80
    assert config["list[1].x"] == config["list.1.x"] == config[["list", 1, "x"]] == "y"
    assert config.get("server.prot", 7) == 7 and config.get("none", 7) is None
    assert "server.port" in config and "server.prot" not in config and config.has("list[0]") and not config.has("list[2]")
    assert (config["max_conn"], config["maxConn"]) == (1, 2), "keys keep their case and underscores"
    assert list(config) == list(config.keys()) == list(VALUES) and len(config) == 5 and dict(config) == {**config} == VALUES
    assert list(config.items()) == list(VALUES.items()) and list(config.values()) == list(VALUES.values())
    assert config["server"] is config["server"]


def test_keys_that_hold_dots_read_their_own_values() -> None:
    values = {"a.b": 1, "a": {"b": 2}, "list[0]": 3, "": 4, 'say "hi"': 5, " x ": 6, "0": 7, "a-b": 8}
    config = opened(values)
    assert dict(config) == {**config} == {key: config[key] for key in config} == values
    assert (config["a.b"], config['"a.b"']) == (2, 1)
    for key in config:
        assert type(pickle.loads(pickle.dumps(key))) is type(copy.copy(key)) is str


def test_a_missing_path_names_the_closest() -> None:
    config = opened()
    for read in (lambda: config["server.prot"], lambda: config.get("server.prot"), lambda: config.handle("server.prot").value):
        with pytest.raises(KeyError) as raised:
            read()
        error = raised.value
        assert isinstance(error, PathError)
        assert (error.code, error.path, error.hint) == ("ERR_SUPERCONFIG_PATH", "server.prot", "did you mean `server.port`?")
        assert "there is no `server.prot`" in str(error)


@pytest.mark.parametrize("path", [1, None, 1.5, [1.5], [None], [-1], [True], b"a", {"a"}, "\ud800", ["\ud800"]])
def test_what_is_no_path_is_refused(path: Any) -> None:
    config = opened()
    for read in (lambda: config[path], lambda: config.get(path, 1), lambda: path in config, lambda: config.explain(path)):
        with pytest.raises(SuperConfigError) as raised:
            read()
        assert raised.value.code == "ERR_SUPERCONFIG_OPTION"


def test_current_is_a_read_only_mapping() -> None:
    config = opened()
    current = config.current
    assert current is config.current and current == VALUES and VALUES == current and isinstance(current, dict)
    assert json.loads(json.dumps(current)) == VALUES
    assert str(current) == str(VALUES) and repr(current) == repr(VALUES)
    assert {**current} == VALUES and current | {"more": 1} == {**VALUES, "more": 1}
    writes: "list[Callable[[], Any]]" = [
        lambda: current.update(a=1),
        lambda: current.pop("list"),
        lambda: current.clear(),
        lambda: current.setdefault("new", 1),
        lambda: current.__setitem__("a", 1),
        lambda: current.__delitem__("list"),
        lambda: current["server"].__setitem__("port", 81),
        lambda: current["list"].append(2),
        lambda: current["list"].sort(),
        lambda: current["list"].__iadd__([2]),
        lambda: current["list"][1].update(x=1),
        lambda: current.popitem(),
        lambda: current.__ior__({}),
    ]
    for write in writes:
        with pytest.raises(TypeError, match="read-only"):
            write()
    assert config.current == VALUES


def test_copies_and_pickles_of_current_are_plain() -> None:
    current = opened().current
    for copied in (copy.deepcopy(current), copy.copy(current), pickle.loads(pickle.dumps(current)), current.copy()):
        assert copied == VALUES and type(copied) is dict
    deep = copy.deepcopy(current)
    deep["server"]["port"] = 81
    deep["list"].append(3)
    assert current == VALUES
    assert type(pickle.loads(pickle.dumps(current["list"]))) is list and type(copy.deepcopy(current["list"])) is list


@pytest.mark.skipif(sys.version_info < (3, 10), reason="match is syntax of 3.10")
def test_current_matches_patterns() -> None:
    scope: "dict[str, Any]" = {"current": opened().current}
    exec("match current:\n  case {'server': {'port': port}, 'list': [first, {'x': x}]}: found = (port, first, x)", scope)
    assert scope["found"] == (80, 1, "y")


def test_values_arrive_exactly() -> None:
    text = "a = 9007199254740993\nb = -9223372036854775808\nd = 1979-05-27T07:32:00Z\ne = 07:32:00\nf = inf\ng = 1.0\nh = true"
    values = superconfig.parse(text, "toml")
    assert values == {
        "a": 9007199254740993,
        "b": -(2**63),
        "d": "1979-05-27T07:32:00Z",
        "e": "07:32:00",
        "f": float("inf"),
        "g": 1.0,
        "h": True,
    }
    assert type(values["g"]) is float and type(values["h"]) is bool
    assert superconfig.parse('{"a": 18446744073709551615}', "json") == {"a": 2**64 - 1}
    for number in (2**64 - 1, 2**63, -(2**63), 2**53 + 1, 0, -1):
        assert opened({"n": number})["n"] == number


def test_values_of_other_types_become_plain() -> None:
    import enum

    class Colour(enum.Enum):
        RED = "red"

    values = {"day": datetime.date(2026, 1, 2), "path": pathlib.PurePosixPath("/a"), "colour": Colour.RED, "pair": (1, 2), "view": VALUES.items()}
    del values["view"]
    assert opened(values).current == {"day": "2026-01-02", "path": "/a", "colour": "red", "pair": [1, 2]}


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"a": {"b": [1, 2**64]}}, "OPTION", "a.b[1]"),
        ({"a": -(2**63) - 1}, "OPTION", "a"),
        ({"a": {1: 2}}, "OPTION", "a"),
        ({"a": {"b": object()}}, "OPTION", "a.b"),
        ({"a": b"bytes"}, "OPTION", "a"),
        ({"a": {1, 2}}, "OPTION", "a"),
        ({"a": "\ud800"}, "OPTION", "a"),
        ({"\udfff": 1}, "OPTION", None),
        ([], "OPTION", None),
        ("text", "OPTION", None),
    ],
)
def test_what_is_no_value_is_refused_with_its_path(values: Any, code: str, path: "str | None") -> None:
    with pytest.raises(SuperConfigError) as raised:
        opened(values)
    assert (raised.value.code, raised.value.path) == (f"ERR_SUPERCONFIG_{code}", path)


def test_values_without_end_are_refused() -> None:
    loop: "dict[str, Any]" = {}
    loop["self"] = {"again": loop}
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    wide: Any = "x" * 1000
    for _ in range(30):
        wide = [wide, wide]
    for values in ({"a": loop}, {"a": deep}, {"a": wide}):
        with pytest.raises(SuperConfigError) as raised:
            opened(values)
        assert raised.value.code == "ERR_SUPERCONFIG_LIMIT"


def test_values_are_taken_when_they_are_given() -> None:
    values = {"port": 1}
    builder = SuperConfig.builder(env={}).defaults(values)
    values["port"] = 2
    assert builder.load()["port"] == 1


def test_secrets_are_in_no_output(builder: Builder) -> None:
    text = "hunter2"
    config = builder({"APP_DB__PASSWORD": text}).text("[db]\nuser = 'me'\ntoken = 'abc123'", format="toml").env("APP").load()
    assert (config["db.password"], config["db.token"]) == ("hunter2", "abc123")
    shown = [repr(config), str(config), f"{config}", config.to_string(), config.to_string("yaml"), repr(config.explain("db")), repr(config.status)]
    shown += [repr(config.handle("db")), repr(config.layers), repr(config.warnings), repr(config.explain_all())]
    made = builder({"APP_DB__PASSWORD": text}).defaults({"password": text}).overrides({"password": text}).text("password = 'hunter2'")
    # A debugger or a service for errors prints what local variables hold.
    shown += [repr(made), repr(made._request()), repr(superconfig.defaults({"password": text}))]
    for one in shown:
        assert "hunter2" not in one and "abc123" not in one
    assert "hunter2" in config.to_string(secrets=True)
    with pytest.raises(SuperConfigError) as raised:
        builder({"APP_DB__PASSWORD": text}).defaults({"db": {"password": {"a": 1}}}).env("APP").load()
    printed = "".join(traceback.format_exception(type(raised.value), raised.value, raised.value.__traceback__))
    assert "hunter2" not in printed and "abc123" not in printed


def test_errors_say_where(builder: Builder, write: Callable[..., pathlib.Path]) -> None:
    write("app.toml", "a = 1\nport = = 2\n")
    with pytest.raises(superconfig.ParseError) as raised:
        builder().file("app.toml").load()
    error = raised.value
    assert error.origin is not None and (error.origin.file, error.origin.line, error.origin.column) == ("app.toml", 2, 8)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.origin, again.code) == (type(error), str(error), error.origin, error.code)
    with pytest.raises(FileNotFoundError) as missing:
        builder().file("gone.toml").load()
    assert isinstance(missing.value, superconfig.NotFoundError) and missing.value.filename == "gone.toml"
    assert missing.value.strerror == os.strerror(missing.value.errno)
    with pytest.raises(OSError) as directory:
        builder().file(".", format="toml").load()
    assert isinstance(directory.value, SuperConfigError) and directory.value.code == "ERR_SUPERCONFIG_IO"


@pytest.mark.parametrize(
    "call",
    [
        lambda: SuperConfig(),
        lambda: SuperConfig({"a": 1}),
        lambda: SuperConfig.builder(cwd=1),
        lambda: SuperConfig.builder(cwd=b"/"),
        lambda: SuperConfig.builder().profile(1),
        lambda: SuperConfig.builder().secrets(1),
        lambda: superconfig.load_config(sources=superconfig.defaults({"a": 1})),
        lambda: SuperConfig.builder().file(1),
        lambda: SuperConfig.builder().file("a.toml", format="tmol").load(),
        lambda: SuperConfig.builder().env(1).load(),
        lambda: SuperConfig.builder().args("--a=1"),
        lambda: SuperConfig.builder().arrays({"a": "apend"}).load(),
        lambda: SuperConfig.builder().limits(depth=0).load(),
        lambda: SuperConfig.builder().limits(depth=2**70).load(),
        lambda: SuperConfig.builder().watch(debounce_ms=-1).load(),
        lambda: SuperConfig.builder().profile("../x").load(),
        lambda: SuperConfig.builder().schema(1),
        lambda: SuperConfig.builder().source("", lambda _: {}),
        lambda: SuperConfig.builder().source("x", 1),
        lambda: SuperConfig.builder().source("x", lambda _: {}, timeout=0),
        lambda: SuperConfig.builder().derive("x", 1),
        lambda: SuperConfig.builder().add(1),
        lambda: SuperConfig.builder(env=1),
        lambda: SuperConfig.builder(env={"a": 1}).env("A").load(),
        lambda: opened().on_change(1),
        lambda: opened().to_string("ini"),
        lambda: opened().extract(1),
        lambda: SuperConfig.attach(1),
        lambda: superconfig.parse(1, "toml"),
        lambda: superconfig.parse("\ud800", "toml"),
        lambda: superconfig.parse("a = 1", 1),
        lambda: superconfig.parse("a = 1", "\ud800"),
        lambda: opened().to_string(1),
        lambda: SuperConfig.attach("\ud800"),
        lambda: superconfig.registry.find(1),
    ],
)
def test_bad_arguments_are_option_errors(call: "Callable[[], Any]") -> None:
    with pytest.raises(SuperConfigError) as raised:
        call()
    assert raised.value.code in ("ERR_SUPERCONFIG_OPTION", "ERR_SUPERCONFIG_FORMAT")


def test_closed_is_closed() -> None:
    config = opened()
    current, handle = config.current, config.handle("server.port")
    assert handle.value == 80
    with config:
        pass
    config.close()
    reads: "list[Callable[[], Any]]" = [
        lambda: config["server.port"],
        lambda: config.get("server.port", 1),
        lambda: "server" in config,
        lambda: config.current,
        lambda: handle.value,
        lambda: config.handle("server"),
        lambda: config.explain("server"),
        lambda: config.version,
        lambda: config.reload(),
        lambda: config.changes(),
        lambda: config.on_change(print),
        lambda: config.status,
        lambda: config.layers,
        lambda: config.to_string(),
    ]
    for read in reads:
        with pytest.raises(superconfig.ClosedError):
            read()
    assert current == VALUES and repr(config) == "SuperConfig(closed)" and config.closed


def test_attach_opens_without_loading(builder: Builder) -> None:
    config = builder().defaults({"a": 1}).name("attached").load()
    other = SuperConfig.attach("attached")
    assert (other["a"], other.name, other.token) == (1, "attached", config.token)
    config.close()
    assert SuperConfig.attach(other.token)["a"] == 1
    other.close()
    with pytest.raises(superconfig.ClosedError):
        SuperConfig.attach("attached")


def test_a_configuration_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="belongs to its process"):
        pickle.dumps(opened())


def test_the_environment_is_that_of_the_call(monkeypatch: "pytest.MonkeyPatch") -> None:
    monkeypatch.setenv("SEEN_PORT", "1")
    monkeypatch.setenv("SEEN_BAD", "\udcff")
    config = SuperConfig.builder().env("SEEN").load()
    assert config["port"] == 1 and [warning.code for warning in config.warnings] == ["invalid-encoding"]
    monkeypatch.setenv("SEEN_PORT", "2")
    assert config.reload().changed == ("port",) and config["port"] == 2


def test_differences_and_layers(builder: Builder) -> None:
    one, two = builder().defaults({"a": 1, "b": 2}).load(), builder().defaults({"a": 1, "b": 3, "c": 4}).load()
    assert [(difference.path, difference.kind) for difference in one.differences(two)] == [("b", "changed"), ("c", "added")]
    assert [(layer.kind, layer.status) for layer in one.layers] == [("defaults", "found")]
    assert builder().text("[default]\na = 1\n[eu]\na = 2", format="toml").find_profiles() == []


def test_no_configuration_outlives_the_interpreter(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.toml").write_text("a = 1")
    program = (
        "import superconfig, threading\n"
        "config = superconfig.load_config(sources=[superconfig.file('a.toml')], watch=True)\n"
        "config.on_change(print)\n"
        "other = superconfig.load_config(sources=[superconfig.file('a.toml')], watch=True)\n"
        "held = superconfig.registry.insert({'a': 1}, ttl=60)\n"
        "print(config['a'], threading.active_count() > 1)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 True\n", "")


def test_documents_are_converted_with_secrets_redacted() -> None:
    done = superconfig.convert("pin: 1\npassword: x\nnothing: null\nname: ü", "yaml", "toml", patterns=["pin"], ascii=True)
    assert done.text == 'pin = "[redacted]"\npassword = "[redacted]"\nname = "\\u00fc"\n'
    assert [loss.path for loss in done.losses] == ["nothing"]
    assert json.loads(superconfig.convert("password: x", "yaml", "json", secrets=True).text) == {"password": "x"}
    marked = {"type": "object", "properties": {"door": {"type": "string", "writeOnly": True}}}
    config = SuperConfig.builder(env={}).defaults({"name": "ü"}).schema(lambda values: values, json_schema=marked).load()
    assert config.to_string("json", ascii=True) == '{"name":"\\u00fc"}'
    with pytest.raises(SuperConfigError) as caught:
        superconfig.convert("a: 1", "yaml", "xml")
    assert caught.value.code == "ERR_SUPERCONFIG_FORMAT"
    with pytest.raises(superconfig.OptionError):
        superconfig.convert("a: 1", "yaml", "json", patterns="a")


@pytest.mark.parametrize("length", [10**15, sys.maxsize, 0])
def test_the_length_of_a_list_is_not_believed(length: int) -> None:
    class Lying(list):
        def __len__(self) -> int:
            return length

    assert opened({"list": Lying([1, 2])})["list"] == [1, 2]
