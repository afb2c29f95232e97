"""Values as dataclasses, typed dictionaries and the types of their fields, with all problems at once."""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime
import enum
import pathlib
import re
import sys
import typing
from typing import Any, Literal, Optional, Union

from ._errors import option_error

_SCALARS: dict[Any, tuple[str, str]] = {
    bool: ("a boolean", "boolean"),
    int: ("an integer", "integer"),
    float: ("a number", "number"),
    str: ("a string", "string"),
}
_TEXTS: dict[Any, tuple[str, str]] = {
    datetime.datetime: ("a date and time", "date-time"),
    datetime.date: ("a date", "date"),
    datetime.time: ("a time", "time"),
    pathlib.Path: ("a path", "path"),
}
_LISTS = {list, tuple, set, frozenset, collections.abc.Sequence, collections.abc.Set, collections.abc.Iterable}
_TABLES = {dict, collections.abc.Mapping, collections.abc.MutableMapping}

_NOTHING: Any = object()


def is_supported(model: Any) -> bool:
    """Whether it is a dataclass or a typed dictionary."""
    return isinstance(model, type) and (dataclasses.is_dataclass(model) or _is_typed_dict(model))


def is_type(model: Any) -> bool:
    """Whether it is another type that values can have."""
    if isinstance(model, type) and issubclass(model, enum.Enum):
        return True
    return model in (*_SCALARS, *_TEXTS, *_LISTS, *_TABLES) or typing.get_origin(model) is not None


def build(model: Any, values: Any) -> tuple[Any, list[dict[str, Any]]]:
    """An instance of a type, or the problems."""
    builder = _Builder()
    built = builder.build(model, values)
    return (None, builder.issues) if builder.issues else (built, [])


def found(value: Any) -> str:
    """A value in a message: its kind, and for a scalar what it is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int):
        return f"the integer {value}"
    if isinstance(value, float):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the string "{value}"'
    if isinstance(value, collections.abc.Mapping):
        return "a table"
    return "a list"


def _is_typed_dict(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, dict) and hasattr(model, "__total__") and hasattr(model, "__annotations__")


def _union(model: Any) -> bool:
    origin = typing.get_origin(model)
    return origin is Union or (sys.version_info >= (3, 10) and origin is __import__("types").UnionType)


def _bare(model: Any) -> Any:
    """The type without annotations that say nothing of values."""
    while True:
        origin = typing.get_origin(model)
        name = getattr(origin, "__name__", None) or getattr(origin, "_name", None)
        if hasattr(model, "__supertype__"):
            model = model.__supertype__
        elif hasattr(model, "__metadata__") or name in ("Required", "NotRequired", "ReadOnly", "Final", "ClassVar"):
            model = typing.get_args(model)[0]
        else:
            return model


def _hints(model: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(model)
    except NameError as problem:
        raise option_error(f"the types of {model.__name__} cannot be resolved: {problem}") from None


def _fields(model: Any) -> list[tuple[str, Any, bool]]:
    """The names, types and whether they are required of the fields of a dataclass or typed dictionary."""
    hints = _hints(model)
    if _is_typed_dict(model):
        required = _required_keys(model)
        return [(name, hint, name in required) for name, hint in hints.items()]
    missing = dataclasses.MISSING
    return [
        (field.name, hints[field.name], field.default is missing and field.default_factory is missing)
        for field in dataclasses.fields(model)
        if field.init
    ]


def _required_keys(model: Any) -> set[str]:
    """The required keys. With postponed annotations the markers are text that the class has not looked into."""
    required = set(model.__required_keys__)
    for base in reversed(model.__mro__):
        for name, annotation in getattr(base, "__annotations__", {}).items():
            text = annotation if isinstance(annotation, str) else getattr(annotation, "__forward_arg__", "")
            marker = re.match(r"(?:\w+\.)?(Required|NotRequired)\[", text)
            if marker is not None:
                (required.add if marker.group(1) == "Required" else required.discard)(name)
    return required


class _Builder:
    """A walk through a type and the values, which gathers problems."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self._path: list[Any] = []

    def build(self, model: Any, value: Any) -> Any:
        model = _bare(model)
        origin = typing.get_origin(model)
        if model is Any or model is object:
            return value
        if model is None or model is type(None):
            return None if value is None else self._mismatch("null", value)
        if _union(model):
            return self._union(model, value)
        if origin is Literal:
            return self._literal(typing.get_args(model), value)
        if model in _SCALARS:
            return self._scalar(model, value)
        if model in _TEXTS:
            return self._text(model, value)
        if is_supported(model):
            return self._record(model, value)
        if isinstance(model, type) and hasattr(model, "model_validate"):
            return self._pydantic(model, value)
        if isinstance(model, type) and issubclass(model, enum.Enum):
            return self._enumeration(model, value)
        if (origin or model) in _TABLES:
            return self._table(typing.get_args(model), value)
        if (origin or model) in _LISTS:
            return self._list(origin or model, typing.get_args(model), value)
        raise option_error(f"values cannot be extracted as {getattr(model, '__name__', model)}")

    def _issue(self, message: str, **more: Any) -> Any:
        self.issues.append({"path": list(self._path), "message": message, **more})
        return _NOTHING

    def _mismatch(self, expected: str, value: Any) -> Any:
        what = found(value)
        return self._issue(f"expected {expected}, found {what}", expected=expected, found=what)

    def _at(self, place: Any, model: Any, value: Any) -> Any:
        self._path.append(place)
        built = self.build(model, value)
        self._path.pop()
        return built

    def _scalar(self, model: Any, value: Any) -> Any:
        if model is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, model) and (model is bool or not isinstance(value, bool)):
            return value
        return self._mismatch(_SCALARS[model][0], value)

    def _text(self, model: Any, value: Any) -> Any:
        expected = _TEXTS[model][0]
        if not isinstance(value, str):
            return self._mismatch(expected, value)
        if model is pathlib.Path:
            return pathlib.Path(value)
        try:
            return model.fromisoformat(value[:-1] + "+00:00" if value[-1:] in ("Z", "z") else value)
        except ValueError:
            return self._mismatch(expected, value)

    def _union(self, model: Any, value: Any) -> Any:
        variants = typing.get_args(model)
        best: Optional[list[dict[str, Any]]] = None
        expected: list[str] = []
        for variant in variants:
            attempt = _Builder()
            attempt._path = list(self._path)
            built = attempt.build(variant, value)
            if not attempt.issues:
                return built
            whole = [issue for issue in attempt.issues if issue["path"] == self._path and "expected" in issue]
            expected += [issue["expected"] for issue in whole]
            # Of what fits outside and fails inside, the problem inside is meant.
            if not whole and best is None:
                best = attempt.issues
        if best is not None:
            self.issues += best
            return _NOTHING
        return self._mismatch(" or ".join(dict.fromkeys(expected)), value)

    def _literal(self, allowed: tuple[Any, ...], value: Any) -> Any:
        for one in allowed:
            if type(one) is type(value) and one == value:
                return one
        return self._mismatch(" or ".join(repr(one) for one in allowed), value)

    def _enumeration(self, model: Any, value: Any) -> Any:
        for member in model:
            if member.value == value and isinstance(member.value, bool) == isinstance(value, bool):
                return member
        return self._mismatch(" or ".join(repr(member.value) for member in model), value)

    def _list(self, kind: Any, models: tuple[Any, ...], value: Any) -> Any:
        if not isinstance(value, list):
            return self._mismatch("a list", value)
        if kind is tuple and models and models[-1] is not Ellipsis:
            if len(models) != len(value):
                return self._issue(f"expected {len(models)} elements, found {len(value)}")
            return tuple(self._at(at, model, item) for at, (model, item) in enumerate(zip(models, value)))
        model = models[0] if models else Any
        built = [self._at(at, model, item) for at, item in enumerate(value)]
        if any(item is _NOTHING for item in built):
            return _NOTHING
        return kind(built) if kind in (tuple, set, frozenset) else built

    def _table(self, models: tuple[Any, ...], value: Any) -> Any:
        if not isinstance(value, collections.abc.Mapping):
            return self._mismatch("a table", value)
        model = models[1] if len(models) == 2 else Any
        return {key: self._at(key, model, item) for key, item in value.items()}

    def _pydantic(self, model: Any, value: Any) -> Any:
        from ._schema import _PydanticModel

        built, issues = _PydanticModel(model).build(value)
        self.issues += [{**issue, "path": [*self._path, *issue["path"]]} for issue in issues]
        return _NOTHING if issues else built

    def _record(self, model: Any, value: Any) -> Any:
        if not isinstance(value, collections.abc.Mapping):
            return self._mismatch("a table", value)
        before = len(self.issues)
        members: dict[str, Any] = {}
        for name, hint, is_required in _fields(model):
            if name in value:
                members[name] = self._at(name, hint, value[name])
            elif is_required:
                self._path.append(name)
                self._issue("a value is required")
                self._path.pop()
        if len(self.issues) > before:
            return _NOTHING
        if _is_typed_dict(model):
            return members
        reason = ""
        try:
            return model(**members)
        except (ValueError, TypeError) as failure:
            reason = str(failure) or type(failure).__name__
        return self._issue(reason)


