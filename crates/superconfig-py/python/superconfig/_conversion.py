"""Documents without a configuration: reading one, and writing it in another format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Sequence

from . import _superconfig
from ._descriptions import make
from ._errors import option_error, text_of
from ._schema import validator_of


def parse(text: str, format: str) -> Any:
    """Reads one document as a plain value, which the caller may change.

    >>> parse("port: 80", "yaml")
    {'port': 80}

    :raises ParseError: where the text is not of the format.
    """
    return _superconfig.parse(text, text_of(format, "a format"))


@dataclass(frozen=True)
class Loss:
    """A value that the other format does not hold as it is: its path, and what becomes of it."""

    path: str
    message: str


@dataclass(frozen=True)
class Converted:
    """A document in another format."""

    text: str
    losses: tuple[Loss, ...]


def convert(
    text: str,
    source: str,
    target: str,
    *,
    secrets: bool = False,
    patterns: Sequence[str] = (),
    schema: Optional[Any] = None,
    ascii: bool = False,
) -> Converted:
    """Writes a document of one format in another.

    Secrets are redacted unless ``secrets`` is set: what their names tell, what a pattern names, and what a schema marks. ``ascii`` writes
    escapes for what is not ASCII.

    >>> convert("a: 1\\npassword: x", "yaml", "toml").text
    'a = 1\\npassword = "[redacted]"\\n'

    :raises ParseError: where the text is not of the format.
    :raises SuperConfigError: with ``ERR_SUPERCONFIG_FORMAT`` for an unknown format.
    :raises OptionError: for a format that is not written, and a malformed pattern.
    """
    if isinstance(patterns, str):
        raise option_error("the patterns of secrets are a list, not one string")
    marks = None if schema is None else validator_of(schema, None).guidance()[0]
    formats = (text_of(source, "a format"), text_of(target, "a format"))
    given = [text_of(pattern, "a pattern") for pattern in patterns]
    report = _superconfig.convert_text(text, *formats, bool(secrets), given, marks, bool(ascii))
    return Converted(report["text"], tuple(make(Loss, loss) for loss in report["losses"]))
