"""Results of sources that follow a store: texts by path, and documents; and a check for health probes.

>>> from superconfig import SuperConfig
>>> from superconfig.live import StoredText, texts
>>> def load(context):
...     return texts([StoredText(path="server.port", text="8080", key="/shop/server/port", revision="7")])
>>> config = SuperConfig.builder().defaults({"server": {"port": 1}}).source("store", load).load()
>>> config["server.port"], config.explain("server.port").winner.key
(8080, '/shop/server/port')
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Optional, Sequence, Union

from ._errors import option_error, text_of
from ._source_data import SourceData

if TYPE_CHECKING:
    from ._config import SuperConfig

__all__ = ["StoredDocument", "StoredText", "documents", "is_fresh", "texts"]


@dataclass(frozen=True)
class StoredText:
    """A text of a source, with the path that it sets: dotted text, or a sequence of keys.

    ``key`` is the key as the source spells it, for ``explain`` and errors; ``revision`` is that of the key, where the source has one.

    >>> StoredText(path="server.port", text="8080", key="/shop/server/port").revision is None
    True
    """

    path: Union[str, Sequence[str]]
    text: str
    key: str
    revision: Optional[str] = None


@dataclass(frozen=True)
class StoredDocument:
    """A document of a source: the key under which the source holds it, and its text.

    ``format`` is by default that of the name's extension, else detected from the content; ``at`` is the path below which the values
    are, the root by default.

    >>> StoredDocument(name="shop/config.yaml", text="port: 80").at
    ()
    """

    name: str
    text: str
    format: Optional[str] = None
    revision: Optional[str] = None
    at: Sequence[str] = ()


def texts(stored: Iterable[StoredText], *, typing: str = "known", match: str = "exact") -> SourceData:
    """Texts by path as the result of a source: typed and placed as environment variables are, and explained by their keys.

    ``typing`` is ``known`` (the type that the schema or the layers below have, else what the text spells), ``infer`` (what it spells,
    whatever is below) or ``text``. With ``match="loose"`` a segment also matches a known key that differs in case, ``_`` and ``-`` alone.
    Costs a pass over the list.

    >>> from superconfig import load_config, source
    >>> store = source("store", lambda context: texts([StoredText("port", "80", "port")], typing="text"))
    >>> load_config(sources=[store])["port"]
    '80'

    :raises OptionError: for what is no such list.
    """
    if typing not in ("known", "infer", "text"):
        raise option_error("`typing` is known, infer or text")
    if match not in ("exact", "loose"):
        raise option_error("`match` is exact or loose")
    items: list[dict[str, Any]] = []
    for at, one in enumerate(_list(stored, "texts")):
        what = f"text {at}"
        _check_kind(one, StoredText, what)
        path = one.path.split(".") if isinstance(one.path, str) else _keys(one.path, f"the path of {what}")
        if not path:
            raise option_error(f"the path of {what} is dotted text or a sequence of keys, and not empty")
        item = {"path": [text_of(key, f"a key in the path of {what}") for key in path], **_texts_of(one, what, "text", "key")}
        items.append(_with(item, revision=one.revision, what=what))
    return SourceData("texts", {"texts": items, "typing": typing, "loose": match == "loose"})


def documents(stored: Iterable[StoredDocument]) -> SourceData:
    """Documents as the result of a source, each of them a layer, later ones winning.

    They are parsed under the limits of the configuration, and ``explain`` and errors name key, line and column. Costs a pass over the list.

    >>> from superconfig import load_config, source
    >>> store = source("store", lambda context: documents([StoredDocument("shop/config.yaml", "server:\\n  port: 8080", revision="7")]))
    >>> winner = load_config(sources=[store]).explain("server.port").winner
    >>> winner.key, winner.revision, winner.line, winner.column
    ('shop/config.yaml', '7', 2, 9)

    :raises OptionError: for what is no such list. On loading, the located error of a document that cannot be read.
    """
    items: list[dict[str, Any]] = []
    for at, one in enumerate(_list(stored, "documents")):
        what = f"document {at}"
        _check_kind(one, StoredDocument, what)
        mount = [text_of(key, f"a key in `at` of {what}") for key in _keys(one.at, f"`at` of {what}")]
        item = {**_texts_of(one, what, "name", "text"), "at": mount}
        items.append(_with(_with(item, revision=one.revision, what=what), format=one.format, what=what))
    return SourceData("documents", items)


def is_fresh(config: SuperConfig, *, max_stale: float) -> bool:
    """Whether every custom source is live, or was confirmed within so many seconds.

    The package itself never throws configuration away: what is old stays in use, and a health probe decides.

    >>> from superconfig import load_config, source
    >>> is_fresh(load_config(sources=[source("rooms", lambda context: {"rooms": 12})]), max_stale=60)
    True

    :raises ClosedError: after closing.
    """
    now = datetime.datetime.now(datetime.timezone.utc)

    def age(confirmed: Optional[datetime.datetime]) -> float:
        return float("inf") if confirmed is None else (now - confirmed).total_seconds()

    return all(one.state == "live" or age(one.last_confirmed) <= max_stale for one in config.status.sources)


def _list(given: Any, what: str) -> list[Any]:
    if isinstance(given, (str, bytes, Mapping)) or not hasattr(given, "__iter__"):
        raise option_error(f"`{what}` takes a list, not one of type {type(given).__name__}")
    return list(given)


def _check_kind(given: Any, kind: type, what: str) -> None:
    if not isinstance(given, kind):
        raise option_error(f"{what} is a {kind.__name__}, not one of type {type(given).__name__}")


def _keys(given: Any, what: str) -> list[Any]:
    if isinstance(given, (list, tuple)):
        return list(given)
    raise option_error(f"{what} is a list of keys, not one of type {type(given).__name__}")


def _texts_of(given: Any, what: str, *names: str) -> dict[str, str]:
    return {name: text_of(getattr(given, name), f"`{name}` of {what}") for name in names}


def _with(item: dict[str, Any], *, what: str, **given: Optional[str]) -> dict[str, Any]:
    """The same with those parts that are there."""
    return {**item, **{name: text_of(text, f"`{name}` of {what}") for name, text in given.items() if text is not None}}