def json_schema(model: Any) -> dict[str, Any]:
    """What a type says of keys and types, as JSON Schema."""
    definitions: dict[str, Any] = {}
    schema = _schema(model, definitions)
    return {**schema, "$defs": definitions} if definitions else schema


def _schema(model: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    model = _bare(model)
    origin, arguments = typing.get_origin(model), typing.get_args(model)
    if _union(model):
        return {"anyOf": [_schema(variant, definitions) for variant in arguments]}
    if model is None or model is type(None):
        return {"type": "null"}
    if origin is Literal:
        return {"enum": list(arguments)}
    if model in _SCALARS:
        return {"type": _SCALARS[model][1]}
    if model in _TEXTS:
        return {"type": "string", "format": _TEXTS[model][1]}
    if is_supported(model):
        name = f"{model.__module__}.{model.__qualname__}"
        if name not in definitions:
            # Known before its fields are, as one of them may be of the same type.
            definitions[name] = described = {"type": "object"}
            entries = _fields(model)
            described["properties"] = {field: _schema(hint, definitions) for field, hint, _ in entries}  # type: ignore[assignment]
            described["required"] = [field for field, _, is_required in entries if is_required]  # type: ignore[assignment]
        return {"$ref": f"#/$defs/{name}"}
    if isinstance(model, type) and hasattr(model, "model_json_schema"):
        own: dict[str, Any] = model.model_json_schema(by_alias=True)
        definitions.update(own.pop("$defs", {}))
        return own
    if isinstance(model, type) and issubclass(model, enum.Enum):
        return {"enum": [member.value for member in model]}
    if (origin or model) in _TABLES:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions) if len(arguments) == 2 else {}}
    if (origin or model) in _LISTS:
        if (origin or model) is tuple and arguments and arguments[-1] is not Ellipsis:
            return {"type": "array", "prefixItems": [_schema(item, definitions) for item in arguments]}
        return {"type": "array", "items": _schema(arguments[0], definitions) if arguments else {}}
    return {}
