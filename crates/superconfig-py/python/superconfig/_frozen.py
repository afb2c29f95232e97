"""Read-only dictionaries and lists: what readers of one version share."""

from __future__ import annotations

from typing import Any, NoReturn


def _refuse(self: object, *_: object, **__: object) -> NoReturn:
    raise TypeError("configuration values are read-only; copy.deepcopy() gives a copy that can be changed")


def thaw(value: Any) -> Any:
    """A copy as plain dictionaries and lists."""
    if isinstance(value, dict):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list):
        return [thaw(item) for item in value]
    return value


class FrozenDict(dict):  # type: ignore[type-arg]
    """A dictionary that cannot be changed. Copies and pickles as a plain one.

    >>> import copy
    >>> table = FrozenDict({"a": 1})
    >>> table == {"a": 1}, copy.deepcopy(table)
    (True, {'a': 1})
    """

    __slots__ = ()

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> dict[Any, Any]:
        return dict(self)

    def __deepcopy__(self, memo: object) -> Any:
        return thaw(self)

    def __reduce__(self) -> Any:
        return (dict, (thaw(self),))

    def __reduce_ex__(self, _protocol: object) -> Any:
        return self.__reduce__()


class FrozenList(list):  # type: ignore[type-arg]
    """A list that cannot be changed. Copies and pickles as a plain one.

    >>> FrozenList([1, 2]) == [1, 2]
    True
    """

    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: object) -> Any:
        return thaw(self)

    def __reduce__(self) -> Any:
        return (list, (thaw(self),))

    def __reduce_ex__(self, _protocol: object) -> Any:
        return self.__reduce__()


class RootKey(str):
    """A key of the root that reads as one key where it is used as a path. Copies and pickles as plain text."""

    __slots__ = ()
    #: The extension module looks for it.
    _is_one_key = True

    def __reduce__(self) -> Any:
        return (str, (str(self),))

    def __reduce_ex__(self, _protocol: object) -> Any:
        return self.__reduce__()
