"""Schemas: models of Pydantic, dataclasses, typed dictionaries, and functions from values to values."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, Optional, Protocol

from . import _typed
from ._errors import SuperConfigError, option_error

if TYPE_CHECKING:
    from ._config import SuperConfig

#: A problem as the engine takes it.
ReportedIssue = dict[str, Any]


class Validator(Protocol):
    """Checks the merged values of each version before it is published."""

    def guidance(self) -> tuple[Optional[dict[str, Any]], Optional[str]]:
        """What it says of keys and types as JSON Schema, or why it cannot."""

    def validate(self, values: Any) -> tuple[Any, list[ReportedIssue]]:
        """What readers are to see, or the problems."""


class Model(Protocol):
    """A type that values are extracted as."""

    def build(self, values: Any) -> tuple[Any, list[ReportedIssue]]:
        """An instance, or the problems."""


def validator_of(schema: Any, json_schema: Optional[dict[str, Any]] = None) -> Validator:
    """The validator of what a program gives as a schema, with a JSON Schema in place of its own where there is one."""
    validator = _validator_of(schema)
    return validator if json_schema is None else _Guided(validator, json_schema)


def _validator_of(schema: Any) -> Validator:
    if isinstance(schema, type) and hasattr(schema, "model_validate"):
        return _PydanticModel(schema)
    if _is_adapter(schema):
        return _PydanticAdapter(schema)
    if _typed.is_supported(schema):
        return _TypedModel(schema)
    if callable(schema) and not isinstance(schema, type):
        return _Function(schema)
    raise option_error("a schema is a model of Pydantic, a dataclass, a TypedDict or a function from values to values")


def extract(config: SuperConfig, model: Any, path: Any) -> Any:
    """The values at a path as an instance of a model."""
    reader: Any
    if isinstance(model, type) and hasattr(model, "model_validate"):
        reader = _PydanticModel(model)
    elif _is_adapter(model):
        reader = _PydanticAdapter(model)
    elif _typed.is_supported(model) or _typed.is_type(model):
        reader = _TypedModel(model)
    else:
        raise option_error("values are extracted as a model of Pydantic, a dataclass, a TypedDict or another type")
    values = config.current if path in ((), [], "") else config[path]
    built, issues = reader.build(values)
    if issues:
        prefix = config._segments(path)
        config._refuse([{**issue, "path": [*prefix, *issue["path"]]} for issue in issues])
    return built


def _is_adapter(schema: Any) -> bool:
    return hasattr(schema, "validate_python") and hasattr(schema, "dump_python")


class _Pydantic:
    """What models and adapters have in common."""

    def _validate(self, values: Any) -> Any:
        raise NotImplementedError

    def _dump(self, instance: Any) -> Any:
        raise NotImplementedError

    def build(self, values: Any) -> tuple[Any, list[ReportedIssue]]:
        problems: Optional[list[Any]] = None
        try:
            return self._validate(values), []
        except Exception as failure:
            # Pydantic's own text quotes the values.
            if not hasattr(failure, "errors"):
                raise
            problems = failure.errors(include_url=False)
        return None, [_to_issue(problem, values) for problem in problems]

    def validate(self, values: Any) -> tuple[Any, list[ReportedIssue]]:
        instance, issues = self.build(values)
        return (None, issues) if issues else (_to_data(self._dump(instance)), [])


class _PydanticModel(_Pydantic):
    def __init__(self, model: Any) -> None:
        self._model = model

    def _validate(self, values: Any) -> Any:
        return self._model.model_validate(values)

    def _dump(self, instance: Any) -> Any:
        return instance.model_dump(by_alias=True)

    def guidance(self) -> tuple[Optional[dict[str, Any]], Optional[str]]:
        return _described(lambda: self._model.model_json_schema(by_alias=True))


class _PydanticAdapter(_Pydantic):
    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def _validate(self, values: Any) -> Any:
        return self._adapter.validate_python(values)

    def _dump(self, instance: Any) -> Any:
        return self._adapter.dump_python(instance, by_alias=True)

    def guidance(self) -> tuple[Optional[dict[str, Any]], Optional[str]]:
        return _described(lambda: self._adapter.json_schema(by_alias=True))


class _TypedModel:
    def __init__(self, model: Any) -> None:
        self._model = model

    def guidance(self) -> tuple[Optional[dict[str, Any]], Optional[str]]:
        return _described(lambda: _typed.json_schema(self._model))

    def build(self, values: Any) -> tuple[Any, list[ReportedIssue]]:
        return _typed.build(self._model, values)

    def validate(self, values: Any) -> tuple[Any, list[ReportedIssue]]:
        instance, issues = self.build(values)
        return (None, issues) if issues else (_to_data(instance), [])


class _Function:
    """A function that gives what readers are to see; what it raises is the problem."""

    def __init__(self, check: Callable[[Any], Any]) -> None:
        self._check = check

    def guidance(self) -> tuple[Optional[dict[str, Any]], Optional[str]]:
        return None, None

    def validate(self, values: Any) -> tuple[Any, list[ReportedIssue]]:
        reason = ""
        try:
            return _to_data(self._check(values)), []
        except SuperConfigError:
            raise
        except Exception as failure:
            from ._source_call import reason_of

            reason = reason_of(failure)
        # Out of the handler: what the function raised may quote the values.
        return None, [{"path": [], "message": reason}]


class _Guided:
    """A validator with a JSON Schema of the program's own."""

    def __init__(self, validator: Validator, json_schema: dict[str, Any]) -> None:
        self._schema = json_schema
        self.validate = validator.validate

    def guidance(self) -> tuple[Optional[dict[str, Any]], Optional[str]]:
        return self._schema, None


