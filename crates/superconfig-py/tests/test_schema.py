"""Schemas and extraction: dataclasses, typed dictionaries and models of Pydantic, all problems at once."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, List, Literal, Optional, Set, Tuple, TypedDict, Union

import pytest
from pydantic import AnyUrl, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, field_validator

import superconfig
from superconfig import ValidationError

Builder = Callable[..., superconfig.SuperConfigBuilder]
Write = Callable[..., Path]


class Level(enum.Enum):
    DEBUG = "debug"
    INFO = "info"


@dataclasses.dataclass
class Pool:
    max: int
    idle: float = 0.5


@dataclasses.dataclass
class App:
    host: str
    port: int
    pool: Pool
    tags: List[str] = dataclasses.field(default_factory=list)
    level: Level = Level.INFO
    mode: Literal["fast", "slow"] = "fast"
    extra: Optional[Dict[str, int]] = None
    pair: Tuple[int, str] = (0, "")
    since: Optional[datetime.date] = None
    either: Union[int, str, None] = None
    root: Path = Path("/")

    def __post_init__(self) -> None:
        if self.port == 13:
            raise ValueError("no port 13")


class PoolModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    max: int = Field(gt=0)
    idle: float = 0.5


class AppModel(BaseModel):
    host: str
    port: int
    pool: PoolModel
    level: Level = Level.INFO
    key: SecretStr = SecretStr("none")
    url: Optional[AnyUrl] = None
    since: Optional[datetime.date] = None
    tags: Set[str] = set()

    @field_validator("host")
    @classmethod
    def _check(cls, host: str) -> str:
        if host.startswith("bad"):
            raise ValueError(f"{host} is no host")
        return host


class Database(TypedDict, total=False):
    host: str


class AppDict(Database):
    port: int


TEXT = "host = 'a'\nport = 80\nsince = 2026-01-02\n[pool]\nmax = 4\n"


def test_extract_dataclasses(builder: Builder) -> None:
    more = "level = 'debug'\nmode = 'slow'\npair = [1, 'x']\neither = 'y'\ntags = ['t']\nroot = '/a'\nunknown = 1\n"
    config = builder().text(more + TEXT, format="toml").load()
    app = config.extract(App)
    assert app == App("a", 80, Pool(4), ["t"], Level.DEBUG, "slow", None, (1, "x"), datetime.date(2026, 1, 2), "y", Path("/a"))
    assert config.extract(Pool, "pool") == config.extract(Pool, ["pool"]) == Pool(4)
    assert config.extract(int, "pool.max") == 4 and config.extract(List[str], "tags") == ["t"]
    assert type(config.extract(App).pool.idle) is float


def test_extract_typed_dicts_and_models(builder: Builder) -> None:
    config = builder().text(TEXT, format="toml").load()
    assert config.extract(AppDict) == {"host": "a", "port": 80}
    model = config.extract(AppModel)
    assert (model.pool.max, model.since) == (4, datetime.date(2026, 1, 2))
    adapter = TypeAdapter(List[int])
    assert builder().text("l = [1]", format="toml").load().extract(adapter, "l") == [1]


@pytest.mark.parametrize("model", [App, AppModel])
def test_all_problems_at_once_with_their_places(builder: Builder, write: Write, model: Any) -> None:
    write("app.toml", "host = 1\nport = 'eighty'\n[pool]\nidle = 'x'\n")
    config = builder({"APP_LEVEL": "loud"}).file("app.toml").env("APP").load()
    with pytest.raises(ValidationError) as raised:
        config.extract(model)
    problems = {issue.path: issue for issue in raised.value.issues}
    assert set(problems) == {"host", "port", "pool.max", "pool.idle", "level"}
    places = {path: (issue.origin.line, issue.origin.column) for path, issue in problems.items() if issue.origin is not None}
    assert (places["host"], places["port"], places["pool.idle"]) == ((1, 8), (2, 8), (4, 8))
    level = problems["level"].origin
    assert level is not None and level.variable == "APP_LEVEL"
    printed = str(raised.value)
    for part in ("app.toml:1:8", "app.toml:2:8", "app.toml:4:8", "APP_LEVEL", 'found the string "eighty"', "expected an integer"):
        assert part in printed
    with pytest.raises(ValidationError) as loaded:
        builder({"APP_LEVEL": "loud"}).file("app.toml").env("APP").schema(model).load()
    assert {issue.path for issue in loaded.value.issues} == set(problems)


@pytest.mark.parametrize("model", [App, AppModel])
def test_a_schema_gives_what_readers_see(builder: Builder, model: Any) -> None:
    config = builder({"APP_PORT": "81", "APP_POOL__MAX": "5"}).text(TEXT, format="toml").env("APP").schema(model).load()
    assert (config["port"], config["pool"], config["level"], config["since"]) == (81, {"max": 5, "idle": 0.5}, "info", "2026-01-02")
    assert config.get("extra", None) is None


def test_types_of_the_schema_guide_variables(builder: Builder) -> None:
    config = builder({"APP_HOST": "007", "APP_PORT": "80", "APP_POOL_MAX": "4", "APP_TAGS": "1,2"}).env("APP").schema(App).load()
    assert config.current["host"] == "007" and config["tags"] == ["1", "2"] and config["pool.max"] == 4


def test_models_are_dumped_as_data(builder: Builder) -> None:
    text = "key = 'hunter2'\nurl = 'https://a/b'\ntags = ['x', 'x']\n" + TEXT
    config = builder().text(text, format="toml").schema(AppModel).load()
    assert (config["key"], config["url"], config["tags"]) == ("hunter2", "https://a/b", ["x"])
    assert "hunter2" not in repr(config), "SecretStr marks a secret"
    assert config.extract(AppModel).key.get_secret_value() == "hunter2"


def test_no_secret_is_in_the_problems(builder: Builder) -> None:
    class Model(BaseModel):
        password: int
        host: str

        @field_validator("host")
        @classmethod
        def _check(cls, host: str) -> str:
            raise ValueError("refused")

    config = builder().defaults({"password": "hunter2", "host": "h"}).load()
    with pytest.raises(ValidationError) as raised:
        config.extract(Model)
    error = raised.value
    printed = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    assert "hunter2" not in printed and "hunter2" not in repr(error.issues) and error.__cause__ is None and error.__context__ is None
    with pytest.raises(ValidationError) as checked:
        builder().defaults({"password": "hunter2", "host": "h"}).schema(lambda values: int(values["password"])).load()
    assert "hunter2" not in str(checked.value)


def test_unknown_keys_are_named_with_the_nearest(builder: Builder) -> None:
    with pytest.raises(ValidationError) as raised:
        builder().text("host = 'a'\nport = 1\n[pool]\nmax = 1\nidel = 2", format="toml").schema(AppModel).load()
    assert raised.value.path == "pool.idel" and raised.value.hint == "did you mean `idle`?"


def test_post_init_is_a_problem_of_its_place(builder: Builder) -> None:
    with pytest.raises(ValidationError, match="no port 13"):
        builder().text(TEXT.replace("80", "13"), format="toml").load().extract(App)


def test_functions_as_schemas(builder: Builder, write: Write) -> None:
    def check(values: Any) -> Any:
        if values["a"] > 2:
            raise ValueError("a is too large")
        return {**values, "b": values["a"] * 2}

    write("a.toml", "a = 1")
    config = builder().file("a.toml").schema(check).load()
    assert config.current == {"a": 1, "b": 2}
    write("a.toml", "a = 3")
    with pytest.raises(ValidationError, match="a is too large"):
        config.reload()
    assert config.current == {"a": 1, "b": 2}
    for given in (None, 1, [], {"a": {1: 2}}, {"a": object()}):
        with pytest.raises(superconfig.SuperConfigError):
            builder().schema(lambda _, given=given: given).load()


def test_optional_paths_of_a_schema_are_none(builder: Builder) -> None:
    schema = {"properties": {"db": {"properties": {"host": {"type": "string"}}}}}
    config = builder().schema(lambda values: values, json_schema=schema).load()
    assert config.get("db.host") is None and config["db.host"] is None and "db.host" not in config
    with pytest.raises(superconfig.PathError):
        config.get("db.hots")


@pytest.mark.parametrize(
    ("model", "value", "problem"),
    [
        (int, True, "expected an integer, found the boolean true"),
        (int, 1.5, "expected an integer, found the number 1.5"),
        (bool, 1, "expected a boolean, found the integer 1"),
        (float, "x", "expected a number"),
        (str, None, "expected a string, found null"),
        (List[int], {"a": 1}, "expected a list, found a table"),
        (Tuple[int, int], [1], "expected 2 elements, found 1"),
        (Dict[str, int], [1], "expected a table, found a list"),
        (Optional[int], "x", "expected an integer or null"),
        (Literal["a", 1], "b", "expected 'a' or 1"),
        (datetime.datetime, "yesterday", "expected a date and time"),
        (Level, "x", "expected 'debug' or 'info'"),
    ],
)
def test_types_that_do_not_fit(builder: Builder, model: Any, value: Any, problem: str) -> None:
    config = builder().defaults({"v": value}).load()
    with pytest.raises(ValidationError) as raised:
        config.extract(model, "v")
    assert problem in str(raised.value) and raised.value.path == "v"


def test_types_that_fit(builder: Builder) -> None:
    config = builder().defaults({"i": 1, "t": "2026-01-02T03:04:05Z", "l": [1, 2], "n": None}).load()
    assert config.extract(float, "i") == 1.0 and config.extract(Set[int], "l") == {1, 2} and config.extract(Tuple[int, ...], "l") == (1, 2)
    assert config.extract(datetime.datetime, "t") == datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    assert config.extract(Optional[int], "n") is None


def test_bare_containers_are_types(builder: Builder) -> None:
    config = builder().defaults({"a": {"b": [1, 2]}}).load()
    assert config.extract(dict) == {"a": {"b": [1, 2]}} and config.extract(list, "a.b") == [1, 2] and config.extract(tuple, "a.b") == (1, 2)


def test_types_that_nothing_fits_are_refused(builder: Builder) -> None:
    with pytest.raises(superconfig.OptionError):
        builder().defaults({"a": [1]}).load().extract(List[complex], "a")