def _described(describe: Callable[[], dict[str, Any]]) -> tuple[Optional[dict[str, Any]], Optional[str]]:
    try:
        return describe(), None
    except Exception as failure:
        return None, f"{type(failure).__name__}: {failure}".split("\n", 1)[0]


#: The modules of types whose text is what JSON shows of them.
_TEXTUAL = ("decimal", "fractions", "ipaddress", "pathlib", "pydantic", "pydantic_core", "uuid")

_EXPECTED = {
    "int": "an integer",
    "float": "a number",
    "bool": "a boolean",
    "string": "a string",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "dict": "a table",
    "model": "a table",
    "dataclass": "a table",
    "typed": "a table",
}


def _to_issue(problem: Mapping[str, Any], values: Any) -> ReportedIssue:
    kind = str(problem["type"])
    path = _path_in(values, problem["loc"])
    if kind == "extra_forbidden":
        return {"path": path, "unknown": True}
    message = str(problem["msg"])
    message = message[:1].lower() + message[1:]
    if kind == "missing":
        return {"path": path, "message": "a value is required"}
    issue: ReportedIssue = {"path": path, "message": message}
    expected = _EXPECTED.get(kind.split("_", 1)[0])
    if expected is not None and kind.endswith(("_type", "_parsing")):
        found = _typed.found(problem.get("input"))
        issue.update(message=f"expected {expected}, found {found}", expected=expected, found=found)
    return issue


def _path_in(values: Any, places: Any) -> list[Any]:
    """The part of a location that is a path of the values: Pydantic names variants of unions in it too."""
    path: list[Any] = []
    for place in places:
        if isinstance(values, Mapping) and place in values:
            values = values[place]
        elif isinstance(values, (list, tuple)) and isinstance(place, int) and 0 <= place < len(values):
            values = values[place]
        elif isinstance(place, str) and isinstance(values, Mapping) and place == places[-1]:
            return [*path, place]
        else:
            continue
        path.append(place)
    return path


def _to_data(value: Any) -> Any:
    """What a schema gave as plain data: secrets as they are, other objects as JSON shows them."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, enum.Enum):
        return _to_data(value.value)
    if isinstance(value, Mapping):
        return {str(key.value) if isinstance(key, enum.Enum) else key: _to_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_to_data(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _to_data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if callable(getattr(value, "get_secret_value", None)):
        return _to_data(value.get_secret_value())
    if callable(getattr(value, "model_dump", None)):
        return _to_data(value.model_dump(by_alias=True))
    if callable(getattr(value, "isoformat", None)):
        return value.isoformat()
    # Others are refused with their paths.
    return str(value) if type(value).__module__.split(".", 1)[0] in _TEXTUAL else value
